"""What DescribeEvents tells."""

from __future__ import annotations

from datetime import datetime

from moto.core.utils import utcnow


class Event:
    """`message` is RDS's where its documentation lists it (User Guide, "Amazon RDS event categories and event messages")."""

    def __init__(self, source_type: str, source: str, arn: str, category: str, message: str) -> None:
        self.source_type = source_type
        self.source_identifier = source
        self.source_arn = arn
        self.event_categories = [category]
        self.message = message
        self.date: datetime = utcnow()
