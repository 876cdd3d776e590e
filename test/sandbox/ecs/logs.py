"""The log driver `awslogs`: each line becomes an event of a stream `prefix/container/task` in CloudWatch Logs."""

from __future__ import annotations

import threading
import time
from typing import Any

from moto.logs.models import logs_backends

from ..gate.acting import act


class LoggerFault(Exception):
    """The stream cannot be made."""


class Stream:
    def __init__(self, options: dict[str, str], container: str, task: str, account: str, role: str | None) -> None:
        self._group = options["awslogs-group"]
        self._backend: Any = logs_backends[account][options["awslogs-region"]]
        prefix = options.get("awslogs-stream-prefix")
        self._name = f"{prefix}/{container}/{task}" if prefix else task
        self._lock = threading.Lock()
        creates = options.get("awslogs-create-group") == "true"
        for operation in (["CreateLogGroup"] if creates else []) + ["CreateLogStream", "PutLogEvents"]:
            where = {"logGroupName": self._group, "logStreamName": self._name}
            denied = act(role, task, options["awslogs-region"], "logs", operation, where) if role else None
            if denied is not None:
                raise LoggerFault(f"AccessDeniedException: {denied}")
        try:
            if creates and self._group not in self._backend.groups:
                self._backend.create_log_group(self._group, {})
            self._backend.create_log_stream(self._group, self._name)
        except Exception as error:  # noqa: BLE001 - moto's errors have no common class
            raise LoggerFault(f"{type(error).__name__}: {getattr(error, 'message', error)}") from None

    def write(self, line: str) -> None:
        event = {"timestamp": int(time.time() * 1000), "message": line}
        with self._lock:
            try:
                self._backend.put_log_events(self._group, self._name, [event])
            except Exception:  # noqa: BLE001 - the group was deleted meanwhile: what is written then is lost, as on AWS
                return
