"""The headline: which proposal a page tells in more detail, and whether it stands on guesses."""

from analysis.assumptions import Assumptions
from analysis.compare import HEADLINE, compare
from analysis.language import gettext, ngettext
from analysis.sensitivity import FEWEST_POINTS, shares_by_kind, tornado
from analysis.values import BASELINE, headline_adversary
from analysis.wording import number
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

MOST_OF_THE_BORDER, MOST_OF_A_YEAR = 100, 364
"""Fewest ports, and days, of which a study answers for the border, and for a year."""


def question(study: Study) -> str:
    """Ask what the study answers; of a part of the border or of the year, with what part."""
    year, ports = study.manifest.get("year", ""), len(study.manifest.get("ports") or ())
    days = study.days or 0
    if ports >= MOST_OF_THE_BORDER and days >= MOST_OF_A_YEAR:
        return gettext("front-question", year=year)
    part = ngettext("part-ports", ports), ngettext("part-days", int(days))
    return gettext("front-question-of-a-part", year=year, part=", ".join(part))


def leading(study: Study) -> str:
    """The proposal under which fewest firearms reach the market: by size, whatever the verdict."""
    proposals = [
        comparison
        for comparison in compare(study, HEADLINE, headline_adversary(study))
        if comparison.metric == PRIMARY_OUTCOME and comparison.difference.count > 0
    ]
    if not proposals:
        raise InputError(f"{study.folder}: nothing to compare with {BASELINE!r}")
    chosen = [
        comparison for comparison in proposals if comparison.scenario not in study.bounds
    ] or proposals
    return max(chosen, key=lambda comparison: comparison.fall.mean).scenario


MOST = 0.5
"""Share of guesses above which a headline is illustrative."""


def weakness(study: Study, assumed: Assumptions) -> list[str]:
    """Why the headline stands on guesses, and how to read it then; nothing where it does not.

    With enough worlds, by what makes the headline vary over them; else by how many of the
    parameters that matter are guesses.
    """
    reading = gettext("read-the-direction-and-the")
    shares = shares_by_kind(study, PRIMARY_OUTCOME, leading(study)) if varied(study) else None
    if shares is not None:
        guessed = shares.get("placeholder", 0.0)
        if guessed <= MOST:
            return []
        share = number(100 * guessed, 0)
        return [gettext("of-what-makes-this-headline", share=share), reading]
    if not assumed.illustrative:
        return []
    why = gettext(
        "of-the-parameters-that-decide-this",
        guesses=assumed.mattering["placeholder"],
        all=sum(assumed.mattering.values()),
    )
    return [why, reading]


def influences(study: Study) -> dict[str, float]:
    """Share of the headline's variance that goes with each parameter; empty without worlds."""
    if not varied(study):
        return {}
    table = tornado(study, PRIMARY_OUTCOME, leading(study))
    return dict(zip(table["parameter"], table["share"].astype(float), strict=True))


def varied(study: Study) -> bool:
    """Whether the study has enough worlds, and something to compare in them."""
    compared = [name for name in study.scenarios if name != BASELINE]
    return bool(compared) and len(study.worlds) > FEWEST_POINTS and not study.design.empty
