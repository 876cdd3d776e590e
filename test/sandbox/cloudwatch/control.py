"""The sandbox's own switch for metrics."""

from __future__ import annotations

from typing import Any

from .metrics import told


def metrics(asked: dict[str, Any]) -> Any:
    """`{"id": "copy", "FreeStorageSpace": 1000}`: what CloudWatch says of an instance from now on, in bytes; null for no datapoint."""
    if "id" in asked:
        values = {name: value for name, value in asked.items() if name != "id"}
        told.setdefault(asked["id"], {}).update({name: None if value is None else float(value) for name, value in values.items()})
    return told


HANDLERS = {"metrics": metrics}
