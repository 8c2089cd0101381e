"""A heat map of two parameters: where an outcome is high, and where it is low."""

import numpy as np
import plotly.graph_objects as go

from analysis.charts.look import axis_unit, finish, safe, wrapped
from analysis.compare import STOPPED, metric_of
from analysis.sensitivity import described
from analysis.two_way import two_way
from analysis.uncertainty_text import amounts, of_levels, outcome_scenario
from analysis.wording import period
from sim.results import Study

SCALE = "Cividis"
"""Even in brightness, so that it reads in grey and to the colour-blind."""

WIDTH = 60


def heat_map(
    study: Study,
    x: str | None = None,
    y: str | None = None,
    metric: str = STOPPED,
    scenario: str | None = None,
    adversary: str | None = None,
) -> go.Figure:
    """Mean outcome over a grid of two parameters.

    Parameters
    ----------
    study : Study
        With worlds or another design.
    x, y : str, optional
        Parameters; those of the largest swings by default.
    metric, scenario, adversary : str, optional
        Which outcome (`analysis.two_way.two_way`).
    """
    cells = two_way(study, x, y, metric, scenario, adversary)
    wide = cells.pivot(index="y_value", columns="x_value", values="value")
    factor, label = axis_unit(metric_of(metric).unit, float(cells["value"].abs().max()))
    values = wide.to_numpy(dtype=float)
    said = np.array(amounts(study, metric, scenario, values.ravel().tolist())).reshape(values.shape)
    figure = go.Figure(
        go.Heatmap(
            x=[f"{value:.4g}" for value in wide.columns],
            y=[f"{value:.4g}" for value in wide.index],
            z=values * factor,
            text=np.where(np.isnan(values), "", said),
            texttemplate="%{text}",
            colorscale=SCALE,
            colorbar={"title": {"text": f"[{label}{period(metric_of(metric).unit, study.days)}]"}},
            hovertemplate="%{x} across, %{y} upwards: %{text}<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    names = [str(cells[axis].iloc[0]) for axis in ("x", "y")]
    titles = [_title(name) for name in names]
    figure.update_xaxes(title_text=titles[0], type="category")
    figure.update_yaxes(title_text=titles[1], type="category")
    highest = cells.loc[cells["value"].idxmax()]
    lowest = cells.loc[cells["value"].idxmin()]
    ends = amounts(study, metric, scenario, [lowest["value"], highest["value"]])
    of = outcome_scenario(study, metric, scenario)
    whose = (
        "" if of_levels(study, metric, scenario) else f" ({study.title(of)}, against the baseline)"
    )
    what = metric_of(metric).title
    return finish(
        figure,
        finding=f"{what[0].upper()}{what[1:]}{whose}: from {ends[0]} to {ends[1]} over these two, "
        f"highest where {_field(names[0])} is near {highest['x_value']:.3g} and "
        f"{_field(names[1])} near {highest['y_value']:.3g}.",
        note=f"Mean over the {int(cells['points'].sum())} points of the design in each cell; what "
        "else the design varies is averaged over. Values name the middle of a slice where there "
        "are many.",
        height=440,
        table=cells,
    )


def _field(name: str) -> str:
    return name.partition(".")[2].replace("_", " ")


def _title(name: str) -> str:
    about = described(name)
    unit = f" [{safe(about['unit'])}]" if about["unit"] else ""
    return wrapped(about["about"] or name, WIDTH) + unit
