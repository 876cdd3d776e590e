"""What a bucket's policy denies, and which policies its public access block lets nobody write.

After "Bucket policies" and "Blocking public access" (S3 User Guide). Only denies are evaluated: access is granted by identity policies, and
the sandbox takes no unsigned requests. Calls count as encrypted by TLS 1.3 unless a test says otherwise, though the sandbox speaks plain HTTP.
"""

from __future__ import annotations

import json
from typing import Any

from moto.s3.models import s3_backends

from ..gate.account import ACCOUNT
from ..gate.call import Call
from ..gate.conditions import as_list, pattern
from ..gate.policies import Caller, Question, applies


class Transport:
    plain = False
    """Whether calls count as sent without TLS."""


def refusal(call: Call, caller: Caller, questions: list[Question]) -> str | None:
    """Why a bucket's policy denies the call; None when it does not."""
    if call.service != "s3" or "Bucket" not in call.parameters:
        return None
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(call.parameters["Bucket"])
    if bucket is None:
        return None
    if call.operation == "PutBucketPolicy" and _blocks_public_policies(bucket) and _is_public(call.parameters.get("Policy")):
        return f"User: {caller.arn} is not authorized to perform: s3:PutBucketPolicy on resource: {bucket.arn} because public policies are blocked by the BlockPublicPolicy block public access setting."
    for statement in as_list(_read(bucket.policy).get("Statement")):
        if statement.get("Effect") != "Deny" or not _names(statement, caller.arn):
            continue
        for asked in questions:
            asked.resource.context.update(_context(call, caller))
            if applies(statement, asked):
                return f"User: {caller.arn} is not authorized to perform: {asked.action} on resource: {asked.resource.arn} with an explicit deny in a resource-based policy"
    return None


def _context(call: Call, caller: Caller) -> dict[str, str]:
    secure = {"aws:securetransport": "false"} if Transport.plain else {"aws:securetransport": "true", "s3:tlsversion": "1.3"}
    headers = {
        "s3:x-amz-server-side-encryption": call.parameters.get("ServerSideEncryption"),
        "s3:x-amz-server-side-encryption-aws-kms-key-id": call.parameters.get("SSEKMSKeyId"),
        "s3:object-lock-mode": call.parameters.get("ObjectLockMode"),
        "s3:prefix": call.parameters.get("prefix"),
        "s3:versionid": call.parameters.get("versionId"),
    }
    given = {name: str(value) for name, value in headers.items() if value is not None}
    return {**secure, **given, "aws:principalarn": caller.arn, "aws:principalaccount": ACCOUNT}


def _names(statement: dict[str, Any], arn: str) -> bool:
    principals = statement.get("Principal", statement.get("NotPrincipal"))
    given = as_list(principals.get("AWS")) if isinstance(principals, dict) else as_list(principals)
    # A role in a policy stands for its sessions.
    role = arn.replace(":sts:", ":iam:").replace(":assumed-role/", ":role/").rpartition("/")[0] if ":assumed-role/" in arn else arn
    account = arn.split(":")[4]
    known = {arn, role, account, f"arn:aws:iam::{account}:root"}
    found = any(pattern(each).fullmatch(whom) for each in given for whom in known)
    return found != ("NotPrincipal" in statement)


def _blocks_public_policies(bucket: Any) -> bool:
    block = bucket.public_access_block
    return block is not None and str(block.block_public_policy).lower() == "true"


def _is_public(policy: Any) -> bool:
    """Whether it lets everybody in, without a condition; which conditions make a policy not public is not looked at."""
    return any(
        each.get("Effect") == "Allow" and not each.get("Condition") and "*" in _everybody(each.get("Principal"))
        for each in as_list(_read(policy).get("Statement"))
    )


def _everybody(principal: Any) -> list[Any]:
    return as_list(principal.get("AWS")) if isinstance(principal, dict) else as_list(principal)


def _read(policy: Any) -> dict[str, Any]:
    try:
        read = json.loads(policy) if policy else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
