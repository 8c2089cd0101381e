"""What the record cannot tell apart: the flow of firearms and the share of it that is taken."""

import csv
import io

import numpy as np

from analysis.language import tell
from analysis.wording import number
from sim.data.tables import DATA_FOLDER, read_text
from sim.parameters import catalogue
from sim.results import Study

WORLDS = "plausible_worlds.csv"
FLOW = "smuggling.firearms_per_year"
HANDGUNS = "handgun"


def plausible_flow() -> tuple[float, float, int]:
    """Flows that agree with the record, firearms a year: 5 %, 95 %, and of how many worlds."""
    rows = list(csv.DictReader(io.StringIO(read_text(DATA_FOLDER / WORLDS), newline="")))
    low, high = np.quantile([float(row[FLOW]) for row in rows], [0.05, 0.95])
    return float(low), float(high), len(rows)


def value_of(study: Study, name: str) -> object:
    """Value of a parameter in a study's baseline."""
    room, field = name.split(".")
    configuration = study.manifest.get("configuration") or {}
    return (configuration.get(room) or {}).get(field, catalogue()[name].default)


def what_is_not_known() -> str:
    """Say what the record leaves open, from the worlds that agree with all of it."""
    low, high, worlds = plausible_flow()
    return (
        "The flow of firearms and the share of it that is taken are known only as their product. "
        f"Worlds that agree with every number of the fit have {low:,.0f} to {high:,.0f} firearms a "
        f"year (middle 90 % of {worlds}; the baseline {catalogue()[FLOW].default:,.0f}): "
        "design=plausible carries that range into every result, and the baseline lies within it."
    )


def what_the_study_carries(study: Study) -> str:
    """Say of a study whether it carries that range; nothing where it is not of handguns."""
    if value_of(study, "smuggling.network") != HANDGUNS:
        return ""
    low, high, _ = plausible_flow()
    known = tell(
        "The record gives the flow of firearms and the share of it that is taken only as their "
        "product: flows of {low} to {high} firearms a year agree with it.",
        low=number(low, 0),
        high=number(high, 0),
    )
    if FLOW in set(study.design["parameter"]):
        return f"{known} {tell('The worlds of this study carry a range of flows.')}"
    flow = number(float(str(value_of(study, FLOW))), 0)
    return (
        known
        + " "
        + tell(
            "This study holds one of them, {flow}: figures are for that flow, and design=plausible "
            "carries the range.",
            flow=flow,
        )
    )
