"""The months whose traffic is known; holidays, as the library ``holidays`` knows them."""

import csv
import datetime
import functools
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

DATA = Path(__file__).resolve().parents[1] / "data"
FIRST_YEAR = 1996
LAST_MONTH = (2025, 2)
"""Traffic is known from January 1996 to this month."""
COUNT = 12 * (LAST_MONTH[0] - FIRST_YEAR) + LAST_MONTH[1]
"""Months of it."""


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of one of the project's own tables."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def month_number(year: int, month: int) -> int:
    """Number of a month, from 0 for January 1996."""
    return 12 * (year - FIRST_YEAR) + month - 1


def month_name(number: int) -> str:
    """Name a month by its number: ``month_name(0)`` is ``"1996-01"``."""
    return f"{FIRST_YEAR + number // 12}-{number % 12 + 1:02d}"


HOLIDAY_KINDS = ("long_weekend", "single", "year_end", "christmas", "us")
"""A Canadian Monday; another Canadian day; Boxing Day to the days after New Year's; Christmas Day;
a day of the United States alone."""

NO_HOLIDAY = -1


PROVINCES = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
TABLED = range(1996, 2036)
"""Years whose holidays stand in a table: the library reads those of all countries of the world."""


def of_library(country: str, province: str | None, year: int) -> frozenset[datetime.date]:
    """Holidays of a country in a year, with those of a province."""
    import holidays  # takes a third of a second

    return frozenset(holidays.country_holidays(country, subdiv=province, years=year))


@functools.cache
def _tabled() -> dict[tuple[str, int], set[datetime.date]]:
    """Holidays of the table by place (CA, US, CA-ON) and year."""
    days = defaultdict(set)
    for row in rows_of(DATA / "holidays.csv"):
        day = datetime.date.fromisoformat(row["date"])
        for place in row["places"].split():
            days[place, day.year].add(day)
    return days


@functools.cache
def _days(country: str, province: str | None, year: int) -> frozenset[datetime.date]:
    """Holidays of a country in a year, with those of a province that the library knows."""
    province = province if country == "CA" and province in PROVINCES else None
    if year not in TABLED:
        return of_library(country, province, year)
    return frozenset(_tabled()[f"{country}-{province}" if province else country, year])


@functools.lru_cache(maxsize=100_000)
def holiday_kind(day: datetime.date, calendars: str, province: str | None) -> str | None:
    """Tell which kind of holiday a day is at the ports of a province.

    Parameters
    ----------
    calendars : str
        Whose holidays count: CA+US, CA, US or none.
    province : str, optional
        Two-letter code; None for what is a holiday all over Canada.

    Returns
    -------
    str or None
        One of HOLIDAY_KINDS. Only federal holidays of the United States count.
    """
    countries = calendars.split("+")
    if "CA" in countries and day in _days("CA", province, day.year):
        if (day.month, day.day) == (12, 25):
            return "christmas"
        if day.month in (12, 1):
            return "year_end"
        return "long_weekend" if day.weekday() == 0 else "single"
    if "US" in countries and day in _days("US", None, day.year):
        return "us"
    return None


def holiday_numbers(
    days: Sequence[datetime.date], calendars: str, provinces: Sequence[str]
) -> npt.NDArray[np.int64]:
    """Number the kind of holiday by day and province, shape (days, provinces); -1 for none."""
    numbers = np.full((len(days), len(provinces)), NO_HOLIDAY, np.int64)
    for i, day in enumerate(days):
        for k, province in enumerate(provinces):
            kind = holiday_kind(day, calendars, str(province))
            if kind is not None:
                numbers[i, k] = HOLIDAY_KINDS.index(kind)
    return numbers
