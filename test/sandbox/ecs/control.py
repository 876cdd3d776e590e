"""The sandbox's own switches for tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from moto.ecs.models import ecs_backends

from ..gate.account import ACCOUNT
from ..refused import Refused
from .images import Image
from .images import images as all_images
from .responses import Backend, all_tasks


def images(asked: dict[str, Any]) -> Any:
    """`{"image": "repository:tag", "entryPoint": ["node", "main.js"], "command": [], "folder": "/work", "environment": {}}`: what an image stands for; `{"image": ..., "gone": true}` takes it away."""
    if asked.get("gone"):
        all_images.remove(asked["image"])
    elif "image" in asked:
        folder = Path(asked["folder"])
        if not folder.is_absolute() or not folder.is_dir():
            raise Refused(f"{folder} is no folder of this machine by its absolute path.")
        entry_point, command = list(asked.get("entryPoint") or []), list(asked.get("command") or [])
        all_images.put(asked["image"], Image(entry_point, command, folder, dict(asked.get("environment") or {})))
    return all_images.names()


def tasks(asked: dict[str, Any]) -> Any:
    """`{"failNext": "RESOURCE:MEMORY", "region": "eu-west-1"}`: the next RunTask places nothing, with this reason. Always: the tasks with the processes that stand before their containers."""
    if "failNext" in asked:
        backend = ecs_backends[ACCOUNT][asked["region"]]
        assert isinstance(backend, Backend)
        backend.refusals.append(str(asked["failNext"]))
    return [
        {"id": each.id, "status": each.status, "address": each.address,
         "keepers": {one.name: one.pid() for one in each.containers}}
        for each in all_tasks()
    ]  # fmt: skip


HANDLERS = {"images": images, "tasks": tasks}
