"""The sandbox's own switch for schedules."""

from __future__ import annotations

from typing import Any

from ..events.deliver import deliveries
from ..refused import Refused
from .ticker import everything, ticker


def schedules(asked: dict[str, Any]) -> Any:
    """`{"fire": "nightly"}`: invokes a schedule or a rule with a schedule now; `{"advance": 3600}`: moves their time on, by seconds. Always: when each is due next, and what became of every delivery."""
    if "fire" in asked and not ticker.fire(asked["fire"]):
        raise Refused(f"There is no schedule {asked['fire']!r} in the sandbox.")
    if "advance" in asked:
        ticker.advance(float(asked["advance"]))
    now = ticker.now()
    return {
        "now": now.isoformat(),
        "schedules": [
            {"name": each.name, "arn": each.arn, "next": each.next.isoformat() if each.next else None}
            for each in everything(now)
        ],
        "deliveries": deliveries.shown(),
    }


HANDLERS = {"schedules": schedules}
