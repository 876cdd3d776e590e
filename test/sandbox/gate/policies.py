"""IAM: what the caller's policies say. An explicit deny is evaluated in full, with resources and conditions.

A caller who has policies also needs one that allows the action; whether that one covers the resource is not looked at. A key
that IAM does not know stands for the account's root, whom nothing is denied.
After "Policy evaluation logic" (IAM User Guide), identity-based policies alone: no boundaries, no resource or session
policies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from moto.iam.access_control import CreateAccessKeyFailure, create_access_key
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from .call import Call
from .resources import Resource, resources_of

ACCOUNT = "123456789012"


class Caller:
    """Who signed a call, and with which policies."""

    def __init__(self, arn: str, policies: list[dict[str, Any]] | None) -> None:
        self.arn = arn
        self.policies = policies


def caller_of(call: Call) -> Caller:
    headers = {} if call.token is None else {"X-Amz-Security-Token": call.token}
    for account in {ACCOUNT, *iam_backends.keys(), *sts_backends.keys()}:
        try:
            key = create_access_key(account, "aws", call.access_key, headers)
        except CreateAccessKeyFailure:
            continue
        try:
            documents = [_document(each, account) for each in key.collect_policies()]
        except Exception:  # noqa: BLE001 - a role of an account that keeps no such role: moto lets anybody assume any name
            return Caller(key.arn, None)
        return Caller(key.arn, documents)
    return Caller(f"arn:aws:iam::{ACCOUNT}:root", None)


def refusal(call: Call, caller: Caller) -> str | None:
    """Why the call is denied, in IAM's words; None when it is not."""
    if caller.policies is None:
        return None
    action = f"{call.service}:{call.operation}"
    statements = [each for policy in caller.policies for each in _list(policy.get("Statement"))]
    about = f"User: {caller.arn} is not authorized to perform: {action} on resource:"
    for resource in resources_of(call):
        for statement in statements:
            if statement["Effect"] == "Deny" and _applies(statement, action, resource):
                return f"{about} {resource.arn} with an explicit deny in an identity-based policy"
    if not any(each["Effect"] == "Allow" and _names_action(each, action) for each in statements):
        return f"{about} * because no identity-based policy allows the {action} action"
    return None


def _document(policy: Any, account: str) -> dict[str, Any]:
    """moto hands out an inline policy in several shapes, and an attached one as an object with versions."""
    if isinstance(policy, dict):
        text = policy.get("policy_document") or policy.get("PolicyDocument")
    elif isinstance(policy, str):
        text = policy
    else:
        text = next(each.document for each in policy.versions if each.is_default)
    read: dict[str, Any] = json.loads(text) if isinstance(text, str) else dict(text or {})
    return read


def _applies(statement: dict[str, Any], action: str, resource: Resource) -> bool:
    if not _names_action(statement, action):
        return False
    if "Resource" in statement and not _any(statement["Resource"], resource.arn):
        return False
    if "NotResource" in statement and _any(statement["NotResource"], resource.arn):
        return False
    return all(
        _condition(operator, key, _list(values), resource)
        for operator, pairs in (statement.get("Condition") or {}).items()
        for key, values in pairs.items()
    )


def _names_action(statement: dict[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not _any(statement["NotAction"], action, ignore_case=True)
    return _any(statement.get("Action", []), action, ignore_case=True)


def _condition(operator: str, key: str, values: list[Any], resource: Resource) -> bool:
    """The operators of the project's policies. @raises for another one: a condition must not be passed over in silence."""
    wanted = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    found = resource.condition_value(key)
    # `ForAnyValue:` and the like change nothing here: every key has one value.
    name = operator.split(":")[-1]
    if_exists, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    if name == "Null":
        return (found is None) == (wanted[0] == "true")
    negated = "Not" in name
    if found is None:
        return negated or if_exists
    if name in ("StringEquals", "StringNotEquals", "ArnEquals", "Bool"):
        return (found in wanted) != negated
    if name in ("StringLike", "StringNotLike", "ArnLike", "ArnNotLike"):
        return any(_pattern(each, False).fullmatch(found) for each in wanted) != negated
    raise NotImplementedError(f"The sandbox does not know the condition operator {operator}")


def _any(patterns: Any, text: str, ignore_case: bool = False) -> bool:
    return any(_pattern(each, ignore_case).fullmatch(text) for each in _list(patterns))


@lru_cache
def _pattern(glob: str, ignore_case: bool) -> re.Pattern[str]:
    pattern = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(pattern, re.IGNORECASE if ignore_case else 0)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Iterable) and not isinstance(value, (str, dict)) else [value]
