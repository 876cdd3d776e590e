"""Errors as each of AWS's protocols writes them."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from .call import Call

Answer = tuple[int, list[tuple[str, str]], bytes]


def error(call: Call | None, code: str, message: str, status: int = 400) -> Answer:
    protocol = call.protocol if call is not None else "query"
    request = ("x-amzn-RequestId", "00000000-0000-0000-0000-000000000000")
    said = {"__type": code, "message": message, "Message": message}
    if call is not None and call.cbor:
        cbor = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"), request]
        return status, cbor, _cbor(said)
    if protocol in ("json", "rest-json", "smithy-rpc-v2-cbor"):
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code), request]
        return status, headers, json.dumps(said).encode()
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if protocol == "ec2":
        text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request[1]}</RequestID></Response>"
    elif protocol == "rest-xml":
        text = f"<Error>{inner}<RequestId>{request[1]}</RequestId></Error>"
    else:
        text = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>{request[1]}</RequestId></ErrorResponse>"
    return status, [("Content-Type", "text/xml"), request], text.encode()


def _cbor(texts: dict[str, str]) -> bytes:
    """A map of texts (RFC 8949): major type 5, then pairs of major type 3, lengths in two bytes."""

    def text(value: str) -> bytes:
        encoded = value.encode()[:65535]
        return b"\x79" + len(encoded).to_bytes(2, "big") + encoded

    return bytes([0xA0 | len(texts)]) + b"".join(text(name) + text(value) for name, value in texts.items())
