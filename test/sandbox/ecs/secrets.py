"""Values that a container is started with and that stand elsewhere.

After "Pass Secrets Manager secrets through Amazon ECS environment variables" and "... Systems Manager parameters ..." (ECS Developer Guide):
`arn:...:secret:name-AbCdEf:json-key:version-stage:version-id`, the last three optional; a parameter's name or ARN.
"""

from __future__ import annotations

import json

from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from ..gate.acting import act


class Unavailable(Exception):
    """A value cannot be fetched; the words hold nothing of it."""


def fetch(value_from: str, account: str, region: str, role: str, session: str) -> str:
    """@param role the execution role, by which ECS fetches it"""
    if ":secretsmanager:" in value_from:
        return _secret(value_from, role, session)
    return _parameter(value_from, account, region, role, session)


def _secret(value_from: str, role: str, session: str) -> str:
    parts = value_from.split(":")
    region, owner, arn = parts[3], parts[4], ":".join(parts[:7])
    key, stage, version = [*parts[7:], "", "", ""][:3]
    asm = "unable to retrieve secret from asm: "
    denied = act(role, session, region, "secretsmanager", "GetSecretValue", {"SecretId": arn})
    if denied is not None:
        raise Unavailable(f"{asm}AccessDeniedException: {denied}")
    try:
        found = secretsmanager_backends[owner][region].get_secret_value(arn, version, stage)
    except Exception as error:  # noqa: BLE001 - moto's errors have no common class
        raise Unavailable(f"{asm}{type(error).__name__}: {getattr(error, 'message', error)}") from None
    text = found.get("SecretString")
    if text is None:
        raise Unavailable(f"{asm}{arn} holds no text")
    if not key:
        return str(text)
    try:
        value = json.loads(text)[key]
    except (ValueError, KeyError, TypeError):
        raise Unavailable(f"retrieved secret from Secrets Manager did not contain json key {key}") from None
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _parameter(value_from: str, account: str, region: str, role: str, session: str) -> str:
    name = value_from
    if value_from.startswith("arn:"):
        _, _, _, region, account, resource = value_from.split(":", 5)
        name = resource.removeprefix("parameter")
        name = name if "/" in name.removeprefix("/") else name.removeprefix("/")
    denied = act(role, session, region, "ssm", "GetParameters", {"Name": name})
    if denied is not None:
        raise Unavailable(f"unable to retrieve secrets from ssm: AccessDeniedException: {denied}")
    found = ssm_backends[account][region].get_parameters([name])
    if name not in found:
        raise Unavailable(f"unable to retrieve secrets from ssm: invalid ssm parameters: {name}")
    return str(found[name].response_object(True, region)["Value"])
