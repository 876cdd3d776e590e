"""What a container needs before it can start: its image, its environment, its log. All of it fetched by the execution role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..gate.acting import act
from ..world import world
from .container import Container
from .images import Image, Images
from .logs import Stream
from .secrets import Unavailable, fetch

if TYPE_CHECKING:
    from .task import Task

ECR = re.compile(r"^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com/([^:@]+)")


class CannotStart(Exception):
    """Why a task fails to start, in ECS's words."""


def image_of(container: Container, task: Task, images: Images) -> Image:
    name = container.image_name
    if (found := ECR.match(name)) and task.execution_role:
        for operation in ("GetAuthorizationToken", "BatchGetImage", "GetDownloadUrlForLayer"):
            asked = {} if operation == "GetAuthorizationToken" else {"repositoryName": found.group(3)}
            denied = act(task.execution_role, task.id, found.group(2), "ecr", operation, asked)
            if denied is not None:
                raise CannotStart(f"CannotPullContainerError: AccessDeniedException: {denied}")
    image = images.find(name)
    if image is None:
        known = ", ".join(images.names()) or "none"
        raise CannotStart(
            f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {name}: {name}: not found "
            f"(the sandbox was told what these images stand for: {known}; POST /sandbox/images)"
        )
    return image


def environment_of(container: Container, task: Task) -> dict[str, str]:
    """Plain values, secrets, and what AWS itself puts there. A secret wins over a plain value of its name."""
    given = container.definition.get("secrets") or []
    if given and not task.execution_role:
        raise Unavailable("the task definition has no execution role")
    secrets = {
        str(each["name"]): fetch(str(each["valueFrom"]), task.account, task.region, str(task.execution_role), task.id)
        for each in given
    }
    own = {
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        "AWS_REGION": task.region,
        "AWS_DEFAULT_REGION": task.region,
        "AWS_ENDPOINT_URL": world.endpoint,
        # What an image brings with it: trust in RDS's authority.
        "NODE_EXTRA_CA_CERTS": str(world.authority.file),
        "PGSSLROOTCERT": str(world.authority.file),
    }
    return {**own, **container.variables(), **secrets}


def stream_of(container: Container, task: Task) -> Stream | None:
    """None where no log driver, or another one than awslogs, was chosen: then nothing is kept."""
    configuration = container.definition.get("logConfiguration") or {}
    if configuration.get("logDriver") != "awslogs":
        return None
    return Stream(configuration.get("options") or {}, container.name, task.id, task.account, task.execution_role)
