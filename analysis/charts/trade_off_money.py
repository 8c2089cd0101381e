"""What it costs in public money to keep firearms from the market."""

import plotly.graph_objects as go

from analysis.charts.trade_off import Point, Price, plane, proposals_compared
from analysis.compare import BASELINE, headline_values
from analysis.estimates import estimate
from analysis.language import tell
from sim.results import Study


def trade_off_money(study: Study) -> go.Figure:
    """Firearms kept from the market against public money.

    Public money is the programme, officers' pay and duty not collected. The cost of a programme
    is an entry of its file, not a result; pay and duty are results.
    """
    table = headline_values(study)
    paid = table["programme_cost_cad"] - table["duty_collected_cad"]
    if "officer_pay_cad" in table.columns:
        paid += table["officer_pay_cad"]
    points = []
    for guns in proposals_compared(study):
        more = (paid.loc[guns.scenario] - paid.loc[BASELINE]).dropna()
        cost = estimate(more)
        points.append(Point(guns.scenario, guns, cost, cost.mean > 0 and not cost.low < 0))
    return plane(study, points, Price(tell("more public money"), "CAD", _free))


def _free(**values: int) -> str:
    return tell(
        "Proposals that measurably reduce the firearms that reach the market: {more} of {count}; "
        "without more public money (programme, officers’ pay, duty that is not collected): {free}.",
        **values,
    )
