"""DB clusters: what RDS's calls do to them."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import (
    DBClusterToBeDeletedHasActiveMembers,
    InvalidDBClusterStateFault,
    RDSClientError,
)

from ..world import world
from . import cluster_changes
from .checks import LIMITS, check_groups, check_master, check_password, check_retention, checked_version
from .cluster import Cluster
from .cluster_snapshots import ClusterSnapshots
from .errors import invalid_combination, invalid_value
from .parameter_groups import ParameterGroups

# What a restored or cloned cluster has of its source unless the call says otherwise. Never security groups, parameter group, tags,
# deletion protection.
GIVEN = (
    "availability_zones",
    "backup_retention_period",
    "copy_tags_to_snapshot",
    "db_cluster_identifier",
    "db_cluster_parameter_group_name",
    "db_subnet_group_name",
    "deletion_protection",
    "enable_cloudwatch_logs_exports",
    "enable_iam_database_authentication",
    "port",
    "tags",
    "vpc_security_group_ids",
)


class Clusters(ParameterGroups, ClusterSnapshots):
    def create_db_cluster(self, kwargs: dict[str, Any]) -> Cluster:
        if kwargs.get("engine") != "aurora-postgresql":
            raise invalid_value(f"Invalid DB engine: the sandbox has aurora-postgresql only, not {kwargs.get('engine')}")
        if kwargs.get("manage_master_user_password"):
            raise invalid_value("The sandbox does not manage master passwords.")
        check_master(kwargs.get("master_username"))
        password = kwargs.get("master_user_password")
        check_password(password, cluster_changes.LONGEST_PASSWORD)
        if kwargs.get("storage_encrypted"):
            kwargs = {**kwargs, "kms_key_id": self._validate_kms_key(kwargs.get("kms_key_id") or "alias/aws/rds")}
        cluster = self._new_cluster({**kwargs, "master_user_password": None})
        cluster.begin_new(str(password))
        return cluster

    def restore_db_cluster_from_snapshot(self, from_snapshot_id: str, overrides: dict[str, Any]) -> Cluster:
        """A new cluster without instances; its key is the snapshot's unless another one is given, which also encrypts what was not."""
        snapshot = self.available_cluster_snapshot(from_snapshot_id)
        if overrides.get("engine") != "aurora-postgresql":
            raise invalid_combination(f"Cannot restore an aurora-postgresql snapshot as {overrides.get('engine')}.")
        given = {
            "port": snapshot.port,
            "backup_retention_period": snapshot.retention,
            **_given(overrides),
            **_of(snapshot),
            "engine_version": overrides.get("engine_version") or snapshot.engine_version,
        }
        if key := overrides.get("kms_key_id"):
            given.update(storage_encrypted=True, kms_key_id=self._validate_kms_key(key))
        cluster = self._new_cluster(given)
        cluster.begin_from(snapshot.folder, "DB cluster created")
        return cluster

    def restore_db_cluster_to_point_in_time(  # type: ignore[override]
        self,
        source_db_cluster_identifier: str,
        restore_type: str | None = None,
        use_latest_restorable_time: bool | None = False,
        restore_to_time: Any = None,
        kms_key_id: str | None = None,
        **overrides: Any,
    ) -> Cluster:
        """A clone: RestoreType copy-on-write. The sandbox keeps no write-ahead log to restore an earlier moment from."""
        source = self.cluster(source_db_cluster_identifier)
        if restore_to_time is not None and restore_type == "copy-on-write":
            raise invalid_combination("RestoreToTime cannot be specified with RestoreType copy-on-write.")
        if not use_latest_restorable_time:
            raise invalid_combination("UseLatestRestorableTime must be specified. (The sandbox restores no earlier time.)")
        if kms_key_id is not None and not source.storage_encrypted:
            raise invalid_combination("A KMS key cannot be specified: the source cluster is not encrypted.")
        if source.state not in ("available", "backing-up"):
            raise not_available(source)
        given = {
            "port": source.port,
            "backup_retention_period": source.backup_retention_period,
            **_given(overrides),
            **_of(source),
            "engine_version": source.engine_version,
        }
        if kms_key_id is not None:
            given["kms_key_id"] = self._validate_kms_key(kms_key_id)
        if restore_type == "copy-on-write":
            source.clone_group_id = source.clone_group_id or source.db_cluster_resource_id.lower()
            given["clone_group_id"] = source.clone_group_id
        cluster = self._new_cluster(given)
        cluster.begin_clone(source)
        return cluster

    def _new_cluster(self, given: dict[str, Any]) -> Cluster:
        identifier = given["db_cluster_identifier"]
        self._validate_db_identifier(identifier)
        if identifier in self.clusters:
            raise RDSClientError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        if len(self.clusters) >= LIMITS["clusters"]:
            raise RDSClientError("DBClusterQuotaExceededFault", f"Cannot create more than {LIMITS['clusters']} clusters")
        given = {**given, "engine_version": checked_version(given.get("engine_version"), "aurora-postgresql")}
        check_retention(given.get("backup_retention_period", 1), 1)
        wanted = given.get("vpc_security_group_ids") or []
        check_groups(self.account_id, self.region_name, wanted)
        self.default_cluster_group()
        if group := given.get("db_cluster_parameter_group_name"):
            self.cluster_group(group)
        cluster = Cluster(self, **{**given, "vpc_security_group_ids": wanted or [self._default_security_group()]})
        self.clusters[identifier] = cluster
        return cluster

    def _default_security_group(self) -> str:
        from moto.ec2.models import ec2_backends

        ec2 = ec2_backends[self.account_id][self.region_name]
        return str(ec2.get_default_security_group(ec2.default_vpc.id).id)  # type: ignore[union-attr]

    def modify_db_cluster(self, kwargs: dict[str, Any]) -> Cluster:
        cluster = self.cluster(kwargs["db_cluster_identifier"])
        if cluster.state != "available":
            raise not_available(cluster)
        cluster_changes.modify(self, cluster, kwargs)
        return cluster

    def delete_db_cluster(  # type: ignore[override]
        self,
        cluster_identifier: str,
        snapshot_name: str | None = None,
        skip_final_snapshot: bool = False,
        delete_automated_backups: bool = True,
    ) -> Cluster:
        cluster = self.cluster(cluster_identifier)
        if cluster.state == "deleting":
            raise InvalidDBClusterStateFault(f"Cluster {cluster.db_cluster_identifier} is already being deleted.")
        if cluster.deletion_protection:
            said = "Cannot delete protected Cluster, please disable deletion protection and try again."
            raise invalid_combination(said)
        if any(each.status != "deleting" for each in cluster.instances()):
            raise DBClusterToBeDeletedHasActiveMembers()
        if skip_final_snapshot == (snapshot_name is not None):
            raise invalid_combination("Either FinalDBSnapshotIdentifier or SkipFinalSnapshot must be specified.")
        final = self.new_cluster_snapshot(cluster, snapshot_name, "manual", None) if snapshot_name else None
        cluster.state = "deleting"

        def delete() -> None:
            if final is not None:
                final.take(cluster.running_volume())
            world.clock.settle("deleting")
            cluster.remove()
            with world.lock:
                self.clusters.pop(cluster.db_cluster_identifier, None)
                if delete_automated_backups:
                    self.remove_automated_cluster_snapshots(cluster.db_cluster_resource_id)
            cluster.tell("deletion", "DB cluster deleted")

        cluster.work.add(delete)
        return cluster


def not_available(cluster: Cluster) -> InvalidDBClusterStateFault:
    said = f"DB cluster {cluster.db_cluster_identifier} is not in available state: it is {cluster.state}."
    return InvalidDBClusterStateFault(said)


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in GIVEN if asked.get(name) is not None}


def _of(source: Any) -> dict[str, Any]:
    return {
        "engine": "aurora-postgresql",
        "master_username": source.master_username,
        "database_name": source.database_name,
        "storage_encrypted": source.storage_encrypted,
        "kms_key_id": source.kms_key_id,
    }
