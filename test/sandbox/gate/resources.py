"""What a call is about: the ARNs of its resources, and their tags, for policies to judge."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from moto.ec2.models import ec2_backends
from moto.elasticbeanstalk.models import eb_backends
from moto.rds.models import rds_backends
from moto.secretsmanager.models import secretsmanager_backends

from . import named
from .account import ACCOUNT
from .call import Call

# Parameters that name an RDS resource, with the type in its ARN.
RDS = {
    "DBInstanceIdentifier": "db",
    "DBSnapshotIdentifier": "snapshot",
    "SourceDBSnapshotIdentifier": "snapshot",
    "TargetDBSnapshotIdentifier": "snapshot",
    "DBParameterGroupName": "pg",
    "DBClusterIdentifier": "cluster",
    "SourceDBClusterIdentifier": "cluster",
    "DBClusterSnapshotIdentifier": "cluster-snapshot",
    "SnapshotIdentifier": "cluster-snapshot",
    "SourceDBClusterSnapshotIdentifier": "cluster-snapshot",
    "TargetDBClusterSnapshotIdentifier": "cluster-snapshot",
    "DBClusterParameterGroupName": "cluster-pg",
}
TAG_KEYS = re.compile(
    r"^(?:aws:ResourceTag|(?:rds|ec2|secretsmanager|elasticbeanstalk|kms|ecs|iam|s3):(?:\w+-tag|ResourceTag|ExistingObjectTag|BucketTag))/(.+)$"
)


@dataclass
class Resource:
    arn: str
    tags: dict[str, str] = field(default_factory=dict)
    requested: dict[str, str] = field(default_factory=dict)
    """The tags that the call brings with it."""

    context: dict[str, str] = field(default_factory=dict)
    """Other condition keys, in lower case."""
    is_known: bool = True
    """Whether the ARN is that of the resource; else an Allow is not held against it."""

    def condition_values(self, key: str) -> list[str] | None:
        """What a condition key stands for; None where it is not there."""
        if of_resource := TAG_KEYS.match(key):
            return _one(self.tags.get(of_resource.group(1)))
        if key.startswith("aws:RequestTag/"):
            return _one(self.requested.get(key.removeprefix("aws:RequestTag/")))
        if key.lower() == "aws:tagkeys":
            return list(self.requested) or None
        return _one(self.context.get(key.lower()))


def resources_of(call: Call) -> list[Resource]:
    """At least one: a call that names nothing is about everything."""
    own = {"rds": _rds, "secretsmanager": _secrets, "elasticbeanstalk": _beanstalk, "ec2": _ec2}
    if call.service in own:
        found = own[call.service](call)
    else:
        found = [Resource(arn, tags) for arn, tags in named.resources(call)]
    found = found or [Resource("*", is_known=False)]
    requested = _requested(call.parameters)
    for resource in found:
        resource.requested = requested
        resource.context["aws:requestedregion"] = call.region
    return found


def _rds(call: Call) -> list[Resource]:
    backend = rds_backends[ACCOUNT][call.region]
    arns = [str(call.parameters["ResourceName"])] if "ResourceName" in call.parameters else []
    for parameter, kind in RDS.items():
        name = call.parameters.get(parameter)
        if name:
            arns.append(name if name.startswith("arn:") else f"arn:aws:rds:{call.region}:{ACCOUNT}:{kind}:{name}")
    found = []
    for arn in arns:
        thing = backend._get_resource_for_tagging(arn)
        found.append(Resource(arn, named.tags(thing.tags if thing is not None else [])))
    return found


def _secrets(call: Call) -> list[Resource]:
    name = call.parameters.get("SecretId") or call.parameters.get("Name")
    if name is None:
        return []
    for secret in secretsmanager_backends[ACCOUNT][call.region].secrets.values():
        if name in (secret.arn, secret.name) or secret.arn.startswith(f"{name}-"):
            return [Resource(secret.arn, named.tags(secret.tags or []))]
    return [Resource(f"arn:aws:secretsmanager:{call.region}:{ACCOUNT}:secret:{name}-??????")]


def _beanstalk(call: Call) -> list[Resource]:
    wanted = {call.parameters.get(name) for name in ("EnvironmentName", "EnvironmentId", "ResourceArn")} - {None}
    environments = getattr(eb_backends[ACCOUNT][call.region], "environments", [])
    return [
        Resource(each.environment_arn, dict(each.tags))
        for each in environments
        if wanted & {each.environment_name, each.environment_id, each.environment_arn}
    ]


def _ec2(call: Call) -> list[Resource]:
    ids = [str(value) for name, value in call.parameters.items() if re.match(r"(GroupId|InstanceId)(\.\d+)?$", name)]
    backend = ec2_backends[ACCOUNT][call.region]
    kinds = {"sg": "security-group", "i": "instance"}
    return [
        Resource(
            f"arn:aws:ec2:{call.region}:{ACCOUNT}:{kinds.get(each.split('-')[0], 'resource')}/{each}",
            {key: str(value) for key, value in (backend.tags.get(each) or {}).items()},
        )
        for each in ids
    ]


def _requested(parameters: dict[str, Any]) -> dict[str, str]:
    """Tags of the call, from a form (`Tags.Tag.1.Key`) or from JSON."""
    listed = parameters.get("Tags") or parameters.get("tags")
    tags = named.tags(listed) if isinstance(listed, list) else {}
    for name, key in parameters.items():
        if re.match(r"(Tags|TagsToAdd|TagSpecification)\..*\.Key$", name):
            tags[str(key)] = str(parameters.get(name.removesuffix("Key") + "Value", ""))
    return tags


def _one(value: str | None) -> list[str] | None:
    return None if value is None else [value]
