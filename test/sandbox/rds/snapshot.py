"""A DB snapshot: a folder with a physical copy, and what DescribeDBSnapshots tells of it."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.rds.models import DBSnapshot

from ..postgres.copy import copy_server
from ..postgres.programs import copy_tree, make_folder
from ..world import world

if TYPE_CHECKING:
    from .instance import Instance


class Snapshot(DBSnapshot):
    """`creating` until its folder is whole. Its attributes are those of the instance at the moment of the call."""

    def __init__(self, backend: Any, instance: Instance, identifier: str, kind: str, tags: Any, **kwargs: Any) -> None:
        super().__init__(backend, instance, identifier, kind, tags, **kwargs)
        self.folder = _snapshots() / f"{self.account_id}-{self.region}-{self.db_snapshot_identifier.replace(':', '_')}"
        self.status = "creating"
        self.percent_progress = 0
        self.availability_zone = instance.availability_zone
        self.vpc_id = instance.vpc_id
        self.storage_type = instance.storage_type
        self.license_model = instance.license_model
        self.source_db_snapshot_identifier: str | None = None
        self.source_region: str | None = None
        self.retention = instance.backup_retention_period

    def take(self, instance: Instance, at: datetime | None = None) -> None:
        """Copies the running server."""
        assert instance.server is not None
        copy_server(instance.server, self.folder)
        self.finish(at)

    def take_copy(self, source: Snapshot) -> None:
        copy_tree(source.folder, make_folder(self.folder))
        self.finish()

    def finish(self, at: datetime | None = None) -> None:
        with world.lock:
            self.created = at or utcnow()
            self.percent_progress = 100
            self.status = "available"

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def snapshot_create_time(self) -> datetime | None:  # type: ignore[override]
        """Known when the copy is whole, as on RDS."""
        return self.created if self.status == "available" else None

    def is_visible_to(self, account: str) -> bool:
        allowed = self.attributes["restore"]
        return account == self.account_id or account in allowed or "all" in allowed


def _snapshots() -> Path:
    folder = world.home.root / "snapshots"
    return folder if folder.exists() else make_folder(folder)
