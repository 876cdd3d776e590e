"""Who may act in a role: its trust policy. After "IAM JSON policy elements: Principal" and AssumeRole (STS API reference)."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import iam_backends

from .account import ACCOUNT
from .call import Call
from .conditions import as_list, hold, pattern
from .policies import Caller


def refusal(call: Call, caller: Caller) -> str | None:
    """Why a role is not handed out; None when it is. Roles of other accounts, of which the sandbox knows nothing, are."""
    role = str(call.parameters.get("RoleArn", ""))
    if call.name != "sts:AssumeRole" or f"::{ACCOUNT}:" not in role:
        return None
    account_root = f"arn:aws:iam::{ACCOUNT}:root"
    if _trusts(role, "AWS", {caller.arn, account_root, ACCOUNT}, call.parameters):
        return None
    return f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role}"


def trusts_service(role: str, service: str) -> bool:
    """Whether a service such as `ecs-tasks.amazonaws.com` may act in the role; a role that does not exist trusts nobody."""
    return _trusts(role, "Service", {service}, {})


def _trusts(role: str, kind: str, who: set[str], parameters: dict[str, Any]) -> bool:
    statements = _statements(role)
    named = [each for each in statements if _names(each.get("Principal"), kind, who) and _holds(each, parameters)]
    return any(each["Effect"] == "Allow" for each in named) and not any(each["Effect"] == "Deny" for each in named)


def _statements(role: str) -> list[dict[str, Any]]:
    for each in iam_backends[ACCOUNT]["aws"].roles.values():
        if each.arn == role:
            document = each.assume_role_policy_document
            read = json.loads(document) if isinstance(document, str) else dict(document or {})
            return as_list(read.get("Statement"))
    return []


def _names(principal: Any, kind: str, who: set[str]) -> bool:
    given = ["*"] if principal == "*" and kind == "AWS" else as_list(principal.get(kind)) if isinstance(principal, dict) else []
    return any(pattern(each).fullmatch(one) for each in given for one in who)


def _holds(statement: dict[str, Any], parameters: dict[str, Any]) -> bool:
    """Of conditions only sts:ExternalId is looked at; the others (aws:SourceArn, aws:SourceAccount) are taken to hold."""
    looked_at = {
        operator: {key: value for key, value in pairs.items() if key.lower() == "sts:externalid"}
        for operator, pairs in (statement.get("Condition") or {}).items()
    }
    external = parameters.get("ExternalId")
    return hold(looked_at, lambda _: None if external is None else [str(external)])
