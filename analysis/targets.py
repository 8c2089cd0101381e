"""Numbers of the record, and how the baseline's counterpart of each is read from a study."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from analysis.fit.values import value_of
from analysis.language import gettext
from analysis.values import BASELINE, values
from sim.results.reading import Study

YEAR_DAYS = 365.0


@dataclass(frozen=True, slots=True)
class Target:
    """One number of the record.

    Attributes
    ----------
    title, unit : str
    low, high : float
        The range the record supports.
    central : float
        Its best single value.
    source : str
        Ids of the table of facts.
    standing : str
        *independent*: the model has not seen it; *fitted*: parameters were set so that it comes
        out; *input*: it went in; *guess*: a range without a public source.
    measure : callable
        The baseline's value by replication, a year.
    why_outside : str
        Why the baseline may lie outside, where that is known: shown when it does.
    """

    title: str
    unit: str
    low: float
    high: float
    central: float
    source: str
    standing: str
    measure: Callable[[Study], pd.Series]
    why_outside: str = ""


def metric(study: Study, name: str, traffic_class: str = "all") -> pd.Series:
    """A metric of the baseline by world and replication."""
    column = values(study, "all", traffic_class).loc[BASELINE, name]
    return column.groupby(level=["world", "replication"]).mean()


def yearly(study: Study, name: str, traffic_class: str = "all") -> pd.Series:
    """A total of the baseline, scaled to a year."""
    return metric(study, name, traffic_class) * (YEAR_DAYS / (study.days or YEAR_DAYS))


OFFICER_HOURS_PER_YEAR = 1500.0
"""Hours on shift of one officer a year (an assumption: `sim.parameters.Costs`)."""


def _pacific_share(study: Study) -> pd.Series:
    """By every attempt's own chance, as the fit reads it: one large load moves a count too far."""
    seized = ("expected_firearms_seized_ports", "expected_traveller_firearms_seized")
    return metric(study, "expected_firearms_seized_pacific") / sum(
        metric(study, name) for name in seized
    )


def _truck_wait(study: Study) -> pd.Series:
    return metric(study, "mean_wait_min", "truck")


def independent_targets() -> Iterator[Target]:
    """Targets of officers, and fitted ones that are read likewise."""
    yield Target(
        gettext("record-truck-wait"), "min", 3.0, 15.0, 8.1, "B018",
        "fitted", _truck_wait,
    )  # fmt: skip
    yield Target(
        gettext("record-officers"), "officers", 1000, 3600, 3600, "A040",
        "guess", lambda s: yearly(s, "officer_shift_h") / OFFICER_HOURS_PER_YEAR,
    )  # fmt: skip
    yield Target(
        gettext("record-pacific"), "share", 0.25, 0.4, 0.33, "C104-C108, C114",
        "fitted", _pacific_share,
    )  # fmt: skip


# Trace requests of 2004 by submitting province (C138-C142), first sales by state (C133-C137).
BY_PROVINCE = {"ON": 521, "BC": 179, "QC": 142, "AB": 133, "MB": 68}
BY_STATE = {"WA": 70, "TX": 60, "OH": 59, "FL": 55, "IN": 36}


def intelligence_targets(study: Study) -> Iterator[Target]:
    """Traces of a year, where a study has those of handguns."""
    baseline = study.summary[study.summary["metric"].isin(["traces_requested", "traces_succeeded"])]
    if not {*BY_PROVINCE, *BY_STATE} <= set(baseline["class"]):
        return
    yield Target(
        gettext("record-traces"), "traces", 1000, 1330, 1135, "C131, C144",
        "fitted", lambda s: yearly(s, "traces_requested"),
    )  # fmt: skip
    yield Target(
        gettext("record-traces-found"), "share", 0.6, 0.75, 0.69, "C132, C149",
        "input", lambda s: metric(s, "traces_succeeded") / metric(s, "traces_requested"),
    )  # fmt: skip
    yield Target(
        gettext("record-gap-province"), "share",
        0.0, 0.1, 0.0, "C138-C142",
        "input", lambda s: _gap(s, "traces_requested", BY_PROVINCE),
    )  # fmt: skip
    yield Target(
        gettext("record-gap-state"), "share",
        0.0, 0.1, 0.0, "C133-C137",
        "input", lambda s: _gap(s, "traces_succeeded", BY_STATE),
    )  # fmt: skip


def _gap(study: Study, name: str, record: dict[str, int]) -> pd.Series:
    """Largest difference of a share, among the places of the record, by replication."""
    counts = pd.DataFrame({place: metric(study, name, place) for place in record})
    shares = counts.div(counts.sum(axis=1), axis=0)
    wanted = pd.Series(record) / sum(record.values())
    return shares.sub(wanted, axis=1).abs().max(axis=1)


def _cad(study: Study, name: str) -> float:
    """An amount of money in a study's baseline."""
    return float(str(value_of(study, name)))


def market_targets() -> Iterator[Target]:
    """What is seized by kind and place of seizure, and prices."""
    yield Target(
        gettext("record-handguns"), "share", 0.6, 0.82, 0.75, "C096-C102",
        "fitted",
        lambda s: metric(s, "expected_handguns_seized")
        / (metric(s, "expected_firearms_seized_ports")
           + metric(s, "expected_traveller_firearms_seized")),
    )  # fmt: skip
    yield Target(
        gettext("record-highway-share"), "share", 0.9, 0.97, 0.94, "C103",
        "fitted",
        lambda s: 1.0
        / (1.0 + metric(s, "expected_firearms_seized_post_air")
           / (metric(s, "expected_firearms_seized_ports")
              + metric(s, "expected_traveller_firearms_seized"))),
    )  # fmt: skip
    yield Target(
        gettext("record-price"), "ratio", 2.0, 5.0, 3.5,
        "C162", "input",
        lambda s: metric(s, "street_price_cad") / _cad(s, "smuggling.acquisition_cad"),
    )  # fmt: skip
    yield Target(
        gettext("record-price-start"), "ratio", 0.9, 1.1, 1.0, "assumed",
        "fitted", lambda s: metric(s, "street_price_cad") / _cad(s, "smuggling.price_cad"),
    )  # fmt: skip
