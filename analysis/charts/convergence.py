"""How the estimate of an effect settles as replications are added."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.charts.style import BLUE, LEGEND, Chart, canvas, finish, safe, zero_line
from analysis.estimates import LEVEL, t_quantile
from analysis.headline import leading
from analysis.language import gettext, title_of
from analysis.values import BASELINE, headline_values, metric_of
from analysis.wording import period, shown, unit_in_data, unit_of
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME

EARLY = 3
"""Fewest replications whose interval says something."""


def convergence(study: Study, scenario: str | None = None, metric: str = PRIMARY_OUTCOME) -> Chart:
    """Running mean of a paired difference with its 95 % interval.

    Parameters
    ----------
    study : Study
    scenario : str, optional
        The one that keeps most out by default.
    metric : str
        Name of the metric.
    """
    scenario = scenario or leading(study)
    table = headline_values(study)[metric]
    pairs = (table.loc[scenario] - table.loc[BASELINE]).dropna().to_numpy(float)
    count = np.arange(1, len(pairs) + 1)
    mean = np.cumsum(pairs) / count
    reach = np.array([_reach(pairs[:n]) for n in count])
    unit = metric_of(metric).unit
    worlds = len(study.worlds) > 1
    figure = canvas()
    _draw(figure, mean, reach, title_of(study, scenario))
    zero_line(figure, across=True)
    figure.update_layout(legend={**LEGEND, "traceorder": "reversed"}, showlegend=True)
    figure.update_xaxes(
        title_text=gettext("worlds-drawn") if worlds else gettext("replications"),
        range=[0.5, len(pairs) + 0.5],
        tickformat="d",
        nticks=min(len(pairs) + 1, 10),
    )
    span = period(unit, study.days)
    head = f"{gettext('difference-to-the-baseline')}<br>[{unit_of(unit)}{span}]"
    figure.update_yaxes(title_text=head, range=_ends(mean, reach))
    return finish(
        figure,
        finding=_finding(mean, reach, unit, span, title_of(study, scenario)),
        note=gettext(
            "mean-of-the-paired-differences"
        ),
        height=300,
        table=pd.DataFrame(
            {"pairs": count, f"running mean [{unit_in_data(unit)}]": mean, "low": mean - reach,
             "high": mean + reach}
        ),
    )  # fmt: skip


def _draw(figure: go.Figure, mean: np.ndarray, reach: np.ndarray, title: str) -> None:
    """Draw the running mean, and the band of its interval from the second value on."""
    count = np.arange(1, len(mean) + 1)
    some = count[1:]
    figure.add_scatter(
        x=[*some, *some[::-1]],
        y=[*(mean + reach)[1:], *(mean - reach)[1:][::-1]],
        mode="lines",
        fill="toself",
        fillcolor="rgba(0, 114, 178, 0.22)",
        line={"color": BLUE, "width": 0.5},
        name=gettext("interval-95"),
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=count,
        y=mean,
        mode="lines+markers",
        name=gettext("running-mean", title=safe(title)),
        line={"color": BLUE, "width": 2},
        marker={"size": 5},
        hovertemplate="%{x}: %{y:+.2f}<extra></extra>",
    )


def _reach(pairs: np.ndarray) -> float:
    """Half the width of the interval; NaN for one value."""
    if len(pairs) < 2:
        return float("nan")
    factor = float(t_quantile((1 + LEVEL) / 2, len(pairs) - 1))
    return factor * float(np.std(pairs, ddof=1)) / float(np.sqrt(len(pairs)))


def _ends(mean: np.ndarray, reach: np.ndarray) -> list[float]:
    """Ends of the axis: from the third value on, since the interval of two has no bounds."""
    late = slice(EARLY - 1, None) if len(mean) >= EARLY else slice(None)
    far = np.nan_to_num(reach[late])
    ends = [0.0, *(mean[late] - far), *(mean[late] + far), *mean]
    room = 0.08 * (max(ends) - min(ends)) or 1.0
    return [float(min(ends) - room), float(max(ends) + room)]


def _finding(mean: np.ndarray, reach: np.ndarray, unit: str, span: str, title: str) -> str:
    if len(mean) < 2:
        return gettext("one-replication-so-nothing-can")
    last = shown(mean[-1], mean[-1] - reach[-1], mean[-1] + reach[-1], unit=unit, signed=True)
    if len(mean) <= EARLY:
        return gettext(
            "only-pairs-so-far",
            count=len(mean), amount=f"{last}{span}", title=title,
        )  # fmt: skip
    return gettext(
        "after-pairs-the-effect-is",
        count=len(mean),
        amount=f"{last}{span}",
        title=title,
        early=EARLY,
        ratio=shown(float(reach[EARLY - 1] / reach[-1]), unit="").value if reach[-1] > 0 else "1",
    )
