"""What stands before every database: the endpoint's address, and the security groups that decide who passes."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable

from .world import world

CHUNK = 65536
FIRST_WORDS_SECONDS = 5


class Front:
    """Listens at the endpoint and passes what is admitted on to the server behind it.

    On AWS a packet that no rule admits is dropped, and the caller waits until its own timeout. Here the connection is reset, so
    that tests need not wait; `silent` lets it hang as on AWS. Like a security group, a change of rules leaves open connections alone.
    """

    silent = False

    def __init__(self, listener: socket.socket, behind: Callable[[], int | None], admits: Callable[[str], bool]) -> None:
        self.address, self.port = listener.getsockname()[:2]
        self._listener = listener
        self._behind = behind
        self._admits = admits
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, name=f"front {self.address}", daemon=True).start()

    def close(self) -> None:
        _close(self._listener)
        self.cut()

    def cut(self) -> None:
        """Ends every connection that is open, as a network does."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _shutdown(connection)

    def _accept(self) -> None:
        while True:
            try:
                client, (address, port) = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client, address, port), daemon=True).start()

    def _serve(self, client: socket.socket, address: str, port: int) -> None:
        with self._lock:
            self._open.add(client)
        try:
            behind = self._behind()
            if not self._admits(world.network.source_of(address, port)):
                _refuse(client, self.silent)
            elif behind is None:
                _refuse(client, silent=False)
            else:
                self._pass_on(client, behind)
        except OSError:
            _reset(client)
        finally:
            with self._lock:
                self._open.discard(client)

    def _pass_on(self, client: socket.socket, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as server, client:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answers = threading.Thread(target=pump, args=(server, client), daemon=True)
            answers.start()
            pump(client, server)
            answers.join()


def pump(source: socket.socket, target: socket.socket) -> None:
    """Passes on what comes from one connection to the other, until it ends or either breaks."""
    try:
        while chunk := source.recv(CHUNK):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            _shutdown(end)


def _refuse(client: socket.socket, silent: bool) -> None:
    """Hears the caller's first words, so that the reset meets him while he listens and not while he speaks."""
    client.settimeout(None if silent else FIRST_WORDS_SECONDS)
    try:
        while client.recv(CHUNK) and silent:
            pass
    except TimeoutError:
        pass
    _reset(client)


def _reset(connection: socket.socket) -> None:
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    _close(connection)


def _shutdown(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def _close(connection: socket.socket) -> None:
    try:
        connection.close()
    except OSError:
        pass
