"""Elastic Beanstalk over the wire: applications and their versions. moto keeps the applications."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.elasticbeanstalk import models
from moto.elasticbeanstalk.exceptions import ElasticBeanstalkException, InvalidParameterValueError
from moto.elasticbeanstalk.responses import EBResponse

from .backend import Backend
from .environment import Environment


class Applications(EBResponse):
    @property
    def backend(self) -> Backend:
        return models.eb_backends[self.current_account][self.region]  # type: ignore[return-value]

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
        self.backend.tags[application.arn] = tags(self.params.get("Tags"))
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

    def _environments(self) -> list[Environment]:
        return [each for each in self.backend.environments if each.status != "Terminated"]

    def _known_application(self) -> str:
        name = self.params["ApplicationName"]
        if name not in self.backend.applications:
            raise InvalidParameterValueError(f"No Application named '{name}' found.")
        return str(name)

    def _application(self, name: str) -> dict[str, Any]:
        labels = [each["VersionLabel"] for each in self.backend.versions if each["ApplicationName"] == name]
        return {**self.backend.described[name], "Versions": labels}


def tags(given: list[dict[str, str]] | None) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in given or []}
