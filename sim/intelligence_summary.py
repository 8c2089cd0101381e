"""The numbers of the summary table that tell how intelligence worked."""

from collections.abc import Iterator

import pandas as pd

from sim.model.booking import PORT, TRAFFICKING
from sim.model.border import Border
from sim.model.conditions import DAY_S


def traces_by_place(border: Border) -> Iterator[tuple[str, str, float]]:
    """Count traces: metric, market of the request or source of the first sale, value."""
    for metric, counts in zip(
        ("traces_requested", "traces_succeeded"),
        border.intelligence.traces_by_place(),
        strict=True,
    ):
        for place, count in counts.items():
            yield metric, place, float(count)


def intelligence_metrics(border: Border, attempts: pd.DataFrame) -> dict[str, float]:
    """Count what intelligence did in the run itself, without the warm-up."""
    of = border.intelligence
    end_s = border.point.days * DAY_S
    counted = of.counted()
    trace_s, message_s = counted.pop("trace_delay_s"), counted.pop("messages_delay_s")
    messages = counted.pop("messages_delivered")
    open_s = sum(
        max(min(case.ends_s, end_s) - max(case.opened_s, 0.0), 0.0)
        for case in of.investigations.cases
    )
    trips = attempts[(attempts["kind"] == TRAFFICKING) & (attempts["route"] == PORT)]
    sought = trips[trips["lookout"].astype(bool)]
    hit = int((sought["reason"] == "lookout").sum())
    return {
        **counted,
        "trace_delay_days": _mean(trace_s / DAY_S, counted["traces_succeeded"]),
        "message_delay_days": _mean(message_s / DAY_S, messages),
        "cases_open": open_s / end_s,
        "cases_in_line": float(of.investigations.in_line),
        "lookouts_active": float(of.lookouts.active),
        "lookout_trips": float(len(sought)),
        "lookout_trip_share": _mean(float(len(sought)), float(len(trips))),
        "lookouts_hit": float(hit),
        "lookouts_missed": float(len(sought) - hit),
    }


def _mean(total: float, count: float) -> float:
    """Mean, which is no number where there is nothing to take it of."""
    return total / count if count else float("nan")
