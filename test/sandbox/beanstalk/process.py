"""The application of an environment: one process of the project's sample application."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from ..world import world

START_SECONDS = 40
LOOK_SECONDS = 8
PROGRAM = "platforms/local/application/main.ts"


class Process:
    """Its settings reach it by its environment alone, as on an instance."""

    def __init__(self, environment_id: str, address: str) -> None:
        self._id = environment_id
        self._address = address
        self._folder = world.home.root / "applications" / environment_id
        self._folder.mkdir(parents=True)
        self._child: subprocess.Popen[bytes] | None = None
        self._starts = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def start(self, name: str, settings: dict[str, str]) -> None:
        """Ends what runs, starts it on these settings, and returns when it answers, well or not."""
        self.stop()
        self._starts += 1
        checkout = world.config.checkout
        own = {
            "PATH": os.environ.get("PATH", ""),
            # What an instance brings with it: trust in RDS's authority, and encrypted connections.
            "NODE_EXTRA_CA_CERTS": str(world.authority.file),
            "PGSSLMODE": "verify-full",
            "PRODCOPY_SANDBOX_ADDRESS": self._address,
            "PORT": str(self.port),
            "PRODCOPY_ENVIRONMENT": name,
            "PRODCOPY_ENVIRONMENT_ID": self._id,
            "PRODCOPY_INSTANCE": str(self._starts),
        }
        with (self._folder / "application.log").open("ab") as log:
            self._child = subprocess.Popen(
                [str(world.config.node), "--require", str(Path(__file__).parent / "source.cjs"),
                 "--require", "tsx/cjs", str(checkout / PROGRAM), f"--sandbox={self._folder}/"],
                cwd=checkout, env={**settings, **own}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.is_running() and self.look() is None:
            time.sleep(0.05)

    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def look(self) -> dict[str, Any] | None:
        """What its health page says; None when it does not answer."""
        if not self.is_running():
            return None
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=LOOK_SECONDS) as answer:
                body = answer.read()
        except urllib.error.HTTPError as error:
            body = error.read()
        except OSError:
            return None
        try:
            said = json.loads(body)
        except ValueError:
            return None
        return said if said.get("instance") == str(self._starts) else None

    def stop(self) -> None:
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(5)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
