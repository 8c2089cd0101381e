"""How well the history supports what is said of a proposal, by a written rule.

The rule
--------
A proposal has the event of the past that resembles it most (`RESEMBLES`): one in which the same
lever moved the same record. It is

- *well supported* if the event's change on record has the sign that was predicted and lies within
  the 50 % interval, the 90 % intervals of the half of the record that was predicted cover 80 to
  97 % of its rows, and the forecast of that half was better than each naive one;
- *supported* if the sign is right, the change lies within the 90 % interval and excludes no change
  (an interval that allows everything supports nothing), and the coverage is as above;
- *illustrative* otherwise: also where no event resembles it, or what came of it is not on record.

The scores are those of ``sim/data/history_scores.csv``, written by ``python -m analysis history
DIR --scores FILE``.
"""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.history import same_sign
from analysis.language import pgettext
from sim.data import DATA_FOLDER
from sim.errors import InputError
from sim.scenario.reading import names

ILLUSTRATIVE, SUPPORTED, WELL_SUPPORTED = "illustrative", "supported", "well supported"
SCORES_FILE = "history_scores.csv"
COVERED = (0.80, 0.97)

CLOSURE, EXEMPTION, REBOUND = "closure_2020", "exemption_2012", "rebound_2021"

RESEMBLES: dict[str, tuple[str | None, str]] = {
    "higher_exemption": (EXEMPTION, "exemptions rose in June 2012"),
    "firearms_task_force": (REBOUND, "the task force began in 2021, the year of a rebound"),
    "close_ports": (None, "traffic at the next ports after the closures of 2011 is not on record"),
    "arm_officers": (None, "seizures before and after arming, 2007-16, differ by definition"),
    "more_officers": (None, "no year in which officers at land ports grew by a known number"),
    "longer_sentences": (None, "the minimum of 2008 and the maximum of 2023 were not alone"),
    "broader_ibets": (None, "no seizures are attributed to the teams of 2002-07"),
    "stateside_pressure": (None, "stings were in cities of the United States, not at this border"),
    "nexus_expansion": (None, "waits by lane are on record for 2012-14 only"),
    "fast_expansion": (None, "shares by bridge are on record for 2009 only"),
    "windsor_25_percent": (None, "transit times before and after 2004-05 are not on record"),
}
"""Event that resembles a proposal, or None, and why. Proposals that are not here have none."""
NOTHING_LIKE_IT = "nothing like it has been tried at this border with its outcome on record"


class Stamp(NamedTuple):
    """How well the history supports a proposal.

    Attributes
    ----------
    level : str
        illustrative, supported or well supported.
    why : str
        In one clause.
    """

    level: str
    why: str

    @property
    def title(self) -> str:
        """The level in the language of the page."""
        return {
            ILLUSTRATIVE: pgettext("stamp", "illustrative"),
            SUPPORTED: pgettext("stamp", "supported"),
            WELL_SUPPORTED: pgettext("stamp", "well supported"),
        }[self.level]


def read_scores(path: Path = DATA_FOLDER / SCORES_FILE) -> dict[str, float]:
    """Read the scores of the history: by name, such as ``closure_2020.low90``."""
    try:
        table = pd.read_csv(path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    return dict(zip(table["name"], table["value"], strict=True))


def stamp(proposal: str, scores: dict[str, float] | None = None) -> Stamp:
    """Say how well the history supports what is said of a proposal.

    Parameters
    ----------
    proposal : str
        Name of a scenario, or of several joined by "+": the weakest decides.
    scores : dict of float, optional
        Those of `read_scores` if none are given.

    Raises
    ------
    InputError
        If there is no such scenario.
    """
    parts = proposal.split("+")
    if len(parts) > 1:
        levels = (ILLUSTRATIVE, SUPPORTED, WELL_SUPPORTED)
        return min((stamp(part, scores) for part in parts), key=lambda s: levels.index(s.level))
    known = names()
    if proposal not in known:
        raise InputError.unknown("scenario", proposal, known, "stamp")
    event, why = RESEMBLES.get(proposal, (None, NOTHING_LIKE_IT))
    if event is None:
        return Stamp(ILLUSTRATIVE, why)
    found = read_scores() if scores is None else scores
    try:
        record, middle, coverage, skill, *edges = (
            found[name]
            for name in (
                f"{event}.record", f"{event}.middle", "predicted.coverage90", "predicted.skill",
                f"{event}.low50", f"{event}.high50", f"{event}.low90", f"{event}.high90",
            )
        )  # fmt: skip
    except KeyError as missing:
        return Stamp(ILLUSTRATIVE, f"{why}; {missing.args[0]} has not been scored")
    low50, high50, low90, high90 = edges
    sign = same_sign(record, middle)
    covered = COVERED[0] <= coverage <= COVERED[1]
    if sign and covered and skill > 0.0 and low50 <= record <= high50:
        return Stamp(WELL_SUPPORTED, f"{why}; the change was predicted within the 50 % interval")
    if sign and covered and low90 <= record <= high90 and not low90 <= 0.0 <= high90:
        return Stamp(SUPPORTED, f"{why}; the change was predicted within the 90 % interval")
    failed = next(
        text
        for text, fails in (
            ("the predicted change has the wrong sign", not sign),
            (f"90 % intervals cover {100 * coverage:.0f} % of the predicted half", not covered),
            ("its change lies outside the 90 % interval", not low90 <= record <= high90),
            ("the 90 % interval does not exclude no change", True),
        )
        if fails
    )
    return Stamp(ILLUSTRATIVE, f"{why}, but {failed}")
