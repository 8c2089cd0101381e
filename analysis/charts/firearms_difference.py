"""How many more trafficked firearms every proposal stops."""

from typing import Any

import plotly.graph_objects as go

from analysis.charts.forest import forest
from analysis.compare import STOPPED
from analysis.language import tell
from sim.results import Study


def firearms_difference(study: Study) -> go.Figure:
    """Trafficked firearms kept from the market, against the baseline."""
    return forest(study, STOPPED, _found, _nothing)


def _found(**values: Any) -> str:
    return tell(
        "Trafficked firearms kept from the market: more under {up} of {count} proposals, "
        "fewer under {down}; the largest change is {amount} ({title}).",
        **values,
    )


def _nothing(**values: Any) -> str:
    return tell(
        "Trafficked firearms kept from the market: no change beyond chance under any of "
        "{count} proposals.",
        **values,
    )
