"""How much longer or shorter every proposal makes the wait."""

from typing import Any

import plotly.graph_objects as go

from analysis.charts.forest import forest
from analysis.language import tell
from sim.results import Study


def wait_difference(study: Study) -> go.Figure:
    """Mean wait over all ports and lanes, against the baseline."""
    return forest(study, "mean_wait_min", _found, _nothing)


def _found(**values: Any) -> str:
    return tell(
        "Mean wait: longer under {up} of {count} proposals, shorter under {down}; the largest "
        "change is {amount} ({title}).",
        **values,
    )


def _nothing(**values: Any) -> str:
    return tell("Mean wait: no change beyond chance under any of {count} proposals.", **values)
