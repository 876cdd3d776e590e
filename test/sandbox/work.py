"""Work that goes on after an API call was answered: one queue for each resource, in the order of the calls."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Work:
    """`failed` is told of an error that a piece of work raised, so that the resource can show it."""

    def __init__(self, name: str, failed: Callable[[Exception], None]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._failed = failed

    def add(self, piece: Callable[[], None]) -> None:
        self._pool.submit(self._run, piece)

    def end(self) -> None:
        """No more work; may be called from a piece of work itself."""
        self._pool.shutdown(wait=False)

    def _run(self, piece: Callable[[], None]) -> None:
        try:
            piece()
        except Exception as error:  # noqa: BLE001 - whatever it was, the resource has to show it
            traceback.print_exc(file=sys.stderr)
            self._failed(error)
