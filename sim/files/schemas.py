"""The schemas of files that people bring or have edited.

They are tables of ports and of traffic, networks of contraband, and the manifest of a study. What
the project declares elsewhere is given as context: ``kinds`` (the kinds of port by name) and
``taken`` (words that cannot be ids).
"""

import datetime
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

MOST_VEHICLES = 50_000_000.0
"""Vehicles a year of one class at one port; the busiest bridge of the continent has a third."""
PROVINCES = Literal[
    "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"
]  # fmt: skip
STATES = Literal[
    "AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN",
    "KS", "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ",
    "NM", "NV", "NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA",
    "WI", "WV", "WY",
]  # fmt: skip
REGIONS = Literal["Atlantic", "Quebec", "Ontario", "Prairie", "Pacific"]

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
# What cannot name a file everywhere, or means something on the command line.
_TAKEN = {
    "near", "null", "none", "true", "false", "yes", "no", "on", "off", "nan", "inf",
    "con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10)),
}  # fmt: skip


def _an_id(word: str, info: ValidationInfo) -> str:
    """Refuse what could not be a file, an address and a word of the command line."""
    if not _ID.fullmatch(word) or len(word) > 60:
        raise ValueError("is not an id: small letters a-z, digits, - and _, at most 60 of them")
    taken = (info.context or {}).get("taken", ())
    if word in _TAKEN or word in taken or re.fullmatch(r"[\d_]+(e\d+)?", word):
        raise ValueError("cannot be an id, since it means something else on the command line")
    return word


def _printable(word: str) -> str:
    if not word.isprintable():
        raise ValueError("holds letters that cannot be shown")
    return word


def _a_kind(word: str, info: ValidationInfo) -> str:
    kinds = (info.context or {}).get("kinds", {word: None})
    if word not in kinds:
        raise ValueError(f"is not one of {', '.join(kinds)}")
    return word


def _number(low: float, high: float, unit: str) -> Any:
    return Field(ge=low, le=high, allow_inf_nan=False, json_schema_extra={"unit": unit})


Id = Annotated[str, Field(min_length=1), AfterValidator(_an_id)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
Note = Annotated[str, Field(max_length=2000), AfterValidator(_printable)]
Flag = Annotated[int, _number(0, 1, "")]
Month = Annotated[int, _number(1, 12, "month")]
Hour = Annotated[float, _number(0.0, 24.0, "h")]
Vehicles = Annotated[float | None, _number(0.0, MOST_VEHICLES, "vehicles/year")]


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class PortRow(_Row):
    """A port of entry (`sim/data/README.md`); vehicles are of a year, by class."""

    port_id: Id
    name: Name
    province: PROVINCES
    region: REGIONS
    in_119: Flag
    kind: Annotated[str, AfterValidator(_a_kind)]
    lat: Annotated[float, _number(41.0, 84.0, "degrees")]
    lon: Annotated[float, _number(-142.0, -52.0, "degrees")]
    us_port: Note = ""
    us_state: STATES
    open_24h: Flag = 0
    open_hour: Hour
    close_hour: Hour
    season_first_month: Month
    season_last_month: Month
    commercial: Literal["yes", "limited", "no"]
    nexus: Flag
    fast: Flag
    one_officer: Flag
    data_link: Flag
    customs_database: Flag
    quality: Note = ""
    cars: Vehicles = None
    trucks: Vehicles = None
    buses: Vehicles = None
    trains: Vehicles = None

    @model_validator(mode="after")
    def related(self, info: ValidationInfo) -> Self:
        """Refuse hours out of order, and vehicles that a kind of port does not take."""
        if self.open_hour >= self.close_hour:
            raise ValueError(
                f"open_hour {self.open_hour:g} is not before close_hour {self.close_hour:g} h"
            )
        by_road = (self.cars or 0.0) + (self.trucks or 0.0) + (self.buses or 0.0)
        kind = (info.context or {}).get("kinds", {}).get(self.kind)
        if by_road and kind is not None and not kind.takes_road_traffic:
            raise ValueError(f"kind = {self.kind!r} takes no road vehicles, and {by_road:g} given")
        return self


def _a_place(word: str) -> str:
    if not re.fullmatch(r"[\w-]{1,60}", word):
        raise ValueError("is not an id: letters, digits, - and _, at most 60 of them")
    return word


class LocationRow(_Row):
    """A state of purchase or a region of sale of a network."""

    role: Literal["source", "market"]
    id: Annotated[str, Field(min_length=1), AfterValidator(_a_place)]
    name: Name
    weight: Annotated[float, _number(0.0, 1e9, "traces")]
    lat: Annotated[float, _number(-60.0, 85.0, "degrees")]
    lon: Annotated[float, _number(-180.0, 180.0, "degrees")]
    source: Note


MEASURES = {
    "personal vehicles": "car", "cars": "car", "car": "car",
    "trucks": "truck", "truck": "truck",
    "buses": "bus", "bus": "bus",
    "trains": "train", "train": "train",
}  # fmt: skip
"""Measures of the US Bureau of Transportation Statistics, and short words, by class of traffic."""
_NOT_VEHICLES = ("passengers", "containers", "pedestrians")
_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-\d{2}(?:[T ][\d:.]*)?)?|(\d{2})/01/(\d{4})(?: .*)?")
"""The Bureau's 07/01/2005 is July. A day that is not the first is a date of another order."""
_MONTH_NAMES = (
    ("jan", "january", "janv", "janvier"), ("feb", "february", "févr", "février"),
    ("mar", "march", "mars"), ("apr", "april", "avr", "avril"), ("may", "mai"),
    ("jun", "june", "juin"), ("jul", "july", "juil", "juillet"), ("aug", "august", "août"),
    ("sep", "sept", "september", "septembre"), ("oct", "october", "octobre"),
    ("nov", "november", "novembre"), ("dec", "december", "déc", "décembre"),
)  # fmt: skip


