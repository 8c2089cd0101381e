"""How many more trafficked firearms every proposal stops."""

import plotly.graph_objects as go

from analysis.charts.forest import forest
from analysis.compare import STOPPED
from sim.results import Study


def firearms_difference(study: Study) -> go.Figure:
    """Trafficked firearms stopped at and between ports, against the baseline."""
    up, down = ("stops more", "stop more"), ("stops fewer", "stop fewer")
    return forest(study, STOPPED, up, down, "trafficked firearms")
