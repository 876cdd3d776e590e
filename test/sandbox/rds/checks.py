"""What RDS refuses before it begins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from moto.ec2.models import ec2_backends

from ..postgres.programs import run
from .errors import invalid_combination, invalid_value

LIMITS = {"manual-snapshots": 100, "manual-cluster-snapshots": 100, "instances": 40, "clusters": 40}
"""Quotas of an account; tests change them."""

RESERVED_MASTERS = {"rdsadmin", "admin", "postgres_admin", "rds_superuser", "public"}
BAD_IN_PASSWORDS = re.compile(r"[^!-~]|[/@\"]")


@lru_cache
def server_version() -> str:
    """Of the programs of this machine, such as 15.14: the only version that an instance can have here."""
    return run("postgres", "--version").split()[2]


def checked_version(asked: str | None, engine: str = "postgres") -> str:
    """The engine version that an instance reports. What was asked for is kept when its major version is the one that is here."""
    here = server_version()
    if asked is None or asked == here.split(".")[0]:
        return here
    if asked.split(".")[0] != here.split(".")[0]:
        raise invalid_combination(
            f"Cannot find version {asked} for {engine}. (The sandbox runs the PostgreSQL of this machine, {here}; "
            "PRODCOPY_POSTGRES_BIN names the programs of another version.)"
        )
    return asked


def check_password(password: str | None, most: int = 128) -> None:
    if not password:
        raise invalid_value("The parameter MasterUserPassword must be provided and must not be blank.")
    if len(password) < 8:
        raise invalid_value(
            "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters."
        )
    if len(password) > most or BAD_IN_PASSWORDS.search(password):
        raise invalid_value(
            "The parameter MasterUserPassword is not a valid password. "
            "Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
        )


def check_master(name: str | None) -> None:
    if not name:
        raise invalid_value("The parameter MasterUsername must be provided and must not be blank.")
    if name.lower() in RESERVED_MASTERS or name.lower().startswith(("pg_", "rds")):
        raise invalid_value(
            f"MasterUsername {name} cannot be used as it is a reserved word used by the engine"
        )
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", name):
        raise invalid_value(f"The parameter MasterUsername is not a valid identifier: {name}")


def check_class(name: str | None) -> None:
    if not name or not re.fullmatch(r"db\.[a-z0-9-]+\.[a-z0-9.-]+", name):
        raise invalid_value(f"Invalid DB Instance class: {name}")


def check_groups(account: str, region: str, groups: Iterable[str]) -> None:
    backend = ec2_backends[account][region]
    for group in groups:
        if backend.get_security_group_from_id(group) is None:
            raise invalid_value(f"Invalid security group , groupId= {group}, groupName=.")


def check_retention(days: int, least: int = 0) -> None:
    """Of a cluster it is one day at least."""
    if not least <= days <= 35:
        raise invalid_value(f"Invalid backup retention period: {days}. Retention period must be between {least} and 35")
