"""botocore's descriptions of the services: their operations, and what belongs where in a request."""

from __future__ import annotations

from typing import Any

from moto.core.utils import get_service_model


def model(service: str) -> Any:
    return get_service_model(service)
