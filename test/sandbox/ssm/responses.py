"""The calls of Systems Manager that moto lacks."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from ..world import world
from .sessions import sessions

FORWARDING = "AWS-StartPortForwardingSessionToRemoteHost"

offline: set[str] = set()
"""Instances whose agent does not report, as when the way to Systems Manager is closed."""


def _running(response: SimpleSystemManagerResponse) -> dict[str, Any]:
    backend = ec2_backends[response.current_account][response.region]
    found = (each for reservation in backend.all_reservations() for each in reservation.instances)
    return {each.id: each for each in found if each.state == "running"}


def describe_instance_information(self: SimpleSystemManagerResponse) -> ActionResult:
    filters = {each["Key"]: each["Values"] for each in self._get_param("Filters") or []}
    wanted = filters.pop("InstanceIds", None)
    if filters:
        raise JsonRESTError("InvalidFilterKey", f"The sandbox filters by InstanceIds, not by {', '.join(filters)}.")
    running = _running(self)
    found = [name for name in running if wanted is None or name in wanted]
    return ActionResult(
        {
            "InstanceInformationList": [
                {
                    "InstanceId": name,
                    "PingStatus": "ConnectionLost" if name in offline else "Online",
                    "PlatformType": "Linux",
                    "ResourceType": "EC2Instance",
                }
                for name in found
            ]
        }
    )


def start_session(self: SimpleSystemManagerResponse) -> ActionResult:
    target, document = self._get_param("Target"), self._get_param("DocumentName")
    if document != FORWARDING:
        raise JsonRESTError("InvalidDocument", f"The sandbox knows the document {FORWARDING}, not {document}.")
    instance = _running(self).get(target)
    if instance is None or target in offline:
        raise JsonRESTError("TargetNotConnected", f"{target} is not connected.")
    parameters = self._get_param("Parameters") or {}
    try:
        host, port = parameters["host"][0], int(parameters["portNumber"][0])
    except (KeyError, IndexError, ValueError) as error:
        raise JsonRESTError("InvalidParameters", "The document needs one host and one portNumber.") from error
    groups = [group.id for group in instance.security_groups]
    session = sessions.start(target, world.network.address_of(target, groups), host, port)
    return ActionResult(
        {"SessionId": session.id, "TokenValue": session.token, "StreamUrl": sessions.channel()}
    )


def terminate_session(self: SimpleSystemManagerResponse) -> ActionResult:
    name = self._get_param("SessionId")
    if not sessions.terminate(name):
        raise JsonRESTError("DoesNotExistException", f"There is no session {name}.")
    return ActionResult({"SessionId": name})


def install() -> None:
    for call in (describe_instance_information, start_session, terminate_session):
        setattr(SimpleSystemManagerResponse, call.__name__, call)
