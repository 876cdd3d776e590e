"""How each kind of target is invoked."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.ecs.models import ecs_backends
from moto.logs.models import logs_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from ..gate.acting import act, fault_for
from ..world import world

if TYPE_CHECKING:
    from .deliver import Delivery


class Failure(Exception):
    """A target that was not reached. `final` ones are not tried again: permissions, things that do not exist, wrong requests."""

    def __init__(self, code: str, message: str, final: bool) -> None:
        super().__init__(message)
        self.code, self.final = code, final

    @staticmethod
    def denied_to(delivery: Delivery, service: str, operation: str, parameters: dict[str, Any]) -> str | None:
        role = delivery.target.get("RoleArn")
        return act(role, delivery.session, delivery.region, service, operation, parameters) if role else None


def invoke(delivery: Delivery) -> list[str]:
    """@returns the ARNs of tasks that were started. @raises Failure"""
    arn = str(delivery.target["Arn"])
    service = arn.split(":")[2]
    try:
        if service == "ecs":
            return _run_task(delivery, arn)
        if service == "sqs":
            _send_message(delivery, arn)
        elif service == "sns":
            sns_backends[delivery.account][arn.split(":")[3]].publish(delivery.payload, arn=arn)
        elif service == "logs":
            _write_log(delivery, arn)
        else:
            raise Failure("INVALID_TARGET", f"The sandbox delivers to ECS, SQS, SNS and CloudWatch Logs, not to {arn}.", final=True)
    except ServiceException as error:
        raise Failure(error.code, error.message, final=True) from None
    return []


def _run_task(delivery: Delivery, cluster: str) -> list[str]:
    given = delivery.target.get("EcsParameters") or {}
    network = (given.get("NetworkConfiguration") or {}).get("awsvpcConfiguration") or {}
    asked: dict[str, Any] = {
        "cluster": cluster,
        "taskDefinition": given.get("TaskDefinitionArn"),
        "count": given.get("TaskCount") or 1,
        "launchType": given.get("LaunchType"),
        "group": given.get("Group"),
        "startedBy": delivery.session[:128],
        "overrides": _overrides(delivery.payload),
        "tags": [{"key": each["Key"], "value": each["Value"]} for each in given.get("Tags") or []],
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": network.get("Subnets"),
                "securityGroups": network.get("SecurityGroups"),
                "assignPublicIp": network.get("AssignPublicIp"),
            }
        }
        if network
        else None,
        "capacityProviderStrategy": [
            {name[0].lower() + name[1:]: value for name, value in each.items()}
            for each in given.get("CapacityProviderStrategy") or []
        ],
    }
    asked = {name: value for name, value in asked.items() if value}
    denied = Failure.denied_to(delivery, "ecs", "RunTask", asked)
    if denied is not None:
        raise Failure("AccessDeniedException", denied, final=True)
    fault = fault_for(delivery.region, "ecs", "RunTask")
    if fault is not None:
        raise Failure(fault[0], fault[1], final=False)
    with world.lock:
        answered = ecs_backends[delivery.account][delivery.region].run(asked)  # type: ignore[attr-defined]
    if answered["failures"]:
        raise Failure("ECSRunTaskFailure", answered["failures"][0]["reason"], final=False)
    return [each["taskArn"] for each in answered["tasks"]]


def _overrides(payload: str) -> dict[str, Any]:
    """A target's input are the overrides of the task ("RunTask" target, EventBridge User Guide); whatever else it is changes nothing."""
    try:
        read = json.loads(payload)
    except ValueError:
        return {}
    known = ("containerOverrides", "cpu", "memory", "taskRoleArn", "executionRoleArn")
    return {name: value for name, value in read.items() if name in known} if isinstance(read, dict) else {}


def _send_message(delivery: Delivery, arn: str) -> None:
    _, _, _, region, account, name = arn.split(":")
    denied = Failure.denied_to(delivery, "sqs", "SendMessage", {"QueueName": name})
    if denied is not None:
        raise Failure("AccessDeniedException", denied, final=True)
    group = (delivery.target.get("SqsParameters") or {}).get("MessageGroupId")
    with world.lock:
        sqs_backends[account][region].send_message(name, delivery.payload, group_id=group)


def _write_log(delivery: Delivery, arn: str) -> None:
    backend = logs_backends[delivery.account][arn.split(":")[3]]
    group = arn.split(":log-group:")[1].removesuffix(":*")
    event = {"timestamp": int(time.time() * 1000), "message": delivery.payload}
    with world.lock:
        backend.create_log_stream(group, f"{delivery.session}-{id(delivery)}")
        backend.put_log_events(group, f"{delivery.session}-{id(delivery)}", [event])
