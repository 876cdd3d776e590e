"""DB cluster snapshots: what RDS's calls do to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.rds.exceptions import (
    DBClusterNotFoundError,
    DBClusterSnapshotAlreadyExistsError,
    DBClusterSnapshotNotFoundError,
    InvalidDBClusterSnapshotStateFault,
    SnapshotQuotaExceededFault,
)
from moto.rds.models import RDSBackend

from ..world import world
from .checks import LIMITS
from .cluster import Cluster
from .cluster_snapshot import ClusterSnapshot
from .errors import cannot_snapshot_cluster, invalid_combination
from .kept import check_sharing, copy_later, visible


class ClusterSnapshots(RDSBackend):
    def cluster(self, identifier: str) -> Cluster:
        found = self.clusters.get(identifier.split(":")[-1])
        if not isinstance(found, Cluster):
            raise DBClusterNotFoundError(identifier)
        return found

    def create_db_cluster_snapshot(
        self, db_cluster_identifier: str, db_cluster_snapshot_identifier: str, tags: Any = None, **_: Any
    ) -> ClusterSnapshot:
        cluster = self.cluster(db_cluster_identifier)
        if cluster.state != "available":
            raise cannot_snapshot_cluster(cluster.db_cluster_identifier)
        snapshot = self.new_cluster_snapshot(cluster, db_cluster_snapshot_identifier, "manual", tags)
        cluster.state = "backing-up"

        def take() -> None:
            world.clock.settle("backing-up")
            snapshot.take(cluster.running_volume())
            cluster.become("available")

        cluster.work.add(take)
        return snapshot

    def new_cluster_snapshot(self, cluster: Cluster, identifier: str, kind: str, tags: Any) -> ClusterSnapshot:
        self._check_new_cluster_snapshot(identifier, kind)
        snapshot = ClusterSnapshot(self, cluster, identifier, kind, tags)
        self.cluster_snapshots[identifier] = snapshot
        return snapshot

    def new_automated_cluster_snapshot(self, cluster: Cluster) -> ClusterSnapshot:
        """Named by the minute; of two in one minute, the second takes the next name."""
        at = utcnow()
        while True:
            identifier = f"rds:{cluster.db_cluster_identifier}-{at:%Y-%m-%d-%H-%M}"
            if identifier not in self.cluster_snapshots:
                return self.new_cluster_snapshot(cluster, identifier, "automated", None)
            at += timedelta(minutes=1)

    def copy_db_cluster_snapshot(  # type: ignore[override]
        self,
        source_db_cluster_snapshot_identifier: str,
        target_db_cluster_snapshot_identifier: str,
        kms_key_id: str | None = None,
        copy_tags: bool | None = False,
        tags: Any = None,
        **_: Any,
    ) -> ClusterSnapshot:
        source = self.available_cluster_snapshot(source_db_cluster_snapshot_identifier)
        if kms_key_id is not None and not source.storage_encrypted:
            raise invalid_combination("An unencrypted DB cluster snapshot cannot be copied with a KMS key.")
        if source.account_id != self.account_id and source.storage_encrypted and kms_key_id is None:
            raise invalid_combination("The source snapshot is encrypted and shared: a KMS key of this account is needed.")
        self._check_new_cluster_snapshot(target_db_cluster_snapshot_identifier, "manual")
        chosen = tags or (source.tags if copy_tags else [])
        copy = ClusterSnapshot(self, source.cluster, target_db_cluster_snapshot_identifier, "manual", chosen)  # type: ignore[arg-type]
        copy.db_cluster_resource_id = source.db_cluster_resource_id
        copy.kms_key_id = self._validate_kms_key(kms_key_id) if kms_key_id else source.kms_key_id
        copy.source_db_cluster_snapshot_arn = source.arn
        self.cluster_snapshots[target_db_cluster_snapshot_identifier] = copy
        copy_later(copy, source, target_db_cluster_snapshot_identifier)
        return copy

    def delete_db_cluster_snapshot(self, db_snapshot_identifier: str) -> ClusterSnapshot:
        snapshot = self.cluster_snapshots.get(db_snapshot_identifier)
        if not isinstance(snapshot, ClusterSnapshot):
            raise DBClusterSnapshotNotFoundError(db_snapshot_identifier)
        if snapshot.snapshot_type != "manual":
            raise InvalidDBClusterSnapshotStateFault("Only manual snapshots can be deleted.")
        if snapshot.status != "available":
            raise _not_available(snapshot)
        del self.cluster_snapshots[db_snapshot_identifier]
        snapshot.status = "deleted"
        snapshot.remove()
        return snapshot

    def visible_cluster_snapshot(self, identifier: str) -> ClusterSnapshot:
        found = visible(self, "cluster_snapshots", identifier)
        if found is None:
            raise DBClusterSnapshotNotFoundError(identifier)
        return found  # type: ignore[no-any-return]

    def available_cluster_snapshot(self, identifier: str) -> ClusterSnapshot:
        snapshot = self.visible_cluster_snapshot(identifier)
        if snapshot.status != "available":
            raise _not_available(snapshot)
        return snapshot

    def describe_db_cluster_snapshot_attributes(self, db_cluster_snapshot_identifier: str) -> dict[str, list[str]]:
        return self.visible_cluster_snapshot(db_cluster_snapshot_identifier).attributes

    def modify_db_cluster_snapshot_attribute(
        self,
        db_cluster_snapshot_identifier: str,
        attribute_name: str,
        values_to_add: list[str] | None = None,
        values_to_remove: list[str] | None = None,
    ) -> dict[str, list[str]]:
        snapshot = self.cluster_snapshots.get(db_cluster_snapshot_identifier)
        if not isinstance(snapshot, ClusterSnapshot):
            raise DBClusterSnapshotNotFoundError(db_cluster_snapshot_identifier)
        check_sharing(self, snapshot, values_to_add or [])
        snapshot.modify_attribute(attribute_name, values_to_add, values_to_remove)
        return snapshot.attributes

    def remove_automated_cluster_snapshots(self, resource_id: str) -> None:
        for identifier, snapshot in list(self.cluster_snapshots.items()):
            of_it = isinstance(snapshot, ClusterSnapshot) and snapshot.db_cluster_resource_id == resource_id
            if of_it and snapshot.snapshot_type == "automated":
                del self.cluster_snapshots[identifier]
                snapshot.remove()  # type: ignore[attr-defined]

    def _check_new_cluster_snapshot(self, identifier: str, kind: str) -> None:
        if identifier in self.cluster_snapshots:
            raise DBClusterSnapshotAlreadyExistsError(identifier)
        manual = [each for each in self.cluster_snapshots.values() if each.snapshot_type == "manual"]
        if kind == "manual" and len(manual) >= LIMITS["manual-cluster-snapshots"]:
            raise SnapshotQuotaExceededFault()


def _not_available(snapshot: ClusterSnapshot) -> InvalidDBClusterSnapshotStateFault:
    said = f"Snapshot {snapshot.db_cluster_snapshot_identifier} is not in available state: it is {snapshot.status}."
    return InvalidDBClusterSnapshotStateFault(said)
