"""What makes schedules due: schedules of the Scheduler, and rules of EventBridge with a schedule expression.

Their time is the machine's unless somebody moves it on: nobody waits until three in the morning.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.events.models import events_backends
from moto.scheduler.models import scheduler_backends

from ..events.bus import Rule, scheduled
from ..events.deliver import Delivery, deliveries
from ..world import world
from .expressions import At, parse

LONGEST_WAIT = 60.0


@dataclass
class Due:
    """Something with a schedule. `fire` invokes it for that moment."""

    arn: str
    name: str
    next: datetime | None
    fire: Callable[[datetime], None]


class Ticker:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ahead = timedelta()
        self._seen: datetime | None = None

    def begin(self) -> None:
        self._seen = self.now()
        threading.Thread(target=self._run, name="schedules", daemon=True).start()

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + self._ahead

    def advance(self, seconds: float) -> datetime:
        """Moves the schedules' time on. What becomes due meanwhile is fired, in its order, each time that it is due."""
        with self._changed:
            self._ahead += timedelta(seconds=seconds)
            self._tick()
            self._changed.notify_all()
            return self.now()

    def look_again(self) -> None:
        """A schedule was made or changed."""
        with self._changed:
            self._changed.notify_all()

    def fire(self, name: str) -> bool:
        """Now, whatever its expression says; @returns whether there is one of this name."""
        found = [each for each in everything(self.now()) if each.name == name]
        for each in found:
            each.fire(self.now())
        return len(found) > 0

    def _run(self) -> None:
        with self._changed:
            while True:
                self._tick()
                coming = [each.next for each in everything(self.now()) if each.next is not None]
                wait = min([LONGEST_WAIT, *((each - self.now()).total_seconds() for each in coming)])
                self._changed.wait(max(0.01, wait))

    def _tick(self) -> None:
        """From the last look until now, the earliest first; a schedule that is changed on the way is looked at anew."""
        assert self._seen is not None
        until = self.now()
        while True:
            due = [each for each in everything(self._seen) if each.next is not None and each.next <= until]
            if not due:
                break
            first = min(each.next for each in due if each.next is not None)
            for each in due:
                if each.next == first:
                    each.fire(first)
            self._seen = first
        self._seen = until


def everything(moment: datetime) -> Iterator[Due]:
    """What has a schedule, with the next time after this moment."""
    with world.lock:
        yield from list(_schedules(moment))
        yield from list(_rules(moment))


def _schedules(moment: datetime) -> Iterator[Due]:
    for account, regions in list(scheduler_backends.items()):
        for region, backend in list(regions.items()):
            for group in list(backend.schedule_groups.values()):
                for each in list(group.schedules.values()):
                    yield Due(each.arn, each.name, _next(each, moment), _fire_schedule(account, region, group, each))


def _next(schedule: Any, moment: datetime) -> datetime | None:
    """Within its dates, and only while it is enabled."""
    if schedule.state != "ENABLED":
        return None
    begun = _moment(schedule.start_date) or _moment(schedule.creation_date)
    assert begun is not None
    expression = parse(schedule.schedule_expression, schedule.schedule_expression_timezone)
    found = expression.after(max(moment, begun - timedelta(seconds=1)), begun)
    end = _moment(schedule.end_date)
    return None if found is None or (end is not None and found > end) else found


def _fire_schedule(account: str, region: str, group: Any, schedule: Any) -> Callable[[datetime], None]:
    def fire(at: datetime) -> None:
        execution, moment = secrets.token_hex(8), at.strftime("%Y-%m-%dT%H:%M:%SZ")
        words = {"schedule-arn": schedule.arn, "scheduled-time": moment, "execution-id": execution, "attempt-number": "1"}
        payload = str(schedule.target.get("Input") or "{}")
        for name, value in words.items():
            payload = payload.replace(f"<aws.scheduler.{name}>", value)
        about = {"SCHEDULE_ARN": schedule.arn, "EXECUTION_ID": execution, "SCHEDULED_TIME": moment, "IS_PAYLOAD_TRUNCATED": "false"}
        deliveries.begin(
            Delivery(account, region, schedule.target, payload, f"{schedule.name}-{execution}"[:64], about, dead_letter_by_role=True)
        )
        is_once = isinstance(parse(schedule.schedule_expression, schedule.schedule_expression_timezone), At)
        if is_once and schedule.action_after_completion == "DELETE":
            group.schedules.pop(schedule.name, None)

    return fire


def _rules(moment: datetime) -> Iterator[Due]:
    for account, regions in list(events_backends.items()):
        for region, backend in list(regions.items()):
            for rule in list(backend.event_buses["default"].rules.values()):
                if rule.scheduled_expression and isinstance(rule, Rule):
                    found = parse(rule.scheduled_expression).after(moment, rule.made) if rule.state == "ENABLED" else None
                    yield Due(rule.arn, rule.name, found, _fire_rule(account, region, rule))


def _fire_rule(account: str, region: str, rule: Rule) -> Callable[[datetime], None]:
    return lambda at: rule.invoke(scheduled(account, region, rule.arn, at))


def _moment(value: Any) -> datetime | None:
    """moto keeps what the request had: seconds since 1970."""
    return None if value is None else datetime.fromtimestamp(float(value), timezone.utc)


ticker = Ticker()
