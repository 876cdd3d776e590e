"""ModifyDBInstance: what is accepted, what waits, and what happens when.

After the documentation of its parameters (API reference, ModifyDBInstance) and "Settings for DB instances" (User Guide).
"""

from __future__ import annotations

from typing import Any

from ..postgres.rds_roles import set_master_password
from ..postgres.sql import rdsadmin
from ..world import world
from .checks import check_class, check_groups, check_password, check_retention
from .errors import invalid_combination, not_available
from .instance import Instance
from .member import Member, check_given

# Changed at the next maintenance window unless ApplyImmediately is given; shown in PendingModifiedValues until then.
DEFERRED = {
    "db_instance_class": "DBInstanceClass",
    "allocated_storage": "AllocatedStorage",
    "backup_retention_period": "BackupRetentionPeriod",
    "storage_type": "StorageType",
    "iops": "Iops",
    "multi_az": "MultiAZ",
    "engine_version": "EngineVersion",
    "enable_iam_database_authentication": "IAMDatabaseAuthenticationEnabled",
    "ca_certificate_identifier": "CACertificateIdentifier",
}
# Changed as soon as possible, whatever ApplyImmediately says, and without a word in PendingModifiedValues.
AT_ONCE = (
    "vpc_security_group_ids",
    "deletion_protection",
    "copy_tags_to_snapshot",
    "publicly_accessible",
    "auto_minor_version_upgrade",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "max_allocated_storage",
)
OUTAGE = {"db_instance_class", "engine_version"}


def modify(instance: Instance, asked: dict[str, Any]) -> None:
    """Checks everything, then accepts it; the changes happen afterwards, in the instance's queue."""
    if instance.status != "available":
        raise not_available()
    _check(instance, asked)
    immediately = bool(asked.get("apply_immediately"))
    password = asked.get("master_user_password")
    wanted = {name: asked[name] for name in (*DEFERRED, *AT_ONCE) if asked.get(name) is not None}
    changed = {name: value for name, value in wanted.items() if getattr(instance, name) != value}
    waiting = _waiting(instance, changed, immediately)

    if waiting or immediately:
        instance.pending.update({DEFERRED[name]: value for name, value in changed.items() if name in DEFERRED})
    if password:
        instance.pending["MasterUserPassword"] = "****"
    _associate(instance, asked.get("db_parameter_group_name"))
    now = {name: value for name, value in changed.items() if name not in waiting}
    if immediately:
        now.update(pending_changes(instance))
    if password:
        instance.work.add(lambda: _reset_password(instance, password))
    port = asked.get("db_port_number")
    if port is not None and port != instance.port:
        instance.pending["Port"] = port
        now["port"] = port
    if now:
        instance.work.add(lambda: apply(instance, now))
    for logs in (asked.get("cloudwatch_logs_export_configuration"),):
        _export_logs(instance, logs or {})


def pending_changes(instance: Instance) -> dict[str, Any]:
    """What waits for a maintenance window, or for a request that says ApplyImmediately."""
    return {name: instance.pending[shown] for name, shown in DEFERRED.items() if shown in instance.pending}


def apply(instance: Instance, changes: dict[str, Any]) -> None:
    world.clock.settle("accepted")
    instance.become("modifying")
    world.clock.settle("modifying")
    before = instance.backup_retention_period
    with world.lock:
        for name, value in changes.items():
            if name != "port":
                setattr(instance, name, value)
    if OUTAGE & changes.keys():
        instance.restart()
    if "port" in changes:
        instance.restart()
        with world.lock:
            instance.move_endpoint(changes["port"])
    _follow_retention(instance, before)
    with world.lock:
        for name in changes:
            instance.pending.pop("Port" if name == "port" else DEFERRED.get(name, ""), None)
    instance.tell("configuration change", "Finished applying modification: " + ", ".join(sorted(changes)))
    instance.become("available")


def _reset_password(instance: Instance, password: str) -> None:
    """The old password is valid until the state is over."""
    world.clock.settle("accepted")
    instance.become("resetting-master-credentials")
    world.clock.settle("resetting-master-credentials")
    assert instance.server is not None
    with rdsadmin(instance.server) as session:
        set_master_password(session, str(instance.master_username), password)
    with world.lock:
        instance.pending.pop("MasterUserPassword", None)
    instance.tell("configuration change", "Reset master credentials")
    instance.become("available")


def _waiting(instance: Instance, changed: dict[str, Any], immediately: bool) -> set[str]:
    if immediately:
        return set()
    waiting = changed.keys() & DEFERRED.keys()
    retention = changed.get("backup_retention_period", 0)
    if retention > 0 and instance.backup_retention_period > 0:
        waiting -= {"backup_retention_period"}
    return set(waiting)


def _associate(instance: Instance, group: str | None) -> None:
    """The name changes at once; the values of the new group come with the next reboot."""
    if group is None or group == instance.group().name:
        return
    instance.db_parameter_group_name = group
    instance.apply_status = "pending-reboot"


def _follow_retention(instance: Instance, before: int) -> None:
    """Turning backups off deletes every automated one; turning them on takes the first."""
    after = instance.backup_retention_period
    if before > 0 and after == 0:
        with world.lock:
            instance.backend.remove_automated_backups(instance.dbi_resource_id)
    if before == 0 and after > 0:
        instance.back_up()


def _check(instance: Instance, asked: dict[str, Any]) -> None:
    if isinstance(instance, Member):
        check_given(asked)
    if (password := asked.get("master_user_password")) is not None:
        check_password(password)
    if (name := asked.get("db_instance_class")) is not None:
        check_class(name)
    if (days := asked.get("backup_retention_period")) is not None:
        check_retention(days)
    check_groups(instance.account_id, instance.region, asked.get("vpc_security_group_ids") or [])
    storage = asked.get("allocated_storage")
    if storage is not None and storage < instance.allocated_storage:
        raise invalid_combination("Cannot reduce the storage size of a DB instance.")
    if (group := asked.get("db_parameter_group_name")) is not None:
        instance.backend.check_group(group, str(instance.engine_version), instance.engine)


def _export_logs(instance: Instance, asked: dict[str, Any]) -> None:
    exports = instance.enabled_cloudwatch_logs_exports
    wanted = [*exports, *(asked.get("EnableLogTypes") or [])]
    instance.enabled_cloudwatch_logs_exports = [
        name for name in dict.fromkeys(wanted) if name not in (asked.get("DisableLogTypes") or [])
    ]
