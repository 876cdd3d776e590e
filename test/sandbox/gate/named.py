"""The resources that a call of most services names, by one of its parameters, with their tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ecs.models import ecs_backends
from moto.events.models import events_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.scheduler.models import scheduler_backends

from .account import ACCOUNT
from .call import Call

# Parameters, the first that is there counts, with the ARN that a name stands for; what is an ARN already is taken as it is.
NAMES: dict[str, list[tuple[str, str]]] = {
    "cloudwatch": [("AlarmName", "alarm:{}"), ("ResourceARN", "{}")],
    "ecr": [("repositoryName", "repository/{}"), ("resourceArn", "{}")],
    "ecs": [
        ("taskDefinition", "task-definition/{}"), ("family", "task-definition/{}"), ("task", "task/{}"),
        ("cluster", "cluster/{}"), ("clusterName", "cluster/{}"), ("resourceArn", "{}"),
    ],
    "events": [("Rule", "rule/{}"), ("Name", "rule/{}"), ("EventBusName", "event-bus/{}"), ("ResourceARN", "{}")],
    "kms": [("KeyId", "key/{}"), ("TargetKeyId", "key/{}")],
    "logs": [("resourceArn", "{}")],
    "scheduler": [("ResourceArn", "{}")],
    "sns": [("TopicArn", "{}"), ("Name", "{}"), ("ResourceArn", "{}")],
    "sts": [("RoleArn", "{}")],
    "ssm": [("Target", "instance/{}"), ("Name", "parameter/{}")],
}  # fmt: skip


def resources(call: Call) -> list[tuple[str, dict[str, str]]]:
    """ARNs with their tags; none where the call names nothing that is known here."""
    arns = OF_THEIR_OWN.get(call.service, _by_name)(call)
    tags_of = TAGS.get(call.service)
    return [(arn, _safely(tags_of, arn, call.region) if tags_of else {}) for arn in arns]


def tags(given: Any) -> dict[str, str]:
    """Tags in any of the shapes in which AWS's services have them."""
    if isinstance(given, dict):
        return {str(key): str(value.get("Value") if isinstance(value, dict) else value) for key, value in given.items()}
    names = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"))
    return {str(each[key]): str(each[value]) for each in given or [] for key, value in names if key in each}


def _by_name(call: Call) -> list[str]:
    prefix = f"arn:aws:{call.service}:{call.region}:{ACCOUNT}:"
    for parameter, shape in NAMES.get(call.service, []):
        value = call.parameters.get(parameter)
        if isinstance(value, str) and value:
            return [value if value.startswith("arn:") else prefix + shape.format(value.removeprefix("/"))]
    return []


def _buckets(call: Call) -> list[str]:
    bucket, key = call.parameters.get("Bucket"), call.parameters.get("Key")
    if bucket is None:
        return []
    keys = call.parameters.get("Keys") or ([] if key is None else [key])
    return [f"arn:aws:s3:::{bucket}/{each}" for each in keys] or [f"arn:aws:s3:::{bucket}"]


def _schedules(call: Call) -> list[str]:
    name = call.parameters.get("Name")
    if name is None:
        return _by_name(call)
    prefix = f"arn:aws:scheduler:{call.region}:{ACCOUNT}"
    if "ScheduleGroup" in call.operation:
        return [f"{prefix}:schedule-group/{name}"]
    group = call.parameters.get("GroupName") or call.parameters.get("groupName") or "default"
    return [f"{prefix}:schedule/{group}/{name}"]


def _logs(call: Call) -> list[str]:
    """Streams stand in their group's ARN; of a group alone the policy is asked with an empty stream, so that `group:*` fits."""
    group = call.parameters.get("logGroupName") or call.parameters.get("logGroupIdentifier")
    if group is None:
        return _by_name(call)
    stream = call.parameters.get("logStreamName") or ""
    return [f"arn:aws:logs:{call.region}:{ACCOUNT}:log-group:{group}:log-stream:{stream}"]


def _queues(call: Call) -> list[str]:
    name = call.parameters.get("QueueName") or str(call.parameters.get("QueueUrl", "")).rpartition("/")[2]
    return [f"arn:aws:sqs:{call.region}:{ACCOUNT}:{name}"] if name else []


def _identities(call: Call) -> list[str]:
    """Roles, users, profiles with their paths, and policies."""
    backend = iam_backends[ACCOUNT]["aws"]
    kinds: list[tuple[str, str, Callable[[], Any]]] = [
        ("RoleName", "role", lambda: backend.roles.values()),
        ("InstanceProfileName", "instance-profile", lambda: backend.instance_profiles.values()),
        ("UserName", "user", lambda: backend.users.values()),
        ("PolicyName", "policy", lambda: ()),
    ]
    for parameter, kind, known in kinds:
        name = call.parameters.get(parameter)
        if name:
            path = call.parameters.get("Path") or "/"
            there = next((each.arn for each in known() if each.name == name), None)
            return [there or f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}"]
    arn = call.parameters.get("PolicyArn")
    return [str(arn)] if arn else []


def _safely(tags_of: Callable[[str, str], Any], arn: str, region: str) -> dict[str, str]:
    """What does not exist has no tags; moto raises another error for each kind of thing."""
    try:
        return tags(tags_of(arn, region))
    except Exception:  # noqa: BLE001
        return {}


def _of_key(arn: str, region: str) -> Any:
    backend = kms_backends[ACCOUNT][region]
    return backend.list_resource_tags(backend.get_key_id(arn.rpartition("/")[2]))["Tags"]


def _of_identity(arn: str, _: str) -> Any:
    backend = iam_backends[ACCOUNT]["aws"]
    everything = [*backend.roles.values(), *backend.users.values(), *backend.managed_policies.values()]
    return next(each for each in everything if each.arn == arn).tags


OF_THEIR_OWN: dict[str, Callable[[Call], list[str]]] = {
    "iam": _identities, "logs": _logs, "s3": _buckets, "scheduler": _schedules, "sqs": _queues,
}  # fmt: skip
TAGS: dict[str, Callable[[str, str], Any]] = {
    "ecs": lambda arn, region: ecs_backends[ACCOUNT][region].list_tags_for_resource(arn),
    "events": lambda arn, region: events_backends[ACCOUNT][region].list_tags_for_resource(arn)["Tags"],
    "iam": _of_identity,
    "kms": _of_key,
    "s3": lambda arn, _: s3_backends[ACCOUNT]["aws"].tagger.get_tag_dict_for_resource(arn),
    "scheduler": lambda arn, region: scheduler_backends[ACCOUNT][region].list_tags_for_resource(arn)["Tags"],
}
