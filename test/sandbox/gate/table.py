"""The calls that the sandbox takes: those in `table.md`, which says for each what it copies and from where."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent.parent / "table.md"
ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([A-Za-z0-9, ]+) \| (.+) \| (.+) \|$")


@lru_cache
def allowed() -> frozenset[str]:
    """Such as `rds:CreateDBInstance`."""
    found = set()
    for line in FILE.read_text().splitlines():
        row = ROW.match(line)
        if row and row.group(1) != "service":
            found |= {f"{row.group(1)}:{name.strip()}" for name in row.group(2).split(",")}
    return frozenset(found)
