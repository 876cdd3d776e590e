"""The order in which a call is judged: known to the table, then the fault that was asked for, then policies, then moto."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from ..s3 import policy as bucket_policy
from ..world import world
from .call import Call
from .errors import Answer, error
from .faults import faults
from .log import log
from .policies import Caller, caller_of, questions_of, refusal
from .table import allowed
from .trust import refusal as trust_refusal

CODE = re.compile(rb'<Code>([^<]+)</Code>|"__type":\s*"(?:[^"]*#)?([^"]+)"')
DENIED = {"ec2": "UnauthorizedOperation", "query": "AccessDenied", "rest-xml": "AccessDenied"}


def answer(call: Call | None, carry_out: Callable[[], Answer]) -> Answer:
    if call is None:
        return error(None, "MissingAuthenticationToken", "The sandbox takes signed requests only.", 403)
    if call.name not in allowed():
        said = f"The sandbox does not know {call.name}: it is not in test/sandbox/table.md."
        return _logged(call, "", error(call, "SandboxUnknownCall", said, 501))
    with world.lock:
        caller = caller_of(call)
    return _logged(call, caller.arn, _judged(call, caller, carry_out))


def _judged(call: Call, caller: Caller, carry_out: Callable[[], Answer]) -> Answer:
    fault = faults.take(call)
    if fault is not None:
        time.sleep(fault.delay)
        if fault.code is not None and not fault.after:
            return error(call, fault.code, fault.message, fault.status)
    with world.lock:
        questions = questions_of(call)
        denied = (
            refusal(questions, caller) or bucket_policy.refusal(call, caller, questions) or trust_refusal(call, caller)
        )
    if denied is not None:
        return error(call, DENIED.get(call.protocol, "AccessDeniedException"), denied, 403)
    answered = carry_out()
    if fault is not None and fault.code is not None:
        return error(call, fault.code, fault.message, fault.status)
    return answered


def _logged(call: Call, principal: str, answered: Answer) -> Answer:
    status, _, body = answered
    found = CODE.search(body) if status >= 400 else None
    code = (found.group(1) or found.group(2)).decode() if found else None
    log.add(call, principal, status, code)
    return answered
