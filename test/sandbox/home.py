"""The folder of one sandbox, and what killed ones left.

A sandbox holds a lock on its folder for as long as it lives, and every process that it starts names that folder in its
arguments. So the next sandbox of the same user knows which folders belong to nobody, and which processes to end.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

LOCK = "lock"


class Home:
    """A fresh folder below the parent; removed by `remove`."""

    def __init__(self, parent: Path) -> None:
        _make_private_parent(parent)
        sweep(parent)
        self.root = Path(tempfile.mkdtemp(prefix="sandbox-", dir=parent))
        # PostgreSQL's account has to pass through.
        self.root.chmod(0o711)
        self._lock = _take(self.root / LOCK)
        if self._lock is None:
            raise RuntimeError(f"{self.root} was made just now and is locked by somebody else already")

    def remove(self) -> None:
        end_processes_of(self.root)
        shutil.rmtree(self.root, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()


def sweep(parent: Path) -> None:
    """Ends the processes of every sandbox that was killed, and removes its folder."""
    for folder in sorted(parent.glob("sandbox-*")):
        # A folder without a lock is being made at this moment, or was left in that moment: an old one is nobody's.
        lock = folder / LOCK
        if not lock.exists() and time.time() - folder.stat().st_mtime < 60:
            continue
        taken = _take(lock)
        if taken is None:
            continue
        end_processes_of(folder)
        shutil.rmtree(folder, ignore_errors=True)
        taken.close()


def end_processes_of(folder: Path) -> None:
    """Ends every process that names the folder in its arguments: first those that lead others, then what is left."""
    for sent in (signal.SIGQUIT, signal.SIGKILL):
        deadline = time.monotonic() + 10
        for pid in processes_of(folder):
            _signal(pid, sent)
        while processes_of(folder) and time.monotonic() < deadline:
            time.sleep(0.02)


def processes_of(folder: Path) -> list[int]:
    listing = subprocess.run(["ps", "-axww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
    found = []
    for line in listing.stdout.splitlines():
        pid, _, arguments = line.strip().partition(" ")
        if f"{folder}/" in arguments and int(pid) != os.getpid():
            found.append(int(pid))
    return found


def _make_private_parent(parent: Path) -> None:
    parent.mkdir(parents=True, exist_ok=True)
    if parent.stat().st_uid != os.getuid():
        raise RuntimeError(f"{parent} belongs to another user; it is not used. Remove it, or name another folder.")
    parent.chmod(0o711)


def _take(file: Path) -> IO[str] | None:
    """The lock, or nothing when a living process has it."""
    handle = file.open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle


def _signal(pid: int, which: signal.Signals) -> None:
    try:
        os.kill(pid, which)
    except ProcessLookupError:
        pass
