"""Option settings: what an environment is configured with, and how that is shown.

After "General options for all environments" and "Fetching secrets and parameters to Elastic Beanstalk environment
variables" (Developer Guide).
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.elasticbeanstalk.exceptions import ElasticBeanstalkException
from moto.iam.models import iam_backends
from moto.secretsmanager.models import secretsmanager_backends

from ..gate.acting import act

Options = dict[tuple[str, str], str]

PLAIN = "aws:elasticbeanstalk:application:environment"
SECRET = "aws:elasticbeanstalk:application:environmentsecrets"
LAUNCH = "aws:autoscaling:launchconfiguration"
NAMESPACES = re.compile(r"aws:(elasticbeanstalk|autoscaling|elb|elbv2|ec2|rds|cloudformation)(:|$)")
STARS = "*****"
# What is shown as stars by itself; tests may name more.
MASKED = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_KEY", "DBPassword"}

DEFAULTS: Options = {
    ("aws:elasticbeanstalk:environment", "EnvironmentType"): "SingleInstance",
    ("aws:elasticbeanstalk:healthreporting:system", "SystemType"): "enhanced",
    ("aws:elasticbeanstalk:command", "DeploymentPolicy"): "AllAtOnce",
    (LAUNCH, "InstanceType"): "t4g.micro",
    ("aws:autoscaling:asg", "MinSize"): "1",
    ("aws:autoscaling:asg", "MaxSize"): "1",
}


class SecretUnavailable(Exception):
    """A secret that an instance needs to start cannot be fetched; the words hold no value of it."""


def read(given: list[dict[str, Any]]) -> Options:
    """The options of a request. Every unknown namespace and malformed reference is refused together."""
    faults = []
    for each in given:
        where = f"(Namespace: '{each['Namespace']}', OptionName: '{each['OptionName']}')"
        if not NAMESPACES.match(each["Namespace"]):
            faults.append(f"Invalid option specification {where}: Unknown configuration setting.")
        if each["Namespace"] == SECRET and not re.match(r"arn:aws[\w-]*:(secretsmanager|ssm):", each.get("Value", "")):
            faults.append(f"Invalid option value {where}: it must be the ARN of a secret or of a parameter.")
    if faults:
        raise ElasticBeanstalkException("ConfigurationValidationException", "Configuration validation exception: " + " ".join(faults))
    return {(each["Namespace"], each["OptionName"]): str(each.get("Value", "")) for each in given}


def shown(options: Options, masked: set[str]) -> list[dict[str, str]]:
    """Values that are kept from sight are stars; where a secret is fetched from is shown."""
    return [
        {
            "Namespace": namespace,
            "OptionName": name,
            "Value": STARS if name in MASKED | masked and namespace != SECRET else value,
        }
        for (namespace, name), value in sorted(options.items())
    ]


def role_of(options: Options, account: str) -> str | None:
    """The role of the instance profile, given by name or ARN; None where IAM knows no such profile."""
    name = options.get((LAUNCH, "IamInstanceProfile"), "").rpartition("/")[2]
    for profile in iam_backends[account]["aws"].instance_profiles.values():
        if profile.name == name and profile.roles:
            return str(profile.roles[0].arn)
    return None


def variables(options: Options, account: str, role: str | None, session: str) -> dict[str, str]:
    """The environment of the application's process. A name in both namespaces gets the secret's value, fetched in the instance's role."""
    plain = {name: value for (namespace, name), value in options.items() if namespace == PLAIN}
    secrets = {name: arn for (namespace, name), arn in options.items() if namespace == SECRET}
    return {**plain, **{name: fetch(arn, role, session) for name, arn in secrets.items()}}


def fetch(arn: str, role: str | None, session: str) -> str:
    """The value behind an ARN, with a JSON key after it where one field is meant. Only top-level keys, as documented."""
    parts = arn.split(":")
    if parts[2] != "secretsmanager":
        raise SecretUnavailable(f"The sandbox fetches secrets of Secrets Manager only, not {arn}.")
    region, owner, base, key = parts[3], parts[4], ":".join(parts[:7]), (parts[7] if len(parts) > 7 else None)
    denied = act(role, session, region, "secretsmanager", "GetSecretValue", {"SecretId": base}) if role else None
    if denied is not None:
        raise SecretUnavailable(f"{base} cannot be fetched: {denied}")
    try:
        found = secretsmanager_backends[owner][region].get_secret_value(base, "", "")
    except Exception as error:  # noqa: BLE001 - moto's errors have no common class
        raise SecretUnavailable(f"{base} cannot be fetched: {getattr(error, 'message', error)}") from None
    text = found.get("SecretString") or ""
    if key is None:
        return text
    try:
        value = json.loads(text)[key]
    except (ValueError, KeyError, TypeError):
        raise SecretUnavailable(f"{base} is no JSON object with the key {key}.") from None
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
