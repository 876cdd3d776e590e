"""What tests and people ask of the sandbox itself, beside AWS's APIs: JSON below `/sandbox/`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.rds.models import rds_backends

from . import groups
from .beanstalk.responses import all_environments
from .cloudwatch import control as cloudwatch
from .ecs import control as ecs
from .front import Front
from .gate.faults import faults as all_faults
from .gate.log import log as all_calls
from .rds.backend import LIMITS, Backend
from .rds.cluster import Cluster
from .rds.instance import Instance
from .refused import Refused
from .s3.policy import Transport
from .scheduler import control as scheduler
from .ssm import responses as ssm
from .world import world

Handler = Callable[[dict[str, Any]], Any]


def about(_: dict[str, Any]) -> Any:
    return {"caFile": str(world.authority.file), "folder": str(world.home.root)}


def states(asked: dict[str, Any]) -> Any:
    """`{"modifying": 0.1, "creating": "hold"}`: how long states last from now on."""
    try:
        return world.clock.set(asked)
    except ValueError as error:
        raise Refused(str(error)) from error


def limits(asked: dict[str, Any]) -> Any:
    """`{"manual-snapshots": 2}`: quotas."""
    unknown = asked.keys() - LIMITS.keys()
    if unknown:
        raise Refused(f"There is no limit called {', '.join(unknown)}: {', '.join(LIMITS)}.")
    LIMITS.update(asked)
    return LIMITS


def callers(asked: dict[str, Any]) -> Any:
    """`{"name": "runner", "groups": ["sg-1"], "address": "127.0.0.1"}`: who connects from an address, a new one unless it is given."""
    if asked:
        wanted = asked.get("groups", [])
        if isinstance(wanted, str) or any(not groups.exists(each) for each in wanted):
            raise Refused(f"There are no such security groups, by id and as a list: {wanted!r}.")
        address = world.network.name_caller(asked["name"], wanted, asked.get("address"))
        return {"address": address}
    return {address: {"name": each.name, "groups": each.groups} for address, each in world.network.callers().items()}


def network(asked: dict[str, Any]) -> Any:
    """`{"silent": true}`: a connection that no rule admits hangs, as on AWS, instead of being reset. `{"plain": true}`: calls count as sent without TLS."""
    Front.silent = bool(asked.get("silent", Front.silent))
    Transport.plain = bool(asked.get("plain", Transport.plain))
    return {"silent": Front.silent, "plain": Transport.plain}


def instances(asked: dict[str, Any]) -> Any:
    """Where the servers are, for whoever seeds one or looks into its files: sockets are open to `rdsadmin` alone."""
    found = [each for each in all_instances() if asked.get("id") in (None, each.db_instance_identifier)]
    return [
        {
            "id": each.db_instance_identifier,
            "account": each.account_id,
            "region": each.region,
            "resourceId": each.dbi_resource_id,
            "masterUsername": each.master_username,
            "socketFolder": str(each.server.folder),
            "port": each.server.port,
            "dataDirectory": str(each.server.data),
            "logFile": str(each.server.folder / "server.log"),
        }
        for each in found
        if each.server is not None
    ]


def backup(asked: dict[str, Any]) -> Any:
    """`{"id": "prod"}`: an automated backup of an instance or a cluster, now. `at` (ISO 8601) is the moment that it claims to be from."""
    moment = asked.get("at")
    at = datetime.fromisoformat(moment.replace("Z", "+00:00")) if moment else None
    with world.lock:
        return {"snapshot": _one_server(asked).back_up_now(at)}


def cut(asked: dict[str, Any]) -> Any:
    """`{"id": "prod"}`: ends every connection to an instance, as a network does."""
    instance = one_instance(asked)
    if instance.front is not None:
        instance.front.cut()
    return {}


def environments(asked: dict[str, Any]) -> Any:
    """`{"name": "test", "failNext": true, "masked": ["RDS_PASSWORD"]}`: lets the next deployment fail; shows more values as stars."""
    for each in all_environments():
        if each.environment_name == asked.get("name") and each.status != "Terminated":
            each.fails_next = bool(asked.get("failNext", each.fails_next))
            each.masked = set(asked.get("masked", each.masked))
            return {"failNext": each.fails_next, "masked": sorted(each.masked)}
    raise Refused(f"There is no environment {asked.get('name')!r} in the sandbox.")


def agents(asked: dict[str, Any]) -> Any:
    """`{"id": "i-1", "online": false}`: whether an EC2 instance's agent reports to Systems Manager."""
    if not any(backend.get_instance_by_id(asked["id"]) for backend in groups.ec2_regions()):
        raise Refused(f"There is no EC2 instance {asked['id']!r} in the sandbox.")
    (ssm.offline.discard if asked.get("online", True) else ssm.offline.add)(asked["id"])
    return {"offline": sorted(ssm.offline)}


def sessions(asked: dict[str, Any]) -> Any:
    """`{"target": "i-1", "end": true}`: the sessions through an EC2 instance; ends them, as Systems Manager does with idle ones."""
    found = [each.id for each in ssm.sessions.through(asked["target"])]
    if asked.get("end"):
        for each in found:
            ssm.sessions.terminate(each)
    return {"sessions": found}


def faults(asked: dict[str, Any]) -> Any:
    """`{"service": "rds", "operation": "ModifyDBInstance", "code": "Throttling", "times": 2}`; all of it in `gate/faults.py`."""
    if asked.get("clear"):
        all_faults.clear()
    else:
        all_faults.add(**asked)
    return {}


def log(asked: dict[str, Any]) -> Any:
    """Every call so far; `{"clear": true}` forgets them."""
    entries = all_calls.entries()
    if asked.get("clear"):
        all_calls.clear()
    return entries


def all_instances() -> list[Instance]:
    return [
        each
        for regions in rds_backends.values()
        for backend in regions.values()
        if isinstance(backend, Backend)
        for each in backend.databases.values()
        if isinstance(each, Instance)
    ]


def _one_server(asked: dict[str, Any]) -> Instance | Cluster:
    """The cluster of that name, else the instance."""
    for regions in rds_backends.values():
        for backend in regions.values():
            found = backend.clusters.get(str(asked.get("id")))
            if isinstance(found, Cluster):
                return found
    return one_instance(asked)


def one_instance(asked: dict[str, Any]) -> Instance:
    for each in all_instances():
        if each.db_instance_identifier == asked.get("id"):
            return each
    raise Refused(f"There is no instance {asked.get('id')!r} in the sandbox.")


HANDLERS: dict[str, Handler] = {
    "about": about,
    "states": states,
    "limits": limits,
    "callers": callers,
    "network": network,
    "instances": instances,
    "backup": backup,
    "cut": cut,
    "environments": environments,
    "agents": agents,
    "sessions": sessions,
    "faults": faults,
    "log": log,
    **cloudwatch.HANDLERS,
    **ecs.HANDLERS,
    **scheduler.HANDLERS,
}


def answer(path: str, body: bytes) -> tuple[int, bytes]:
    """The status and the JSON of an answer."""
    name = path.removeprefix("/sandbox/").strip("/")
    handler = HANDLERS.get(name)
    if handler is None:
        return 404, _json({"error": f"The sandbox knows no {name!r}: {', '.join(sorted(HANDLERS))}."})
    try:
        return 200, _json(handler(json.loads(body or b"{}")))
    except Refused as refused:
        return 400, _json({"error": str(refused)})
    except (KeyError, ValueError, TypeError) as error:
        return 400, _json({"error": f"{name}: {type(error).__name__}: {error}"})


def _json(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"
