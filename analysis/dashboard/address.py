"""The address of a view: everything a page shows is in its query string, so it can be shared.

An address comes from anyone. What in it cannot be is left out with a sentence that says so; whether
a study, a scenario or a port is there is for the page to say.
"""

import dataclasses
import datetime
import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from analysis.language import LANGUAGES, gettext
from analysis.values import DERIVED
from sim.results.schema import METRICS, PRIMARY_OUTCOME
from sim.scenario.point import YEARS

PAGES = ("home", "mix", "port", "packages", "studies", "results", "pair", "card")
"""The first is at the root; all but the last are in the head of every page."""
IN_HEAD = PAGES[:-1]
LONGEST = 20_000
"""Longest query string that is read, in characters."""

MOST_FIELDS = 600
LONGEST_VALUE, LONGEST_PATH = 200, 2000
DAYS = (7, 28, 91, 365)
MOST_REPLICATIONS = 200

Lever = tuple[str, float]
"""A lever's name and where it stands."""
Duty = tuple[int, int, int]
"""Weekday, hour, and officers on duty."""
MOST_OFFICERS = 999_999
MOST_BUDGET = 10_000.0
"""Million CAD a year."""
VEHICLES = ("", "cars", "trucks", "buses")
WEEKDAYS = ("", "0-3", "4-6", *"0123456")
"""All days, Monday to Thursday, Friday to Sunday, and each."""


@dataclass(frozen=True, slots=True)
class View:
    """What is shown.

    Attributes
    ----------
    page : str
        One of PAGES.
    lang : str
        en or fr.
    study, other : str
        Names of results folders; "" for the last one, and for the same one.
    metric, adversary : str
        What is compared, and for which kind of smuggler ("" for the first).
    scenarios : tuple of str
        Scenarios shown; empty for all.
    one, two : str
        Scenarios that are compared with each other.
    mix : tuple of str
        Proposals that are combined.
    lever : tuple of (str, float)
        Levers that were moved.
    closed : tuple of str
        Ports closed besides what the proposals close.
    where, around : str
        What is simulated: a region, ``all``, or ``near`` a port and its neighbours.
    year : int
        Whose traffic a live run has.
    start : datetime.date
        First day of a live run.
    days, replications : int
    run : str
        The live run that is watched.
    begin : bool
        Whether the run begins as the page opens; it is gone from the address when it has.
    port : str
        Whose port page is shown.
    roster : tuple of (int, int, int)
        Officers put on duty there: weekday (Monday is 0), hour, officers.
    vehicles, weekdays : str
        Which vehicles and days the waits by hour are of; "" for all.
    proposal : str
        Whose card is shown, or which the packages must hold.
    budget : float
        Of packages, million CAD a year.
    """

    page: str = PAGES[0]
    lang: str = LANGUAGES[0]
    study: str = ""
    other: str = ""
    metric: str = PRIMARY_OUTCOME
    adversary: str = ""
    scenarios: tuple[str, ...] = ()
    one: str = ""
    two: str = ""
    mix: tuple[str, ...] = ()
    lever: tuple[Lever, ...] = ()
    closed: tuple[str, ...] = ()
    where: str = "near"
    around: str = "windsor-ambassador"
    year: int = 2005
    start: datetime.date = datetime.date(2005, 7, 4)
    days: int = 7
    replications: int = 20
    run: str = ""
    begin: bool = False
    port: str = "windsor-ambassador"
    roster: tuple[Duty, ...] = ()
    vehicles: str = ""
    weekdays: str = ""
    proposal: str = ""
    budget: float = 50.0

    def replaced(self, **changes: Any) -> "View":
        """The same view with something changed."""
        return dataclasses.replace(self, **changes)


def _study(text: str) -> str:
    """Whatever a folder may be called: it is looked up, never joined to a path."""
    if len(text) > LONGEST_PATH or "\0" in text:
        raise ValueError
    return text


def _word(text: str) -> str:
    if len(text) > LONGEST_VALUE or not text.isprintable():
        raise ValueError
    return text


def _plain(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_+.-]*", _word(text)):
        raise ValueError
    return text


