"""The record of traces, and what the baseline has for it."""

from collections.abc import Iterator

import pandas as pd

from analysis.validate_target import Target, metric, yearly
from sim.results import Study

# Trace requests of 2004 by submitting province (C138-C142), first sales by state (C133-C137).
BY_PROVINCE = {"ON": 521, "BC": 179, "QC": 142, "AB": 133, "MB": 68}
BY_STATE = {"WA": 70, "TX": 60, "OH": 59, "FL": 55, "IN": 36}


def intelligence_targets(study: Study) -> Iterator[Target]:
    """Traces of a year, where a study has those of handguns."""
    baseline = study.summary[study.summary["metric"].isin(["traces_requested", "traces_succeeded"])]
    if not {*BY_PROVINCE, *BY_STATE} <= set(baseline["class"]):
        return
    yield Target(
        "trace requests, a year", "traces", 1000, 1330, 1135, "C131, C144",
        "fitted", lambda s: yearly(s, "traces_requested"),
    )  # fmt: skip
    yield Target(
        "traces that find a sale in the United States", "share", 0.6, 0.75, 0.69, "C132, C149",
        "input", lambda s: metric(s, "traces_succeeded") / metric(s, "traces_requested"),
    )  # fmt: skip
    yield Target(
        "largest gap between a province's share of traces and the record", "share",
        0.0, 0.1, 0.0, "C138-C142",
        "input", lambda s: _gap(s, "traces_requested", BY_PROVINCE),
    )  # fmt: skip
    yield Target(
        "largest gap between a state's share of traces and the record", "share",
        0.0, 0.1, 0.0, "C133-C137",
        "input", lambda s: _gap(s, "traces_succeeded", BY_STATE),
    )  # fmt: skip


def _gap(study: Study, name: str, record: dict[str, int]) -> pd.Series:
    """Largest difference of a share, among the places of the record, by replication."""
    counts = pd.DataFrame({place: metric(study, name, place) for place in record})
    shares = counts.div(counts.sum(axis=1), axis=0)
    wanted = pd.Series(record) / sum(record.values())
    return shares.sub(wanted, axis=1).abs().max(axis=1)