def _a_month(word: str) -> str:
    """Give a month as 2005-07, from that, a date, or the Bureau's Jul 2005 (juil. 2005)."""
    name, _, year = word.casefold().partition(" ")
    for number, names in enumerate(_MONTH_NAMES, start=1):
        if name.removesuffix(".") in names and re.fullmatch(r"\d{4}", year, re.ASCII):
            return f"{year}-{number:02d}"
    if match := _MONTH.fullmatch(word):
        year, month = (match[1], match[2]) if match[1] else (match[4], match[3])
        if 1 <= int(month) <= 12:
            return f"{year}-{month}"
    raise ValueError("is not a month such as 2005-07 or Jul 2005")


def _a_measure(word: str) -> str:
    """Give the class of traffic that a measure counts; "not ..." where it counts no vehicles."""
    plain = word.lower()
    if any(part in plain for part in _NOT_VEHICLES):
        return f"not {plain}"
    if plain not in MEASURES:
        raise ValueError("is not one of Personal Vehicles, Trucks, Buses, Trains")
    return MEASURES[plain]


class TrafficRow(_Row):
    """Vehicles into Canada at one port in one month, as one row of a traffic table."""

    port: Name
    month: Annotated[str, AfterValidator(_a_month)]
    measure: Annotated[str, AfterValidator(_a_measure)]
    value: Annotated[float, _number(0.0, MOST_VEHICLES / 10, "vehicles/month")]


def _a_date(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


Count = Annotated[int, Field(ge=0, le=10**12)]
Word = Annotated[str, Field(max_length=20_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class WrittenFile(_Part):
    """A file of the folder."""

    bytes: Count
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class CostEntry(_Part):
    """A cost of a scenario."""

    what: Word
    cad_per_year: Annotated[float, Field(allow_inf_nan=False)]
    low: Annotated[float, Field(allow_inf_nan=False)]
    high: Annotated[float, Field(allow_inf_nan=False)]
    cad_once: Annotated[float, Field(allow_inf_nan=False)] = 0.0


class ScenarioEntry(_Part):
    """A scenario of the study."""

    name: Word
    bound: bool = False
    costs: list[CostEntry] = []
    interventions: list[dict[str, Any]] = []


class Manifest(_Part):
    """What the analysis reads of a manifest; what has a default may be missing."""

    tables: Annotated[int, Field(alias="schema")]
    name: Word = ""
    days: Annotated[float, Field(ge=0, le=36_600, allow_inf_nan=False)] | None = None
    start: Annotated[Word, AfterValidator(_a_date)] | None = None
    year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    seed: Count | None = None
    ports: list[Word] = []
    engine: Word = ""
    code_version: Word = ""
    configuration_hash: Word = ""
    content_hash: Word = ""
    configuration: dict[str, Any] = {}
    scenarios: dict[str, Word] = {}
    points: list[ScenarioEntry] = []
    replications: Count | None = None
    rows: dict[str, Count] = {}
    files: dict[str, WrittenFile]
    warnings: list[list[Word]] = []
    adversaries: list[Word] = []
    worlds: Count | None = None
    packages: dict[str, Word] = {}
    design: dict[str, Any] | None = None
    procedure: dict[str, Any] | None = None
