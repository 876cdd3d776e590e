"""When a schedule is due: `rate(...)`, `cron(...)`, `at(...)`.

After "Schedule types in EventBridge Scheduler" (its User Guide) and "Cron expressions reference" (EventBridge User Guide): cron has six fields (minutes, hours,
day of month, month, day of week, year), days are counted from Sunday = 1, and one of the two fields of days is `?`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UNITS = {"minute": 60, "hour": 3600, "day": 86400}
MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
LAST_YEAR = 2199


class Invalid(ValueError):
    """An expression that no schedule can have."""


@dataclass(frozen=True)
class Rate:
    seconds: int

    def after(self, moment: datetime, begun: datetime) -> datetime | None:
        """Counted from when the schedule was made."""
        passed = max(0, int((moment - begun).total_seconds() // self.seconds))
        return begun + timedelta(seconds=(passed + 1) * self.seconds)


@dataclass(frozen=True)
class At:
    moment: datetime

    def after(self, moment: datetime, begun: datetime) -> datetime | None:
        return self.moment if self.moment > moment else None


@dataclass(frozen=True)
class Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: str
    months: frozenset[int]
    weekdays: str
    years: frozenset[int]
    zone: ZoneInfo

    def after(self, moment: datetime, begun: datetime) -> datetime | None:
        """In the zone's own time: an hour that a day lacks is left out, one that comes twice counts once."""
        local = moment.astimezone(self.zone)
        for day in self._days_from(local.date()):
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)
                    found = wall.astimezone(timezone.utc)
                    if found > moment and found.astimezone(self.zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
                        return found
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for year in sorted(each for each in self.years if each >= first.year):
            for month in sorted(self.months):
                length = calendar.monthrange(year, month)[1]
                for number in range(1, length + 1):
                    day = date(year, month, number)
                    if day >= first and self._fits(day, length):
                        yield day

    def _fits(self, day: date, length: int) -> bool:
        if self.days != "?":
            return any(_is_day_of_month(each, day, length) for each in self.days.split(","))
        return any(_is_weekday(each, day, length) for each in self.weekdays.split(","))


Expression = Rate | At | Cron


def parse(text: str, zone: str = "UTC") -> Expression:
    """@raises Invalid"""
    try:
        where = ZoneInfo(zone)
    except Exception:  # noqa: BLE001 - several kinds, for names that are wrong in several ways
        raise Invalid(f"Invalid Schedule Expression Timezone: {zone}") from None
    found = re.fullmatch(r"(rate|cron|at)\((.*)\)", text.strip())
    if found is None:
        raise Invalid(f"Invalid Schedule Expression {text}.")
    kind, inner = found.groups()
    try:
        if kind == "rate":
            return _rate(inner)
        if kind == "at":
            return At(datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=where).astimezone(timezone.utc))
        return _cron(inner, where)
    except (ValueError, KeyError):
        raise Invalid(f"Invalid Schedule Expression {text}.") from None


def _rate(inner: str) -> Rate:
    number, unit = inner.split()
    value = int(number)
    singular = unit.removesuffix("s")
    # One minute, two minutes: AWS insists on it.
    if value < 1 or (value == 1) != (unit == singular):
        raise ValueError
    return Rate(value * UNITS[singular])


def _cron(inner: str, zone: ZoneInfo) -> Cron:
    minutes, hours, days, months, weekdays, years = inner.upper().split()
    if (days == "?") == (weekdays == "?"):
        raise ValueError
    cron = Cron(
        _field(minutes, 0, 59), _field(hours, 0, 23), days, _field(months, 1, 12, MONTHS), weekdays,
        _field(years, 1970, LAST_YEAR), zone,
    )  # fmt: skip
    sample = date(2024, 1, 1)
    for each in days.split(",") if days != "?" else []:
        _is_day_of_month(each, sample, 31)
    for each in weekdays.split(",") if weekdays != "?" else []:
        _is_weekday(each, sample, 31)
    return cron


def _field(text: str, least: int, most: int, names: dict[str, int] | None = None) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            low, high = least, most
        else:
            low = _number(first, names)
            high = _number(last, names) if last else most if step else low
        if not least <= low <= high <= most or (step and int(step) < 1):
            raise ValueError
        found |= set(range(low, high + 1, int(step) if step else 1))
    return frozenset(found)


def _number(text: str, names: dict[str, int] | None) -> int:
    return names[text] if names and text in names else int(text)


def _is_day_of_month(part: str, day: date, length: int) -> bool:
    if part == "L":
        return day.day == length
    if part.endswith("W"):
        return day == _nearest_weekday(day, int(part[:-1]), length)
    return day.day in _field(part, 1, 31)


def _nearest_weekday(day: date, wanted: int, length: int) -> date:
    """Of Monday to Friday, within the month."""
    if not 1 <= wanted <= 31:
        raise ValueError
    middle = day.replace(day=min(wanted, length))
    near = (0, -1, 1, -2, 2)
    candidates = (middle + timedelta(days=each) for each in near)
    return next(each for each in candidates if each.month == day.month and each.weekday() < 5)


def _is_weekday(part: str, day: date, length: int) -> bool:
    number = day.isoweekday() % 7 + 1
    if "#" in part:
        weekday, _, which = part.partition("#")
        if not 1 <= int(which) <= 5:
            raise ValueError
        return number == _number(weekday, DAYS) and (day.day - 1) // 7 + 1 == int(which)
    if part.endswith("L"):
        return (part == "L" and number == 7) or (part != "L" and number == _number(part[:-1], DAYS) and day.day + 7 > length)
    return number in _field(part, 1, 7, DAYS)
