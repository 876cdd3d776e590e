"""An environment: its configuration, its state, its application's process."""

from __future__ import annotations

import random
import string
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.elasticbeanstalk.exceptions import ElasticBeanstalkException

from ..credentials import credentials
from ..work import Work
from ..world import world
from .options import DEFAULTS, LAUNCH, Options, SecretUnavailable, role_of, shown, variables
from .process import Process

COLOURS = {"Ok": "Green", "Severe": "Red", "No Data": "Grey"}


class Environment:
    """Updates happen in `work`; while one goes on, the status is not Ready and every other change is refused."""

    def __init__(self, account: str, region: str, application: str, asked: dict[str, Any], options: Options) -> None:
        self.environment_id = "e-" + "".join(random.choices(string.ascii_lowercase + string.digits, k=10))
        self.environment_name = asked["EnvironmentName"]
        self.application_name = application
        self.account, self.region = account, region
        self.environment_arn = (
            f"arn:aws:elasticbeanstalk:{region}:{account}:environment/{application}/{self.environment_name}"
        )
        self.version_label = asked.get("VersionLabel")
        self.solution_stack_name = asked.get("SolutionStackName")
        self.platform_arn = asked.get("PlatformArn")
        self.description = asked.get("Description")
        prefix = asked.get("CNAMEPrefix") or f"{self.environment_name}.{self.environment_id}"
        self.cname = f"{prefix}.{region}.elasticbeanstalk.com"
        self.tier = asked.get("Tier") or {"Name": "WebServer", "Type": "Standard", "Version": "1.0"}
        self.tags = {each["Key"]: each["Value"] for each in asked.get("Tags") or []}
        self.date_created = self.date_updated = utcnow()
        self.status = "Launching"
        self.events: list[dict[str, Any]] = []
        self.masked: set[str] = set()
        self.fails_next = False
        self.options = {**DEFAULTS, (LAUNCH, "SecurityGroups"): self._own_group(), **options}
        self.pending: Options | None = None
        self.failed: Options | None = None
        self._health = "No Data"
        address = world.network.name_caller(self.environment_name, self._groups())
        self._address = address
        self.process = Process(self.environment_id, address)
        self.work = Work(self.environment_id, self._broken)

    def launch(self) -> None:
        self.tell("INFO", "createEnvironment is starting.")
        self.work.add(lambda: self._deploy(self.options, "launching"))

    def update(self, options: Options, version: str | None) -> None:
        self.require_ready()
        self.status, self.pending, self.failed = "Updating", options, None
        self.tell("INFO", "Environment update is starting.")

        def deploy() -> None:
            self.version_label = version or self.version_label
            self._deploy(options, "updating")

        self.work.add(deploy)

    def restart(self) -> None:
        """RestartAppServer: the same configuration, its secrets fetched anew."""
        self.require_ready()
        self.status = "Updating"
        self.tell("INFO", "restartAppServer is starting.")
        self.work.add(lambda: self._deploy(self.options, "restarting"))

    def tag(self, added: dict[str, str], removed: list[str]) -> None:
        self.require_ready()
        self.tags = {name: value for name, value in {**self.tags, **added}.items() if name not in removed}
        self.status = "Updating"
        self.tell("INFO", "Environment tag update is starting.")

        def done() -> None:
            world.clock.settle("tagging")
            self.status = "Ready"
            self.tell("INFO", "Successfully completed tag update.")

        self.work.add(done)

    def terminate(self) -> None:
        self.status = "Terminating"
        self.tell("INFO", "terminateEnvironment is starting.")

        def done() -> None:
            world.clock.settle("terminating")
            self.process.remove()
            world.network.forget_caller(self._address)
            self.status = "Terminated"
            self.tell("INFO", "terminateEnvironment completed successfully.")
            self.work.end()

        self.work.add(done)

    def require_ready(self) -> None:
        if self.status != "Ready":
            # The words of a real answer: hashicorp/terraform-provider-aws, issue 32284.
            raise ElasticBeanstalkException(
                "InvalidParameterValue",
                f"Environment named {self.environment_name} is in an invalid state for this operation. Must be Ready.",
            )

    def _deploy(self, options: Options, state: str) -> None:
        """A configuration that cannot be deployed leaves the one before in place, as a failed draft."""
        self.tell("INFO", f"Updating environment {self.environment_name}'s configuration settings.")
        world.clock.settle(state)
        try:
            if self.fails_next:
                self.fails_next = False
                raise SecretUnavailable("The sandbox was told to let this deployment fail.")
            role = role_of(options, self.account)
            settings = {**variables(options, self.account, role, self.environment_id), **self._credentials(role)}
        except SecretUnavailable as error:
            self._fail(options, str(error))
            return
        self.options, self.pending = options, None
        world.network.name_caller(self.environment_name, self._groups(), self._address)
        self.process.start(self.environment_name, settings)
        self.look()
        self.date_updated = utcnow()
        self.tell("INFO", "Successfully deployed new configuration to environment.")
        if state == "launching":
            self.tell("INFO", f"Successfully launched environment: {self.environment_name}")
        self.status = "Ready"

    def _credentials(self, role: str | None) -> dict[str, str]:
        """What leads its application's SDK to the sandbox, in the role of its instance profile; an instance has it from its metadata."""
        if role is None:
            return {}
        where = {"AWS_ENDPOINT_URL": world.endpoint, "AWS_REGION": self.region}
        return {**where, **credentials.variables(role, self.environment_id)}

    def _fail(self, options: Options, why: str) -> None:
        self.pending, self.failed = None, options
        self.tell("ERROR", f"Instance deployment failed. {why}")
        self.tell("ERROR", "Failed to deploy configuration.")
        self.look()
        self.status = "Ready"

    def look(self) -> str:
        """The health as it is now: Ok, Severe, or No Data where no process answers."""
        said = self.process.look()
        running = self.process.is_running()
        now = "Ok" if said and said.get("status") == "ok" else ("Severe" if said or running else "No Data")
        if now != self._health:
            why = f" {said.get('reason', '')}" if said and now == "Severe" else ""
            level = "WARN" if now == "Severe" else "INFO"
            self.tell(level, f"Environment health has transitioned from {self._health} to {now}.{why}")
            self._health = now
        return now

    @property
    def endpoint_url(self) -> str:
        return f"127.0.0.1:{self.process.port}"

    def described(self) -> dict[str, Any]:
        health = "No Data" if self.status in ("Launching", "Terminated") else self.look()
        return {
            "EnvironmentName": self.environment_name,
            "EnvironmentId": self.environment_id,
            "ApplicationName": self.application_name,
            "VersionLabel": self.version_label,
            "SolutionStackName": self.solution_stack_name,
            "PlatformArn": self.platform_arn,
            "Description": self.description,
            "EndpointURL": self.endpoint_url,
            "CNAME": self.cname,
            "DateCreated": self.date_created,
            "DateUpdated": self.date_updated,
            "Status": self.status,
            "AbortableOperationInProgress": False,
            "Health": "Grey" if self.status == "Updating" else COLOURS[health],
            "HealthStatus": "Info" if self.status == "Updating" else health,
            "Tier": self.tier,
            "EnvironmentArn": self.environment_arn,
            "EnvironmentLinks": [],
        }

    def configurations(self) -> list[dict[str, Any]]:
        """What is deployed, and the draft that is being deployed or that failed to be."""
        drafts = [("pending", self.pending), ("failed", self.failed)]
        return [self._configuration("deployed", self.options)] + [
            self._configuration(status, options) for status, options in drafts if options is not None
        ]

    def _configuration(self, status: str, options: Options) -> dict[str, Any]:
        return {
            "SolutionStackName": self.solution_stack_name,
            "PlatformArn": self.platform_arn,
            "ApplicationName": self.application_name,
            "EnvironmentName": self.environment_name,
            "DeploymentStatus": status,
            "DateCreated": self.date_created,
            "DateUpdated": self.date_updated,
            "OptionSettings": shown(options, self.masked),
        }

    def tell(self, severity: str, message: str) -> None:
        now: datetime = utcnow()
        self.events.append(
            {
                "EventDate": now,
                "Message": message,
                "ApplicationName": self.application_name,
                "EnvironmentName": self.environment_name,
                "Severity": severity,
            }
        )

    def _own_group(self) -> str:
        backend = ec2_backends[self.account][self.region]
        with world.lock:
            name = f"awseb-{self.environment_id}-stack-AWSEBSecurityGroup"
            vpc = backend.default_vpc.id  # type: ignore[attr-defined]
            return str(backend.create_security_group(name, "Instances of an environment", vpc_id=vpc).id)

    def _groups(self) -> list[str]:
        return [each.strip() for each in self.options[(LAUNCH, "SecurityGroups")].split(",") if each.strip()]

    def _broken(self, error: Exception) -> None:
        self.pending = None
        self.tell("ERROR", f"The sandbox could not go on: {error}")
        self.status = "Ready"
