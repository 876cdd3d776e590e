"""A task: from PROVISIONING to STOPPED, with its containers' processes in between.

After "Amazon ECS task lifecycle", "Stopped tasks error codes" (ECS Developer Guide) and the API reference's Task.
"""

from __future__ import annotations

import secrets
import shutil
import threading
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow

from ..credentials import credentials
from ..events.bus import tell
from ..work import Work
from ..world import world
from .container import Container
from .images import Image, images
from .logs import LoggerFault
from .prepare import CannotStart, environment_of, image_of, stream_of
from .secrets import Unavailable
from .shown import shown


class Task:
    """Its life goes on in `work`; `definition` is moto's task definition, `asked` the RunTask's parameters."""

    def __init__(self, account: str, region: str, cluster: Any, definition: Any, asked: dict[str, Any]) -> None:
        self.id = secrets.token_hex(16)
        self.account, self.region = account, region
        self.arn = f"arn:aws:ecs:{region}:{account}:task/{cluster.name}/{self.id}"
        self.cluster, self.definition, self.asked = cluster, definition, asked
        self.overrides: dict[str, Any] = asked.get("overrides") or {}
        self.status, self.desired = "PROVISIONING", "RUNNING"
        self.stop_code: str | None = None
        self.stopped_reason: str | None = None
        self.version = 1
        self.times: dict[str, datetime] = {"createdAt": utcnow()}
        self.task_role = self.overrides.get("taskRoleArn") or getattr(definition, "task_role_arn", None)
        self.execution_role = self.overrides.get("executionRoleArn") or getattr(definition, "execution_role_arn", None)
        self.folder = world.home.root / "tasks" / self.id
        self.containers = [
            Container(each, self._override(each["name"]), self.folder) for each in definition.container_definitions
        ]
        network = (asked.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
        self.groups: list[str] = network.get("securityGroups") or []
        self.subnets: list[str] = network.get("subnets") or []
        self.address = world.network.name_caller(f"task {self.id}", self.groups)
        self._changed = threading.Condition()
        self._work = Work(f"task {self.id}", self._broken)

    def begin(self) -> None:
        self._work.add(self._live)

    def stop(self, reason: str | None) -> None:
        """StopTask: the containers get SIGTERM, and SIGKILL after their `stopTimeout`."""
        with self._changed:
            if self.desired == "RUNNING":
                self.desired, self.stop_code = "STOPPED", "UserInitiated"
                self.stopped_reason = reason or "Task stopped by user"
                self.times["stoppingAt"] = utcnow()
            self._changed.notify_all()

    def _live(self) -> None:
        world.clock.settle("provisioning")
        self._become("PENDING")
        world.clock.settle("pending")
        try:
            if self.desired == "RUNNING":
                self._start()
        except CannotStart as error:
            self._end("TaskFailedToStart", str(error))
        else:
            self._wait()
        self._finish()

    def _start(self) -> None:
        """Images first, then secrets, then log streams, as the agent does; nothing is started unless all of it is there."""
        self.times["pullStartedAt"] = utcnow()
        found: dict[str, Image] = {each.name: image_of(each, self, images) for each in self.containers}
        self.times["pullStoppedAt"] = utcnow()
        try:
            environments = {each.name: environment_of(each, self) for each in self.containers}
        except Unavailable as error:
            raise CannotStart(
                f"ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: {error}"
            ) from None
        try:
            streams = {each.name: stream_of(each, self) for each in self.containers}
        except LoggerFault as error:
            raise CannotStart(
                f"ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: {error}"
            ) from None
        role = credentials.variables(self.task_role, self.id) if self.task_role else {}
        for each in self.containers:
            each.start(found[each.name], {**environments[each.name], **role}, streams[each.name], self._look)
        self.times["startedAt"] = utcnow()
        self._become("RUNNING")

    def _wait(self) -> None:
        """Until an essential container ends, or somebody stops the task; then all the others are stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self.desired == "STOPPED" or self._over())
        if self._over() is not None:
            reasons = [each.reason for each in self.containers if each.reason is not None]
            if reasons:
                self._end("TaskFailedToStart", reasons[0])
            else:
                self._end("EssentialContainerExited", "Essential container in task exited")
        self.times["executionStoppedAt"] = utcnow()

    def _over(self) -> Container | None:
        return next((each for each in self.containers if each.essential and each.status == "STOPPED"), None)

    def _finish(self) -> None:
        if any(each.pid() is not None for each in self.containers):
            self._become("STOPPING")
        stopping = [threading.Thread(target=each.stop) for each in self.containers]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        with self._changed:
            started = [each for each in self.containers if each.status != "PENDING"]
            self._changed.wait_for(lambda: all(each.status == "STOPPED" for each in started))
        for each in self.containers:
            each.status = "STOPPED"
        self._become("DEPROVISIONING")
        world.clock.settle("deprovisioning")
        world.network.forget_caller(self.address)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.times["stoppedAt"] = utcnow()
        self._become("STOPPED")
        self._work.end()

    def _end(self, code: str, reason: str) -> None:
        with self._changed:
            if self.desired == "RUNNING":
                self.desired, self.stop_code, self.stopped_reason = "STOPPED", code, reason
                self.times["stoppingAt"] = utcnow()

    def _become(self, status: str) -> None:
        self.status = status
        self.version += 1
        tell(self.account, self.region, "aws.ecs", "ECS Task State Change", [self.arn], self.event())

    def _look(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _broken(self, error: Exception) -> None:
        self._end("TaskFailedToStart", f"The sandbox could not go on: {error}")
        for each in self.containers:
            each.stop()
        self._become("STOPPED")

    def _override(self, name: str) -> dict[str, Any]:
        given = self.overrides.get("containerOverrides") or []
        return next((each for each in given if each.get("name") == name), {})

    def event(self) -> dict[str, Any]:
        """As in events: times as text."""
        return {
            name: value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if isinstance(value, datetime) else value
            for name, value in shown(self).items()
        }
