"""IAM: what the caller's policies say, with actions, resources and conditions.

An explicit deny wins; without one, some statement has to allow the action on the resource. A key that IAM does not know stands for
the account's root, whom nothing is denied, and so does a role that does not exist (moto lets anybody assume any name).
After "Policy evaluation logic" (IAM User Guide), identity-based policies, and denies of bucket policies: no boundaries, no session
policies. Where the resource of a call is not known here (`Resource.is_known`), an Allow is not held against it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from moto.iam.access_control import CreateAccessKeyFailure, create_access_key
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from .account import ACCOUNT
from .actions import actions_of
from .call import Call
from .conditions import as_list, hold, pattern
from .passing import passed_roles
from .resources import Resource, resources_of


class Caller:
    """Who signed a call, and with which policies."""

    def __init__(self, arn: str, policies: list[dict[str, Any]] | None) -> None:
        self.arn = arn
        self.policies = policies


@dataclass(frozen=True)
class Question:
    """Whether somebody may do this to that."""

    action: str
    resource: Resource


def caller_of(call: Call) -> Caller:
    headers = {} if call.token is None else {"X-Amz-Security-Token": call.token}
    for account in {ACCOUNT, *iam_backends.keys(), *sts_backends.keys()}:
        try:
            key = create_access_key(account, "aws", call.access_key, headers)
        except CreateAccessKeyFailure:
            continue
        return _caller(key.arn, key, account)
    return Caller(f"arn:aws:iam::{ACCOUNT}:root", None)


def role_as_caller(arn: str, session: str) -> Caller:
    """A service that acts in a role."""
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    assumed = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
    return _caller(assumed, _Role(account, name), account)


class _Role:
    def __init__(self, account: str, name: str) -> None:
        self._backend, self._name = iam_backends[account]["aws"], name

    def collect_policies(self) -> list[Any]:
        inline = [self._backend.get_role_policy(self._name, each)[1] for each in self._backend.list_role_policies(self._name)]
        return [*inline, *self._backend.list_attached_role_policies(self._name)[0]]


def _caller(arn: str, holder: Any, account: str) -> Caller:
    try:
        return Caller(arn, [_document(each) for each in holder.collect_policies()])
    except Exception:  # noqa: BLE001 - a role that does not exist
        return Caller(arn, None)


def questions_of(call: Call) -> list[Question]:
    resources = resources_of(call)
    own = [Question(action, resource) for action in actions_of(call) for resource in resources]
    return own + [passing(role, service) for role, service in passed_roles(call)]


def passing(role: str, service: str) -> Question:
    return Question("iam:PassRole", Resource(role, context={"iam:passedtoservice": service}))


def refusal(questions: list[Question], caller: Caller) -> str | None:
    """Why it is denied, in IAM's words; None when it is not."""
    if caller.policies is None:
        return None
    statements = [each for policy in caller.policies for each in as_list(policy.get("Statement"))]
    for asked in (_with_caller(each, caller) for each in questions):
        about = f"User: {caller.arn} is not authorized to perform: {asked.action} on resource: {asked.resource.arn}"
        if asked.action == "sts:GetCallerIdentity":
            # "No permissions are required", even against an explicit deny (STS API reference).
            continue
        if any(each["Effect"] == "Deny" and applies(each, asked) for each in statements):
            return f"{about} with an explicit deny in an identity-based policy"
        if not any(each["Effect"] == "Allow" and applies(each, asked, allowing=True) for each in statements):
            return f"{about} because no identity-based policy allows the {asked.action} action"
    return None


def applies(statement: dict[str, Any], asked: Question, allowing: bool = False) -> bool:
    if not _names_action(statement, asked.action):
        return False
    resource = asked.resource
    if allowing and not resource.is_known:
        return True
    if "Resource" in statement and not _any(statement["Resource"], resource.arn):
        return False
    if "NotResource" in statement and _any(statement["NotResource"], resource.arn):
        return False
    return hold(statement.get("Condition"), resource.condition_values)


def _with_caller(asked: Question, caller: Caller) -> Question:
    context = {**asked.resource.context, "aws:principalarn": caller.arn}
    return Question(asked.action, replace(asked.resource, context=context))


def _document(policy: Any) -> dict[str, Any]:
    """moto hands out an inline policy in several shapes, and an attached one as an object with versions."""
    if isinstance(policy, dict):
        text = policy.get("policy_document") or policy.get("PolicyDocument")
    elif isinstance(policy, str):
        text = policy
    else:
        text = next(each.document for each in policy.versions if each.is_default)
    read: dict[str, Any] = json.loads(text) if isinstance(text, str) else dict(text or {})
    return read


def _names_action(statement: dict[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not _any(statement["NotAction"], action, ignore_case=True)
    return _any(statement.get("Action", []), action, ignore_case=True)


def _any(patterns: Any, text: str, ignore_case: bool = False) -> bool:
    return any(pattern(each, ignore_case).fullmatch(text) for each in as_list(patterns))
