"""What becomes of a snapshot: restored instances and copies of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.rds.exceptions import KMSKeyNotAccessibleFault

from .errors import invalid_combination, invalid_value, snapshot_not_available
from .kept import copy_later
from .snapshot import Snapshot

if TYPE_CHECKING:
    from .backend import Backend

__all__ = ["copy_snapshot", "restored", "snapshot_not_available"]

# Of the instance at the time of the snapshot, unless the restore says otherwise. Never its security groups, parameter
# group, tags, deletion protection or subnet group.
INHERITED = (
    "db_instance_class",
    "port",
    "allocated_storage",
    "storage_type",
    "auto_minor_version_upgrade",
    "copy_tags_to_snapshot",
    "license_model",
    "preferred_backup_window",
    "preferred_maintenance_window",
)
GIVEN = (
    *INHERITED,
    "db_instance_identifier",
    "availability_zone",
    "db_subnet_group_name",
    "multi_az",
    "publicly_accessible",
    "iops",
    "option_group_name",
    "tags",
    "vpc_security_group_ids",
    "db_parameter_group_name",
    "deletion_protection",
    "enable_iam_database_authentication",
    "enable_cloudwatch_logs_exports",
    "backup_retention_period",
    "ca_certificate_identifier",
)


def restored(snapshot: Snapshot, asked: dict[str, Any], asked_by: str) -> dict[str, Any]:
    """The attributes of an instance that an account restores from a snapshot."""
    source = snapshot.database
    if snapshot.encrypted and snapshot.account_id != asked_by:
        # "Sharing encrypted snapshots", RDS guide: it has to be copied under a key of the own account first.
        raise KMSKeyNotAccessibleFault(str(snapshot.kms_key_id))
    storage = asked.get("allocated_storage")
    if storage is not None and storage < snapshot.allocated_storage:
        raise invalid_value("The allocated storage size can't be less than the source snapshot or backup size.")
    if asked.get("engine") not in (None, "postgres"):
        raise invalid_combination(f"Cannot restore a postgres snapshot as {asked['engine']}.")
    if asked.get("db_name") is not None:
        raise invalid_combination("DBName cannot be specified for engine postgres.")
    if asked.get("manage_master_user_password"):
        raise invalid_combination("ManageMasterUserPassword cannot be specified on a restore of engine postgres.")
    return {
        **{name: getattr(source, name) for name in INHERITED},
        "backup_retention_period": snapshot.retention,
        **{name: asked[name] for name in GIVEN if asked.get(name) is not None},
        "engine": "postgres",
        "engine_version": snapshot.engine_version,
        "master_username": snapshot.master_username,
        "db_name": source.db_name,
        "storage_encrypted": snapshot.encrypted,
        "kms_key_id": snapshot.kms_key_id,
    }


def copy_snapshot(
    backend: Backend,
    source_db_snapshot_identifier: str,
    target_db_snapshot_identifier: str,
    kms_key_id: str | None = None,
    tags: list[dict[str, str]] | None = None,
    copy_tags: bool | None = False,
    **_: Any,
) -> Snapshot:
    source = backend.available_snapshot(source_db_snapshot_identifier)
    backend.check_new_snapshot(target_db_snapshot_identifier)
    is_foreign = source.account_id != backend.account_id
    if is_foreign and source.encrypted and kms_key_id is None:
        raise invalid_combination("The source snapshot is encrypted and shared: a KMS key of this account is needed.")
    key = backend._validate_kms_key(kms_key_id) if kms_key_id else source.kms_key_id
    chosen = tags or (source.tags if copy_tags else None)
    copy = Snapshot(
        backend,
        source.database,  # type: ignore[arg-type]
        target_db_snapshot_identifier,
        "manual",
        chosen,
        kms_key_id=key,
        original_created_at=source.original_snapshot_create_time,
    )
    copy.tags = chosen or []
    copy.kms_key_id = key
    copy.encrypted = copy.storage_encrypted = key is not None
    copy.source_db_snapshot_identifier = source.arn
    copy.retention = source.retention
    backend.database_snapshots[target_db_snapshot_identifier] = copy
    copy_later(copy, source, target_db_snapshot_identifier)
    return copy
