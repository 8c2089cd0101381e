"""The record of seizures by kind and of prices, and what the baseline has for it."""

import csv
import io
from collections.abc import Iterator

import numpy as np

from analysis.validate_target import Target, metric
from sim.data.tables import DATA_FOLDER, read_text
from sim.parameters import catalogue
from sim.results import Study

WORLDS = "plausible_worlds.csv"
FLOW = "smuggling.firearms_per_year"


def _value(study: Study, name: str) -> float:
    """Value of a parameter in a study's baseline."""
    room, field = name.split(".")
    configuration = study.manifest.get("configuration") or {}
    return float((configuration.get(room) or {}).get(field, catalogue()[name].default))


def market_targets() -> Iterator[Target]:
    """What is seized by kind and place of seizure, and prices."""
    yield Target(
        "handguns among firearms seized at ports", "share", 0.6, 0.82, 0.75, "C096-C102",
        "fitted",
        lambda s: metric(s, "expected_handguns_seized")
        / (metric(s, "expected_firearms_seized_ports")
           + metric(s, "expected_traveller_firearms_seized")),
    )  # fmt: skip
    yield Target(
        "seized at highway points, of highway, post and air", "share", 0.9, 0.97, 0.94, "C103",
        "fitted",
        lambda s: 1.0
        / (1.0 + metric(s, "expected_firearms_seized_post_air")
           / (metric(s, "expected_firearms_seized_ports")
              + metric(s, "expected_traveller_firearms_seized"))),
    )  # fmt: skip
    yield Target(
        "street price over the cost of a firearm in the United States", "ratio", 4.0, 10.0, 5.0,
        "C048-C052", "input",
        lambda s: metric(s, "street_price_cad") / _value(s, "smuggling.acquisition_cad"),
    )  # fmt: skip
    yield Target(
        "street price over the one at which markets begin", "ratio", 0.9, 1.1, 1.0, "assumed",
        "fitted", lambda s: metric(s, "street_price_cad") / _value(s, "smuggling.price_cad"),
    )  # fmt: skip


def what_is_not_known() -> str:
    """Say what the record leaves open, from the worlds that agree with all of it."""
    rows = list(csv.DictReader(io.StringIO(read_text(DATA_FOLDER / WORLDS), newline="")))
    low, high = np.quantile([float(row[FLOW]) for row in rows], [0.05, 0.95])
    return (
        "The flow of firearms and the share of it that is taken are known only as their product. "
        f"Worlds that agree with every number of the fit have {low:,.0f} to {high:,.0f} firearms a "
        f"year (middle 90 % of {len(rows)}; the baseline {catalogue()[FLOW].default:,.0f}): "
        "design=plausible carries that range into every result, and the baseline lies within it."
    )
