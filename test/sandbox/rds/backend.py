"""moto's RDS backend, with instances and snapshots that hold data."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import moto.rds.urls
from moto.core.utils import utcnow
from moto.rds.exceptions import (
    DBInstanceAlreadyExists,
    DBInstanceNotFoundError,
    DBParameterGroupNotFoundError,
    DBSnapshotAlreadyExistsError,
    DBSnapshotNotFoundFault,
    RDSClientError,
    SnapshotQuotaExceededFault,
)
from moto.rds.models import RDSBackend, rds_backends

from ..world import world
from . import changes, copies
from .checks import (
    check_class,
    check_groups,
    check_master,
    check_password,
    check_retention,
    checked_version,
    server_version,
)
from .errors import already_deleting, cannot_reboot, cannot_snapshot, invalid_combination, invalid_value
from .instance import Instance
from .parameters import ParameterGroup, dynamic, family
from .snapshot import Snapshot

LIMITS = {"manual-snapshots": 100, "instances": 40}


class Backend(RDSBackend):
    """One for each account and region."""

    _url_module = moto.rds.urls  # type: ignore[assignment]

    # Instances

    def create_db_instance(self, db_kwargs: dict[str, Any]) -> Instance:
        if db_kwargs.get("engine") != "postgres":
            raise invalid_value(f"Invalid DB engine: the sandbox has postgres only, not {db_kwargs.get('engine')}")
        check_master(db_kwargs.get("master_username"))
        check_password(db_kwargs.get("master_user_password"))
        instance = self._new_instance({**db_kwargs, "master_user_password": None})
        instance.begin_new(db_kwargs["master_user_password"])
        return instance

    def restore_db_instance_from_db_snapshot(self, from_snapshot_id: str, overrides: dict[str, Any]) -> Instance:
        snapshot = self.available_snapshot(from_snapshot_id)
        instance = self._new_instance(copies.restored(snapshot, overrides))
        instance.begin_from(snapshot.folder, f"Restored from snapshot {snapshot.db_snapshot_identifier}")
        return instance

    def _new_instance(self, given: dict[str, Any]) -> Instance:
        identifier = given["db_instance_identifier"]
        self._validate_db_identifier(identifier)
        if identifier in self.databases:
            raise DBInstanceAlreadyExists()
        if len(self.databases) >= LIMITS["instances"]:
            raise RDSClientError("InstanceQuotaExceeded", f"Cannot create more than {LIMITS['instances']} instances")
        check_class(given.get("db_instance_class"))
        given = {**given, "engine_version": checked_version(given.get("engine_version"))}
        check_retention(given.get("backup_retention_period", 1))
        check_groups(self.account_id, self.region_name, given.get("vpc_security_group_ids") or [])
        if group := given.get("db_parameter_group_name"):
            self.check_group(group, given["engine_version"])
        if given.get("storage_encrypted"):
            given["kms_key_id"] = self._validate_kms_key(given.get("kms_key_id") or "alias/aws/rds")
        instance = Instance(self, **given)
        self.databases[identifier] = instance
        return instance

    def instance(self, identifier: str) -> Instance:
        found = self.databases.get(identifier)
        if not isinstance(found, Instance):
            raise DBInstanceNotFoundError(identifier)
        return found

    def modify_db_instance(self, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> Instance:
        instance = self.instance(db_instance_identifier)
        if db_kwargs.get("new_db_instance_identifier"):
            raise invalid_value("The sandbox does not rename instances.")
        changes.modify(instance, db_kwargs)
        return instance

    def reboot_db_instance(self, db_instance_identifier: str) -> Instance:
        instance = self.instance(db_instance_identifier)
        if instance.status != "available":
            raise cannot_reboot()
        instance.status = "rebooting"

        def reboot() -> None:
            world.clock.settle("rebooting")
            instance.restart()
            instance.become("available")

        instance.work.add(reboot)
        return instance

    def delete_db_instance(
        self,
        db_instance_identifier: str,
        final_db_snapshot_identifier: str | None = None,
        skip_final_snapshot: bool | None = False,
        delete_automated_backups: bool | None = True,
    ) -> Instance:
        instance = self.instance(db_instance_identifier)
        if instance.status == "deleting":
            raise already_deleting(instance.db_instance_identifier)
        if instance.deletion_protection:
            raise invalid_combination(
                "Cannot delete protected DB Instance, please disable deletion protection and try again."
            )
        if not skip_final_snapshot and not final_db_snapshot_identifier:
            raise invalid_combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
        if skip_final_snapshot and final_db_snapshot_identifier:
            raise invalid_combination(
                "FinalDBSnapshotIdentifier can not be specified when deleting an instance with SkipFinalSnapshot."
            )
        final = None
        if final_db_snapshot_identifier:
            final = self._new_snapshot(instance, final_db_snapshot_identifier, "manual", None)
        instance.status = "deleting"

        def delete() -> None:
            if final is not None:
                final.take(instance)
            world.clock.settle("deleting")
            instance.remove()
            with world.lock:
                self.databases.pop(instance.db_instance_identifier, None)
                if delete_automated_backups is not False:
                    self.remove_automated_backups(instance.dbi_resource_id)
            instance.tell("deletion", "DB instance deleted")

        instance.work.add(delete)
        return instance

    def stop_db_instance(self, db_instance_identifier: str, db_snapshot_identifier: str | None = None) -> Instance:
        raise invalid_value("The sandbox does not stop instances.")

    # Snapshots

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
        if instance.status != "available":
            raise cannot_snapshot(instance.db_instance_identifier)
        snapshot = self._new_snapshot(instance, db_snapshot_identifier, snapshot_type, tags)
        instance.status = "backing-up"

        def take() -> None:
            world.clock.settle("backing-up")
            snapshot.take(instance)
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
            raise RDSClientError("InvalidDBSnapshotState", "Only manual snapshots can be deleted.")
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
        """Own by name or ARN; another account's by ARN when it is shared. What is not shared does not exist for the caller."""
        backend, name = self, identifier
        if identifier.startswith("arn:"):
            _, _, _, region, account, _, name = identifier.split(":", 6)
            backend = rds_backends[account][region]  # type: ignore[assignment]
        found = backend.database_snapshots.get(name)
        if not isinstance(found, Snapshot) or not found.is_visible_to(self.account_id):
            raise DBSnapshotNotFoundFault(identifier)
        return found

    def available_snapshot(self, identifier: str) -> Snapshot:
        snapshot = self.visible_snapshot(identifier)
        if snapshot.status != "available":
            raise copies.snapshot_not_available(identifier, snapshot.status)
        return snapshot

    # Parameter groups

    def create_db_parameter_group(self, db_parameter_group_kwargs: dict[str, Any]) -> ParameterGroup:
        name = db_parameter_group_kwargs["db_parameter_group_name"]
        asked = db_parameter_group_kwargs.get("db_parameter_group_family")
        if asked is not None and asked != family():
            raise invalid_value(
                f"ParameterGroupFamily {asked} is not a valid parameter group family. (The sandbox has {family()} only.)"
            )
        super().create_db_parameter_group(db_parameter_group_kwargs)
        group = ParameterGroup(self, **db_parameter_group_kwargs)
        self.db_parameter_groups[name] = group
        return group

    def default_group(self) -> ParameterGroup:
        name = f"default.{family()}"
        if name not in self.db_parameter_groups:
            said = f"Default parameter group for {family()}"
            self.db_parameter_groups[name] = ParameterGroup(self, name, said, family())
        return self.db_parameter_groups[name]  # type: ignore[return-value]

    def check_group(self, name: str, version: str) -> None:
        self.default_group()
        group = self.db_parameter_groups.get(name)
        if group is None:
            raise DBParameterGroupNotFoundError(name)
        wanted = f"postgres{version.split('.')[0]}"
        if group.family != wanted:
            raise invalid_combination(
                f"The parameter group {name} with DBParameterGroupFamily {group.family} can't be used for this instance. "
                f"Please use a parameter group with DBParameterGroupFamily {wanted}."
            )

    def modify_db_parameter_group(self, db_parameter_group_name: str, db_parameter_group_parameters: Any) -> Any:
        given = list(db_parameter_group_parameters)
        group = super().modify_db_parameter_group(db_parameter_group_name, given)
        self._pass_on(group, {each["ParameterName"]: str(each["ParameterValue"]) for each in given})
        return group

    def reset_db_parameter_group(self, name: str, names: list[str] | None) -> ParameterGroup:
        group = self.db_parameter_groups.get(name)
        if not isinstance(group, ParameterGroup):
            raise DBParameterGroupNotFoundError(name)
        for each in names if names is not None else list(group.parameters):
            group.parameters.pop(each, None)
        for instance in self._users(group):
            instance.apply_status = "pending-reboot"
        return group

    def delete_db_parameter_group(self, db_parameter_group_name: str) -> Any:
        group = self.db_parameter_groups.get(db_parameter_group_name)
        if group is not None and (group.name.startswith("default.") or self._users(group)):
            said = "One or more database instances are still members of this parameter group"
            raise RDSClientError("InvalidDBParameterGroupState", f"{said} {group.name}, so the group cannot be deleted")
        return super().delete_db_parameter_group(db_parameter_group_name)

    def _users(self, group: Any) -> list[Instance]:
        return [each for each in self.databases.values() if isinstance(each, Instance) and each.group() is group]

    def _pass_on(self, group: ParameterGroup, values: dict[str, str]) -> None:
        """Dynamic parameters reach the servers of the group at once, static ones with the next reboot."""
        at_once = dynamic(values)
        for instance in self._users(group):
            if at_once.keys() != values.keys():
                instance.apply_status = "pending-reboot"
            if at_once:
                instance.work.add(lambda instance=instance: instance.take_settings(at_once))  # type: ignore[misc]


def version() -> str:
    return server_version()
