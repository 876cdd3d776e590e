"""A target of EventBridge or of its Scheduler is invoked, again while that is of use, and else put aside in its dead-letter queue.

After "Retrying event delivery" and "Using dead-letter queues to process undelivered events" (EventBridge User Guide), "Configuring a schedule's
dead-letter queue" (EventBridge Scheduler User Guide).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from moto.core.utils import utcnow
from moto.sqs.models import sqs_backends

from ..world import world
from .invoke import Failure, invoke

RETRIES = 185
LONGEST_AGE = 86400


@dataclass
class Delivery:
    """One event on its way to one target. `target` is the target as its API has it, in which ARNs, retries and queue stand."""

    account: str
    region: str
    target: dict[str, Any]
    payload: str
    session: str
    """The name of the session in which the target's role acts."""
    about: dict[str, str]
    """What a dead letter tells beside the error: the rule or schedule."""
    dead_letter_by_role: bool = False
    """Whether it is the target's role that writes to the dead-letter queue, as the Scheduler's does."""
    attempts: int = 0
    state: str = "under way"
    error: str | None = None
    started: list[str] = field(default_factory=list)
    """ARNs of tasks that it started."""
    at: str = field(default_factory=lambda: utcnow().isoformat())


class Deliveries:
    """Every delivery since the sandbox began, for whoever wants to know what became of a schedule."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[Delivery] = []

    def begin(self, delivery: Delivery) -> None:
        with self._lock:
            self._all.append(delivery)
        threading.Thread(target=_carry_out, args=(delivery,), name="delivery", daemon=True).start()

    def shown(self) -> list[dict[str, Any]]:
        with self._lock:
            found = list(self._all)
        return [
            {"at": each.at, **each.about, "target": each.target.get("Arn"), "state": each.state, "attempts": each.attempts,
             "error": each.error, "started": each.started}
            for each in found
        ]  # fmt: skip


deliveries = Deliveries()


def _carry_out(delivery: Delivery) -> None:
    policy = delivery.target.get("RetryPolicy") or {}
    retries = int(policy.get("MaximumRetryAttempts", RETRIES))
    oldest = time.monotonic() + int(policy.get("MaximumEventAgeInSeconds", LONGEST_AGE))
    while True:
        delivery.attempts += 1
        try:
            delivery.started = invoke(delivery)
        except Failure as failure:
            delivery.error = f"{failure.code}: {failure}"
            exhausted = "MaximumRetryAttempts" if delivery.attempts > retries else "MaximumEventAgeInSeconds" if time.monotonic() > oldest else None
            if failure.final or exhausted is not None:
                _put_aside(delivery, failure, None if failure.final else exhausted)
                return
            world.clock.settle("retrying")
        except Exception as error:  # noqa: BLE001 - whatever it was, the delivery has to show it
            delivery.state, delivery.error = "failed", f"the sandbox could not go on: {error!r}"
            return
        else:
            delivery.state, delivery.error = "delivered", None
            return


def _put_aside(delivery: Delivery, failure: Failure, exhausted: str | None) -> None:
    delivery.state = "failed"
    queue = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
    if queue is None:
        return
    if delivery.dead_letter_by_role and failure.denied_to(delivery, "sqs", "SendMessage", {"QueueName": queue.rpartition(":")[2]}):
        delivery.error = f"{delivery.error} (and the role may not write to {queue})"
        return
    said = {
        **delivery.about,
        "TARGET_ARN": str(delivery.target.get("Arn")),
        "ERROR_CODE": failure.code,
        "ERROR_MESSAGE": str(failure),
        "RETRY_ATTEMPTS": str(delivery.attempts - 1),
        **({"EXHAUSTED_RETRY_CONDITION": exhausted} if exhausted is not None else {}),
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in said.items()}
    _, _, _, region, account, name = queue.split(":")
    try:
        with world.lock:
            sqs_backends[account][region].send_message(name, delivery.payload, message_attributes=attributes)
    except Exception as error:  # noqa: BLE001 - moto's errors have no common class
        delivery.error = f"{delivery.error} (and {queue} took no letter: {getattr(error, 'message', error)})"
        return
    delivery.state = "dead letter"
