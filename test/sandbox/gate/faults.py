"""Faults on demand: throttling, refusals, answers that get lost, slowness."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from .call import Call


@dataclass
class Fault:
    service: str
    """`*` stands for every service."""
    operation: str
    """`*` stands for every operation of the service."""
    times: int = 1
    code: str | None = None
    """The error's code; None lets the call through (after `delay`)."""
    message: str = "The sandbox was told to answer so."
    status: int = 400
    delay: float = 0
    """Seconds before anything else happens."""
    after: bool = False
    """The call is carried out all the same, and only its answer is lost."""
    key: str | None = None
    """Only calls that are signed with this access key."""

    def fits(self, call: Call) -> bool:
        is_meant = self.service in ("*", call.service) and self.operation in ("*", call.operation)
        return self.times > 0 and is_meant and self.key in (None, call.access_key)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, **asked: Any) -> None:
        with self._lock:
            self._faults.append(Fault(**asked))

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, call: Call) -> Fault | None:
        """The first fault for this call, used up by one."""
        with self._lock:
            for fault in self._faults:
                if fault.fits(call):
                    fault.times -= 1
                    return fault
        return None


faults = Faults()
