"""Which AWS call a request is: service, operation, parameters, whose key."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from moto.core.utils import get_service_model

SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([\w-]+)/([\w-]+)/aws4_request")
CBOR = re.compile(r"/service/[^/]+/operation/([A-Za-z]+)$")
# Signing names that are not botocore's names of the services.
SIGNED_AS = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch"}


@dataclass(frozen=True)
class Call:
    service: str
    operation: str
    parameters: dict[str, Any]
    access_key: str
    region: str
    token: str | None
    """The session token, of temporary credentials."""

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def protocol(self) -> str:
        return str(_model(self.service).metadata["protocol"])


def identify(environ: dict[str, Any], body: bytes) -> Call | None:
    """None for a request that is not signed: none of the calls in the table may come unsigned."""
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    access_key, region, signed = scope.groups()
    service = SIGNED_AS.get(signed, signed)
    operation, parameters = _operation(service, environ, body)
    token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN")
    return Call(service, operation, parameters, access_key, region, token)


def _operation(service: str, environ: dict[str, Any], body: bytes) -> tuple[str, dict[str, Any]]:
    path = environ.get("PATH_INFO", "/")
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return target.split(".")[-1], _json(body)
    if cbor := CBOR.search(path):
        return cbor.group(1), {}
    form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    if action := form.get("Action") or query.get("Action"):
        return action, {name: value for name, value in {**query, **form}.items() if name not in ("Action", "Version")}
    return _rest_operation(service, environ["REQUEST_METHOD"], path, query), {**query, **_json(body)}


def _rest_operation(service: str, method: str, path: str, query: dict[str, str]) -> str:
    """The operation whose URI fits best: the one that names the most of it."""
    fitting = [
        (len(names), len(pattern.pattern), name)
        for name, verb, pattern, names in _uris(service)
        if verb == method and pattern.fullmatch(path) and names <= query.keys()
    ]
    return max(fitting)[2] if fitting else f"{method} {path}"


@lru_cache
def _uris(service: str) -> list[tuple[str, str, re.Pattern[str], set[str]]]:
    found = []
    for name in _model(service).operation_names:
        http = _model(service).operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = re.sub(r"\\\{[^}]*?\\\+\\\}", ".+", re.escape(path))
        pattern = re.sub(r"\\\{[^}]*?\\\}", "[^/]+", pattern)
        names = {each.split("=")[0] for each in query.split("&") if each}
        found.append((name, http["method"], re.compile(pattern.rstrip("/") + "/?"), names))
    return found


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _model(service: str) -> Any:
    return get_service_model(service)
