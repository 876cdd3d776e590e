"""What snapshots of instances and of clusters have in common: a folder with a physical copy, and accounts that they are shared with."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from moto.core.utils import utcnow
from moto.rds.models import RDSBackend, rds_backends

from ..postgres.copy import copy_server
from ..postgres.programs import copy_tree, make_folder
from ..postgres.server import Server
from ..work import Work
from ..world import world
from .errors import invalid_combination, snapshot_state


class Kept:
    """`creating` until its folder is whole."""

    account_id: str
    attributes: dict[str, list[str]]
    kms_key_id: str | None
    snapshot_type: str

    def keep_as(self, name: str) -> None:
        self.folder = _snapshots() / name.replace(":", "_")
        self.status = "creating"
        self.percent_progress = 0

    def take(self, server: Server, at: datetime | None = None) -> None:
        """Copies the server, running or not."""
        copy_server(server, self.folder)
        self.finish(at)

    def take_copy(self, source: Kept) -> None:
        copy_tree(source.folder, make_folder(self.folder))
        self.finish()

    def finish(self, at: datetime | None = None) -> None:
        with world.lock:
            self.created = at or utcnow()
            self.percent_progress = 100
            self.status = "available"

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def time_shown(self) -> datetime | None:
        """Known when the copy is whole, as on RDS."""
        return self.created if self.status == "available" else None

    def is_visible_to(self, account: str) -> bool:
        allowed = self.attributes["restore"]
        return account == self.account_id or account in allowed or "all" in allowed


def copy_later(copy: Kept, source: Kept, name: str) -> None:
    """Begins to copy one snapshot to another, which is `failed` when that cannot be done."""

    def take() -> None:
        world.clock.settle("copying")
        copy.take_copy(source)

    work = Work(f"copy {name}", lambda _error: setattr(copy, "status", "failed"))
    work.add(take)
    work.end()


def visible(backend: RDSBackend, store: str, identifier: str) -> Any:
    """Own by name or ARN; another account's by ARN when it is shared. What is not shared does not exist for the caller."""
    owner, name = backend, identifier
    if identifier.startswith("arn:"):
        _, _, _, region, account, _, name = identifier.split(":", 6)
        owner = rds_backends[account][region]
    found = getattr(owner, store).get(name)
    return found if isinstance(found, Kept) and found.is_visible_to(backend.account_id) else None


def listed(backend: RDSBackend, store: str, asked: dict[str, Any]) -> list[Any]:
    """Own ones; those shared with this account, or with everybody, only when they are asked for."""
    account, kind = backend.account_id, asked.get("SnapshotType")
    everybody = [
        each
        for regions in rds_backends.values()
        for region, one in regions.items()
        if region == backend.region_name
        for each in getattr(one, store).values()
        if isinstance(each, Kept)
    ]
    own = [each for each in everybody if each.account_id == account]
    others = [each for each in everybody if each.account_id != account]
    shared = [each for each in others if account in each.attributes["restore"]]
    public = [each for each in others if "all" in each.attributes["restore"]]
    if kind in ("shared", "public"):
        return shared if kind == "shared" else public
    with_shared = shared if asked.get("IncludeShared") else []
    return [*own, *with_shared, *(public if asked.get("IncludePublic") else [])]


def check_sharing(backend: RDSBackend, snapshot: Kept, added: list[str]) -> None:
    """After "Sharing encrypted snapshots" (RDS guide) and ModifyDBSnapshotAttribute (RDS API); the words are the sandbox's."""
    if snapshot.snapshot_type != "manual":
        raise snapshot_state("Only manual snapshots can be shared.")
    if not added or snapshot.kms_key_id is None:
        return
    if "all" in added:
        raise invalid_combination("An encrypted snapshot cannot be made public.")
    if snapshot.kms_key_id == backend._validate_kms_key("alias/aws/rds"):
        raise invalid_combination(
            "A snapshot that is encrypted with the AWS managed key aws/rds cannot be shared. Copy it under a customer managed key first."
        )


def _snapshots() -> Path:
    folder = world.home.root / "snapshots"
    return folder if folder.exists() else make_folder(folder)
