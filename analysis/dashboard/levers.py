"""The levers of proposals: what a planner can drag, read from scenario files and parameters."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.language import gettext, has_text, parameter_text, pgettext
from analysis.wording import NO_BREAK, plain, unit_of
from sim.errors import InputError
from sim.parameters import catalogue
from sim.scenario import reading as scenario_files
from sim.scenario.intervention import BASELINE, PORT, Intervention, Scenario

MOST_TOLD = 4
"""Levers of a mix that a list of runs names."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One number of a proposal.

    Attributes
    ----------
    name : str
        Proposal and number of its intervention: ``more_officers.0``.
    label, unit : str
    value : float
        What the proposal says.
    low, high, step : float
        Ends of the slider, and how finely it moves.
    bounds : tuple of float
        What the parameter can be.
    whole : bool
        Whether only whole numbers can be.
    times : float
        What the number is multiplied with where it is shown: 100 for per cent.
    """

    name: str
    label: str
    unit: str
    value: float
    low: float
    high: float
    step: float
    bounds: tuple[float, float]
    whole: bool
    times: float = 1.0


def offered(folder: Path = scenario_files.FOLDER) -> dict[str, Scenario]:
    """Proposals that can be chosen: every readable file of the folder but the baseline."""
    proposals = {}
    for name in scenario_files.names(folder):
        if name != BASELINE.name:
            try:
                proposals[name] = scenario_files.read(name, folder)
            except InputError:
                continue
    return proposals


def levers(name: str, proposal: Scenario) -> list[Lever]:
    """Levers of a proposal, one for each number that it changes."""
    result = []
    for k, intervention in enumerate(proposal.interventions):
        if intervention.parameter == PORT or not isinstance(intervention.value, (int, float)):
            continue
        if isinstance(intervention.value, bool):
            continue
        result.append(_lever(f"{name}.{k}", intervention, float(intervention.value)))
    return result


def _lever(name: str, intervention: Intervention, value: float) -> Lever:
    field = catalogue()[intervention.parameter]
    metadata, default = field.metadata, float(str(field.default))
    words, _ = parameter_text(intervention.parameter, metadata["about"])
    ends = [end for end in (metadata["low"], metadata["high"]) if end is not None]
    bounds = metadata["bounds"] or (-math.inf, math.inf)
    if intervention.operation == "scale":
        ends = [end / default for end in ends] if default else []
        ends, unit, still = [*ends, 2 * value], gettext("times-the-baseline"), 1.0
        bounds = tuple(bound / default for bound in bounds) if default > 0 else (0.0, math.inf)
    elif intervention.operation == "add":
        ends, unit, still = [end - default for end in ends], metadata["unit"], 0.0
        bounds = tuple(bound - default for bound in bounds)
        words = gettext("added", parameter=words)
    else:
        unit, still = metadata["unit"], default
    low = max(min(*ends, value, still), bounds[0])
    high = min(max(*ends, value, still), bounds[1])
    whole = isinstance(field.default, int) and intervention.operation != "scale"
    step = max(_round_step(high - low), 1.0) if whole else _round_step(high - low)
    low, high = _on_steps(low, high, step, bounds)
    plain = f"{intervention.operation} {intervention.parameter}"
    if has_text("lever", plain):
        words = pgettext("lever", plain)
    per_cent = unit in ("ratio", "share")
    return Lever(
        name, words, "%" if per_cent else _unit(unit), value, low, high, step, bounds, whole,
        100.0 if per_cent else 1.0,
    )  # fmt: skip


def _unit(unit: str) -> str:
    names = {
        "weeks": gettext("weeks"),
        "months": gettext("months"),
        "officers/year": gettext("officers-year"),
    }
    return names.get(unit, unit_of(unit))


def _on_steps(
    low: float, high: float, step: float, bounds: tuple[float, float]
) -> tuple[float, float]:
    """Ends of a slider on whole steps, as far as the bounds allow."""
    down, up = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return _tidy(max(down, bounds[0])), _tidy(min(up, bounds[1]))


def _tidy(value: float) -> float:
    return float(f"{value:.10g}")


def _round_step(span: float) -> float:
    """A step of about a hundredth of a span: 1, 2 or 5 times a power of ten."""
    if span <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / 100))
    ratio = span / 100 / power
    return float(f"{power * (1 if ratio < 1.5 else 2 if ratio < 3.5 else 5):.3g}")


def moved(name: str, proposal: Scenario, places: dict[str, float]) -> Scenario:
    """A proposal with its levers where they were put.

    Parameters
    ----------
    name : str
    proposal : Scenario
    places : dict
        Value by name of a lever; the others stay.
    """
    by_name = {lever.name: lever for lever in levers(name, proposal)}
    changed = list(proposal.interventions)
    for k, intervention in enumerate(proposal.interventions):
        lever = by_name.get(f"{name}.{k}")
        place = places.get(f"{name}.{k}")
        if lever is not None and place is not None and place != lever.value:
            _check(lever, place)
            changed[k] = replace(intervention, value=int(place) if lever.whole else place)
    return replace(proposal, interventions=tuple(changed))


def _check(lever: Lever, place: float) -> None:
    """Refuse a place that cannot be, in the words and the unit of the control."""
    (low, high), unit = lever.bounds, f"{NO_BREAK}{lever.unit}"
    at = plain(place * lever.times)
    if place < low:
        bound = plain(low * lever.times) + unit
        raise InputError(gettext("lever-below", lever=lever.label, value=at + unit, bound=bound))
    if place > high:
        bound = plain(high * lever.times) + unit
        raise InputError(gettext("lever-above", lever=lever.label, value=at + unit, bound=bound))
    if lever.whole and place % 1:
        raise InputError(gettext("lever-not-whole", lever=lever.label, value=at))


def places_of(scenario: Scenario) -> str:
    """Where the levers of a mix stand, in words: "Extra officers 10 %; ..."."""
    told = [
        f"{one.label} {plain(one.value * one.times)}{NO_BREAK}{one.unit}".strip()
        for one in levers(scenario.name, scenario)
    ]
    more = f"; +{len(told) - MOST_TOLD}" if len(told) > MOST_TOLD else ""
    return "; ".join(told[:MOST_TOLD]) + more


def title_of_proposal(name: str, proposal: Scenario) -> str:
    """Name of a proposal for people, in the language set."""
    title = pgettext("scenario", name) if has_text("scenario", name) else proposal.title or name
    return f"{title} ({gettext('bound-word')})" if proposal.bound else title
