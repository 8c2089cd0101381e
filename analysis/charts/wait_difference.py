"""How much longer or shorter every proposal makes the wait."""

import plotly.graph_objects as go

from analysis.charts.forest import forest
from sim.results import Study


def wait_difference(study: Study) -> go.Figure:
    """Mean wait over all ports and lanes, against the baseline."""
    up, down = ("lengthens", "lengthen"), ("shortens", "shorten")
    return forest(study, "mean_wait_min", up, down, "the mean wait")
