"""A DB cluster snapshot: what DescribeDBClusterSnapshots tells of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.rds.models import DBClusterSnapshot

from .kept import Kept

if TYPE_CHECKING:
    from .cluster import Cluster


class ClusterSnapshot(Kept, DBClusterSnapshot):
    """Its attributes are those of the cluster at the moment of the call."""

    def __init__(self, backend: Any, cluster: Cluster, identifier: str, kind: str, tags: Any) -> None:
        super().__init__(backend=backend, cluster=cluster, snapshot_id=identifier, snapshot_type=kind, tags=tags)
        self.keep_as(f"{self.account_id}-{self.region}-cluster-{self.db_cluster_snapshot_identifier}")
        self.db_cluster_resource_id = cluster.db_cluster_resource_id
        self.database_name = cluster.database_name
        self.kms_key_id = cluster.kms_key_id
        self.storage_encrypted = cluster.storage_encrypted
        self.retention = cluster.backup_retention_period
        self.source_db_cluster_snapshot_arn: str | None = None

    @property
    def snapshot_create_time(self) -> datetime | None:  # type: ignore[override]
        return self.time_shown()


def shown_cluster_snapshot(snapshot: ClusterSnapshot, account: str) -> dict[str, Any]:
    """Another account's snapshot is called by its ARN."""
    is_own = snapshot.account_id == account
    return {
        "DBClusterSnapshotIdentifier": snapshot.db_cluster_snapshot_identifier if is_own else snapshot.arn,
        "DBClusterSnapshotArn": snapshot.arn,
        "DBClusterIdentifier": snapshot.db_cluster_identifier,
        "DbClusterResourceId": snapshot.db_cluster_resource_id,
        "SnapshotType": snapshot.snapshot_type if is_own else "shared",
        "SnapshotCreateTime": snapshot.snapshot_create_time,
        "ClusterCreateTime": snapshot.cluster_create_time,
        "Status": snapshot.status,
        "PercentProgress": snapshot.percent_progress,
        "Engine": snapshot.engine,
        "EngineVersion": snapshot.engine_version,
        "EngineMode": "provisioned",
        "LicenseModel": "postgresql-license",
        "AllocatedStorage": snapshot.allocated_storage,
        "StorageType": "aurora",
        "StorageEncrypted": snapshot.storage_encrypted,
        "KmsKeyId": snapshot.kms_key_id,
        "MasterUsername": snapshot.master_username,
        "Port": snapshot.port,
        "SourceDBClusterSnapshotArn": snapshot.source_db_cluster_snapshot_arn,
        "IAMDatabaseAuthenticationEnabled": False,
        "TagList": snapshot.tags if is_own else [],
    }
