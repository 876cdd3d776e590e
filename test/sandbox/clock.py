"""How long the states of AWS resources last: creating, backing-up, modifying, ...

Every state lasts `default` unless it is named. A duration is in seconds; `hold` keeps a state until it is released, so that a test
can look at it without a race.
"""

from __future__ import annotations

import threading
from typing import Any

HOLD = "hold"

DEFAULTS: dict[str, float | str] = {
    "default": 1.0,
    # AWS answers ModifyDBInstance at once; for a moment the instance still calls itself available.
    "accepted": 0.1,
}


# Of instances, clusters and snapshots; of Elastic Beanstalk's environments; of tasks and events.
STATES = {
    *DEFAULTS,
    *("creating", "backing-up", "modifying", "resetting-master-credentials", "rebooting", "deleting", "copying"),
    *("launching", "updating", "restarting", "tagging", "terminating"),
    *("provisioning", "pending", "deprovisioning", "retrying"),
}


class Clock:
    """One for the whole sandbox; `settle` is the only place where anything waits for a state to pass."""

    def __init__(self, durations: dict[str, Any]) -> None:
        self._changed = threading.Condition()
        self._durations: dict[str, float | str] = dict(DEFAULTS)
        self._stopped = False
        self.set(durations)

    def set(self, durations: dict[str, Any]) -> dict[str, float | str]:
        """Changes some durations; whatever is held under a name that is no longer `hold` goes on."""
        checked = {name: _checked(name, value) for name, value in durations.items()}
        with self._changed:
            self._durations.update(checked)
            self._changed.notify_all()
            return dict(self._durations)

    def settle(self, state: str) -> None:
        """Returns when the state is over."""
        with self._changed:
            while self._of(state) == HOLD and not self._stopped:
                self._changed.wait()
            duration = self._of(state)
            if isinstance(duration, (int, float)):
                self._changed.wait_for(lambda: self._stopped, timeout=duration)

    def stop(self) -> None:
        """Ends every wait, now and later."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _of(self, state: str) -> float | str:
        return self._durations.get(state, self._durations["default"])


def _checked(name: str, value: Any) -> float | str:
    if name not in STATES:
        raise ValueError(f'there is no state "{name}": {", ".join(sorted(STATES))}')
    if value == HOLD or (isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0):
        return value
    raise ValueError(f'the state "{name}" cannot last {value!r}: seconds, or "{HOLD}"')
