"""Parameter groups of instances and clusters, with the parameters that the PostgreSQL of this machine really has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from moto.rds.models import DBClusterParameterGroup, DBParameterGroup

from ..postgres.programs import run
from ..world import world
from .checks import server_version
from .errors import invalid_combination, invalid_value

# RDS sets these itself; a parameter group shows them, or not at all, and cannot change them.
NOT_MODIFIABLE = {
    "archive_command", "archive_mode", "archive_library", "config_file", "data_directory", "external_pid_file",
    "fsync", "full_page_writes", "hba_file", "ident_file", "listen_addresses", "port", "restore_command", "ssl_ca_file",
    "ssl_cert_file", "ssl_key_file", "unix_socket_directories", "unix_socket_group", "unix_socket_permissions",
    "wal_level",
}  # fmt: skip
# Parameters that RDS or an extension adds, with their apply type.
ADDED = {
    "rds.force_ssl": "dynamic",
    "rds.logical_replication": "static",
    "rds.log_retention_period": "dynamic",
    "rds.allowed_extensions": "dynamic",
    "rds.restrict_password_commands": "static",
    "rds.custom_dns_resolution": "static",
    "cron.launch_active_jobs": "dynamic",
    "cron.database_name": "static",
    "cron.log_run": "static",
    "cron.log_statement": "static",
    "cron.max_running_jobs": "static",
    "cron.use_background_workers": "static",
    "pgaudit.log": "dynamic",
    "pgaudit.log_parameter": "dynamic",
    "auto_explain.log_min_duration": "dynamic",
    "auto_explain.log_analyze": "dynamic",
    "auto_explain.log_parameter_max_length": "dynamic",
    "pg_stat_statements.max": "static",
    "pg_stat_statements.save": "dynamic",
    "pg_stat_statements.track": "dynamic",
    "pg_stat_statements.track_utility": "dynamic",
    "track_commit_timestamp": "static",
}


@dataclass(frozen=True)
class Known:
    apply_type: str
    data_type: str
    default: str
    description: str


@lru_cache
def known_parameters() -> dict[str, Known]:
    """Every parameter of a group: those of the server's own list, and those that RDS and extensions add."""
    known = {name: Known(kind, "string", "", "") for name, kind in ADDED.items()}
    for line in run("postgres", "--describe-config").splitlines():
        fields = line.split("\t")
        if len(fields) < 8:
            continue
        # RDS writes them all in small letters: datestyle, timezone.
        name, context, _, kind, default = (fields[0].lower(), *fields[1:5])
        apply_type = "static" if context == "postmaster" else "dynamic"
        known[name] = Known(apply_type, _data_type(kind), default, fields[7])
    return known


ENGINES = ["postgres", "aurora-postgresql"]


def family(engine: str = "postgres") -> str:
    return f"{engine}{server_version().split('.')[0]}"


class Values:
    """`parameters` holds what a person set; everything else is the engine's default."""

    parameters: dict[str, Any]

    def values(self) -> dict[str, str]:
        return {name: str(each["ParameterValue"]) for name, each in self.parameters.items()}

    def update_parameters(self, new_parameters: Any) -> None:
        for given in new_parameters:
            name, method = given["ParameterName"], given.get("ApplyMethod", "immediate")
            check_parameter(name, str(given.get("ParameterValue", "")), method)
        for given in new_parameters:
            known = known_parameters()[given["ParameterName"]]
            self.parameters[given["ParameterName"]].update(
                {**given, "Source": "user", "ApplyType": known.apply_type, "IsModifiable": True,
                 "DataType": known.data_type, "Description": known.description}
            )  # fmt: skip


class ParameterGroup(Values, DBParameterGroup):
    pass


class ClusterParameterGroup(Values, DBClusterParameterGroup):
    """
    Every parameter may be set here. Where the parameter group of an instance sets one as well, that one holds (Aurora guide, "Amazon
    Aurora DB cluster and DB instance parameters").
    """


def check_parameter(name: str, value: str, method: str) -> None:
    known = known_parameters().get(name)
    if known is None:
        raise invalid_value(f"Could not find parameter with name: {name}")
    if name in NOT_MODIFIABLE:
        raise invalid_value(f"The parameter {name} cannot be modified.")
    if known.apply_type == "static" and method == "immediate":
        raise invalid_combination("cannot use immediate apply method for static parameter")
    if "{" in value:
        raise invalid_value(f"The sandbox evaluates no formulas: {name} = {value}")


def server_settings(values: dict[str, str]) -> dict[str, str]:
    """What PostgreSQL is told for a group's values: RDS's own parameters become what they stand for."""
    settings = {"rds.force_ssl": "1" if int(server_version().split(".")[0]) >= 15 else "0", **values}
    if settings.get("rds.logical_replication") == "1":
        settings["wal_level"] = "logical"
    if "shared_preload_libraries" in settings:
        settings["shared_preload_libraries"] = _present(settings["shared_preload_libraries"])
    return settings


def dynamic(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if known_parameters()[name].apply_type == "dynamic"}


def _present(libraries: str) -> str:
    """Only those that this machine has: the server would not start otherwise. RDS has pg_cron and others; a laptop may not."""
    folders = [world.config.postgres_bin.parent / "lib", Path(world.config.postgres_lib or "/nonexistent")]
    folders.append(world.config.postgres_bin.parent / "lib" / "postgresql")
    suffixes = (".so", ".dylib")
    named = [library.strip() for library in libraries.split(",") if library.strip()]
    return ",".join(
        name for name in named if any((folder / f"{name}{suffix}").exists() for folder in folders for suffix in suffixes)
    )


def _data_type(kind: str) -> str:
    return {"BOOLEAN": "boolean", "INTEGER": "integer", "REAL": "float"}.get(kind, "string")
