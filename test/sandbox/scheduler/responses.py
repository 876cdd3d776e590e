"""EventBridge Scheduler over the wire: moto's answers, with the checks that it lacks."""

from __future__ import annotations

import json
from typing import Any

import moto.scheduler.urls
from moto.scheduler.exceptions import ValidationException
from moto.scheduler.responses import EventBridgeSchedulerResponse

from ..gate.trust import trusts_service
from ..world import world
from .expressions import Invalid, parse
from .ticker import ticker

TRUSTED = "scheduler.amazonaws.com"
KNOWN_TARGETS = ("ecs", "sqs")


class Response(EventBridgeSchedulerResponse):
    def create_schedule(self) -> str:
        return self._made(super().create_schedule)

    def update_schedule(self) -> str:
        """What an update leaves out goes back to its default, as AWS has it: moto's UpdateSchedule does so but for the state."""
        answer = self._made(super().update_schedule)
        schedule = self.scheduler_backend.get_schedule(self._get_param("GroupName"), self.uri.split("?")[0].split("/")[-1])
        schedule.state = self._get_param("State") or "ENABLED"
        schedule.action_after_completion = self._get_param("ActionAfterCompletion") or "NONE"
        return answer

    def _made(self, make: Any) -> str:
        with world.lock:
            self._check()
            answer = str(make())
        ticker.look_again()
        return answer

    def get_schedule(self) -> str:
        shown = json.loads(super().get_schedule())
        # An empty one is not there: the SDKs read null as a text.
        return json.dumps({name: value for name, value in shown.items() if value is not None})

    def _check(self) -> None:
        self.scheduler_backend.get_schedule_group(self._get_param("GroupName"))
        try:
            parse(self._get_param("ScheduleExpression"), self._get_param("ScheduleExpressionTimezone") or "UTC")
        except Invalid as error:
            raise ValidationException(str(error)) from None
        target = self._get_param("Target")
        arn, role = str(target["Arn"]), str(target["RoleArn"])
        if arn.split(":")[2] not in KNOWN_TARGETS:
            raise ValidationException(f"The sandbox invokes ECS and SQS, not {arn}.")
        if arn.split(":")[2] == "ecs" and not (target.get("EcsParameters") or {}).get("TaskDefinitionArn"):
            raise ValidationException("EcsParameters must be specified for an ECS target.")
        if not trusts_service(role, TRUSTED):
            raise ValidationException("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")


def install() -> None:
    """Puts our answers in the place of moto's."""
    moto.scheduler.urls.url_paths = {pattern: Response.dispatch for pattern in moto.scheduler.urls.url_paths}
    ticker.begin()
