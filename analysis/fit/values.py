"""The values that the fit found, as the table that is kept with the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.language import current_language, gettext
from analysis.wording import number, unit_of
from sim.data import DATA_FOLDER
from sim.files import export
from sim.numerics.units import Floats
from sim.parameters import catalogue
from sim.places.calendar import rows_of
from sim.results.reading import Study

FITTED = "fitted_values.csv"
HEAD = ("parameter", "value", "low", "high", "searched_low", "searched_high")
DIGITS = 3
"""Significant digits of a fitted value: more would say more than the record does."""

IDENTIFIED = 0.6
"""A parameter is called found where the record leaves less than this of the range searched."""


@dataclass(frozen=True, slots=True)
class Value:
    """A fitted parameter.

    Attributes
    ----------
    name : str
    value : float
        Where the fit puts it: its default.
    low, high : float
        Middle 90 % of the points that agree with the record.
    searched_low, searched_high : float
        Range in which the fit looked.
    """

    name: str
    value: float
    low: float
    high: float
    searched_low: float
    searched_high: float

    @property
    def left(self) -> float:
        """Part of the range searched that the record leaves, 0 to 1."""
        return min((self.high - self.low) / (0.9 * (self.searched_high - self.searched_low)), 1.0)

    @property
    def finding(self) -> str:
        """Whether the record finds it."""
        return gettext("fit-found") if self.left < IDENTIFIED else gettext("fit-not-found")

    def cells(self) -> list[str]:
        """One row of the table for people."""
        unit = catalogue()[self.name].metadata["unit"].split(" per ")[0]
        return [
            self.name, unit_of(unit), _said(self.value),
            gettext("validate-range", low=_said(self.low), high=_said(self.high)),
            number(100.0 * self.left, 0) + "\N{NO-BREAK SPACE}%", self.finding,
        ]  # fmt: skip


def rounded(value: float) -> str:
    """A number to the digits that are kept, without an exponent."""
    return f"{float(f'{value:.{DIGITS}g}'):.10g}"


def _said(value: float) -> str:
    text = rounded(value)
    return text.replace(".", ",") if current_language() == "fr" else text


def read_values() -> list[Value]:
    """The fitted values of the project."""
    rows = rows_of(DATA_FOLDER / FITTED)
    return [Value(row[HEAD[0]], *(float(row[name]) for name in HEAD[1:])) for row in rows]


def write_values(values: Sequence[Value], path: Path) -> None:
    """Write the table, by parameter."""
    rows = [
        [value.name, *(rounded(getattr(value, key)) for key in HEAD[1:])]
        for value in sorted(values, key=lambda value: value.name)
    ]
    text = "\n".join(",".join(row) for row in [list(HEAD), *rows])
    export(path, text + "\n")


WORLDS = "plausible_worlds.csv"
SEIZED = "plausible_seizures.csv"
FLOW = "smuggling.firearms_per_year"
HANDGUNS = "handgun"


def plausible_flow() -> tuple[float, float, int]:
    """Flows that agree with the record, firearms a year: 5 %, 95 %, and of how many worlds."""
    flows = read_worlds()[FLOW]
    low, high = np.quantile(flows, [0.05, 0.95])
    return float(low), float(high), len(flows)


def read_worlds() -> dict[str, Floats]:
    """Values of every parameter of the plausible worlds, by world."""
    return _columns(WORLDS)


def read_seized() -> Floats:
    """Firearms expected to be seized from travellers and traffickers in 2005, shape (worlds, 2).

    Of the plausible worlds, in their order, by the fit's emulators; at ports, by post and by air.
    """
    return np.column_stack(list(_columns(SEIZED).values()))


def _columns(name: str) -> dict[str, Floats]:
    rows = rows_of(DATA_FOLDER / name)
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


def value_of(study: Study, name: str) -> object:
    """Value of a parameter in a study's baseline."""
    room, field = name.split(".")
    configuration = study.manifest.get("configuration") or {}
    return (configuration.get(room) or {}).get(field, catalogue()[name].default)


def what_is_not_known() -> str:
    """Say what the record leaves open, from the worlds that agree with all of it."""
    low, high, worlds = plausible_flow()
    return gettext(
        "fit-not-known",
        low=number(low, 0),
        high=number(high, 0),
        worlds=worlds,
        flow=number(float(str(catalogue()[FLOW].default)), 0),
    )


def what_the_study_carries(study: Study) -> str:
    """Say of a study whether it carries that range; nothing where it is not of handguns."""
    if value_of(study, "smuggling.network") != HANDGUNS:
        return ""
    low, high, _ = plausible_flow()
    ridge = gettext("the-record-gives-the-flow", low=number(low, 0), high=number(high, 0))
    if FLOW in set(study.design["parameter"]):
        return f"{ridge} {gettext('the-worlds-of-this-study')}"
    flow = number(float(str(value_of(study, FLOW))), 0)
    return f"{ridge} {gettext('this-study-holds-one-of', flow=flow)}"
