"""Conditions of policies. After "IAM JSON policy elements: Condition operators" (IAM User Guide)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

Values = list[str] | None
NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "NumericEquals": lambda a, b: a == b,
    "NumericNotEquals": lambda a, b: a != b,
    "NumericLessThan": lambda a, b: a < b,
    "NumericLessThanEquals": lambda a, b: a <= b,
    "NumericGreaterThan": lambda a, b: a > b,
    "NumericGreaterThanEquals": lambda a, b: a >= b,
}


def hold(conditions: dict[str, dict[str, Any]] | None, value_of: Callable[[str], Values]) -> bool:
    """Whether all of a statement's conditions hold. @param value_of what a condition key stands for in this request"""
    return all(
        _holds(operator, as_list(values), value_of(key))
        for operator, pairs in (conditions or {}).items()
        for key, values in pairs.items()
    )


def _holds(operator: str, values: list[Any], found: Values) -> bool:
    """The operators of the project's policies. @raises for another one: a condition must not be passed over in silence."""
    wanted = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    which, _, name = operator.rpartition(":")
    if_exists, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    if name == "Null":
        return (found is None) == (wanted[0] == "true")
    one = _operator(name, operator)
    if found is None:
        # A key that is not there fits none of the values: so a negated operator holds, and a positive one does not.
        return which == "ForAllValues" or "Not" in name or if_exists
    if which == "ForAllValues":
        return all(one(each, wanted) for each in found)
    return any(one(each, wanted) for each in found)


def _operator(name: str, operator: str) -> Callable[[str, list[str]], bool]:
    negated = "Not" in name
    if name in ("StringEquals", "StringNotEquals"):
        return lambda found, wanted: (found in wanted) != negated
    if name in ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "Bool"):
        return lambda found, wanted: (found.lower() in [each.lower() for each in wanted]) != negated
    if name in ("StringLike", "StringNotLike", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"):
        return lambda found, wanted: any(pattern(each).fullmatch(found) for each in wanted) != negated
    if compare := NUMERIC.get(name):
        return lambda found, wanted: any(compare(float(found), float(each)) for each in wanted)
    raise NotImplementedError(f"The sandbox does not know the condition operator {operator}")


@lru_cache
def pattern(glob: str, ignore_case: bool = False) -> re.Pattern[str]:
    escaped = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, (re.IGNORECASE if ignore_case else 0) | re.DOTALL)


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Iterable) and not isinstance(value, (str, dict)) else [value]
