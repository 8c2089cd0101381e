"""What the findings stand on: parameters by kind, and whether guesses carry the headline."""

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sim.data.tables import read_source
from sim.parameters import catalogue

KINDS = {
    "measured": "read from a published count, or derived from one",
    "cited": "published, but of another place, year or mode",
    "elicited": "a judgement within a range that the evidence allows",
    "placeholder": "a guess, to be carried as a range",
}

FIREARM_ROOMS = ("inspection", "database", "smuggling")
"""Rooms of parameters that decide whether a firearm comes, and whether it is found."""

WIDE = 2.0
"""A parameter matters to the headline if its high is at least so many times its low."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Counts of parameters by how well they are known.

    Attributes
    ----------
    kinds : dict
        Number of parameters by kind, in the order of KINDS.
    mattering : dict
        The same of those that matter to the headline.
    guesses : list of dict
        The placeholders that matter: name, about, value, low, high, unit.
    """

    kinds: dict[str, int]
    mattering: dict[str, int]
    guesses: list[dict[str, Any]]

    @property
    def illustrative(self) -> bool:
        """Whether most of the parameters that matter are placeholders."""
        return 2 * self.mattering["placeholder"] > sum(self.mattering.values())


def assumptions() -> Assumptions:
    """Count the parameters of the model by kind."""
    fields = catalogue()
    mattering = {name: field for name, field in fields.items() if _matters(name, field)}
    guesses = [
        {"name": name, **field.metadata, "value": field.default}
        for name, field in mattering.items()
        if field.metadata["kind"] == "placeholder"
    ]
    return Assumptions(_counted(fields), _counted(mattering), guesses)


def _matters(name: str, field: dataclasses.Field[Any]) -> bool:
    low, high = field.metadata["low"], field.metadata["high"]
    wide = low is not None and high is not None and high > low and high >= WIDE * low
    return name.split(".")[0] in FIREARM_ROOMS and wide


def _counted(fields: dict[str, dataclasses.Field[Any]]) -> dict[str, int]:
    counts = Counter(field.metadata["kind"] for field in fields.values())
    return {kind: counts[kind] for kind in KINDS}


def sources() -> list[dict[str, str]]:
    """Facts that parameters cite, in order of their ids: id, quantity, title, address."""
    cited = {fact for field in catalogue().values() for fact in _ids(field.metadata["source"])}
    return [
        {"id": row["id"], "quantity": row["quantity"], "title": row["source_title"],
         "address": row["source_url"]}
        for row in read_source("facts.csv")
        if row["id"] in cited
    ]  # fmt: skip


def _ids(source: str) -> list[str]:
    """Ids that a source names, ranges such as C028-C042 written out."""
    found = []
    for letter, first, last in re.findall(r"\b([A-Z])(\d{3})(?:-[A-Z]?(\d{3}))?\b", source):
        numbers = range(int(first), int(last or first) + 1)
        found += [f"{letter}{number:03d}" for number in numbers]
    return found
