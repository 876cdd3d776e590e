"""Sessions of port forwarding, and the data channel that carries their traffic.

On AWS the channel is a WebSocket with a protocol of its own, between the plugin and the instance's agent. Here it is plain TCP: a
connection begins with one line of JSON that names its session and token, is answered `ok` or `refused`, and is then passed on to the
host that the session was started for, coming from the instance's address. With `"terminate": true` the line ends the session instead.
"""

from __future__ import annotations

import errno
import json
import secrets
import socket
import threading
from dataclasses import dataclass, field
from typing import Any

from ..front import pump

LONGEST_FIRST_LINE = 8192
FIRST_LINE_SECONDS = 5


@dataclass
class Session:
    id: str
    token: str
    target: str
    """The instance that it goes through."""
    source: str
    """The instance's address: what security groups judge by."""
    host: str
    port: int
    connections: set[socket.socket] = field(default_factory=set)


class Sessions:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._listener: socket.socket | None = None

    def start(self, target: str, source: str, host: str, port: int) -> Session:
        name = f"sandbox-{secrets.token_hex(8)}"
        session = Session(name, secrets.token_urlsafe(48), target, source, host, port)
        with self._lock:
            self._sessions[name] = session
        return session

    def terminate(self, name: str) -> bool:
        """Ends a session with its connections. @returns whether there was one."""
        with self._lock:
            session = self._sessions.pop(name, None)
        if session is None:
            return False
        for connection in list(session.connections):
            _shutdown(connection)
        return True

    def through(self, target: str) -> list[Session]:
        with self._lock:
            return [session for session in self._sessions.values() if session.target == target]

    def channel(self) -> str:
        """The data channel's address, opened when it is first asked for."""
        with self._lock:
            if self._listener is None:
                self._listener = socket.create_server(("127.0.0.1", 0))
                threading.Thread(target=self._accept, name="data channel", daemon=True).start()
            return f"tcp://127.0.0.1:{self._listener.getsockname()[1]}/"

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near:
            try:
                said = json.loads(_first_line(near))
                session = self._named_by(said)
                if session is None:
                    near.sendall(b"refused\n")
                    return
                if said.get("terminate"):
                    self.terminate(session.id)
                    return
                with _connect(session) as far:
                    session.connections.update((near, far))
                    near.sendall(b"ok\n")
                    answers = threading.Thread(target=pump, args=(far, near), daemon=True)
                    answers.start()
                    pump(near, far)
                    answers.join()
            except (OSError, ValueError):
                return

    def _named_by(self, said: dict[str, Any]) -> Session | None:
        with self._lock:
            session = self._sessions.get(said["session"])
        if session is None or not secrets.compare_digest(session.token, said["token"]):
            return None
        return session


def _first_line(connection: socket.socket) -> bytes:
    """Up to the first line break and no byte further: what follows is PostgreSQL's."""
    connection.settimeout(FIRST_LINE_SECONDS)
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte or len(line) > LONGEST_FIRST_LINE:
            raise ValueError("no first line")
        line += byte
    connection.settimeout(None)
    return line


def _connect(session: Session) -> socket.socket:
    try:
        return socket.create_connection((session.host, session.port), source_address=(session.source, 0))
    except OSError as error:
        # Elsewhere than on Linux only 127.0.0.1 can be used.
        if error.errno != errno.EADDRNOTAVAIL:
            raise
        return socket.create_connection((session.host, session.port))


def _shutdown(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


sessions = Sessions()
