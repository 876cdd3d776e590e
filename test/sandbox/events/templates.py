"""What a target is given of an event: all of it, a part, something else, or a template with parts of it ("Input transformation", EventBridge User Guide)."""

from __future__ import annotations

import json
import re
from typing import Any

from jsonpath_ng import parse

PLACE = re.compile(r"<([\w.-]+)>")


def payload_of(target: dict[str, Any], event: dict[str, Any], rule_arn: str) -> str:
    if target.get("Input") is not None:
        return str(target["Input"])
    if target.get("InputPath"):
        return _text(_at(event, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if transformer is None:
        return json.dumps(event)
    values = {name: _at(event, path) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    values |= {"aws.events.rule-arn": rule_arn, "aws.events.event": event, "aws.events.event.json": event}
    return _filled(str(transformer["InputTemplate"]), values)


def _filled(template: str, values: dict[str, Any]) -> str:
    """Inside quotes a value stands as it is, outside as JSON; a name that nothing was found for is left out."""
    filled, at, quoted = "", 0, False
    for place in PLACE.finditer(template):
        before = template[at : place.start()]
        quoted ^= before.replace('\\"', "").count('"') % 2 == 1
        value = values.get(place.group(1), None)
        known = place.group(1) in values
        filled += before + (place.group(0) if not known else _text(value)[1:-1] if quoted and isinstance(value, str) else _inside(value) if quoted else _text(value))
        at = place.end()
    return filled + template[at:]


def _inside(value: Any) -> str:
    """Something other than a text, within a text."""
    return "" if value is None else json.dumps(json.dumps(value))[1:-1]


def _text(value: Any) -> str:
    return json.dumps(value)


def _at(event: dict[str, Any], path: str) -> Any:
    # Names with a hyphen, as in `$.detail-type`, need quotes in JSONPath proper.
    quoted = re.sub(r"\.([A-Za-z_][\w-]*-[\w-]*)", r".'\1'", path)
    found = parse(quoted).find(event)
    return found[0].value if found else None
