"""One PostgreSQL server: its folder, its configuration, its process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from ..world import world
from .programs import copy_tree, give_to_servers, make_folder, program, run, spawn_options, write

START_SECONDS = 60
STOP_SECONDS = 30

# A sandbox holds no data that a power cut could take away, and runs several servers on a laptop.
SMALL = {
    "fsync": "off",
    "full_page_writes": "on",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "min_wal_size": "16MB",
    "wal_keep_size": "128MB",
    "dynamic_shared_memory_type": "posix",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "log_min_error_statement": "panic",
}


class Server:
    """A data folder below the sandbox's home, and the process that works in it."""

    def __init__(self, name: str, *addresses: str) -> None:
        servers = world.home.root / "servers"
        if not servers.exists():
            make_folder(servers)
        self.name = name
        self.folder = make_folder(servers / name)
        self.data = self.folder / "data"
        self.port = _free_port()
        self.primary: Server | None = None
        """The server that this one is a standby of."""
        self._process: subprocess.Popen[bytes] | None = None
        self.certify(*addresses)

    def certify(self, *addresses: str) -> None:
        """A certificate for the addresses at which the server can be reached, in force from its next start on."""
        certificate, key = world.authority.issue(self.name, *addresses)
        write(self.folder / "server.crt", certificate)
        write(self.folder / "server.key", key)

    def initialise(self) -> None:
        """A new cluster whose superuser is `rdsadmin`, as on RDS."""
        run("initdb", "-D", str(self.data), "-U", "rdsadmin", "-A", "reject", "-E", "UTF8", "--locale=C.UTF-8",
            "--no-sync", "--no-instructions", "--wal-segsize=4")

    def take_over(self, copied: Path) -> None:
        """Begins with a physical copy: roles, passwords and the system identifier come along."""
        make_folder(self.data)
        copy_tree(copied, self.data)

    def configure(self, parameters: Mapping[str, str]) -> None:
        """Writes the configuration; what the running server may take over without a restart needs `reload`."""
        ours = {
            **SMALL,
            **parameters,
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "unix_socket_permissions": "0700",
            "ssl": "on",
            "ssl_cert_file": str(self.folder / "server.crt"),
            "ssl_key_file": str(self.folder / "server.key"),
            "hba_file": str(self.folder / "pg_hba.conf"),
            "ident_file": str(self.folder / "pg_ident.conf"),
            "logging_collector": "off",
            "log_destination": "stderr",
            # A copy of production must not archive into production's archive.
            "archive_mode": "off",
        }
        if self.primary is not None:
            ours["primary_conninfo"] = f"host={self.primary.folder} port={self.primary.port} user=rdsadmin"
            write(self.data / "standby.signal", "")
        lines = [f"{name} = {_quoted(value)}" for name, value in ours.items()]
        write(self.data / "postgresql.conf", "\n".join(lines) + "\n")
        write(self.data / "postgresql.auto.conf", "")
        write(self.folder / "pg_hba.conf", _admission(parameters.get("rds.force_ssl", "0") == "1"))
        write(self.folder / "pg_ident.conf", _who_is_rdsadmin())

    def start(self) -> None:
        log = self.folder / "server.log"
        began = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            os.chmod(log, 0o600)
            give_to_servers(log)
            command = [program("postgres"), "-D", str(self.data)]
            self._process = subprocess.Popen(
                command, stdout=output, stderr=output, start_new_session=True, **spawn_options()
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._says_ready():
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        said = log.read_bytes()[began:].decode(errors="replace").strip().splitlines()[-8:]
        self.stop(immediate=True)
        raise RuntimeError(f"the PostgreSQL server of {self.name} did not start: " + " | ".join(said))

    def stop(self, immediate: bool = False) -> None:
        """Ends the server; `immediate` leaves recovery to the next start."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def reload(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGHUP)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def remove(self) -> None:
        self.stop(immediate=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _says_ready(self) -> bool:
        """Line 8 of its pid file is the server's own word on its state."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        assert self._process is not None
        return len(lines) >= 8 and lines[7].strip() == "ready" and lines[0] == str(self._process.pid)


def _admission(force_ssl: bool) -> str:
    """What RDS's pg_hba does, as far as it can be seen from outside. Members of rds_iam log in by token, never by password."""
    plain = "reject" if force_ssl else "scram-sha-256"
    return "\n".join(
        [
            "local   all        rdsadmin                  peer map=sandbox",
            "local   replication rdsadmin                 peer map=sandbox",
            "local   all        all                       reject",
            "host    all        rdsadmin   127.0.0.1/32   reject",
            "host    rdsadmin   all        127.0.0.1/32   reject",
            "host    all        +rds_iam   127.0.0.1/32   reject",
            "hostssl all        all        127.0.0.1/32   scram-sha-256",
            f"hostnossl all      all        127.0.0.1/32   {plain}",
            "",
        ]
    )


def _who_is_rdsadmin() -> str:
    """The accounts that may act as RDS itself: the sandbox's, and the servers'."""
    import pwd

    account = world.config.account
    names = {pwd.getpwuid(os.getuid()).pw_name, *([account.name] if account else [])}
    return "".join(f'sandbox "{name}" rdsadmin\n' for name in sorted(names))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
