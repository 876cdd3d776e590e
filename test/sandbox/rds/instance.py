"""A DB instance: what DescribeDBInstances tells of it, and the server and the front behind it."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from moto.rds.models import DBInstance

from .. import groups
from ..front import Front
from ..postgres.rds_roles import make_roles
from ..postgres.server import Server
from ..postgres.sql import rdsadmin
from ..work import Work
from ..world import world
from .events import Event
from .parameters import ParameterGroup, server_settings


def new_resource_id(prefix: str = "db-") -> str:
    return prefix + "".join(random.choices(string.ascii_uppercase + string.digits, k=26))


class Instance(DBInstance):
    """Whatever takes time happens in `work`, one piece after the other."""

    def __init__(self, backend: Any, **kwargs: Any) -> None:
        super().__init__(backend=backend, **kwargs)
        self.status = "creating"
        self.dbi_resource_id = new_resource_id()
        self.pending: dict[str, Any] = {}
        self.apply_status = "in-sync"
        self.settings: dict[str, str] = {}
        """The values of the parameter group that the server has taken over."""
        self.server: Server | None = None
        self.front: Front | None = None
        self.work = Work(self.db_instance_identifier, self._failed)

    # What DescribeDBInstances shows

    @property
    def endpoint(self) -> dict[str, Any] | None:  # type: ignore[override]
        """None until the instance has one, as on RDS."""
        if self.front is None:
            return None
        return {"Address": self.front.address, "Port": self.front.port, "HostedZoneId": "Z00000000000000SANDBOX"}

    @property
    def address(self) -> str:
        return self.front.address if self.front is not None else ""

    @property
    def pending_modified_values(self) -> dict[str, Any]:
        return self.pending

    @property
    def db_parameter_group_status_list(self) -> Any:
        return [{"DBParameterGroupName": self.group().name, "ParameterApplyStatus": self.apply_status}]

    @property
    def vpc_id(self) -> str | None:
        subnets = getattr(self, "db_subnet_group", None)
        return subnets.vpc_id if subnets is not None else None

    def group(self) -> ParameterGroup:
        name = self.db_parameter_group_name
        default = self.backend.default_group(self.engine)  # type: ignore[attr-defined]
        return default if name is None else self.backend.db_parameter_groups[name]  # type: ignore[return-value]

    def db_parameter_groups(self) -> list[Any]:
        return [self.group()]

    def values(self) -> dict[str, str]:
        """What its parameter group says now."""
        return self.group().values()

    def reached_by(self, _: Any, values: dict[str, str]) -> dict[str, str]:
        """Which of the values that were changed in one of its groups hold for it."""
        return values

    def await_reboot(self, _: Any) -> None:
        """Static parameters were changed in one of its groups."""
        self.apply_status = "pending-reboot"

    # Its life

    def begin_new(self, password: str) -> None:
        def prepare(server: Server) -> None:
            server.initialise()
            self._boot(server)
            with rdsadmin(server) as session:
                make_roles(session, str(self.master_username), password, self.db_name)

        self.work.add(lambda: self._create(prepare, "DB instance created"))

    def begin_from(self, folder: Path, said: str) -> None:
        def prepare(server: Server) -> None:
            server.take_over(folder)
            self._boot(server)

        self.work.add(lambda: self._create(prepare, said))

    def _create(self, prepare: Callable[[Server], None], said: str) -> None:
        listener = world.network.endpoint(int(self.port or 5432))
        server = Server(self.dbi_resource_id.lower(), listener.getsockname()[0])
        prepare(server)
        self.server = server
        world.clock.settle("creating")
        with world.lock:
            self.front = Front(listener, self._port_behind, self._admits)
            self.tell("creation", said)
        if self.backup_retention_period > 0:
            self.back_up()
        self.become("available")

    def back_up_now(self, at: datetime | None) -> str:
        """An automated backup that claims to be from this moment. @returns its name."""
        snapshot = self.backend.new_automated_snapshot(self)
        self.work.add(lambda: snapshot.take(self.running_server(), at))
        return str(snapshot.db_snapshot_identifier)

    def back_up(self) -> None:
        """The first automated backup, and the one when backups are turned on."""
        with world.lock:
            self.status = "backing-up"
            snapshot = self.backend.new_automated_snapshot(self)
        self.tell("backup", "Backing up DB instance")
        world.clock.settle("backing-up")
        snapshot.take(self.running_server())
        self.tell("backup", "Finished DB Instance backup")

    def running_server(self) -> Server:
        if self.server is None:
            raise RuntimeError(f"the instance {self.db_instance_identifier} has no server yet")
        return self.server

    def restart(self) -> None:
        assert self.server is not None
        if self.front is not None:
            self.front.cut()
        self.server.stop()
        self.tell("availability", "DB instance shutdown")
        self._boot(self.server)
        self.tell("availability", "DB instance restarted")

    def take_settings(self, values: dict[str, str]) -> None:
        """Values of dynamic parameters that were changed in the group: the running server takes them over."""
        assert self.server is not None
        self.settings = {**self.settings, **values}
        self.server.configure(server_settings(self.settings))
        self.server.reload()

    def move_endpoint(self, port: int) -> None:
        """Another port. The address changes too, which a name on AWS would hide."""
        if self.front is not None:
            self.front.close()
        self.port = port
        self.front = Front(world.network.endpoint(port), self._port_behind, self._admits)

    def remove(self) -> None:
        if self.front is not None:
            self.front.close()
        if self.server is not None:
            self.server.remove()
        self.status = "deleted"
        self.work.end()

    def become(self, status: str) -> None:
        with world.lock:
            if self.status != "deleting":
                self.status = status

    def tell(self, category: str, message: str) -> None:
        event = Event("db-instance", self.db_instance_identifier, self.arn, category, message)
        with world.lock:
            self.backend.events.append(event)

    def _boot(self, server: Server) -> None:
        """Starts the server with all that its parameter group says now."""
        with world.lock:
            self.settings = self.values()
        server.configure(server_settings(self.settings))
        server.start()
        self.apply_status = "in-sync"

    def _port_behind(self) -> int | None:
        """Where the server listens, when it may be reached: not while it is made, restarts, or is stopped."""
        if self.server is None or not self.server.is_running():
            return None
        return self.server.port

    def _admits(self, source: str) -> bool:
        assert self.front is not None
        return groups.admits(self.account_id, self.region, self.vpc_security_group_ids, source, self.front.port)

    def _failed(self, error: Exception) -> None:
        did_not_start = "did not start" in str(error)
        self.become("incompatible-parameters" if did_not_start else "failed")
        self.tell("failure", f"The sandbox could not go on: {error}")
