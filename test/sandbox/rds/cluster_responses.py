"""Clusters over the wire."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import DBCluster, DBClusterSnapshot
from moto.rds.responses import RDSResponse

from .cluster_snapshot import ClusterSnapshot, shown_cluster_snapshot
from .kept import listed
from .views import shown_parameters

PAGE = 100


class ClusterResponse(RDSResponse):
    def _page(self, key: str, everything: list[Any]) -> ActionResult:
        """One page of an answer; the marker is how many came before."""
        begin = int(self.params.get("Marker") or 0)
        end = begin + int(self.params.get("MaxRecords") or PAGE)
        marker = {"Marker": str(end)} if end < len(everything) else {}
        return ActionResult({key: everything[begin:end], **marker})

    def describe_db_clusters(self) -> ActionResult:
        identifier = self.params.get("DBClusterIdentifier")
        if identifier is not None:
            return self._page("DBClusters", [self.backend.cluster(identifier)])
        filters = self._filters()
        kept = self.backend._filter_resources(self.backend.clusters, filters, DBCluster) if filters else self.backend.clusters
        return self._page("DBClusters", list(kept.values()))

    def delete_db_cluster(self) -> ActionResult:
        cluster = self.backend.delete_db_cluster(
            self.params["DBClusterIdentifier"],
            self.params.get("FinalDBSnapshotIdentifier"),
            bool(self.params.get("SkipFinalSnapshot", False)),
            self.params.get("DeleteAutomatedBackups") is not False,
        )
        return ActionResult({"DBCluster": cluster})

    # Snapshots

    def create_db_cluster_snapshot(self) -> ActionResult:
        name = "DBClusterSnapshotIdentifier"
        self.backend.validate_db_snapshot_identifier(self.params[name], name)
        return self._snapshot(self.backend.create_db_cluster_snapshot(**self.params))

    def copy_db_cluster_snapshot(self) -> ActionResult:
        name = "TargetDBClusterSnapshotIdentifier"
        self.backend.validate_db_snapshot_identifier(self.params[name], name)
        return self._snapshot(self.backend.copy_db_cluster_snapshot(**self.params))

    def delete_db_cluster_snapshot(self) -> ActionResult:
        return self._snapshot(self.backend.delete_db_cluster_snapshot(self.params["DBClusterSnapshotIdentifier"]))

    def describe_db_cluster_snapshots(self) -> ActionResult:
        identifier, kind = self.params.get("DBClusterSnapshotIdentifier"), self.params.get("SnapshotType")
        if identifier is not None:
            found = [self.backend.visible_cluster_snapshot(identifier)]
        else:
            found = listed(self.backend, "cluster_snapshots", self.params)
        filters = self._filters()
        if (cluster := self.params.get("DBClusterIdentifier")) is not None:
            filters["db-cluster-id"] = [cluster]
        if kind in ("manual", "automated"):
            filters["snapshot-type"] = [kind]
        if filters:
            by_id = {id(each): each for each in found}
            found = list(self.backend._filter_resources(by_id, filters, DBClusterSnapshot).values())
        shown = [shown_cluster_snapshot(each, self.current_account) for each in found]
        return self._page("DBClusterSnapshots", shown)

    def _snapshot(self, snapshot: ClusterSnapshot) -> ActionResult:
        return ActionResult({"DBClusterSnapshot": shown_cluster_snapshot(snapshot, self.current_account)})

    def _filters(self) -> dict[str, list[str]]:
        return {each["Name"]: each["Values"] for each in self.params.get("Filters", [])}

    # Parameters

    def describe_db_cluster_parameters(self) -> ActionResult:
        group = self.backend.cluster_group(self.params["DBClusterParameterGroupName"])
        return self._page("Parameters", shown_parameters(group, self.params.get("Source")))

    def describe_db_cluster_parameter_groups(self) -> ActionResult:
        self.backend.default_cluster_group()
        name = self.params.get("DBClusterParameterGroupName")
        groups = self.backend.db_cluster_parameter_groups
        found = [self.backend.cluster_group(name)] if name is not None else list(groups.values())
        return self._page("DBClusterParameterGroups", found)
