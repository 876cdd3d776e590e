"""Addresses of the sandbox's own, and who stands behind them.

Every instance gets a loopback address, and so does every caller that is told from others by its security groups: the
runner, the bastion, the instances of an application. Linux routes all of 127.0.0.0/8 to itself; elsewhere only 127.0.0.1
works, and endpoints differ by their ports.
"""

from __future__ import annotations

import errno
import ipaddress
import random
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """Who connects from an address. `groups` are the ids of the security groups of the machine that it stands for."""

    name: str
    groups: tuple[str, ...]


class Network:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Two sandboxes on one machine hardly ever draw the same; a port that is taken all the same is passed over.
        self._prefix = f"127.{random.randint(16, 239)}.{random.randint(0, 254)}"
        self._next = 1
        self._callers: dict[str, Caller] = {}
        self.finders: list[Callable[[int], str | None]] = []
        """Who knows from a port of 127.0.0.1 which machine a connection comes from."""

    def endpoint(self, port: int) -> socket.socket:
        """A listening socket at an address of its own, with the wanted port if that can be."""
        for address, wanted in ((self.address(), port), (self.address(), port), ("127.0.0.1", 0)):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((address, wanted))
                listener.listen(128)
            except OSError as error:
                listener.close()
                if error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):
                    raise
                continue
            return listener
        raise RuntimeError("no address of this machine is free for an endpoint")

    def address(self) -> str:
        with self._lock:
            if self._next > 254:
                raise RuntimeError("this sandbox has used up its 254 addresses; start another one")
            number, self._next = self._next, self._next + 1
        return f"{self._prefix}.{number}"

    def name_caller(self, name: str, groups: list[str], address: str | None = None) -> str:
        """Says who connects from an address, a new one unless it is given. @returns the address."""
        place = str(ipaddress.ip_address(address)) if address else self.address()
        with self._lock:
            self._callers[place] = Caller(name, tuple(groups))
        return place

    def address_of(self, name: str, groups: list[str]) -> str:
        """The address of a machine, the same each time, in the groups that it is in now."""
        with self._lock:
            known = next((place for place, caller in self._callers.items() if caller.name == name), None)
        return self.name_caller(name, groups, known)

    def forget_caller(self, address: str) -> None:
        with self._lock:
            self._callers.pop(address, None)

    def source_of(self, address: str, port: int) -> str:
        """The address that stands for whoever connects from here: mostly the one that he connects from."""
        if address != "127.0.0.1":
            return address
        return next((found for finder in self.finders if (found := finder(port)) is not None), address)

    def caller_at(self, address: str) -> Caller:
        """An address that nobody named stands for a machine without a security group, known by its address alone."""
        with self._lock:
            return self._callers.get(address, Caller(address, ()))

    def callers(self) -> dict[str, Caller]:
        with self._lock:
            return dict(self._callers)
