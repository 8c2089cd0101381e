"""Packages under a budget: what each costs, and how many firearms it keeps from the market."""

from collections.abc import Sequence

import pandas as pd

from analysis.answer.choices import Choices
from analysis.answer.mix import Best
from analysis.charts.style import BLUE, GREY, LEGEND, Chart, canvas, finish, safe
from analysis.language import gettext, title_of
from analysis.wording import rounded
from sim.results.reading import Study


def packages(study: Study, found: Choices, best: Sequence[Best], finding: str) -> Chart:
    """Draw all that was simulated, and the best for each budget, numbered as in the table.

    Parameters
    ----------
    study : Study
    found : Choices
    best : sequence of Best
        One a budget, the least first.
    finding : str
        The sentence above the chart.
    """
    kept, names = found.kept.mean(), [str(name) for name in found.kept]
    chosen = {one.name for one in best}
    rest = [name for name in names if name not in chosen]
    figure = canvas()
    figure.add_scatter(
        x=[float(found.cost[name]) for name in rest],
        y=[float(kept[name]) for name in rest],
        mode="markers",
        name=gettext("packages-others"),
        marker={"color": "white", "size": 7, "line": {"color": GREY, "width": 1}},
        text=[safe(title_of(study, name)) for name in rest],
        hovertemplate="%{text}<extra></extra>",
    )
    reach = [0.0 if one.kept.low != one.kept.low else one.kept.high - one.kept.mean for one in best]
    figure.add_scatter(
        x=[one.cost for one in best],
        y=[one.kept.mean for one in best],
        mode="lines+markers+text",
        line={"shape": "hv", "color": BLUE, "width": 2},
        name=gettext("packages-best"),
        error_y={"array": reach, "color": BLUE, "thickness": 2, "width": 4},
        marker={"color": BLUE, "size": 11},
        text=[f"<b>{k}</b>" for k, _ in enumerate(best, 1)],
        textposition="top left",
        textfont={"size": 14},
        customdata=[safe(title_of(study, one.name)) for one in best],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )
    figure.update_layout(legend=LEGEND)
    figure.update_xaxes(title_text=gettext("packages-cost-axis"), nticks=7)
    figure.update_yaxes(title_text=gettext("packages-kept-axis"), nticks=7)
    spread = found.kept.std() / len(found.kept) ** 0.5
    table = pd.DataFrame(
        {
            "package": names,
            "cost_million_cad_a_year": [float(found.cost[name]) for name in names],
            "firearms_fewer_a_year": [float(kept[name]) for name in names],
            "standard_error": [float(spread[name]) for name in names],
            "best_for_a_budget": [name in chosen for name in names],
        }
    )
    note = gettext("packages-note", count=len(names), level=rounded(found.baseline))
    return finish(figure, finding=finding, note=note, height=360, table=table)
