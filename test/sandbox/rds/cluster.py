"""An Aurora cluster: what DescribeDBClusters tells of it, its volume, and the two endpoints before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from moto.rds.models import DBCluster

from .. import groups
from ..front import Front
from ..postgres.copy import copy_server
from ..postgres.rds_roles import make_roles
from ..postgres.server import Server
from ..postgres.sql import Session, rdsadmin
from ..work import Work
from ..world import world
from .events import Event
from .instance import new_resource_id
from .member import Member
from .parameters import ClusterParameterGroup, server_settings


class Cluster(DBCluster):
    """
    Whatever takes time happens in `work`, that of its instances too. The volume is a server's data folder; the server runs while the
    cluster has an instance that writes.
    """

    def __init__(self, backend: Any, **kwargs: Any) -> None:
        super().__init__(backend, **kwargs)
        self.db_cluster_resource_id = new_resource_id("cluster-")
        self.state = "creating"
        self.pending: dict[str, Any] = {}
        self.volume: Server | None = None
        self.storage_type = "aurora"
        self.kms_key_id = kwargs.get("kms_key_id")
        self.clone_group_id = kwargs.get("clone_group_id")
        self.parameter_group = kwargs.get("db_cluster_parameter_group_name") or backend.default_cluster_group().name
        self._fronts: list[Front] = []
        self.work = Work(self.db_cluster_identifier, self._failed)

    # What DescribeDBClusters shows

    @property
    def status(self) -> str:
        return self.state

    @status.setter
    def status(self, value: str) -> None:
        self.state = value

    @property
    def master_user_password(self) -> str:
        raise NotImplementedError("No password is kept.")

    @master_user_password.setter
    def master_user_password(self, _: str) -> None:
        """Only the server knows it."""

    @property
    def endpoint(self) -> str | None:  # type: ignore[override]
        return self._fronts[0].address if self._fronts else None

    @property
    def reader_endpoint(self) -> str | None:  # type: ignore[override]
        return self._fronts[1].address if self._fronts else None

    @property
    def pending_modified_values(self) -> dict[str, Any] | None:
        return self.pending or None

    @property
    def db_cluster_members(self) -> list[dict[str, Any]]:  # type: ignore[override]
        return [
            {
                "DBInstanceIdentifier": each.db_instance_identifier,
                "IsClusterWriter": each.is_cluster_writer,
                "DBClusterParameterGroupStatus": each.cluster_apply_status,
                "PromotionTier": each.promotion_tier,
            }
            for each in self.instances()
        ]

    def instances(self) -> list[Member]:
        return [each for each in self._members if isinstance(each, Member)]

    def group(self) -> ClusterParameterGroup:
        return self.backend.cluster_group(self.parameter_group)  # type: ignore[attr-defined,no-any-return]

    def addresses(self) -> list[str]:
        """Of the endpoint and of the readers' endpoint."""
        return [front.address for front in self._fronts]

    # Its life

    def begin_new(self, password: str) -> None:
        def prepare(server: Server) -> None:
            server.initialise()
            with self._running(server) as session:
                make_roles(session, str(self.master_username), password, self.database_name)

        self.work.add(lambda: self._create(prepare, "DB cluster created"))

    def begin_from(self, folder: Path, said: str) -> None:
        self.work.add(lambda: self._create(lambda server: server.take_over(folder), said))

    def begin_clone(self, source: Cluster) -> None:
        """Waits for what is under way on the source; whatever fails is the clone's failure."""

        def copy() -> None:
            try:
                self._create(lambda server: copy_server(source.running_volume(), server.data), "DB cluster created")
            except Exception as error:  # noqa: BLE001
                self._failed(error)

        source.work.add(copy)

    def _create(self, prepare: Callable[[Server], None], said: str) -> None:
        listeners = [world.network.endpoint(int(self.port)) for _ in range(2)]
        names = [listener.getsockname()[0] for listener in listeners]
        server = Server(self.db_cluster_resource_id.lower(), *names)
        prepare(server)
        world.clock.settle("creating")
        with world.lock:
            self.volume = server
            behind = (self._port_of_writer, self._port_of_readers)
            self._fronts = [Front(each, port, self._admits) for each, port in zip(listeners, behind, strict=True)]
            self.port = self._fronts[0].port
        self.tell("creation", said)
        self.become("available")

    def running_volume(self) -> Server:
        if self.volume is None:
            raise RuntimeError(f"the cluster {self.db_cluster_identifier} has no volume yet")
        return self.volume

    @contextmanager
    def session(self) -> Iterator[Session]:
        """RDS's own session on the volume, also while no instance works on it."""
        server = self.running_volume()
        if server.is_running():
            with rdsadmin(server) as session:
                yield session
        else:
            with self._running(server) as session:
                yield session

    @contextmanager
    def _running(self, server: Server) -> Iterator[Session]:
        server.configure(server_settings(self.group().values()))
        server.start()
        try:
            with rdsadmin(server) as session:
                yield session
        finally:
            server.stop()

    def back_up_now(self, at: datetime | None) -> str:
        """An automated snapshot that claims to be from this moment. @returns its name."""
        snapshot = self.backend.new_automated_cluster_snapshot(self)  # type: ignore[attr-defined]
        self.work.add(lambda: snapshot.take(self.running_volume(), at))
        return str(snapshot.db_cluster_snapshot_identifier)

    def cut(self) -> None:
        for front in self._fronts:
            front.cut()

    def remove(self) -> None:
        for front in self._fronts:
            front.close()
        if self.volume is not None:
            self.volume.remove()
        self.work.end()

    def become(self, status: str) -> None:
        with world.lock:
            if self.state != "deleting":
                self.state = status

    def tell(self, category: str, message: str) -> None:
        event = Event("db-cluster", self.db_cluster_identifier, self.arn, category, message)
        with world.lock:
            self.backend.events.append(event)  # type: ignore[arg-type]

    def _admits(self, source: str) -> bool:
        return groups.admits(self.account_id, self.region, self.vpc_security_group_ids, source, self._fronts[0].port)

    def _port_of_writer(self) -> int | None:
        return next((each._port_behind() for each in self.instances() if each.is_cluster_writer and each.front), None)

    def _port_of_readers(self) -> int | None:
        """One of them; the writer while there is none, as documented of the reader endpoint."""
        ports = [each._port_behind() for each in self.instances() if not each.is_cluster_writer and each.front]
        return next((port for port in ports if port is not None), None) or self._port_of_writer()

    def _failed(self, error: Exception) -> None:
        self.become("failed")
        self.tell("failure", f"The sandbox could not go on: {error}")
