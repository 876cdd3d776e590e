"""Errors as each of AWS's protocols writes them."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from .call import Call

Answer = tuple[int, list[tuple[str, str]], bytes]


def error(call: Call | None, code: str, message: str, status: int = 400) -> Answer:
    protocol = call.protocol if call is not None else "query"
    request = ("x-amzn-RequestId", "00000000-0000-0000-0000-000000000000")
    if protocol in ("json", "rest-json", "smithy-rpc-v2-cbor"):
        body = json.dumps({"__type": code, "message": message, "Message": message}).encode()
        return status, [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code), request], body
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if protocol == "ec2":
        text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request[1]}</RequestID></Response>"
    elif protocol == "rest-xml":
        text = f"<Error>{inner}<RequestId>{request[1]}</RequestId></Error>"
    else:
        text = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>{request[1]}</RequestId></ErrorResponse>"
    return status, [("Content-Type", "text/xml"), request], text.encode()
