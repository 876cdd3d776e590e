"""ModifyDBCluster: what is accepted, what waits, and what happens when.

After the documentation of its parameters (API reference, ModifyDBCluster) and "Settings for Amazon Aurora" (Aurora guide).
"""

from __future__ import annotations

from typing import Any

from ..postgres.rds_roles import set_master_password
from ..world import world
from .checks import check_groups, check_password, check_retention
from .cluster import Cluster
from .errors import invalid_combination, invalid_value

LONGEST_PASSWORD = 41

# Changed at the next maintenance window unless ApplyImmediately is given; shown in PendingModifiedValues until then.
DEFERRED = {
    "backup_retention_period": ("backup_retention_period", "BackupRetentionPeriod"),
    "enable_iam_database_authentication": ("iam_auth", "IAMDatabaseAuthenticationEnabled"),
}
AT_ONCE = ("vpc_security_group_ids", "deletion_protection", "copy_tags_to_snapshot", "preferred_backup_window")
REFUSED = ("new_db_cluster_identifier", "engine_version", "port", "manage_master_user_password")


def modify(backend: Any, cluster: Cluster, asked: dict[str, Any]) -> None:
    """Checks everything, then accepts it; the changes happen afterwards, in the cluster's queue."""
    _check(backend, cluster, asked)
    password = asked.get("master_user_password")
    now = {name: asked[name] for name in AT_ONCE if asked.get(name) is not None}
    changed = {name: value for name, value in now.items() if getattr(cluster, name) != value}
    for name, (attribute, shown) in DEFERRED.items():
        if asked.get(name) is not None and getattr(cluster, attribute) != asked[name]:
            cluster.pending[shown] = asked[name]
    if password:
        cluster.pending["MasterUserPassword"] = "****"
    _associate(cluster, asked.get("db_cluster_parameter_group_name"))
    _export_logs(cluster, asked.get("cloudwatch_logs_export_configuration") or {})
    if password:
        cluster.work.add(lambda: _reset_password(cluster, password))
    deferred = {shown for _, shown in DEFERRED.values()} & cluster.pending.keys()
    if changed or (deferred and asked.get("apply_immediately")):
        cluster.work.add(lambda: _apply(cluster, changed, bool(asked.get("apply_immediately"))))


def _apply(cluster: Cluster, changed: dict[str, Any], with_deferred: bool) -> None:
    world.clock.settle("accepted")
    cluster.become("modifying")
    world.clock.settle("modifying")
    with world.lock:
        for name, value in changed.items():
            setattr(cluster, name, value)
        for attribute, shown in DEFERRED.values() if with_deferred else ():
            if shown in cluster.pending:
                setattr(cluster, attribute, cluster.pending.pop(shown))
    cluster.become("available")


def _reset_password(cluster: Cluster, password: str) -> None:
    """The old password is valid until the state is over."""
    world.clock.settle("accepted")
    cluster.become("resetting-master-credentials")
    world.clock.settle("resetting-master-credentials")
    with cluster.session() as session:
        set_master_password(session, str(cluster.master_username), password)
    with world.lock:
        cluster.pending.pop("MasterUserPassword", None)
    cluster.tell("configuration change", "Reset master credentials")
    cluster.become("available")


def _associate(cluster: Cluster, group: str | None) -> None:
    """The name changes at once; the values of the new group come with the next reboot of each instance."""
    if group is None or group == cluster.group().name:
        return
    cluster.parameter_group = group
    for member in cluster.instances():
        member.cluster_apply_status = "pending-reboot"


def _check(backend: Any, cluster: Cluster, asked: dict[str, Any]) -> None:
    for name in REFUSED:
        if asked.get(name) is not None:
            raise invalid_value(f"The sandbox does not change {name} of clusters.")
    if (password := asked.get("master_user_password")) is not None:
        check_password(password, LONGEST_PASSWORD)
    if (days := asked.get("backup_retention_period")) is not None:
        check_retention(days, 1)
    check_groups(cluster.account_id, cluster.region, asked.get("vpc_security_group_ids") or [])
    if (group := asked.get("db_cluster_parameter_group_name")) is not None:
        backend.cluster_group(group)
    if asked.get("db_instance_parameter_group_name") is not None:
        raise invalid_combination("DBInstanceParameterGroupName goes with a major version upgrade only.")


def _export_logs(cluster: Cluster, asked: dict[str, Any]) -> None:
    exports = cluster.enabled_cloudwatch_logs_exports
    wanted = [*exports, *(asked.get("EnableLogTypes") or [])]
    cluster.enabled_cloudwatch_logs_exports = [
        name for name in dict.fromkeys(wanted) if name not in (asked.get("DisableLogTypes") or [])
    ]
