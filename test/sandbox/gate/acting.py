"""What AWS's services do in a role that they were given: judged by the role's policies and logged as a call of its session."""

from __future__ import annotations

from typing import Any

from ..world import world
from .call import Call
from .faults import faults
from .log import log
from .policies import questions_of, refusal, role_as_caller


def act(role: str, session: str, region: str, service: str, operation: str, parameters: dict[str, Any]) -> str | None:
    """Why it is denied, in IAM's words; None when it is not. The act itself is the caller's."""
    call = Call(service, operation, parameters, "", region, None)
    with world.lock:
        caller = role_as_caller(role, session)
        denied = refusal(questions_of(call), caller)
    log.add(call, caller.arn, 200 if denied is None else 403, None if denied is None else "AccessDenied")
    return denied


def fault_for(region: str, service: str, operation: str) -> tuple[str, str] | None:
    """The fault that a test wants for such a call: its code and message."""
    fault = faults.take(Call(service, operation, {}, "", region, None))
    return None if fault is None or fault.code is None else (fault.code, fault.message)
