"""Requests of the REST protocols: the operation stands in method, path and query."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import unescape

from .models import model


@dataclass(frozen=True)
class Shape:
    """An operation's request: what tells it from others, and where its parameters stand."""

    name: str
    method: str
    path: re.Pattern[str]
    fixed: frozenset[str]
    """Names that its URI has in the query."""
    needed: frozenset[str]
    """Names of the query, and of headers (in lower case), that it cannot do without."""
    headers: tuple[tuple[str, str], ...]
    """Headers that hold parameters, with the parameters' names."""


def operation(
    service: str, environ: dict[str, Any], query: dict[str, str], body: bytes
) -> tuple[str, dict[str, Any]]:
    """The operation that fits best, the one that asks for the most of what is there; with its parameters.

    Of S3's bodies nothing is read but a bucket's policy and the names of what is to be deleted: they are people's objects.
    """
    # As it was sent: a name in the path may hold an encoded slash.
    path = str(environ.get("REQUEST_URI") or environ.get("PATH_INFO", "/")).partition("?")[0]
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    given = query.keys() | headers.keys()
    fitting = [
        ((len(shape.fixed), len(shape.needed), len(shape.path.pattern)), shape, found)
        for shape in _shapes(service)
        if shape.method == environ["REQUEST_METHOD"]
        and (found := shape.path.fullmatch(path))
        and shape.fixed <= query.keys()
        and shape.needed <= given
    ]
    if not fitting:
        return f"{environ['REQUEST_METHOD']} {path}", dict(query)
    best = max(score for score, _, _ in fitting)
    _, shape, found = min((each for each in fitting if each[0] == best), key=lambda each: each[1].name)
    named = {name: unquote(value) for name, value in found.groupdict().items()}
    of_headers = {parameter: headers[name] for name, parameter in shape.headers if name in headers}
    of_body = _of_s3(shape.name, body.decode(errors="replace")) if service == "s3" else json_object(body)
    return shape.name, {**query, **of_headers, **of_body, **named}


@lru_cache
def _shapes(service: str) -> tuple[Shape, ...]:
    found = []
    for name in model(service).operation_names:
        described = model(service).operation_model(name)
        if described.deprecated:
            continue
        path, _, query = described.http["requestUri"].partition("?")
        pattern = re.sub(r"\\\{(\w+)\\\+\\\}", r"(?P<\1>.+)", re.escape(path))
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", pattern)
        members = described.input_shape.members if described.input_shape else {}
        required = set(described.input_shape.required_members) if described.input_shape else set()
        places = {
            each: (shape.serialization.get("location"), shape.serialization.get("name", each))
            for each, shape in members.items()
        }
        found.append(
            Shape(
                name,
                described.http["method"],
                re.compile(pattern.rstrip("/") + "/?"),
                frozenset(each.split("=")[0] for each in query.split("&") if each),
                frozenset(
                    place.lower() if where == "header" else place
                    for each, (where, place) in places.items()
                    if each in required and where in ("header", "querystring")
                ),
                tuple((place.lower(), each) for each, (where, place) in places.items() if where == "header"),
            )
        )
    return tuple(found)


def _of_s3(name: str, body: str) -> dict[str, Any]:
    if name == "PutBucketPolicy":
        return {"Policy": body}
    if name == "DeleteObjects":
        return {"Keys": [unescape(each) for each in re.findall(r"<Key>([^<]*)</Key>", body)]}
    return {}


def json_object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
