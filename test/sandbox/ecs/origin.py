"""Which task a connection comes from, so that its security groups are the ones that count.

A container on AWS has an address of its own. Here its process shares this machine's, and is found by the socket that it holds
(Linux: /proc). Elsewhere a task is nobody in particular.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from .keeper import descendants_of
from .task import Task


def address_of(port: int, tasks: Iterable[Task]) -> str | None:
    """The address that stands for the task one of whose processes connects from this port of 127.0.0.1; None when none does."""
    inodes = _inodes_of(port)
    if not inodes:
        return None
    for task in tasks:
        for container in task.containers:
            pid = container.pid()
            if pid is not None and any(_holds(each, inodes) for each in descendants_of(pid)):
                return task.address
    return None


def _inodes_of(port: int) -> set[str]:
    """Of the sockets at this port, in both tables, since a socket of IPv6 may speak IPv4; an earlier connection that is closed has none."""
    wanted = f"0100007F:{port:04X}"
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table, encoding="ascii") as file:
                rows = [line.split() for line in file.readlines()[1:]]
        except FileNotFoundError:
            continue
        found |= {row[9] for row in rows if row[1].endswith(wanted) and row[9] != "0"}
    return found


def _holds(pid: int, inodes: set[str]) -> bool:
    folder = f"/proc/{pid}/fd"
    wanted = {f"socket:[{each}]" for each in inodes}
    try:
        return any(_target(f"{folder}/{each}") in wanted for each in os.listdir(folder))
    except OSError:
        # It has ended, or is another user's.
        return False


def _target(link: str) -> str:
    """Nothing for a file that was closed meanwhile."""
    try:
        return os.readlink(link)
    except OSError:
        return ""
