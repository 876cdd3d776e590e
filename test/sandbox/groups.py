"""Whether EC2's security groups let somebody in."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from moto.ec2.models import ec2_backends

from .world import world


def admits(account: str, region: str, groups: Iterable[str], source: str, port: int) -> bool:
    """Whether an inbound rule of one of the groups admits a connection from this address to this port."""
    caller = world.network.caller_at(source)
    backend = ec2_backends[account][region]
    with world.lock:
        found = [backend.get_security_group_from_id(group) for group in groups]
        return any(
            _covers(rule, port) and _names(rule, source, caller.groups)
            for group in found
            if group is not None
            for rule in group.ingress_rules
        )


def exists(group: str) -> bool:
    """Whether any account has a security group of this id."""
    return any(backend.get_security_group_from_id(group) is not None for backend in ec2_regions())


def ec2_regions() -> list[Any]:
    """The EC2 of every account and region that was asked for anything."""
    return [backend for regions in list(ec2_backends.values()) for backend in list(regions.values())]


def _covers(rule: Any, port: int) -> bool:
    if rule.ip_protocol == "-1":
        return True
    return rule.ip_protocol == "tcp" and rule.from_port <= port <= rule.to_port


def _names(rule: Any, source: str, groups: tuple[str, ...]) -> bool:
    cidr = rule.ip_range.get("CidrIp")
    if cidr is not None and ipaddress.ip_address(source) in ipaddress.ip_network(cidr, strict=False):
        return True
    return rule.source_group.get("GroupId") in groups
