"""Sessions of `rdsadmin` over the server's own socket: RDS's hand on its servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pg8000.native

from .server import Server


class Session:
    def __init__(self, connection: pg8000.native.Connection) -> None:
        self._connection = connection

    def run(self, statement: str) -> None:
        self._connection.run(statement)

    def rows(self, statement: str) -> list[list[Any]]:
        return self._connection.run(statement) or []


@contextmanager
def rdsadmin(server: Server, database: str = "postgres") -> Iterator[Session]:
    socket = server.folder / f".s.PGSQL.{server.port}"
    connection = pg8000.native.Connection(
        user="rdsadmin", unix_sock=str(socket), database=database, application_name="rds", timeout=60
    )
    try:
        yield Session(connection)
    finally:
        connection.close()


def identifier(name: str) -> str:
    return pg8000.native.identifier(name) if name else '""'


def literal(value: str) -> str:
    return pg8000.native.literal(value)
