"""DB snapshots: what RDS's calls do to them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from moto.core.utils import utcnow
from moto.rds.exceptions import (
    DBInstanceNotFoundError,
    DBSnapshotAlreadyExistsError,
    DBSnapshotNotFoundFault,
    SnapshotQuotaExceededFault,
)
from moto.rds.models import RDSBackend

from ..world import world
from . import copies
from .checks import LIMITS
from .errors import cannot_snapshot, invalid_value, snapshot_state
from .instance import Instance
from .kept import check_sharing, visible
from .member import Member
from .snapshot import Snapshot


class Snapshots(RDSBackend):
    def instance(self, identifier: str) -> Instance:
        found = self.databases.get(identifier)
        if not isinstance(found, Instance):
            raise DBInstanceNotFoundError(identifier)
        return found

    @property
    def SNAPSHOT_QUOTA(self) -> int:
        return LIMITS["manual-snapshots"]

    def create_db_snapshot(
        self,
        db_instance_identifier: str,
        db_snapshot_identifier: str,
        snapshot_type: str = "manual",
        tags: list[dict[str, str]] | None = None,
        original_created_at: datetime | None = None,
        kms_key_id: str | None = None,
    ) -> Snapshot:
        instance = self.instance(db_instance_identifier)
        if isinstance(instance, Member):
            raise invalid_value(
                "The specified instance is a member of a cluster and a snapshot cannot be created directly. "
                "Please use the CreateDBClusterSnapshot API instead."
            )
        if instance.status != "available":
            raise cannot_snapshot(instance.db_instance_identifier)
        snapshot = self._new_snapshot(instance, db_snapshot_identifier, snapshot_type, tags)
        instance.status = "backing-up"

        def take() -> None:
            world.clock.settle("backing-up")
            snapshot.take(instance.running_server())
            instance.tell("backup", "Finished DB Instance backup")
            instance.become("available")

        instance.work.add(take)
        return snapshot

    def _new_snapshot(self, instance: Instance, identifier: str, kind: str, tags: Any) -> Snapshot:
        self.check_new_snapshot(identifier, kind)
        snapshot = Snapshot(self, instance, identifier, kind, tags)
        self.database_snapshots[identifier] = snapshot
        return snapshot

    def check_new_snapshot(self, identifier: str, kind: str = "manual") -> None:
        if identifier in self.database_snapshots:
            raise DBSnapshotAlreadyExistsError(identifier)
        manual = [each for each in self.database_snapshots.values() if each.snapshot_type == "manual"]
        if kind == "manual" and len(manual) >= self.SNAPSHOT_QUOTA:
            raise SnapshotQuotaExceededFault()

    def new_automated_snapshot(self, instance: Instance) -> Snapshot:
        """Named by the minute; of two in one minute, the second takes the next name."""
        at = utcnow().replace(tzinfo=timezone.utc)
        while True:
            identifier = f"rds:{instance.db_instance_identifier}-{at:%Y-%m-%d-%H-%M}"
            if identifier not in self.database_snapshots:
                return self._new_snapshot(instance, identifier, "automated", None)
            at += timedelta(minutes=1)

    def copy_db_snapshot(self, **asked: Any) -> Snapshot:  # type: ignore[override]
        return copies.copy_snapshot(self, **asked)

    def delete_db_snapshot(self, db_snapshot_identifier: str) -> Snapshot:
        snapshot = self.database_snapshots.get(db_snapshot_identifier)
        if not isinstance(snapshot, Snapshot):
            raise DBSnapshotNotFoundFault(db_snapshot_identifier)
        if snapshot.snapshot_type != "manual":
            raise snapshot_state("Only manual snapshots can be deleted.")
        if snapshot.status != "available":
            raise copies.snapshot_not_available(db_snapshot_identifier, snapshot.status)
        del self.database_snapshots[db_snapshot_identifier]
        snapshot.status = "deleted"
        snapshot.remove()
        return snapshot

    def remove_automated_backups(self, resource_id: str) -> None:
        for identifier, snapshot in list(self.database_snapshots.items()):
            if snapshot.snapshot_type == "automated" and snapshot.dbi_resource_id == resource_id:
                del self.database_snapshots[identifier]
                snapshot.remove()  # type: ignore[attr-defined]

    def visible_snapshot(self, identifier: str) -> Snapshot:
        found = visible(self, "database_snapshots", identifier)
        if found is None:
            raise DBSnapshotNotFoundFault(identifier)
        return found  # type: ignore[no-any-return]

    def available_snapshot(self, identifier: str) -> Snapshot:
        snapshot = self.visible_snapshot(identifier)
        if snapshot.status != "available":
            raise copies.snapshot_not_available(identifier, snapshot.status)
        return snapshot

    def modify_db_snapshot_attribute(
        self,
        db_snapshot_identifier: str,
        attribute_name: str,
        values_to_add: list[str] | None = None,
        values_to_remove: list[str] | None = None,
    ) -> dict[str, list[str]]:
        snapshot = self.database_snapshots.get(db_snapshot_identifier)
        if not isinstance(snapshot, Snapshot):
            raise DBSnapshotNotFoundFault(db_snapshot_identifier)
        check_sharing(self, snapshot, values_to_add or [])
        snapshot.modify_attribute(attribute_name, values_to_add, values_to_remove)
        return snapshot.attributes
