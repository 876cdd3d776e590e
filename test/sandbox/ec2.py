"""EC2: moto's, with answers mended that would show up as differences to whoever compares them with a plan."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance
from moto.ec2.models.security_groups import SecurityGroupRule


def install() -> None:
    association: Any = NetworkInterface.association.fget
    prepare: Any = Instance.prep_nics

    def prep_nics(instance: Any, *args: Any, **kwargs: Any) -> None:
        """An instance is in the groups of its first interface, where they were given with that."""
        prepare(instance, *args, **kwargs)
        first = instance.nics.get(0)
        if first is not None and not instance.security_groups:
            instance.security_groups = list(first.group_set)

    def described(rule: Any) -> str | None:
        """A rule that names a group has a description, too."""
        return rule.ip_range.get("Description") or rule.source_group.get("Description")

    # An interface without a public address has no association; an empty one would read as "has a public address".
    NetworkInterface.association = property(lambda interface: association(interface) or None)  # type: ignore[assignment]
    Instance.prep_nics = prep_nics  # type: ignore[method-assign]
    SecurityGroupRule.description = property(described)  # type: ignore[method-assign, assignment]
