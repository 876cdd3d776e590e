"""Every call that came in, without what must not stand in a log."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timezone
from typing import Any

from .call import Call

HIDDEN = "(not shown)"
# Names of parameters, without their case: passwords, secrets, tokens, keys; values of settings, and whole documents.
SECRET_NAME = re.compile(r"password|secretstring|secretbinary|token|userdata|plaintext|ssecustomerkey$|\bvalue$|parametervalue", re.IGNORECASE)
# Of such a name, and harmless: whom or what the call is about.
HARMLESS = re.compile(r"^(NextToken|Marker|Filters?\.|Tags?\.|TagsToAdd\.|TagKeys)|ManageMasterUserPassword", re.IGNORECASE)


class Log:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []

    def add(self, call: Call, principal: str, status: int, code: str | None) -> None:
        entry = {
            "at": datetime.now(timezone.utc).isoformat(),
            "service": call.service,
            "operation": call.operation,
            "region": call.region,
            "principal": principal,
            "parameters": shown(call.parameters),
            "status": status,
            "error": code,
        }
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


def shown(value: Any, name: str = "") -> Any:
    """Parameters with what may be secret left out: by name, at any depth."""
    if isinstance(value, dict):
        return {each: shown(inner, each) for each, inner in value.items()}
    if isinstance(value, list):
        return [shown(inner, name) for inner in value]
    return HIDDEN if SECRET_NAME.search(name) and not HARMLESS.search(name) else value


log = Log()
