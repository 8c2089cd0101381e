"""A heat map of two parameters: where an outcome is high, and where it is low."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.charts.style import Chart, axis_unit, canvas, finish, safe, wrapped
from analysis.language import gettext, parameter_text
from analysis.sensitivity import described, two_way
from analysis.uncertainty_text import Outcome
from analysis.values import metric_of
from analysis.wording import period, plain, unit_of
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

SCALE = "Cividis"
"""Even in brightness, so that it reads in grey and to the colour-blind."""

WIDTH = 60


def heat_map(
    study: Study,
    x: str | None = None,
    y: str | None = None,
    metric: str = PRIMARY_OUTCOME,
    scenario: str | None = None,
    adversary: str | None = None,
) -> Chart:
    """Mean outcome over a grid of two parameters.

    Parameters
    ----------
    study : Study
        With worlds or another design.
    x, y : str, optional
        Parameters; those of the largest swings by default.
    metric, scenario, adversary : str, optional
        Which outcome (`analysis.sensitivity.two_way`).
    """
    outcome = Outcome(study, metric, scenario, adversary)
    cells = two_way(study, x, y, metric, scenario, adversary)
    wide = cells.pivot(index="y_value", columns="x_value", values="value")
    factor, label = axis_unit(metric_of(metric).unit, float(cells["value"].abs().max()))
    values = wide.to_numpy(dtype=float)
    labels = np.array(outcome.amounts(values.ravel().tolist())).reshape(values.shape)
    figure = canvas(
        go.Heatmap(
            x=[plain(value) for value in wide.columns],
            y=[plain(value) for value in wide.index],
            z=values * factor,
            text=np.where(np.isnan(values), "", labels),
            texttemplate="%{text}",
            colorscale=SCALE,
            colorbar={"title": {"text": f"[{label}{period(metric_of(metric).unit, study.days)}]"}},
            hovertemplate=gettext("across-upwards") + "<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    names = [str(cells[axis].iloc[0]) for axis in ("x", "y")]
    titles = [parameter_text(name, described(name)["about"] or name)[0] for name in names]
    figure.update_xaxes(title_text=_title(titles[0], names[0]), type="category")
    figure.update_yaxes(title_text=_title(titles[1], names[1]), type="category")
    return finish(
        figure,
        finding=_finding(outcome, cells, titles),
        note=gettext("mean-over-the-points-of", points=int(cells["points"].sum())),
        height=440,
        table=cells,
    )


def _finding(outcome: Outcome, cells: pd.DataFrame, titles: list[str]) -> str:
    """The least and the greatest outcome, and where it is greatest."""
    highest = cells.loc[cells["value"].idxmax()]
    lowest = cells.loc[cells["value"].idxmin()]
    ends = outcome.amounts([lowest["value"], highest["value"]])
    what = outcome.quantity
    return gettext(
        "from-to-over-these-two",
        quantity=f"{what[0].upper()}{what[1:]}",
        low=ends[0],
        high=ends[1],
        across=titles[0],
        upwards=titles[1],
        x=plain(highest["x_value"]),
        y=plain(highest["y_value"]),
    )


def _title(title: str, name: str) -> str:
    unit = unit_of(described(name)["unit"])
    return wrapped(title, WIDTH) + (f" [{safe(unit)}]" if unit else "")
