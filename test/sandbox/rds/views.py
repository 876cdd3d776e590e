"""What RDS shows of things, where it is not simply their attributes."""

from __future__ import annotations

from typing import Any

from .parameters import NOT_MODIFIABLE, Known, known_parameters
from .snapshot import Snapshot


def shown_snapshot(snapshot: Snapshot, account: str) -> dict[str, Any]:
    """Another account's snapshot is called by its ARN."""
    is_own = snapshot.account_id == account
    return {
        "DBSnapshotIdentifier": snapshot.db_snapshot_identifier if is_own else snapshot.arn,
        "DBSnapshotArn": snapshot.arn,
        "DBInstanceIdentifier": snapshot.db_instance_identifier,
        "DbiResourceId": snapshot.dbi_resource_id,
        "SnapshotType": snapshot.snapshot_type if is_own else "shared",
        "SnapshotCreateTime": snapshot.snapshot_create_time,
        "OriginalSnapshotCreateTime": snapshot.original_snapshot_create_time,
        "InstanceCreateTime": snapshot.instance_create_time,
        "Status": snapshot.status,
        "PercentProgress": snapshot.percent_progress,
        "Engine": snapshot.engine,
        "EngineVersion": snapshot.engine_version,
        "LicenseModel": "postgresql-license",
        "AllocatedStorage": snapshot.allocated_storage,
        "StorageType": snapshot.storage_type,
        "Encrypted": snapshot.encrypted,
        "KmsKeyId": snapshot.kms_key_id,
        "MasterUsername": snapshot.master_username,
        "Port": snapshot.port,
        "AvailabilityZone": snapshot.availability_zone,
        "VpcId": snapshot.vpc_id,
        "SourceDBSnapshotIdentifier": snapshot.source_db_snapshot_identifier,
        "SourceRegion": snapshot.source_region,
        "IAMDatabaseAuthenticationEnabled": snapshot.iam_database_authentication_enabled,
        "TagList": snapshot.tags if is_own else [],
        "SnapshotTarget": "region",
    }


def shown_automated_backup(backend: Any, snapshots: list[Snapshot]) -> dict[str, Any]:
    """Of an instance that is there, or that was deleted and whose backups were retained."""
    latest = max(snapshots, key=lambda each: each.created)
    living = any(each.dbi_resource_id == latest.dbi_resource_id for each in backend.databases.values())
    return {
        "DBInstanceArn": f"arn:aws:rds:{latest.region}:{latest.account_id}:db:{latest.db_instance_identifier}",
        "DbiResourceId": latest.dbi_resource_id,
        "DBInstanceIdentifier": latest.db_instance_identifier,
        "Region": latest.region,
        "RestoreWindow": {
            "EarliestTime": min(each.created for each in snapshots),
            "LatestTime": latest.created,
        },
        "AllocatedStorage": latest.allocated_storage,
        "Status": "active" if living else "retained",
        "Port": latest.port,
        "Engine": latest.engine,
        "EngineVersion": latest.engine_version,
        "MasterUsername": latest.master_username,
        "Encrypted": latest.encrypted,
        "KmsKeyId": latest.kms_key_id,
        "BackupRetentionPeriod": latest.retention,
    }


def shown_parameters(group: Any, source: str | None) -> list[dict[str, Any]]:
    """Every parameter of the family, or those that a person set (`user`), or those that nobody did (`engine-default`)."""
    return [
        _shown_parameter(name, known, group.parameters.get(name))
        for name, known in sorted(known_parameters().items())
        if source in (None, "user" if name in group.parameters else "engine-default")
    ]


def _shown_parameter(name: str, known: Known, given: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "ParameterName": name,
        "ParameterValue": given["ParameterValue"] if given else (known.default or None),
        "Description": known.description,
        "Source": "user" if given else "engine-default",
        "ApplyType": known.apply_type,
        "DataType": known.data_type,
        "IsModifiable": name not in NOT_MODIFIABLE,
        "ApplyMethod": (given or {}).get("ApplyMethod", "pending-reboot"),
    }
