"""Elastic Beanstalk over the wire: environments and tags. moto knows the solution stacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import moto.elasticbeanstalk.urls
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.elasticbeanstalk import models
from moto.elasticbeanstalk.exceptions import (
    ElasticBeanstalkException,
    InvalidParameterValueError,
    ResourceNotFoundException,
)

from .applications import Applications, tags
from .backend import Backend
from .environment import Environment
from .options import read


class Response(Applications):
    def create_environment(self) -> ActionResult:
        application = self._known_application()
        name = self.params["EnvironmentName"]
        if any(each.environment_name == name for each in self._environments()):
            raise InvalidParameterValueError(f"Environment {name} already exists.")
        options = read(self.params.get("OptionSettings") or [])
        environment = Environment(self.current_account, self.region, application, self.params, options)
        self.backend.environments.append(environment)
        environment.launch()
        return ActionResult(environment.described())

    def describe_environments(self) -> ActionResult:
        names, ids = self.params.get("EnvironmentNames"), self.params.get("EnvironmentIds")
        application = self.params.get("ApplicationName")
        deleted = self.params.get("IncludeDeleted", True)
        found = [
            each
            for each in self.backend.environments
            if (names is None or each.environment_name in names)
            and (ids is None or each.environment_id in ids)
            and application in (None, each.application_name)
            and (deleted or each.status != "Terminated")
        ]
        return ActionResult({"Environments": [each.described() for each in found]})

    def update_environment(self) -> ActionResult:
        environment = self._environment()
        environment.require_ready()
        removed = {(each["Namespace"], each["OptionName"]) for each in self.params.get("OptionsToRemove") or []}
        kept = {where: value for where, value in environment.options.items() if where not in removed}
        options = {**kept, **read(self.params.get("OptionSettings") or [])}
        environment.update(options, self.params.get("VersionLabel"))
        return ActionResult(environment.described())

    def restart_app_server(self) -> ActionResult:
        self._environment().restart()
        return EmptyResult()

    def terminate_environment(self) -> ActionResult:
        environment = self._environment()
        environment.terminate()
        return ActionResult(environment.described())

    def describe_configuration_settings(self) -> ActionResult:
        self._known_application()
        return ActionResult({"ConfigurationSettings": self._environment().configurations()})

    def describe_environment_health(self) -> ActionResult:
        environment = self._environment()
        seen = environment.described()
        said = environment.process.look() or {}
        causes = [said["reason"]] if said.get("reason") else []
        return ActionResult(
            {
                "EnvironmentName": environment.environment_name,
                "HealthStatus": seen["HealthStatus"],
                "Status": environment.status,
                "Color": seen["Health"],
                "Causes": causes,
                "InstancesHealth": {"Ok": 1 if seen["HealthStatus"] == "Ok" else 0},
                "RefreshedAt": utcnow(),
            }
        )

    def describe_environment_resources(self) -> ActionResult:
        environment = self._environment()
        resources = {
            "EnvironmentName": environment.environment_name,
            "AutoScalingGroups": [{"Name": f"awseb-{environment.environment_id}-stack-AWSEBAutoScalingGroup"}],
            "Instances": [{"Id": "i-" + environment.environment_id.removeprefix("e-").ljust(17, "0")}],
            "LaunchConfigurations": [],
            "LaunchTemplates": [],
            "LoadBalancers": [],
            "Triggers": [],
            "Queues": [],
        }
        return ActionResult({"EnvironmentResources": resources})

    def describe_events(self) -> ActionResult:
        """The newest first, as documented. Without RequestId: moto writes its own over every element of that name."""
        wanted = {name: self.params.get(name) for name in ("ApplicationName", "EnvironmentName")}
        identifier = self.params.get("EnvironmentId")
        since, until = self.params.get("StartTime"), self.params.get("EndTime")
        found = [
            event
            for each in self.backend.environments
            if identifier in (None, each.environment_id)
            for event in each.events
            if all(value in (None, event[name]) for name, value in wanted.items())
            and (since is None or _naive(event["EventDate"]) >= _naive(since))
            and (until is None or _naive(event["EventDate"]) < _naive(until))
        ]
        levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
        least = levels.index(self.params.get("Severity") or "TRACE")
        found = [event for event in found if levels.index(event["Severity"]) >= least]
        newest = list(reversed(sorted(found, key=lambda event: event["EventDate"])))
        begin, size = int(self.params.get("NextToken") or 0), int(self.params.get("MaxRecords") or 100)
        more = {"NextToken": str(begin + size)} if begin + size < len(newest) else {}
        return ActionResult({"Events": newest[begin : begin + size], **more})

    # Tags

    def list_tags_for_resource(self) -> ActionResult:
        arn = self.params["ResourceArn"]
        found = [{"Key": key, "Value": value} for key, value in self._tags_of(arn).items()]
        return ActionResult({"ResourceArn": arn, "ResourceTags": found})

    def update_tags_for_resource(self) -> ActionResult:
        arn = self.params["ResourceArn"]
        present = self._tags_of(arn)
        added, removed = tags(self.params.get("TagsToAdd")), list(self.params.get("TagsToRemove") or [])
        for environment in self._environments():
            if environment.environment_arn == arn:
                environment.tag(added, removed)
                return EmptyResult()
        self.backend.tags[arn] = {key: value for key, value in {**present, **added}.items() if key not in removed}
        return EmptyResult()

    def _tags_of(self, arn: str) -> dict[str, str]:
        for environment in self._environments():
            if environment.environment_arn == arn:
                return environment.tags
        if arn not in self.backend.tags:
            raise ResourceNotFoundException(f"Resource not found for ARN '{arn}'.")
        return self.backend.tags[arn]

    def _environment(self) -> Environment:
        name, identifier = self.params.get("EnvironmentName"), self.params.get("EnvironmentId")
        if name is None and identifier is None:
            raise ElasticBeanstalkException("MissingParameter", "You must specify either EnvironmentId or EnvironmentName.")
        for each in self._environments():
            if name in (None, each.environment_name) and identifier in (None, each.environment_id):
                return each
        what = f"EnvironmentName = '{name}'" if name is not None else f"EnvironmentId = '{identifier}'"
        raise InvalidParameterValueError(f"No Environment found for {what}.")


def all_environments() -> Iterator[Environment]:
    for regions in models.eb_backends.values():
        for backend in regions.values():
            if isinstance(backend, Backend):
                yield from backend.environments


def _naive(moment: Any) -> Any:
    return moment.replace(tzinfo=None)


def install() -> None:
    """Puts our backend and answers in the place of moto's."""
    models.eb_backends.backend = Backend
    moto.elasticbeanstalk.urls.url_paths = {"{0}/$": Response.dispatch}
