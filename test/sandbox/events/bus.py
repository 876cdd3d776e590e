"""Rules that do something: an event that a rule's pattern fits goes to each of its targets."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Any

from moto.events import models
from moto.events.exceptions import ValidationException

from ..scheduler.expressions import Invalid, parse
from .deliver import Delivery, deliveries
from .templates import payload_of


class Rule(models.Rule):
    """In the place of moto's, which knows few targets and delivers while the sender waits."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.made = datetime.now(timezone.utc)
        if self.scheduled_expression is not None:
            try:
                parse(self.scheduled_expression)
            except Invalid:
                raise ValidationException("Parameter ScheduleExpression is not valid.") from None

    def send_to_targets(self, original_event: Any, transform_input: bool = True) -> None:
        if self.state != "ENABLED" or self.event_pattern.dump() is None:
            return
        event = _as_sent(original_event)
        if not self.event_pattern.matches_event(event):  # type: ignore[arg-type]
            return
        self.invoke(event)

    def invoke(self, event: dict[str, Any]) -> None:
        for target in self.targets:
            payload = payload_of(target, event, self.arn)
            session = f"{self.name}-{target['Id']}"[:64]
            deliveries.begin(
                Delivery(self.account_id, self.region_name, target, payload, session, {"RULE_ARN": self.arn})
            )


def tell(account: str, region: str, source: str, kind: str, resources: list[str], detail: dict[str, Any]) -> None:
    """An event of one of AWS's services, to the default bus."""
    event = {"detail-type": kind, "source": source, "account": account, "region": region, "resources": resources, "detail": detail}
    for rule in list(models.events_backends[account][region].event_buses["default"].rules.values()):
        rule.send_to_targets(event)  # type: ignore[arg-type]


def scheduled(account: str, region: str, rule_arn: str, at: datetime) -> dict[str, Any]:
    """What a rule with a schedule sends."""
    event = {"detail-type": "Scheduled Event", "source": "aws.events", "account": account, "region": region,
             "resources": [rule_arn], "detail": {}, "time": at.timestamp()}  # fmt: skip
    return _as_sent(event)


def _as_sent(event: dict[str, Any]) -> dict[str, Any]:
    moment = event.get("time")
    at = datetime.fromtimestamp(float(moment), timezone.utc) if moment else datetime.now(timezone.utc)
    kept = {name: value for name, value in event.items() if name not in ("ingestion-time", "time", "version", "id")}
    return {"version": "0", "id": event.get("id") or str(uuid.uuid4()), "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"), **kept}


def install() -> None:
    models.Rule = Rule  # type: ignore[misc]
