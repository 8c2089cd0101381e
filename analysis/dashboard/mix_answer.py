"""What a live run has come to so far: the paired difference, which tightens as it runs."""

import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.charts.style import BLUE, zero_line
from analysis.compare import HEADLINE, Comparison, compare
from analysis.dashboard.figures import captioned, graph, nothing, styled, table
from analysis.dashboard.frame import Children
from analysis.dashboard.mix import MIX
from analysis.estimates import LEVEL, t_quantile
from analysis.language import gettext, metric_title
from analysis.values import BASELINE, metric_of, values
from analysis.wording import period, unit_of
from sim.execute.live import Planned, summary_of
from sim.results.reading import Study
from sim.results.tables import DamagedError
from sim.scenario.point import Label

MOST_KEPT = 20_000
"""Replications whose summaries are kept in memory."""


@dataclass(slots=True)
class Arrivals:
    """Summaries of replications, read once each."""

    _kept: dict[tuple[str, str, Label, int], pd.DataFrame] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def study(self, plan: Planned, manifest: dict[str, Any]) -> Study:
        """What has arrived of a run, as a study that can be compared.

        Parameters
        ----------
        plan : Planned
        manifest : dict
            What is known of it besides, as in the manifest of a study.

        Raises
        ------
        InputError
            If one of the replications broke a law that always holds.
        """
        frames, keys = [], dict(plan.keys)
        for label, number, stored in plan.arrived():
            key = (plan.code, keys[label], label, number)
            try:
                frame = self._kept.get(key)
                if frame is None:
                    frame = summary_of(stored, label, number)
                    frame = frame[(frame["port_group"] == "all") & (frame["class"] == "all")]
                    with self._lock:
                        if len(self._kept) >= MOST_KEPT:
                            self._kept.clear()
                        self._kept[key] = frame
            except (DamagedError, OSError):
                continue
            frames.append(frame)
        summary = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        return Study(plan.folder, manifest, {}, summary)


def pairs(study: Study, metric: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Paired differences of a metric, mix minus baseline, in order of replication."""
    if study.summary.empty:
        return np.array([])
    wide = values(study)
    if metric not in wide.columns:
        return np.array([])
    column = wide[metric].dropna()
    names = set(column.index.get_level_values("scenario"))
    if not {MIX, BASELINE} <= names:
        return np.array([])
    falls = (column.loc[MIX] - column.loc[BASELINE]).dropna().sort_index()
    return np.asarray(falls, np.float64)


def shown(study: Study, metric: str) -> Children:
    """Table of all headline measures, and the chart of one as it settles."""
    falls = pairs(study, metric)
    if not len(falls):
        return [nothing(gettext("no-pair-of-replications-has"))]
    rows, bold = [], set()
    compared = compare(study, HEADLINE)
    for k, row in enumerate(compared):
        described = metric_of(row.metric)
        unit = f" [{unit_of(described.unit)}{period(described.unit, study.days)}]"
        rows.append(
            [
                metric_title(row.metric) + ("" if described.unit == "share" else unit),
                gettext("identical") if row.difference.identical else row.amount,
                str(row.difference.count),
            ]
        )
        if row.distinguishable:
            bold.add(k)
    one_pair = len(falls) < 2
    return [
        table(
            gettext("this-mix-against-the-baseline"),
            [
                gettext("measure"),
                gettext("difference-one-pair-no-interval")
                if one_pair
                else gettext("difference-95-interval"),
                gettext("pairs"),
            ],
            rows,
            bold,
        ),
        captioned(
            graph("mix-figure", settling(falls, metric, study.days)),
            _finding(next(row for row in compared if row.metric == metric)),
            gettext("running-mean-of-the-paired"),
        ),
    ]


def _finding(row: Comparison) -> str:
    """What the chart shows: the difference so far, and whether it can be told from none."""
    count, quantity = row.difference.count, metric_title(row.metric)
    # Of other metrics, the words for a clear difference say the quantity again.
    verdict = row.amount if row.distinguishable and row.effect is None else row.verdict
    if count == 1:
        return gettext("after-one-pair", quantity=quantity, verdict=verdict)
    return gettext(
        "after-pairs",
        count=count,
        quantity=quantity,
        verdict=verdict,
    )


def settling(
    falls: np.ndarray[Any, np.dtype[np.float64]], metric: str, days: float | None
) -> go.Figure:
    """Draw the running mean of paired differences with its interval."""
    count = np.arange(1, len(falls) + 1)
    mean = np.cumsum(falls) / count
    figure = go.Figure()
    if len(falls) > 1:
        spread = np.array([falls[:n].std(ddof=1) for n in count[1:]])
        reach = t_quantile((1 + LEVEL) / 2, count[1:] - 1) * spread / np.sqrt(count[1:])
        figure.add_scatter(
            x=[*count[1:], *count[1:][::-1]],
            y=[*(mean[1:] + reach), *(mean[1:] - reach)[::-1]],
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
        line={"color": BLUE, "width": 2},
        name=gettext("running-mean-word"),
        hovertemplate="%{x}: %{y:+.3g}<extra></extra>",
    )
    zero_line(figure, across=True)
    described = metric_of(metric)
    unit = f"{unit_of(described.unit)}{period(described.unit, days)}"
    figure.update_xaxes(
        title_text=gettext("pairs-of-replications"), rangemode="tozero",
        dtick=1 if len(falls) <= 10 else None,
    )  # fmt: skip
    figure.update_yaxes(title_text=f"{gettext('difference-word')}<br>[{unit}]")
    figure.update_layout(showlegend=len(falls) > 1)
    if len(falls) > 3:
        late = mean[2:], reach[1:]
        top = float(np.max([(late[0] + late[1]).max(), 0.0, falls.mean()]))
        low = float(np.min([(late[0] - late[1]).min(), 0.0, falls.mean()]))
        room = 0.08 * (top - low) or 1.0
        figure.update_yaxes(range=[low - room, top + room])
    return styled(figure, 340)
