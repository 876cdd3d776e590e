"""The HTTP side: control requests, and AWS's calls on their way to moto."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler

from . import control
from .credentials import credentials
from .gate import gate
from .gate.call import identify
from .gate.errors import Answer

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Application:
    """The WSGI application of the sandbox."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = _read(environ)
        path = environ.get("PATH_INFO", "/")
        if path.startswith("/sandbox/credentials/"):
            return _send(start_response, _credentials(path.rpartition("/")[2]))
        if path.startswith("/sandbox/"):
            status, said = control.answer(path, body)
            return _send(start_response, (status, [("Content-Type", "application/json")], said))
        answered = gate.answer(identify(environ, body), lambda: self._ask_moto(environ, body))
        return _send(start_response, answered)

    def _ask_moto(self, environ: Environ, body: bytes) -> Answer:
        environ["wsgi.input"] = io.BytesIO(body)
        seen: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            seen.append((status, headers))

        said = b"".join(self._moto(environ, start))
        status, headers = seen[-1]
        return int(status.split()[0]), headers, said


class QuietHandler(WSGIRequestHandler):
    """The sandbox has its own log of calls; a request line may hold a signature."""

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def _credentials(token: str) -> Answer:
    """Of a role, for the process that was told this address."""
    found = credentials.fetch(token)
    body = json.dumps(found or {"message": "There are no credentials at this address."}).encode()
    return 200 if found else 404, [("Content-Type", "application/json")], body


def _read(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return environ["wsgi.input"].read(length) if length else b""


def _send(start_response: StartResponse, answered: Answer) -> Iterable[bytes]:
    status, headers, body = answered
    if not any(name.lower() == "content-length" for name, _ in headers):
        headers = [*headers, ("Content-Length", str(len(body)))]
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]
