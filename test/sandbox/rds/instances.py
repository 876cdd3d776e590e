"""DB instances: what RDS's calls do to them."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import DBInstanceAlreadyExists, InvalidDBInstanceEngine, RDSClientError

from ..world import world
from . import changes, copies
from .checks import LIMITS, check_class, check_groups, check_master, check_password, check_retention, checked_version
from .clusters import Clusters, not_available
from .errors import already_deleting, cannot_reboot, invalid_combination, invalid_value
from .instance import Instance
from .member import Member, check_given
from .snapshots import Snapshots


class Instances(Snapshots, Clusters):
    def create_db_instance(self, db_kwargs: dict[str, Any]) -> Instance:
        if db_kwargs.get("db_cluster_identifier") is not None:
            return self._new_member(db_kwargs)
        if db_kwargs.get("engine") != "postgres":
            raise invalid_value(f"Invalid DB engine: the sandbox has postgres, and aurora-postgresql in clusters, not {db_kwargs.get('engine')}")
        check_master(db_kwargs.get("master_username"))
        check_password(db_kwargs.get("master_user_password"))
        instance = self._new_instance({**db_kwargs, "master_user_password": None})
        instance.begin_new(db_kwargs["master_user_password"])
        return instance

    def restore_db_instance_from_db_snapshot(self, from_snapshot_id: str, overrides: dict[str, Any]) -> Instance:
        snapshot = self.available_snapshot(from_snapshot_id)
        instance = self._new_instance(copies.restored(snapshot, overrides, self.account_id))
        instance.begin_from(snapshot.folder, f"Restored from snapshot {snapshot.db_snapshot_identifier}")
        return instance

    def _new_instance(self, given: dict[str, Any]) -> Instance:
        self._check_new(given)
        given = {**given, "engine_version": checked_version(given.get("engine_version"))}
        check_retention(given.get("backup_retention_period", 1))
        check_groups(self.account_id, self.region_name, given.get("vpc_security_group_ids") or [])
        if group := given.get("db_parameter_group_name"):
            self.check_group(group, given["engine_version"])
        if given.get("storage_encrypted"):
            given["kms_key_id"] = self._validate_kms_key(given.get("kms_key_id") or "alias/aws/rds")
        return self._keep(Instance(self, **given))

    def _new_member(self, given: dict[str, Any]) -> Instance:
        """The first one of a cluster writes; the cluster has to be available, as the calls that restore one document."""
        cluster = self.cluster(given["db_cluster_identifier"])
        self._check_new(given)
        check_given(given)
        if given.get("engine") != cluster.engine:
            raise InvalidDBInstanceEngine(str(given.get("engine")), str(cluster.engine))
        if cluster.state != "available":
            raise not_available(cluster)
        if group := given.get("db_parameter_group_name"):
            self.check_group(group, str(cluster.engine_version), str(cluster.engine))
        member = Member(self, **given)
        self._keep(member)
        member.begin()
        return member

    def _check_new(self, given: dict[str, Any]) -> None:
        identifier = given["db_instance_identifier"]
        self._validate_db_identifier(identifier)
        if identifier in self.databases:
            raise DBInstanceAlreadyExists()
        if len(self.databases) >= LIMITS["instances"]:
            raise RDSClientError("InstanceQuotaExceeded", f"Cannot create more than {LIMITS['instances']} instances")
        check_class(given.get("db_instance_class"))

    def _keep(self, instance: Instance) -> Instance:
        self.databases[instance.db_instance_identifier] = instance
        return instance

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
        if isinstance(instance, Member):
            return self._delete_member(instance, final_db_snapshot_identifier)
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
                final.take(instance.running_server())
            world.clock.settle("deleting")
            instance.remove()
            with world.lock:
                self.databases.pop(instance.db_instance_identifier, None)
                if delete_automated_backups is not False:
                    self.remove_automated_backups(instance.dbi_resource_id)
            instance.tell("deletion", "DB instance deleted")

        instance.work.add(delete)
        return instance

    def _delete_member(self, member: Member, final: str | None) -> Instance:
        """The cluster and its volume stay, without an instance too."""
        if final is not None:
            raise invalid_combination("FinalDBSnapshotIdentifier cannot be specified for an instance of a cluster.")
        readers = [each for each in member.cluster.instances() if not each.is_cluster_writer and each.status != "deleting"]
        if member.is_cluster_writer and readers:
            raise invalid_value("The sandbox fails over to no reader: delete the readers before the writer.")
        member.status = "deleting"

        def delete() -> None:
            world.clock.settle("deleting")
            member.remove()
            with world.lock:
                self.databases.pop(member.db_instance_identifier, None)
            member.tell("deletion", "DB instance deleted")

        member.work.add(delete)
        return member

    def stop_db_instance(self, db_instance_identifier: str, db_snapshot_identifier: str | None = None) -> Instance:
        raise invalid_value("The sandbox does not stop instances.")
