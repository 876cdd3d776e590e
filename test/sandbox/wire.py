"""The HTTP side: control requests, and AWS's calls on their way to moto."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler

from . import control

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Application:
    """The WSGI application of the sandbox."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = _read(environ)
        path = environ.get("PATH_INFO", "/")
        if path.startswith("/sandbox/"):
            status, answer = control.answer(path, body)
            return _send(start_response, status, answer)
        environ["wsgi.input"] = io.BytesIO(body)
        return self._moto(environ, start_response)


class QuietHandler(WSGIRequestHandler):
    """The sandbox has its own log of calls; a request line may hold a signature."""

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def _read(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return environ["wsgi.input"].read(length) if length else b""


def _send(start_response: StartResponse, status: int, body: bytes) -> Iterable[bytes]:
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]
