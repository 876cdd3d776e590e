"""PostgreSQL's programs, and files that its account may read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..world import world


def program(name: str) -> str:
    return str(world.config.postgres_bin / name)


def spawn_options() -> dict[str, Any]:
    """How a program of PostgreSQL is started: its account, a folder that it may stand in, none of our variables."""
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    if world.config.postgres_lib is not None:
        name = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
        env[name] = str(world.config.postgres_lib)
    account = world.config.account
    as_account = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    return {"cwd": "/", "env": env, "stdin": subprocess.DEVNULL, **as_account}


def run(name: str, *arguments: str) -> str:
    """Runs a program to its end; what it said is in the error."""
    return run_command([program(name), *arguments])


def run_command(command: list[str]) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False, **spawn_options())
    if ended.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {ended.returncode}: {ended.stderr.strip()[-2000:]}")
    return ended.stdout


def give_to_servers(path: Path) -> None:
    """Hands a file or folder of ours to PostgreSQL's account."""
    account = world.config.account
    if account is not None:
        os.chown(path, account.uid, account.gid)


def make_folder(path: Path) -> Path:
    path.mkdir(mode=0o700)
    give_to_servers(path)
    return path


def write(path: Path, content: str | bytes) -> None:
    """A file that only PostgreSQL's account reads, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    give_to_servers(part)
    part.replace(path)


def copy_tree(source: Path, target: Path) -> None:
    """Copies a data folder; blocks are shared where the file system can."""
    clone = ["-c"] if sys.platform == "darwin" else ["--reflink=auto"]
    run_command(["cp", "-a", *clone, f"{source}/.", str(target)])
