"""A container of a task: one process, with its output in a log."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .images import Image
from .keeper import FAILED
from .logs import Stream

KEEPER = Path(__file__).parent / "keeper.py"
STOP_SECONDS = 30
LONGEST_LINE = 262_144


class Container:
    """`definition` is the task definition's part, `override` what RunTask was given for it."""

    def __init__(self, definition: dict[str, Any], override: dict[str, Any], folder: Path) -> None:
        self.name = str(definition["name"])
        self.image_name = str(definition["image"])
        self.essential = bool(definition.get("essential", True))
        self.stop_seconds = int(definition.get("stopTimeout") or STOP_SECONDS)
        self.definition, self.override = definition, override
        self.exit_code: int | None = None
        self.reason: str | None = None
        self.status = "PENDING"
        self._folder = folder / self.name
        self._keeper: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def variables(self) -> dict[str, str]:
        """What the definition says in plain text; the override's come last."""
        given = [*(self.definition.get("environment") or []), *(self.override.get("environment") or [])]
        return {str(each["name"]): str(each["value"]) for each in given}

    def command(self, image: Image) -> list[str]:
        """As Docker combines ENTRYPOINT and CMD: an entry point of one's own also does away with the image's CMD."""
        entry_point = self.definition.get("entryPoint")
        command = self.override.get("command") or self.definition.get("command")
        if command is None:
            command = image.command if entry_point is None else []
        return [str(each) for each in [*(image.entry_point if entry_point is None else entry_point), *command]]

    def start(self, image: Image, environment: dict[str, str], log: Stream | None, ended: Callable[[], None]) -> None:
        """Begins the process; `ended` is told when it is over, `reason` says so if it could not begin at all."""
        self._folder.mkdir(parents=True)
        scratch = self._folder / "tmp"
        scratch.mkdir()
        own = {"PATH": os.environ.get("PATH", ""), "HOME": str(self._folder), "TMPDIR": str(scratch), "HOSTNAME": self.name}
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(KEEPER), f"{self._folder}/", *self.command(image)],
            cwd=image.folder, env={**own, **image.environment, **environment}, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
        self.status = "RUNNING"
        threading.Thread(target=self._follow, args=(self._keeper, log, ended), daemon=True).start()

    def pid(self) -> int | None:
        """Of the process that stands before the command."""
        keeper = self._keeper
        return keeper.pid if keeper is not None and keeper.poll() is None else None

    def stop(self) -> None:
        """SIGTERM, then SIGKILL after `stopTimeout`; returns when it is over."""
        keeper = self._keeper
        if keeper is None:
            return
        self._tell("term")
        try:
            keeper.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self._tell("kill")
            keeper.wait()

    def _tell(self, word: str) -> None:
        keeper = self._keeper
        assert keeper is not None and keeper.stdin is not None
        try:
            with self._lock:
                keeper.stdin.write(f"{word}\n")
                keeper.stdin.flush()
        except (BrokenPipeError, ValueError):
            # It has ended by itself.
            return

    def _follow(self, keeper: subprocess.Popen[str], log: Stream | None, ended: Callable[[], None]) -> None:
        assert keeper.stdout is not None
        while line := keeper.stdout.readline(LONGEST_LINE):
            if log is not None and line.strip():
                log.write(line.rstrip("\n"))
        code = keeper.wait()
        failed = self._folder / FAILED
        if failed.exists():
            self.reason = f"CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: exec: {failed.read_text()}"
        else:
            self.exit_code = code
        self.status = "STOPPED"
        ended()