def _one_of(choices: Collection[Any], kind: type = str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if kind(text) not in choices:
            raise ValueError
        return kind(text)

    return read


def _date(text: str) -> datetime.date:
    date = datetime.date.fromisoformat(text)
    if not 1990 <= date.year <= 2060:
        raise ValueError
    return date


def _replications(text: str) -> int:
    if not text.isascii() or not 1 <= int(text) <= MOST_REPLICATIONS:
        raise ValueError
    return int(text)


def _lever(text: str) -> Lever:
    name, _, amount = text.rpartition(":")
    if not name or not math.isfinite(float(amount)):
        raise ValueError
    return _plain(name), float(amount)


def _duty(text: str) -> Duty:
    found = re.fullmatch(r"([0-6])-(\d{1,2}):(-?\d{1,6})", text, re.ASCII)
    if found is None:
        raise ValueError
    weekday, hour, officers = map(int, found.groups())
    if hour > 23 or abs(officers) > MOST_OFFICERS:
        raise ValueError
    return weekday, hour, officers


def _budget(text: str) -> float:
    if not 0.0 < float(text) <= MOST_BUDGET:
        raise ValueError
    return float(text)


READERS: dict[str, Callable[[str], Any]] = {
    "lang": _one_of(LANGUAGES),
    "study": _study,
    "other": _study,
    "metric": _one_of({*METRICS, *DERIVED}),
    "adversary": _plain,
    "scenarios": _word,
    "one": _word,
    "two": _word,
    "mix": _plain,
    "lever": _lever,
    "closed": _plain,
    "where": _plain,
    "around": _plain,
    "year": _one_of(YEARS, int),
    "start": _date,
    "days": _one_of(DAYS, int),
    "replications": _replications,
    "run": _plain,
    "begin": lambda text: _one_of(("True", "False"))(text) == "True",
    "port": _plain,
    "roster": _duty,
    "vehicles": _one_of(VEHICLES),
    "weekdays": _one_of(WEEKDAYS),
    "proposal": _word,
    "budget": _budget,
}
SEVERAL = ("scenarios", "mix", "lever", "closed", "roster")


def language(search: str | None) -> str:
    """The language an address asks for: English where it asks for none that is known."""
    code = _fields(search or "").get("lang", [""])[-1]
    return code if code in LANGUAGES else LANGUAGES[0]


def read(pathname: str | None, search: str | None) -> tuple[View, list[str]]:
    """Read an address.

    Returns
    -------
    View
        What can be shown of it.
    list of str
        What cannot, in sentences.
    """
    complaints: list[str] = []
    page = (pathname or "/").strip("/") or PAGES[0]
    if page not in PAGES:
        complaints.append(gettext("there-is-no-page", page=_short(page)))
        page = PAGES[0]
    given = _fields(search or "")
    if search and search.strip("?") and not given:
        complaints.append(gettext("the-address-cannot-be-read"))
    values: dict[str, Any] = {}
    for name, texts in given.items():
        if name not in READERS:
            complaints.append(gettext("the-address-has-an-unknown", name=_short(name)))
            continue
        values_read = [READERS[name](text) for text in texts if can_be(name, text)]
        complaints += [
            gettext("the-address-asks-for-which", name=name, value=_short(text))
            for text in texts
            if not can_be(name, text)
        ]
        if values_read:
            values[name] = tuple(dict.fromkeys(values_read)) if name in SEVERAL else values_read[-1]
    return View(page=page, **values), complaints


def can_be(name: str, text: str) -> bool:
    """Whether a field of an address can have this value."""
    try:
        READERS[name](text)
    except (ValueError, OverflowError):
        return False
    return True


def _fields(search: str) -> dict[str, list[str]]:
    if len(search) > LONGEST:
        return {}
    try:
        return parse_qs(
            search.lstrip("?"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace"
        )
    except ValueError:
        return {}


def _short(text: str) -> str:
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= 40 else text[:39] + "…"


def query(view: View) -> str:
    """Write the query string of a view, without what is as by default."""
    fields: list[tuple[str, str]] = []
    for field in dataclasses.fields(View):
        value = getattr(view, field.name)
        if field.name == "page" or value == field.default:
            continue
        parts = value if field.name in SEVERAL else (value,)
        fields += [(field.name, _text(part)) for part in parts]
    return f"?{urlencode(fields)}" if fields else ""


def _text(part: Any) -> str:
    if isinstance(part, tuple):
        return f"{part[0]}-{part[1]}:{part[2]}" if len(part) == 3 else f"{part[0]}:{part[1]:.10g}"
    return f"{part:.10g}" if isinstance(part, float) else str(part)


def encoded(pairs: list[tuple[str, str]]) -> str:
    """Write a query string from fields as they come from the controls of a page."""
    return f"?{urlencode(pairs)}"


def is_scenario_name(name: str) -> bool:
    """Whether a scenario's file may be called so."""
    return re.fullmatch(r"[a-z0-9][a-z0-9_]{0,39}", name) is not None and name != "baseline"


def href(view: View, page: str = "") -> str:
    """Write the address of a view, or of another page of it."""
    name = page or view.page
    return ("/" if name == PAGES[0] else f"/{name}") + query(view)
