"""The record of seizures by kind and of prices, and what the baseline has for it."""

from collections.abc import Iterator

from analysis.ridge import value_of
from analysis.validate_target import Target, metric
from sim.results import Study


def _cad(study: Study, name: str) -> float:
    """An amount of money in a study's baseline."""
    return float(str(value_of(study, name)))


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
        lambda s: metric(s, "street_price_cad") / _cad(s, "smuggling.acquisition_cad"),
    )  # fmt: skip
    yield Target(
        "street price over the one at which markets begin", "ratio", 0.9, 1.1, 1.0, "assumed",
        "fitted", lambda s: metric(s, "street_price_cad") / _cad(s, "smuggling.price_cad"),
    )  # fmt: skip
