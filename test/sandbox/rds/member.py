"""An instance of an Aurora cluster: the writer, which works on the cluster's volume, or a reader, a standby of its server."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moto.rds.models import DBInstanceClustered

from ..front import Front
from ..postgres.copy import copy_server
from ..postgres.server import Server
from ..world import world
from .errors import invalid_combination
from .instance import Instance
from .parameters import ClusterParameterGroup

if TYPE_CHECKING:
    from .cluster import Cluster

# What the cluster has and its instances do not. After "Settings that don't apply to Amazon Aurora DB instances" (Aurora guide).
OF_THE_CLUSTER = {
    "master_user_password": "MasterUserPassword",
    "backup_retention_period": "BackupRetentionPeriod",
    "vpc_security_group_ids": "VpcSecurityGroupIds",
    "allocated_storage": "AllocatedStorage",
    "engine_version": "EngineVersion",
    "deletion_protection": "DeletionProtection",
    "storage_encrypted": "StorageEncrypted",
    "kms_key_id": "KmsKeyId",
    "master_username": "MasterUsername",
}


class Turns:
    """An instance's work, in the order of its cluster's: a volume has one server that writes, and it does one thing at a time."""

    def __init__(self, member: Member) -> None:
        self._member = member

    def add(self, piece: Callable[[], None]) -> None:
        def run() -> None:
            try:
                piece()
            except Exception as error:  # noqa: BLE001 - the instance has to show it, not the cluster
                traceback.print_exc(file=sys.stderr)
                self._member._failed(error)

        self._member.cluster.work.add(run)

    def end(self) -> None:
        """The cluster's work goes on."""


class Member(Instance, DBInstanceClustered):
    cluster: Cluster  # type: ignore[assignment]

    def __init__(self, backend: Any, **kwargs: Any) -> None:
        super().__init__(backend, **kwargs)
        self.cluster_apply_status = "in-sync"
        """Of the cluster's parameter group on this instance."""
        self.work = Turns(self)  # type: ignore[assignment]
        self._associated_roles = []
        self._storage_throughput = None

    def values(self) -> dict[str, str]:
        return {**self.cluster.group().values(), **self.group().values()}

    def reached_by(self, group: Any, values: dict[str, str]) -> dict[str, str]:
        if not isinstance(group, ClusterParameterGroup):
            return values
        own = self.group().values()
        return {name: value for name, value in values.items() if name not in own}

    def await_reboot(self, group: Any) -> None:
        if isinstance(group, ClusterParameterGroup):
            self.cluster_apply_status = "pending-reboot"
        else:
            super().await_reboot(group)

    def begin(self) -> None:
        self.work.add(self._join)

    def _join(self) -> None:
        listener = world.network.endpoint(int(self.cluster.port))
        address = listener.getsockname()[0]
        self.server = self._writer(address) if self.is_cluster_writer else self._reader(address)
        self._boot(self.server)
        world.clock.settle("creating")
        with world.lock:
            self.front = Front(listener, self._port_behind, self._admits)
            self.tell("creation", "DB instance created")
        self.become("available")

    def _writer(self, address: str) -> Server:
        server = self.cluster.volume
        assert server is not None
        server.certify(*self.cluster.addresses(), address)
        return server

    def _reader(self, address: str) -> Server:
        """Aurora's readers share the volume; a standby shows the same rows, a moment later."""
        volume = self.cluster.volume
        assert volume is not None
        server = Server(self.dbi_resource_id.lower(), *self.cluster.addresses()[1:], address)
        copy_server(volume, server.data)
        server.primary = volume
        return server

    def _boot(self, server: Server) -> None:
        super()._boot(server)
        self.cluster_apply_status = "in-sync"

    def restart(self) -> None:
        if self.is_cluster_writer:
            self.cluster.cut()
        super().restart()

    def remove(self) -> None:
        """The volume stays: it is the cluster's."""
        if self.front is not None:
            self.front.close()
        if self.server is not None and self.is_cluster_writer:
            self.server.stop()
        elif self.server is not None:
            self.server.remove()
        self.status = "deleted"


def check_given(asked: dict[str, Any]) -> None:
    """@raises for what has to be said of the cluster."""
    said = [shown for name, shown in OF_THE_CLUSTER.items() if asked.get(name) is not None]
    if said:
        raise invalid_combination(
            f"The specified DB Instance is a member of a cluster. {', '.join(said)} must be set for the DB Cluster instead."
        )
