"""Roles that a call hands to a service: the caller needs iam:PassRole on each ("Grant a user permissions to pass a role", IAM User Guide)."""

from __future__ import annotations

from typing import Any

from moto.ecs.models import ecs_backends

from .account import ACCOUNT
from .call import Call

TASKS = "ecs-tasks.amazonaws.com"


def passed_roles(call: Call) -> list[tuple[str, str]]:
    """ARNs of roles, with the service that is to use them."""
    given = call.parameters
    if call.name == "ecs:RegisterTaskDefinition":
        found = [(given.get("taskRoleArn"), TASKS), (given.get("executionRoleArn"), TASKS)]
    elif call.name == "ecs:RunTask":
        found = [(role, TASKS) for role in task_roles(call.region, str(given.get("taskDefinition")), given.get("overrides"))]
    elif call.name in ("scheduler:CreateSchedule", "scheduler:UpdateSchedule"):
        found = [((given.get("Target") or {}).get("RoleArn"), "scheduler.amazonaws.com")]
    elif call.name == "events:PutTargets":
        found = [(each.get("RoleArn"), "events.amazonaws.com") for each in given.get("Targets") or []]
    elif call.name == "events:PutRule":
        found = [(given.get("RoleArn"), "events.amazonaws.com")]
    else:
        found = []
    return [(str(role), service) for role, service in found if role]


def task_roles(region: str, definition: str, overrides: dict[str, Any] | None) -> list[str | None]:
    """The roles with which a task would run."""
    try:
        found = ecs_backends[ACCOUNT][region].describe_task_definition(definition)
    except Exception:  # noqa: BLE001 - there is none, which ECS itself says better
        return []
    given = overrides or {}
    task = given.get("taskRoleArn") or getattr(found, "task_role_arn", None)
    return [task, given.get("executionRoleArn") or getattr(found, "execution_role_arn", None)]
