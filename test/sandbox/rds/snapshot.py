"""A DB snapshot: what DescribeDBSnapshots tells of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.rds.models import DBSnapshot

from .kept import Kept

if TYPE_CHECKING:
    from .instance import Instance


class Snapshot(Kept, DBSnapshot):
    """Its attributes are those of the instance at the moment of the call."""

    def __init__(self, backend: Any, instance: Instance, identifier: str, kind: str, tags: Any, **kwargs: Any) -> None:
        super().__init__(backend, instance, identifier, kind, tags, **kwargs)
        self.keep_as(f"{self.account_id}-{self.region}-{self.db_snapshot_identifier}")
        self.availability_zone = instance.availability_zone
        self.vpc_id = instance.vpc_id
        self.storage_type = instance.storage_type
        self.license_model = instance.license_model
        self.source_db_snapshot_identifier: str | None = None
        self.source_region: str | None = None
        self.retention = instance.backup_retention_period

    @property
    def snapshot_create_time(self) -> datetime | None:  # type: ignore[override]
        return self.time_shown()
