"""Elastic Beanstalk over the wire. moto keeps applications and knows the solution stacks; the rest is here."""

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
from moto.elasticbeanstalk.responses import EBResponse

from .environment import Environment
from .options import read


class Backend(models.EBBackend):
    """One for each account and region."""

    _url_module = moto.elasticbeanstalk.urls  # type: ignore[assignment]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.environments: list[Environment] = []
        self.versions: list[dict[str, Any]] = []
        self.tags: dict[str, dict[str, str]] = {}
        self.described: dict[str, dict[str, Any]] = {}


class Response(EBResponse):
    @property
    def backend(self) -> Backend:
        return models.eb_backends[self.current_account][self.region]  # type: ignore[return-value]

    # Applications

    def create_application(self) -> ActionResult:
        name = self.params["ApplicationName"]
        application = self.backend.create_application(name)
        now = utcnow()
        self.backend.described[name] = {
            "ApplicationName": name,
            "ApplicationArn": application.arn,
            "Description": self.params.get("Description"),
            "DateCreated": now,
            "DateUpdated": now,
            "ConfigurationTemplates": [],
        }
        self.backend.tags[application.arn] = _tags(self.params.get("Tags"))
        return ActionResult({"Application": self._application(name)})

    def describe_applications(self) -> ActionResult:
        wanted = self.params.get("ApplicationNames")
        names = [name for name in self.backend.applications if wanted is None or name in wanted]
        return ActionResult({"Applications": [self._application(name) for name in names]})

    def update_application(self) -> ActionResult:
        name = self._known_application()
        if "Description" in self.params:
            self.backend.described[name].update(Description=self.params["Description"], DateUpdated=utcnow())
        return ActionResult({"Application": self._application(name)})

    def delete_application(self) -> ActionResult:
        name = self.params["ApplicationName"]
        living = [each for each in self._environments() if each.application_name == name]
        if living and not self.params.get("TerminateEnvByForce"):
            raise ElasticBeanstalkException(
                "OperationInProgressFailure",
                f"Unable to delete application {name} because it has a version that is deployed to a running environment.",
            )
        for each in living:
            each.terminate()
        return super().delete_application()

    def create_application_version(self) -> ActionResult:
        name = self._known_application()
        label = self.params["VersionLabel"]
        if any(each["ApplicationName"] == name and each["VersionLabel"] == label for each in self.backend.versions):
            raise InvalidParameterValueError(f"Application Version {label} already exists.")
        now = utcnow()
        version = {
            "ApplicationName": name,
            "VersionLabel": label,
            "Description": self.params.get("Description"),
            "SourceBundle": self.params.get("SourceBundle"),
            "DateCreated": now,
            "DateUpdated": now,
            "Status": "PROCESSED",
            "ApplicationVersionArn": f"arn:aws:elasticbeanstalk:{self.region}:{self.current_account}:applicationversion/{name}/{label}",
        }
        self.backend.versions.append(version)
        return ActionResult({"ApplicationVersion": version})

    def describe_application_versions(self) -> ActionResult:
        name, labels = self.params.get("ApplicationName"), self.params.get("VersionLabels")
        found = [
            each
            for each in self.backend.versions
            if name in (None, each["ApplicationName"]) and (labels is None or each["VersionLabel"] in labels)
        ]
        return ActionResult({"ApplicationVersions": found})

    # Environments

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
        tags = [{"Key": key, "Value": value} for key, value in self._tags_of(arn).items()]
        return ActionResult({"ResourceArn": arn, "ResourceTags": tags})

    def update_tags_for_resource(self) -> ActionResult:
        arn = self.params["ResourceArn"]
        present = self._tags_of(arn)
        added, removed = _tags(self.params.get("TagsToAdd")), list(self.params.get("TagsToRemove") or [])
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

    def _environments(self) -> list[Environment]:
        return [each for each in self.backend.environments if each.status != "Terminated"]

    def _environment(self) -> Environment:
        name, identifier = self.params.get("EnvironmentName"), self.params.get("EnvironmentId")
        if name is None and identifier is None:
            raise ElasticBeanstalkException("MissingParameter", "You must specify either EnvironmentId or EnvironmentName.")
        for each in self._environments():
            if name in (None, each.environment_name) and identifier in (None, each.environment_id):
                return each
        what = f"EnvironmentName = '{name}'" if name is not None else f"EnvironmentId = '{identifier}'"
        raise InvalidParameterValueError(f"No Environment found for {what}.")

    def _known_application(self) -> str:
        name = self.params["ApplicationName"]
        if name not in self.backend.applications:
            raise InvalidParameterValueError(f"No Application named '{name}' found.")
        return str(name)

    def _application(self, name: str) -> dict[str, Any]:
        labels = [each["VersionLabel"] for each in self.backend.versions if each["ApplicationName"] == name]
        return {**self.backend.described[name], "Versions": labels}


def all_environments() -> Iterator[Environment]:
    for regions in models.eb_backends.values():
        for backend in regions.values():
            if isinstance(backend, Backend):
                yield from backend.environments


def _tags(given: list[dict[str, str]] | None) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in given or []}


def _naive(moment: Any) -> Any:
    return moment.replace(tzinfo=None)


def install() -> None:
    """Puts our backend and answers in the place of moto's."""
    models.eb_backends.backend = Backend
    moto.elasticbeanstalk.urls.url_paths = {"{0}/$": Response.dispatch}
