"""The tables of results: what each column is called, holds and means."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim import records
from sim.errors import InputError
from sim.extensions import extensions
from sim.numerics import added
from sim.numerics.units import DAY_S, DAYS_PER_YEAR, HOUR_S, Floats
from sim.records import ReplicationRecord
from sim.results import PRIMARY_OUTCOME as PRIMARY_OUTCOME

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SCHEMA = 3
"""Version of the tables; raised when a column changes its name or its meaning."""
ADDED = ("booths", "bays")
"""Columns of this version that a study made before they were added may lack."""

WAIT_BIN_EDGES_MIN = (*records.WAIT_BIN_EDGES_MIN, math.inf)
"""Bin 0 counts waits of zero; bin 1 those in (0, 1) min, bin k those in [edge k-1, edge k)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, dtype : str
        Name, and one of str, int64, float64, bool.
    unit : str
        Unit, or "" where there is none.
    about : str
        What it is, in one line.
    """

    name: str
    dtype: str
    unit: str
    about: str


def _text(name: str, about: str) -> Column:
    return Column(name, "str", "", about)


def _count(name: str, unit: str, about: str) -> Column:
    return Column(name, "int64", unit, about)


def _real(name: str, unit: str, about: str) -> Column:
    return Column(name, "float64", unit, about)


KEYS = (
    _text("scenario", "Name of the scenario"),
    _text("adversary", "How smugglers choose their route"),
    _count("world", "", "Number of the draw of uncertain parameters; 0 is their central value"),
    _count("replication", "", "Number of the replication, from 0"),
)
"""What every table says of a row's run; write_study fills them in."""

