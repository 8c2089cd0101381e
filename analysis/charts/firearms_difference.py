"""By how many fewer firearms reach the market under every proposal."""

from typing import Any

import plotly.graph_objects as go

from analysis.charts.forest import forest
from analysis.language import tell
from sim.metrics import PRIMARY_OUTCOME
from sim.results import Study


def firearms_difference(study: Study) -> go.Figure:
    """Firearms that reach the market, against the baseline."""
    return forest(study, PRIMARY_OUTCOME, _found, _nothing)


def _found(**values: Any) -> str:
    return tell(
        "Firearms that reach the market: fewer under {down} of {count} proposals, more under "
        "{up}; the largest change is {amount} ({title}).",
        **values,
    )


def _nothing(**values: Any) -> str:
    return tell(
        "Firearms that reach the market: no change beyond chance under any of {count} proposals.",
        **values,
    )
