"""What stands for container images on a machine without Docker: a program and a folder, as somebody told the sandbox."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Image:
    entry_point: list[str]
    """As ENTRYPOINT: a container definition's `entryPoint` takes its place, and then `command` too."""
    command: list[str]
    """As CMD: a container definition's or an override's `command` takes its place."""
    folder: Path
    """Where the process begins, whatever `workingDirectory` says: the image's own folders are not on this machine."""
    environment: dict[str, str] = field(default_factory=dict)


class Images:
    """By reference: `repository`, which stands for all of its tags and digests, or `repository:tag`, which comes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Image] = {}

    def put(self, reference: str, image: Image) -> None:
        with self._lock:
            self._known[reference] = image

    def remove(self, reference: str) -> None:
        with self._lock:
            self._known.pop(reference, None)

    def names(self) -> list[str]:
        with self._lock:
            return sorted(self._known)

    def find(self, reference: str) -> Image | None:
        with self._lock:
            return self._known.get(reference) or self._known.get(repository_of(reference))


def repository_of(reference: str) -> str:
    """Without tag and digest; a port of the registry's host is no tag."""
    name = reference.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


images = Images()
