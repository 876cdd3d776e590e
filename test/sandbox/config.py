"""What the command that starts the sandbox tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Account:
    """Another account of this machine, as which PostgreSQL runs when the sandbox itself is root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Config:
    """Where the sandbox keeps its things and which programs it uses."""

    parent: Path
    """Every sandbox of this user has a folder of its own below this one."""
    postgres_bin: Path
    postgres_lib: Path | None
    account: Account | None
    node: Path
    checkout: Path
    port: int = 0
    """Where the APIs listen on 127.0.0.1; 0 takes a free port."""
    states: dict[str, Any] = field(default_factory=dict)
    """How long each state lasts, see `clock`."""


def read_config(text: str) -> Config:
    """Reads the one line of JSON that the starting command writes to our standard input."""
    given = json.loads(text)
    account = given.get("account")
    lib = given.get("postgresLib")
    return Config(
        parent=Path(given["parent"]),
        postgres_bin=Path(given["postgresBin"]),
        postgres_lib=Path(lib) if lib else None,
        account=Account(account["name"], account["uid"], account["gid"]) if account else None,
        node=Path(given["node"]),
        checkout=Path(given["checkout"]),
        port=given.get("port", 0),
        states=given.get("states", {}),
    )
