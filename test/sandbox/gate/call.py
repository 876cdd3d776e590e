"""Which AWS call a request is: service, operation, parameters, whose key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from . import rest
from .models import model

SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([\w-]+)/([\w-]+)/aws4_request")
CBOR = re.compile(r"/service/[^/]+/operation/([A-Za-z]+)$")
# Signing names that are not botocore's names of the services.
SIGNED_AS = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch", "eventbridge": "events"}


@dataclass(frozen=True)
class Call:
    service: str
    operation: str
    parameters: dict[str, Any]
    access_key: str
    region: str
    token: str | None
    """The session token, of temporary credentials."""
    cbor: bool = False
    """Whether it came, and is answered, as CBOR."""

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def protocol(self) -> str:
        return str(model(self.service).metadata["protocol"])


def identify(environ: dict[str, Any], body: bytes) -> Call | None:
    """None for a request that is not signed: none of the calls in the table may come unsigned."""
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    signed_in_query = f"Credential={query['X-Amz-Credential']}" if "X-Amz-Credential" in query else ""
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", "") or signed_in_query)
    if scope is None:
        return None
    access_key, region, signed = scope.groups()
    service = SIGNED_AS.get(signed, signed)
    operation, parameters, cbor = _operation(service, environ, query, body)
    token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN") or query.get("X-Amz-Security-Token")
    return Call(service, operation, parameters, access_key, region, token, cbor)


def _operation(
    service: str, environ: dict[str, Any], query: dict[str, str], body: bytes
) -> tuple[str, dict[str, Any], bool]:
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return target.split(".")[-1], rest.json_object(body), False
    if cbor := CBOR.search(environ.get("PATH_INFO", "/")):
        return cbor.group(1), {}, True
    if model(service).metadata["protocol"] in ("rest-xml", "rest-json"):
        return *rest.operation(service, environ, query, body), False
    form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    everything = {**query, **form}
    operation = everything.pop("Action", "(no operation)")
    everything.pop("Version", None)
    return operation, everything, False
