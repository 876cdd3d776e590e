"""Credentials of a role for a process that stands for a machine of AWS: it fetches them by HTTP, as in a container."""

from __future__ import annotations

import secrets
import threading
from typing import Any

from moto.sts.models import sts_backends

from .world import world

DURATION = 3600


class Credentials:
    """By a secret in the address: "Task IAM role", AWS_CONTAINER_CREDENTIALS_FULL_URI (SDKs Reference, container credential provider)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._roles: dict[str, tuple[str, str]] = {}

    def variables(self, role: str, session: str) -> dict[str, str]:
        """What tells a process where its role's credentials are."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._roles[token] = (role, session)
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{world.endpoint}/sandbox/credentials/{token}"}

    def fetch(self, token: str) -> dict[str, Any] | None:
        with self._lock:
            found = self._roles.get(token)
        if found is None:
            return None
        role, session = found
        with world.lock:
            assumed = sts_backends[role.split(":")[4]]["aws"].assume_role(
                region_name="us-east-1", role_session_name=session, role_arn=role, policy="", duration=DURATION, external_id=""
            )  # fmt: skip
        return {
            "AccessKeyId": assumed.access_key_id,
            "SecretAccessKey": assumed.secret_access_key,
            "Token": assumed.session_token,
            "Expiration": assumed.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "RoleArn": role,
        }


credentials = Credentials()
