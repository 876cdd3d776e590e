"""ECS over the wire. moto keeps clusters and task definitions; tasks are ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import moto.ecs.urls
from moto.core.responses import ActionResult
from moto.ecs.exceptions import ECSException, EcsClientException, InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from ..gate.passing import TASKS
from ..gate.trust import trusts_service
from ..world import world
from . import origin
from .shown import shown
from .task import Task

MOST_TASKS = 10
UNKNOWN_TO_CONTAINERS = ("dependsOn", "environmentFiles", "volumesFrom", "repositoryCredentials", "firelensConfiguration")


class Backend(EC2ContainerServiceBackend):
    """One for each account and region."""

    _url_module = moto.ecs.urls  # type: ignore[assignment]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.own_tasks: list[Task] = []
        self.refusals: list[str] = []
        """Reasons with which the next RunTask calls place nothing, as a test wants it."""

    def run(self, asked: dict[str, Any]) -> dict[str, Any]:
        """RunTask. @returns tasks and failures, as in its answer."""
        cluster = self._get_cluster(asked.get("cluster") or "default")
        definition = self.describe_task_definition(asked["taskDefinition"])
        count = int(asked.get("count") or 1)
        self._check(definition, asked, count)
        if self.refusals:
            return {"tasks": [], "failures": [{"reason": self.refusals.pop(0)}]}
        tasks = [Task(self.account_id, self.region_name, cluster, definition, asked) for _ in range(count)]
        self.own_tasks += tasks
        for each in tasks:
            each.begin()
        return {"tasks": [shown(each, with_tags=True) for each in tasks], "failures": []}

    def _check(self, definition: Any, asked: dict[str, Any], count: int) -> None:
        if not 1 <= count <= MOST_TASKS:
            raise InvalidParameterException(f"count must be between 1 and {MOST_TASKS}.")
        if definition.status != "ACTIVE":
            raise EcsClientException("TaskDefinition is inactive")
        providers = {each["capacityProvider"] for each in asked.get("capacityProviderStrategy") or []}
        if asked.get("launchType", "FARGATE") != "FARGATE" or not providers <= {"FARGATE", "FARGATE_SPOT"}:
            raise EcsClientException("The sandbox runs tasks on Fargate alone: launchType FARGATE, or its capacity providers.")
        if not (asked.get("networkConfiguration") or {}).get("awsvpcConfiguration"):
            raise InvalidParameterException(
                "Network Configuration must be provided when networkMode 'awsvpc' is specified."
            )
        known = {each["name"] for each in definition.container_definitions}
        overrides = asked.get("overrides") or {}
        for each in overrides.get("containerOverrides") or []:
            if each.get("name") not in known:
                raise InvalidParameterException(
                    f"Override for container named {each.get('name')} is not a container in the TaskDefinition."
                )
        for role in (getattr(definition, "task_role_arn", None), getattr(definition, "execution_role_arn", None),
                     overrides.get("taskRoleArn"), overrides.get("executionRoleArn")):  # fmt: skip
            if role and not trusts_service(role, TASKS):
                raise EcsClientException(
                    f"ECS was unable to assume the role '{role}' that was provided for this task. Please verify that the role being "
                    "passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
                )

    def living(self, cluster: Any) -> list[Task]:
        return [each for each in self.own_tasks if each.cluster is cluster and each.status != "STOPPED"]


class Response(EC2ContainerServiceResponse):
    @property
    def backend(self) -> Backend:
        return ecs_backends[self.current_account][self.region]  # type: ignore[return-value]

    def call_action(self) -> Any:
        with world.lock:
            return super().call_action()

    def register_task_definition(self) -> ActionResult:
        containers = self._get_param("containerDefinitions") or []
        unknown = sorted({name for each in containers for name in UNKNOWN_TO_CONTAINERS if each.get(name)})
        if unknown:
            raise EcsClientException(f"The sandbox runs no containers with {', '.join(unknown)}.")
        if any(each.get("secrets") for each in containers) and not self._get_param("executionRoleArn"):
            raise EcsClientException(
                "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
            )
        return super().register_task_definition()

    def run_task(self) -> ActionResult:
        return ActionResult(self.backend.run(self._get_params()))

    def describe_tasks(self) -> ActionResult:
        cluster = self.backend._get_cluster(self._get_param("cluster") or "default")
        with_tags = "TAGS" in (self._get_param("include") or [])
        found, failures = [], []
        for name in self._get_param("tasks") or []:
            task = self._find(cluster, name)
            if task is None:
                arn = name if name.startswith("arn:") else f"arn:aws:ecs:{self.region}:{self.current_account}:task/{cluster.name}/{name}"
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                found.append(shown(task, with_tags))
        return ActionResult({"tasks": found, "failures": failures})

    def list_tasks(self) -> ActionResult:
        cluster = self.backend._get_cluster(self._get_param("cluster") or "default")
        wanted = self._get_param("desiredStatus") or "RUNNING"
        family, started_by = self._get_param("family"), self._get_param("startedBy")
        found = [
            each.arn
            for each in self.backend.own_tasks
            if each.cluster is cluster
            and each.desired == wanted
            and family in (None, each.definition.family)
            and started_by in (None, each.asked.get("startedBy"))
        ]
        return ActionResult({"taskArns": found})

    def stop_task(self) -> ActionResult:
        cluster = self.backend._get_cluster(self._get_param("cluster") or "default")
        task = self._find(cluster, self._get_param("task"))
        if task is None:
            raise InvalidParameterException("The referenced task was not found.")
        task.stop(self._get_param("reason"))
        return ActionResult({"task": shown(task)})

    def describe_clusters(self) -> ActionResult:
        for cluster in self.backend.clusters.values():
            living = self.backend.living(cluster)
            cluster.running_tasks_count = sum(each.status == "RUNNING" for each in living)
            cluster.pending_tasks_count = len(living) - cluster.running_tasks_count
        return super().describe_clusters()

    def delete_cluster(self) -> ActionResult:
        cluster = self.backend._get_cluster(self._get_param("cluster"))
        if self.backend.living(cluster):
            raise ECSException("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
        return super().delete_cluster()

    def _find(self, cluster: Any, name: str) -> Task | None:
        wanted = name.rpartition("/")[2]
        return next((each for each in self.backend.own_tasks if each.cluster is cluster and each.id == wanted), None)


def all_tasks() -> Iterator[Task]:
    for regions in ecs_backends.values():
        for backend in regions.values():
            if isinstance(backend, Backend):
                yield from list(backend.own_tasks)


def install() -> None:
    """Puts our backend and answers in the place of moto's."""
    ecs_backends.backend = Backend
    moto.ecs.urls.url_paths = {"{0}/$": Response.dispatch}
    world.network.finders.append(lambda port: origin.address_of(port, all_tasks()))
