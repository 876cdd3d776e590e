"""Metrics of RDS: what is left of an instance's storage."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from moto.cloudwatch.models import MetricDatum
from moto.core.common_models import CloudWatchMetricProvider
from moto.core.utils import utcnow
from moto.rds.models import rds_backends

GIB = 1024**3
NAMESPACE = "AWS/RDS"

told: dict[str, dict[str, float | None]] = {}
"""What a test says of an instance instead: values by the metric's name, None for a metric without a datapoint."""


class RdsMetrics(CloudWatchMetricProvider):
    """RDS sends one datapoint a minute for each instance, by its name alone; the first some minutes after it was created.

    Here the latest one is there as soon as the server is. FreeStorageSpace is the allocated storage less the size of the data folder.
    Of an instance of Aurora there is FreeLocalStorage only, and only when a test says how much.
    """

    @staticmethod
    def get_cloudwatch_metrics(account_id: str, region: str) -> list[MetricDatum]:
        at = utcnow().replace(second=0, microsecond=0) - timedelta(minutes=1)
        return [
            MetricDatum(
                NAMESPACE, name, value, [{"Name": "DBInstanceIdentifier", "Value": identifier}], _not_before(each, at), "Bytes"
            )
            for identifier, each in list(rds_backends[account_id][region].databases.items())
            for name, value in {**_measured(each), **told.get(identifier, {})}.items()
            if value is not None
        ]  # fmt: skip


def _not_before(instance: Any, at: Any) -> Any:
    """An instance has no datapoint from before it was created."""
    created = instance.created
    return max(at, created.replace(tzinfo=at.tzinfo))


def _measured(instance: Any) -> dict[str, float | None]:
    server = getattr(instance, "server", None)
    if server is None or getattr(instance, "db_cluster_identifier", None) is not None:
        return {}
    return {"FreeStorageSpace": float(max(0, int(instance.allocated_storage) * GIB - _size(server.data)))}


def _size(folder: Path) -> int:
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
            except FileNotFoundError:
                # PostgreSQL removes files at any time.
                continue
    return total