_PORT = _text("port_id", "Port of entry, key of the port table; empty away from the ports")
_LANE = _text("lane", "car, nexus, truck, fast, bus or train")
_HOUR = (
    _count("weekday", "", "Monday is 0"),
    _count("hour", "h", "Hour of the day, local time of the port, 0 to 23"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "summary": (
        *KEYS,
        _text("metric", "A key of METRICS"),
        _text("unit", "Unit of the value"),
        _text("port_group", "One of PORT_GROUPS"),
        _text("class", "One of CLASSES, or the id of a market or source for a metric by one"),
        _real("value", "", "Value over the whole run"),
    ),
    "port_hours": (
        *KEYS, _PORT, _LANE, *_HOUR,
        _count("arrivals", "vehicles", "Joined the line in this hour of the week"),
        _count("released", "vehicles", "Of these, left primary"),
        _real("wait_s", "s", "Sum of their waits in line"),
        *(
            _count(f"wait_bin_{k:02d}", "vehicles", "No wait at all" if k == 0 else
                   f"Wait from {WAIT_BIN_EDGES_MIN[k - 1]} up to {WAIT_BIN_EDGES_MIN[k]} min")
            for k in range(len(WAIT_BIN_EDGES_MIN))
        ),
        *(
            _count(f"referred_{reason}", "vehicles", f"Referred to secondary: {words}")
            for reason, words in (
                ("lookout", "a lookout was hit"), ("paperwork", "permits, immigration, papers"),
                ("duty", "duty to pay"), ("random", "drawn at random"),
                ("selective", "an officer's suspicion"),
            )
        ),
        _count("duty_waived", "vehicles", "Duty collections waived for the queue"),
        _count("examinations", "examinations", "Discretionary examinations done"),
        _count("examinations_released", "examinations", "Ordered, released undone at the limit"),
        _real("primary_s", "officer-seconds", "Officer time at primary"),
        _real("clearance_s", "officer-seconds", "Officer time on duty and paperwork"),
        _real("examination_s", "officer-seconds", "Officer time on examinations"),
        _count("gave_up", "vehicles", "Turned round at the length of the line"),
    ),
    "port_days": (
        *KEYS, _text("date", "Local date, YYYY-MM-DD"), _PORT, _LANE,
        _count("arrivals", "vehicles", "Joined the line on this date"),
        _count("released", "vehicles", "Began service at primary"),
        _count("gave_up", "vehicles", "Turned round at the length of the line"),
        _real("mean_wait_min", "min", "Mean wait of those who began service"),
        _real("within_standard_share", "share", "Of these, within the wait standard"),
    ),
    "officer_hours": (
        *KEYS, _PORT, *_HOUR,
        _real("shift_s", "officer-seconds", "Officers on shift"),
        _real("overtime_s", "officer-seconds", "Work finished after the end of a shift"),
        _real("primary_s", "officer-seconds", "At primary"),
        _real("clearance_s", "officer-seconds", "On duty and paperwork"),
        _real("examination_s", "officer-seconds", "On examinations"),
        _real("ready_s", "officer-seconds", "At their post without a vehicle"),
        _count("booths", "booths", "Of the port, open or not"),
        _count("bays", "bays", "Of its secondary; an officer at work is at a booth or a bay"),
    ),
    "attempts": (
        *KEYS,
        _text("attempt_id", "The same opportunity has the same number in every scenario"),
        _text("kind", "trafficking or traveller"),
        _text("organisation", "Trafficking organisation; empty for a traveller"),
        _text("market", "Canadian region of sale"),
        _text("source", "State of purchase"),
        _text("route", "port, between_ports, water, post, air, not_made or not_planned"),
        _text("region", "Region of a route away from the ports, else empty"),
        _PORT, _LANE,
        _real("time_s", "s", "Moment of the attempt since the start of the run"),
        _count("load", "firearms", "Firearms carried"),
        Column("deep", "bool", "", "Hidden deep in the vehicle"),
        Column("lookout", "bool", "", "A lookout on it was active when it arrived"),
        _real("perceived_loss", "share", "Chance of loss as the smuggler saw it"),
        _real("true_detection_share", "share", "Chance of detection that the model gave it"),
        _text("reason", "Why it was referred; empty if it was not"),
        _real("examination_min", "min", "Officer time of its examination"),
        _text("fate", "not_planned, deterred, passed, seized, in_transit or intercepted"),
        _text("why", "Why it was not planned: arrest, supply or price; else empty"),
    ),
    "expected": (
        *KEYS,
        _text("smugglers", "Kind of smuggler expected (adversary is that of the agents)"),
        _text("horizon", "year_1, year_2 and so on of the run, or long_run"),
        _text("metric", "A key of EXPECTED_METRICS"),
        _text("unit", "Unit of the value"),
        _real("value", "", "Value in that year, or in a year of the long run"),
    ),
}  # fmt: skip
"""``expected`` has no rows where a run has no horizon (``run.horizon``)."""

DESIGN: tuple[Column, ...] = (
    _text("scenario", "Scenario that the value makes; empty where it makes a world"),
    _count("world", "", "World that the value makes; 0 where it makes a scenario"),
    _text("parameter", "Dotted name of a parameter"),
    _real("value", "", "Its value, in the parameter's unit"),
    _real("place", "share", "Where it lies in the range that was tried: 0 lowest, 1 highest"),
)
"""Which values the numbered points of a design stand for, one row a point and parameter."""


PORT_GROUPS = ("all", "one_officer", "larger", "busiest10", "windsor")
CLASSES = ("all", "car", "nexus", "truck", "fast", "bus", "train")
"""Classes of traffic. A metric by market or source has its id (`sim.places.network`) instead."""


@dataclass(frozen=True)
class Result:
    """The result of one replication of one scenario.

    Attributes
    ----------
    summary, port_hours, port_days, officer_hours, attempts : pyarrow.Table or pandas.DataFrame
        The columns of TABLES without the KEYS, since a result is the same under whichever label
        it was run. The model makes tables of Arrow: pandas takes a while to import.
    certificate : list of dict
        One for each law that always holds: law, held, residual, tolerance, detail.
    expected : pyarrow.Table or pandas.DataFrame, optional
        As the other tables; None for one without rows.
    """

    summary: "pa.Table | pd.DataFrame"
    port_hours: "pa.Table | pd.DataFrame"
    port_days: "pa.Table | pd.DataFrame"
    officer_hours: "pa.Table | pd.DataFrame"
    attempts: "pa.Table | pd.DataFrame"
    certificate: list[dict[str, Any]]
    expected: "pa.Table | pd.DataFrame | None" = None

    def frame(self, name: str) -> "pd.DataFrame":
        """Give one of the tables as a DataFrame."""
        table = getattr(self, name)
        return table.to_pandas() if hasattr(table, "to_pandas") else table


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of the summary table.

    Attributes
    ----------
    unit : str
        Unit of the value.
    title : str
        A noun phrase, which reads on after "more" or "longer".
    better : str
        "more" or "less" where the direction is a matter of agreement, else "".
    model_only : bool
        Whether no agency could know it: only the model counts what nobody found.
    value : callable, optional
        Its value over the whole run, from the record of a replication.
    of_lanes : callable, optional
        Its value for a group of ports and a class, from the sums of their lanes
        (`sim.records.LANE_COLUMNS`) and their counts of waits by bin; it has a row for each.

    A metric with neither is given by a group of measures of `sim.results.summary`: by place, or
    with others of which it is made.
    """

    unit: str
    title: str
    better: Literal["more", "less", ""] = ""
    model_only: bool = False
    value: Callable[[ReplicationRecord], float] | None = None
    of_lanes: Callable[[Floats, Floats], float] | None = None


def wait_quantile_min(counts: Floats, share: float) -> float:
    """Quantile of waits from counts by bin, in minutes, linear within a bin.

    Parameters
    ----------
    counts : array of float, shape (bins,)
    share : float
        0 to 1.
    """
    total = counts.sum()
    if total <= 0:
        return float("nan")
    upper = np.array(
        [*records.WAIT_BIN_EDGES_MIN, 1.5 * records.WAIT_BIN_EDGES_MIN[-1]], dtype=float
    )
    lower = np.concatenate([[0.0], upper[:-1]])
    reached = np.cumsum(counts)
    k = int(np.searchsorted(reached, share * total))
    before = reached[k] - counts[k]
    within = (share * total - before) / counts[k] if counts[k] > 0 else 0.0
    return float(lower[k] + within * (upper[k] - lower[k]))


def _per_vehicle(columns: Sequence[int], unit_s: float) -> Callable[[Floats, Floats], float]:
    """Mean of a vehicle that leaves primary: some columns, in a unit of so many seconds."""

    def mean(sums: Floats, waits: Floats) -> float:
        total = sums[columns[0]]
        for column in columns[1:]:
            total = total + sums[column]
        return float(total / max(sums[records.RELEASED], 1.0) / unit_s)

    return mean


def _referred_share(sums: Floats, waits: Floats) -> float:
    referred = sums[records.REFERRED : records.REFERRED + 5]
    return float(referred.sum() / max(sums[records.RELEASED], 1.0))


def _examinations_ordered(sums: Floats, waits: Floats) -> float:
    referred = sums[records.REFERRED : records.REFERRED + 5]
    return float(referred[0] + referred[3] + referred[4])


def _sum_of(column: int, unit_s: float = 1.0) -> Callable[[Floats, Floats], float]:
    """Sum of a column, in a unit of so many seconds."""
    return lambda sums, waits: float(sums[column] / unit_s)


def _withdrawal_closed_h(record: ReplicationRecord) -> float:
    end_s = record.point.days * DAY_S
    spans: list[list[float]] = record.danger.withdrawn_s.tolist()
    return added(max(min(stop_s, end_s) - start_s, 0.0) for start_s, stop_s in spans) / HOUR_S


def _delay_value_cad(record: ReplicationRecord) -> float:
    costs = record.point.parameters.costs
    delay_s = record.tally.lane.sum(axis=(0, 2))[..., records.WAIT_S].sum(axis=0)
    of_truck, of_car = costs.truck_delay_cad_per_h, costs.car_delay_cad_per_h
    cad_per_h = [of_truck if lane in ("truck", "fast") else of_car for lane in record.lanes]
    return float((delay_s / HOUR_S * cad_per_h).sum())


def _programme_cost_cad(record: ReplicationRecord) -> float:
    """Cost of the programme; a run of a part of the border bears its part, by traffic."""
    days, costs = record.point.days, record.point.scenario.costs
    whole = added(cost.cad_per_year * days / DAYS_PER_YEAR + cost.cad_once for cost in costs)
    return float(whole * record.traffic_share)


def _officer_pay_cad(record: ReplicationRecord) -> float:
    costs = record.point.parameters.costs
    overtime_h = float(record.tally.officer[..., records.OVERTIME].sum()) / HOUR_S
    hourly_cad = costs.officer_cad_per_year / costs.officer_hours_per_year
    return (record.planned_officer_h + overtime_h) * hourly_cad


SMALLEST_DIFFERENCE = 0.01
"""The smallest difference that matters, as a share of the primary outcome in the baseline.

A judgement, which a study (``study.smallest_difference``) or a reader may set otherwise."""

NOTHING_SHARE = 0.1
"""Part of the smallest difference that matters within which an effect is none at all.

An assumption without a source: it decides where an effect for some kinds of smuggler counts as
meeting none for others. A study may set it otherwise (``study.nothing_share``)."""


def check_nothing_share(name: str, value: float) -> float:
    """Refuse a part of the smallest difference that is none; return it.

    Raises
    ------
    InputError
        With field, value, bounds and unit in one line.
    """
    if not 0.0 <= value <= 1.0:
        raise InputError(
            f"{name} = {value:g} is not between 0 and 1: a share of study.smallest_difference"
        )
    return value


def check_smallest_difference(name: str, value: float) -> float:
    """Refuse a smallest difference that is no share; return it.

    Raises
    ------
    InputError
        With field, value, bounds and unit in one line.
    """
    if not 0.0 < value <= 1.0:
        raise InputError(
            f"{name} = {value:g} is not above 0 and at most 1: a share of the baseline's "
            f"{METRICS[PRIMARY_OUTCOME].title} (0.01 or 1%)"
        )
    return value


YEAR_1, YEAR_3, LONG_RUN = "year_1", "year_3", "long_run"
HORIZONS = (YEAR_1, YEAR_3, LONG_RUN)
"""Horizons that are always shown side by side."""
LEAST_YEARS = 5
"""Fewest years of which the last are taken for the long run."""


def last_horizon(years: int) -> str:
    """Last of the horizons that expectations of so many years have."""
    return LONG_RUN if years >= LEAST_YEARS else YEAR_3 if years >= 3 else YEAR_1


def at_horizon(metric: str, horizon: str) -> str:
    """Name in the summary of an expected metric at a horizon."""
    return f"expected_firearms_{metric}_{horizon}"


# A new metric is one entry here, with its value.
METRICS: dict[str, Metric] = {
    "arrivals": Metric("vehicles", "vehicles arriving", of_lanes=_sum_of(records.ARRIVALS)),
    "released": Metric("vehicles", "vehicles leaving primary", of_lanes=_sum_of(records.RELEASED)),
    "mean_wait_min": Metric(
        "min", "mean wait", "less", of_lanes=_per_vehicle([records.WAIT_S], 60.0)
    ),
    "mean_transit_min": Metric(
        "min",
        "mean wait and primary inspection",
        "less",
        of_lanes=_per_vehicle([records.WAIT_S, records.PRIMARY_S], 60.0),
    ),
    "wait_p95_min": Metric(
        "min",
        "95th percentile of waits",
        "less",
        of_lanes=lambda sums, waits: wait_quantile_min(waits, 0.95),
    ),
    "within_standard_share": Metric(
        "share",
        "share within the wait standard",
        "more",
        of_lanes=_per_vehicle([records.WITHIN], 1.0),
    ),
    "delay_vehicle_h": Metric(
        "vehicle-hours", "hours of delay", "less", of_lanes=_sum_of(records.WAIT_S, HOUR_S)
    ),
    "referred_share": Metric("share", "share referred to secondary", of_lanes=_referred_share),
    "examinations": Metric(
        "examinations", "examinations done", of_lanes=_sum_of(records.EXAMINATIONS)
    ),
    "examinations_ordered": Metric(
        "examinations", "examinations ordered", of_lanes=_examinations_ordered
    ),
    "examinations_released": Metric(
        "examinations",
        "examinations ordered and not done",
        "less",
        of_lanes=_sum_of(records.EXAMINATIONS_RELEASED),
    ),
    "officer_shift_h": Metric("officer-hours", "officer time on shift"),
    "officer_overtime_h": Metric("officer-hours", "officer overtime", "less"),
    "officer_primary_h": Metric("officer-hours", "officer time at primary"),
    "officer_clearance_h": Metric(
        "officer-hours",
        "officer time on duty and paperwork",
        of_lanes=_sum_of(records.CLEARANCE_S, HOUR_S),
    ),
    "officer_examination_h": Metric("officer-hours", "officer time on examinations"),
    "officer_ready_h": Metric("officer-hours", "officer time without a vehicle"),
    "firearms_not_planned": Metric("firearms", "firearms of opportunities not used", "", True),
    "trips_not_planned_arrest": Metric("trips", "trips not planned for an arrest", "", True),
    "trips_not_planned_supply": Metric("trips", "trips not planned for want of supply", "", True),
    "trips_not_planned_price": Metric("trips", "trips not planned at the price", "", True),
    "trips_not_planned_late": Metric("trips", "loads still waiting at the end", "", True),
    "firearms_planned": Metric("firearms", "firearms planned by traffickers", "less", True),
    "firearms_deterred": Metric("firearms", "firearms deterred", "more", True),
    "firearms_passed": Metric("firearms", "trafficked firearms getting through", "less", True),
    "firearms_delivered": Metric(
        "firearms", "trafficked firearms delivered, by market", "less", True
    ),
    "street_price_cad": Metric("CAD", "mean street price, by market", "more", True),
    "market_stock": Metric("firearms", "firearms for sale at the end, by market", "", True),
    "organisations_in_action": Metric("organisations", "organisations in action", "less", True),
    "firearms_seized_ports": Metric(
        "firearms", "trafficked firearms seized at ports", "more", True
    ),
    "firearms_intercepted_away": Metric(
        "firearms", "trafficked firearms intercepted away from the ports", "more", True
    ),
    "traveller_firearms_seized": Metric("firearms", "travellers' firearms seized", "", True),
    "firearms_seized_highway": Metric("firearms", "firearms seized at ports, all kinds", "more"),
    "seizures_highway": Metric("seizures", "seizures at ports, all kinds", "more"),
    "true_interdicted_share": Metric("share", "share of trafficked firearms stopped", "more", True),
    "true_detection_share": Metric("share", "chance of detection by firearm", "more", True),
    "expected_firearms_stopped": Metric(
        "firearms",
        "expected trafficked firearms stopped",
        "more",
        True,
    ),
    PRIMARY_OUTCOME: Metric("firearms", "firearms that reach the market", "less", True),
    **{
        at_horizon("reaching_market", horizon): Metric(
            "firearms",
            f"firearms that reach the market a year, by expectation, {when}",
            "less",
            True,
        )
        for horizon, when in (
            (YEAR_1, "in year 1"),
            (YEAR_3, "in year 3"),
            (LONG_RUN, "in the long run"),
        )
    },
    "expected_firearms_seized_ports": Metric(
        "firearms", "expected trafficked firearms seized at ports", "more", True
    ),
    "expected_traveller_firearms_seized": Metric(
        "firearms", "expected travellers' firearms seized", "", True
    ),
    "expected_trafficking_seizures": Metric(
        "seizures", "expected seizures from traffickers at ports", "more", True
    ),
    "expected_traveller_seizures": Metric(
        "seizures", "expected seizures from travellers", "", True
    ),
    "expected_handguns_seized": Metric(
        "firearms", "expected handguns seized at ports, all kinds", "more", True
    ),
    "expected_firearms_seized_pacific": Metric(
        "firearms", "expected firearms seized at ports of the Pacific region", "more", True
    ),
    "expected_firearms_seized_post_air": Metric(
        "firearms", "expected trafficked firearms seized in the post or by air", "more", True
    ),
    "firearms_recovered": Metric("firearms", "trafficked firearms recovered on the street"),
    "traces_requested": Metric("traces", "traces requested"),
    "traces_succeeded": Metric("traces", "traces that found a first sale", "more"),
    "trace_delay_days": Metric("days", "mean time to the result of a trace", "less"),
    "ballistic_matches_across": Metric("matches", "ballistic matches across the border", "more"),
    "message_delay_days": Metric("days", "mean delay of messages across the border", "less"),
    "leads": Metric("leads", "leads that reach the investigators", "more"),
    "leads_held_back": Metric("leads", "leads not shared for want of evidence", "less"),
    "leads_used": Metric("leads", "leads used"),
    "leads_faded": Metric("leads", "leads gone cold on the desk", "less"),
    "cases_opened": Metric("cases", "cases opened", "more"),
    "cases_ended": Metric("cases", "cases ended", "more"),
    "cases_open": Metric("cases", "mean number of open cases"),
    "cases_in_line": Metric("organisations", "organisations in line for a case at the end"),
    "cases_arrests": Metric("cases", "cases that end in arrest", "more"),
    "lookouts_issued": Metric("lookouts", "lookouts issued"),
    "lookouts_late": Metric("lookouts", "lookouts that came too late", "less"),
    "lookouts_active": Metric("lookouts", "lookouts active at the end"),
    "lookout_trips": Metric("trips", "trips at ports under an active lookout", "", True),
    "lookout_trip_share": Metric("share", "share of trips at ports under a lookout", "more", True),
    "lookouts_hit": Metric("trips", "trips examined on a lookout", "more"),
    "lookouts_missed": Metric("trips", "trips under a lookout not examined on it", "less", True),
    "enrolments_lost": Metric(
        "organisations",
        "trusted enrolments lost to audits",
        "more",
        value=lambda record: record.enrolments_lost,
    ),
    "duty_collected_cad": Metric(
        "CAD", "duty and tax collected", value=lambda record: record.duty_cad
    ),
    "collections": Metric(
        "collections", "duty collections", value=lambda record: record.collections
    ),
    "trips_lost": Metric("vehicles", "trips lost", "less", value=lambda record: record.trips_lost),
    "trips_turned_round": Metric(
        "vehicles",
        "vehicles that turned round at a line",
        "less",
        value=lambda record: float(record.tally.lane[..., records.GAVE_UP].sum()),
    ),
    "trips_diverted": Metric(
        "vehicles",
        "trips diverted to another port",
        "less",
        value=lambda record: record.trips_diverted,
    ),
    "withdrawals": Metric(
        "events", "withdrawals of officers", "less", value=lambda record: record.danger.withdrawals
    ),
    "withdrawal_closed_h": Metric(
        "h", "port closure after withdrawals", "less", value=_withdrawal_closed_h
    ),
    "dangerous_subjects_met": Metric(
        "events",
        "dangerous subjects met by police",
        "more",
        value=lambda record: record.danger.subjects_met,
    ),
    "port_runners_met": Metric(
        "vehicles",
        "port runners met by police",
        "more",
        value=lambda record: record.danger.runners_met,
    ),
    "delay_value_cad": Metric("CAD", "value of delay", "less", value=_delay_value_cad),
    "programme_cost_cad": Metric("CAD", "programme cost", "less", value=_programme_cost_cad),
    "officer_pay_cad": Metric("CAD", "officers' pay", "less", value=_officer_pay_cad),
}

EXPECTED_METRICS: dict[str, Metric] = {
    "reaching_market": Metric("firearms", "firearms that reach the market", "less", True),
    "seized_ports": Metric("firearms", "firearms seized at ports", "more", True),
    "intercepted_away": Metric(
        "firearms", "firearms stopped between ports, on water, in the post or by air", "more", True
    ),
    "turned_back": Metric("firearms", "firearms that withdraw when referred", "", True),
    "deterred": Metric("firearms", "firearms deterred", "more", True),
    "not_planned_arrest": Metric(
        "firearms", "firearms of organisations out of action", "more", True
    ),
    "not_planned_price": Metric("firearms", "firearms not worth a trip at the price", "", True),
    "not_planned_supply": Metric("firearms", "firearms that could not be bought", "more", True),
    "waiting": Metric("firearms", "firearms more that wait to be bought or to go", "", True),
    "opportunities": Metric("firearms", "firearms of all opportunities", "", True),
    "organisations_in_action": Metric("organisations", "organisations in action", "less", True),
    "street_price_cad": Metric("CAD", "mean street price", "more", True),
    "arrests_stops": Metric("organisations", "organisations arrested after a stop", "more", True),
    "arrests_cases": Metric("organisations", "organisations arrested by a case", "more", True),
    "lookout_share": Metric("share", "share of trips on which a lookout is active", "more", True),
    "long_run_drift": Metric("share", "change of the last years that remains", "", True),
}
"""Of the table ``expected``, a year. The first nine add up to the tenth."""

METRICS.update(extensions("metrics"))
