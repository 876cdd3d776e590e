"""EC2: moto's, with an answer mended."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule


def install() -> None:
    """DescribeSecurityGroupRules leaves out the description of a rule that names a group; what compares it with its plan sees a difference."""

    def description(rule: Any) -> str | None:
        return rule.ip_range.get("Description") or rule.source_group.get("Description")

    SecurityGroupRule.description = property(description)  # type: ignore[method-assign, assignment]
