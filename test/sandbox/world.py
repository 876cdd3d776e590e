"""What the parts of one sandbox share. Made once, by `__main__`, before the first call is answered."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .clock import Clock
    from .config import Config
    from .home import Home
    from .network import Network
    from .postgres.certificates import Authority


class World:
    """Calls of the APIs and changes of state take `lock`; nothing waits for a process while holding it."""

    config: Config
    home: Home
    clock: Clock
    network: Network
    authority: Authority
    endpoint: str
    """Where the APIs are, for processes that the sandbox starts."""

    def __init__(self) -> None:
        self.lock = threading.RLock()


world = World()
