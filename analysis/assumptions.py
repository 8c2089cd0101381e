"""What the findings stand on: parameters by kind, and whether guesses carry the headline."""

import dataclasses
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.language import gettext, parameter_text, pgettext
from analysis.wording import number, shown, unit_of
from sim.data import read_source
from sim.parameters import catalogue
from sim.results.reading import Study

KINDS = ("measured", "cited", "elicited", "placeholder")


def kind_names() -> dict[str, tuple[str, str]]:
    """Each kind of parameter: its name and what it means."""
    return {
        "measured": (gettext("measured"), gettext("read-from-a-published-count")),
        "cited": (gettext("cited"), gettext("published-but-of-another-place")),
        "elicited": (
            gettext("elicited"), gettext("a-judgement-within-a-range"),
        ),
        "placeholder": (gettext("placeholder"), gettext("a-guess-to-be-carried")),
    }  # fmt: skip


FIREARM_ROOMS = ("inspection", "database", "smuggling", "market", "supply")
"""Rooms of parameters that decide whether a firearm comes, and whether it is found."""

WIDE = 2.0
"""A parameter matters to the headline if its high is at least so many times its low."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One parameter that matters to the headline.

    Attributes
    ----------
    name : str
        Room and field.
    about, language : str
        What it is, and the language that is said in.
    kind : str
        One of KINDS.
    value, low, high : str
        Value in the baseline and the range thought possible, as people read them.
    unit, source : str
        Unit, and ids of facts, paragraphs of documents, or a word such as "assumed".
    spread : float
        High over low.
    influence : str
        Share of the headline's variance that goes with it; empty where it was not measured.
    """

    name: str
    about: str
    language: str
    kind: str
    value: str
    low: str
    high: str
    unit: str
    source: str
    spread: float
    influence: str


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Counts of parameters by how well they are known.

    Attributes
    ----------
    kinds : dict
        Number of parameters by kind, in the order of KINDS.
    mattering : dict
        The same of those that matter to the headline.
    ranked : list of Assumption
        Those that matter and were not measured: the most influential, or the widest range, first.
    """

    kinds: dict[str, int]
    mattering: dict[str, int]
    ranked: list[Assumption]

    @property
    def illustrative(self) -> bool:
        """Whether most of the parameters that matter are placeholders."""
        return 2 * self.mattering["placeholder"] > sum(self.mattering.values())


def assumptions(
    influences: Mapping[str, float] | None = None, given: Mapping[str, Any] | None = None
) -> Assumptions:
    """Count the parameters of the model by kind, and rank those that matter.

    Parameters
    ----------
    influences : dict, optional
        Share of the headline's variance that goes with each parameter, where it was measured.
    given : dict, optional
        Values of a study's baseline by dotted name (`given_values`); else those declared.
    """
    shares, values = influences or {}, given or {}
    fields = catalogue()
    mattering = {name: field for name, field in fields.items() if _matters(name, field)}
    ranked = [
        _assumption(name, field, shares.get(name), values.get(name, field.default))
        for name, field in mattering.items()
        if field.metadata["kind"] != "measured"
    ]
    ranked.sort(key=lambda assumption: (-shares.get(assumption.name, -1.0), -assumption.spread))
    return Assumptions(_counted(fields), _counted(mattering), ranked)


def given_values(study: Study) -> dict[str, Any]:
    """Values of a study's baseline by dotted name, as far as its manifest says."""
    configuration = study.manifest.get("configuration")
    rooms = configuration.items() if isinstance(configuration, dict) else ()
    return {
        f"{room}.{name}": value
        for room, values in rooms
        if isinstance(values, dict)
        for name, value in values.items()
    }


def _assumption(
    name: str, field: dataclasses.Field[Any], share: float | None, value: Any
) -> Assumption:
    metadata = field.metadata
    text, language = parameter_text(name, metadata["about"])
    low, high = float(metadata["low"]), float(metadata["high"])
    return Assumption(
        name=name,
        about=text,
        language=language,
        kind=metadata["kind"],
        value=_plain(value),
        low=_plain(low),
        high=_plain(high),
        unit=unit_of(metadata["unit"]),
        source="; ".join(pgettext("source", part) for part in metadata["source"].split("; "))
        if value == field.default
        else gettext("set-in-this-study"),
        spread=high / low if low > 0 else math.inf,
        influence="" if share is None else str(shown(share, unit="share")),
    )


def _plain(value: Any) -> str:
    """A number with the digits that it was given with, four at most."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    places = 0 if value == 0 else max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:.{places}f}"
    digits = len(text.rstrip("0").partition(".")[2])
    return number(float(value), digits)


def _matters(name: str, field: dataclasses.Field[Any]) -> bool:
    if field.metadata["lever"]:
        return False
    low, high = field.metadata["low"], field.metadata["high"]
    wide = low is not None and high is not None and high > low and high >= WIDE * low
    return name.split(".")[0] in FIREARM_ROOMS and wide


def _counted(fields: dict[str, dataclasses.Field[Any]]) -> dict[str, int]:
    counts = Counter(field.metadata["kind"] for field in fields.values())
    return {kind: counts[kind] for kind in KINDS}


def sources() -> list[dict[str, Any]]:
    """Facts that parameters cite, by where they were published, in order of their ids.

    Each has its title and address, and under ``facts`` quantities with their ids.
    """
    cited = {fact for field in catalogue().values() for fact in _ids(field.metadata["source"])}
    published: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in read_source("facts.csv"):
        if row["id"] in cited:
            of_title = published.setdefault((row["source_title"], row["source_url"]), {})
            of_title.setdefault(row["quantity"], []).append(row["id"])
    return [
        {"title": title, "address": address, "facts": facts}
        for (title, address), facts in published.items()
    ]


def _ids(source: str) -> list[str]:
    """Ids that a source names, ranges such as C028-C042 written out."""
    ids = []
    for letter, first, last in re.findall(r"\b([A-Z])(\d{3})(?:-[A-Z]?(\d{3}))?\b", source):
        numbers = range(int(first), int(last or first) + 1)
        ids += [f"{letter}{number:03d}" for number in numbers]
    return ids
