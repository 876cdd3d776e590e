"""RDS over the wire: moto's answers, from our backend, and the calls that moto lacks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import moto.rds.urls
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.rds.models import DBSnapshot, rds_backends

from ..world import world
from .backend import Backend
from .checks import server_version
from .cluster_responses import ClusterResponse
from .kept import listed
from .parameters import ENGINES, family
from .snapshot import Snapshot
from .views import shown_automated_backup, shown_parameters, shown_snapshot


class Response(ClusterResponse):
    @property
    def backend(self) -> Backend:
        return rds_backends[self.current_account][self.region]  # type: ignore[return-value]

    def call_action(self) -> Any:
        with world.lock:
            return super().call_action()

    # Snapshots

    def create_db_snapshot(self) -> ActionResult:
        self.backend.validate_db_snapshot_identifier(self.params["DBSnapshotIdentifier"], "DBSnapshotIdentifier")
        tags = self.params.get("Tags")
        snapshot = self.backend.create_db_snapshot(
            self.params["DBInstanceIdentifier"], self.params["DBSnapshotIdentifier"], tags=tags
        )
        return ActionResult({"DBSnapshot": shown_snapshot(snapshot, self.current_account)})

    def copy_db_snapshot(self) -> ActionResult:
        self.backend.validate_db_snapshot_identifier(
            self.params["TargetDBSnapshotIdentifier"], "TargetDBSnapshotIdentifier"
        )
        snapshot = self.backend.copy_db_snapshot(**self.params)
        return ActionResult({"DBSnapshot": shown_snapshot(snapshot, self.current_account)})

    def delete_db_snapshot(self) -> ActionResult:
        snapshot = self.backend.delete_db_snapshot(self.params["DBSnapshotIdentifier"])
        return ActionResult({"DBSnapshot": shown_snapshot(snapshot, self.current_account)})

    def describe_db_snapshots(self) -> ActionResult:
        found = [shown_snapshot(each, self.current_account) for each in self._snapshots()]
        return self._page("DBSnapshots", found)

    def _snapshots(self) -> list[Snapshot]:
        identifier, kind = self.params.get("DBSnapshotIdentifier"), self.params.get("SnapshotType")
        if identifier is not None:
            found = [self.backend.visible_snapshot(identifier)]
        else:
            found = listed(self.backend, "database_snapshots", self.params)
        filters = {each["Name"]: each["Values"] for each in self.params.get("Filters", [])}
        instance, resource = self.params.get("DBInstanceIdentifier"), self.params.get("DbiResourceId")
        if instance is not None:
            filters["db-instance-id"] = [instance]
        if resource is not None:
            filters["dbi-resource-id"] = [resource]
        if kind in ("manual", "automated"):
            filters["snapshot-type"] = [kind]
        if not filters:
            return found
        kept = self.backend._filter_resources({id(each): each for each in found}, filters, DBSnapshot)
        return list(kept.values())

    def describe_db_instance_automated_backups(self) -> ActionResult:
        by_resource: dict[str, list[Snapshot]] = {}
        for snapshot in self.backend.database_snapshots.values():
            if isinstance(snapshot, Snapshot) and snapshot.snapshot_type == "automated":
                by_resource.setdefault(snapshot.dbi_resource_id, []).append(snapshot)
        wanted = self.params.get("DbiResourceId"), self.params.get("DBInstanceIdentifier")
        shown = [shown_automated_backup(self.backend, each) for each in by_resource.values()]
        kept = [
            each
            for each in shown
            if wanted[0] in (None, each["DbiResourceId"]) and wanted[1] in (None, each["DBInstanceIdentifier"])
        ]
        return self._page("DBInstanceAutomatedBackups", kept)

    # Parameters

    def describe_db_parameters(self) -> ActionResult:
        self.backend.default_group()
        self.backend.default_group("aurora-postgresql")
        name = self.params["DBParameterGroupName"]
        group = self.backend.db_parameter_groups.get(name)
        if group is None:
            raise moto_not_found(name)
        return self._page("Parameters", shown_parameters(group, self.params.get("Source")))

    def describe_db_parameter_groups(self) -> ActionResult:
        self.backend.default_group()
        name = self.params.get("DBParameterGroupName")
        if name is not None and name not in self.backend.db_parameter_groups:
            raise moto_not_found(name)
        groups = self.backend.db_parameter_groups
        return self._page("DBParameterGroups", [groups[name]] if name is not None else list(groups.values()))

    def reset_db_parameter_group(self) -> ActionResult:
        everything = self.params.get("ResetAllParameters")
        names = None if everything else [each["ParameterName"] for each in self.params.get("Parameters", [])]
        group = self.backend.reset_db_parameter_group(self.params["DBParameterGroupName"], names)
        return ActionResult({"DBParameterGroupName": group.name})

    # What moto lacks

    def describe_events(self) -> ActionResult:
        """Of the last hour unless told otherwise, as documented."""
        since = utcnow() - timedelta(minutes=int(self.params.get("Duration") or 60))
        since = self.params.get("StartTime") or since
        until = self.params.get("EndTime")
        found = [
            each
            for each in self.backend.describe_events(
                self.params.get("SourceIdentifier"), self.params.get("SourceType")
            )
            if naive(each.date) >= naive(since) and (until is None or naive(each.date) <= naive(until))
        ]
        return self._page("Events", found)

    def describe_db_engine_versions(self) -> ActionResult:
        wanted = self.params.get("Engine"), self.params.get("EngineVersion")
        shown = [
            {
                "Engine": engine,
                "EngineVersion": server_version(),
                "DBParameterGroupFamily": family(engine),
                "DBEngineDescription": "PostgreSQL",
                "DBEngineVersionDescription": f"PostgreSQL {server_version()}",
                "Status": "available",
                "ValidUpgradeTarget": [],
            }
            for engine in ENGINES
            if wanted[0] in (None, engine) and (wanted[1] is None or server_version().startswith(wanted[1]))
        ]
        return ActionResult({"DBEngineVersions": shown})

    def describe_pending_maintenance_actions(self) -> ActionResult:
        return ActionResult({"PendingMaintenanceActions": []})


def naive(moment: Any) -> Any:
    return moment.replace(tzinfo=None)


def moto_not_found(name: str) -> Exception:
    from moto.rds.exceptions import DBParameterGroupNotFoundError

    return DBParameterGroupNotFoundError(name)


def install() -> None:
    """Puts our backend and answers in the place of moto's."""
    rds_backends.backend = Backend
    moto.rds.urls.url_paths = {"{0}/$": Response.dispatch}
