"""moto's RDS backend, with instances, clusters and snapshots that hold data."""

from __future__ import annotations

import moto.rds.urls

from .checks import LIMITS
from .instances import Instances

__all__ = ["LIMITS", "Backend"]


class Backend(Instances):
    """One for each account and region."""

    _url_module = moto.rds.urls  # type: ignore[assignment]
