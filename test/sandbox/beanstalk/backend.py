"""What Elastic Beanstalk keeps, beside moto's applications."""

from __future__ import annotations

from typing import Any

import moto.elasticbeanstalk.urls
from moto.elasticbeanstalk import models

from .environment import Environment


class Backend(models.EBBackend):
    """One for each account and region."""

    _url_module = moto.elasticbeanstalk.urls  # type: ignore[assignment]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.environments: list[Environment] = []
        self.versions: list[dict[str, Any]] = []
        self.tags: dict[str, dict[str, str]] = {}
        self.described: dict[str, dict[str, Any]] = {}
