"""A small made-up study: the shape of real results, numbers from a generator, no model."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.results.schema import (
    CLASSES,
    EXPECTED_METRICS,
    HORIZONS,
    KEYS,
    METRICS,
    PORT_GROUPS,
    TABLES,
    Result,
)
from sim.results.writing import write_study
from sim.scenario.point import Label

PORTS = ("windsor-ambassador", "sarnia", "douglas", "abercorn")
LANES = ("car", "truck")

# What a scenario adds to the baseline: firearms seized at ports, minutes of mean wait.
EFFECTS: dict[str, tuple[float, float]] = {
    "baseline": (0.0, 0.0),
    "more_officers": (9.0, -0.9),
    "more_searches": (31.0, 1.4),
    "better_training": (14.0, 0.05),
    "higher_exemption": (2.0, -0.3),
    "arm_officers": (0.0, 0.0),
}

LEVELS: dict[str, float] = {
    "arrivals": 37.4e6, "released": 37.4e6, "mean_wait_min": 6.1, "wait_p95_min": 22.0,
    "mean_transit_min": 7.1, "enrolments_lost": 1.0,
    "within_standard_share": 0.905, "delay_vehicle_h": 3.8e6, "referred_share": 0.034,
    "examinations": 5.2e5, "examinations_ordered": 6.1e5, "examinations_released": 9e4,
    "officer_shift_h": 5.6e6, "officer_overtime_h": 6e4, "officer_primary_h": 2.9e6,
    "officer_clearance_h": 4.2e5, "officer_examination_h": 2.4e5, "officer_ready_h": 2.04e6,
    "trips_not_planned_arrest": 20.0, "trips_not_planned_supply": 0.0,
    "trips_not_planned_late": 0.0,
    "trips_not_planned_price": 900.0, "firearms_delivered": 3550.0, "street_price_cad": 3300.0,
    "market_stock": 1200.0, "organisations_in_action": 59.0,
    "expected_traveller_firearms_seized": 345.0, "expected_trafficking_seizures": 45.0,
    "expected_traveller_seizures": 256.0, "expected_handguns_seized": 400.0,
    "expected_firearms_seized_pacific": 160.0, "expected_firearms_seized_post_air": 30.0,
    "firearms_not_planned": 0.0, "firearms_planned": 4000.0, "firearms_deterred": 210.0,
    "firearms_passed": 3550.0,
    "firearms_seized_ports": 190.0, "firearms_intercepted_away": 50.0,
    "traveller_firearms_seized": 345.0, "firearms_seized_highway": 535.0,
    "seizures_highway": 301.0, "true_interdicted_share": 0.06, "true_detection_share": 0.061,
    "expected_firearms_seized_ports": 188.0,
    "expected_firearms_stopped": 188.0, "expected_firearms_reaching_market": 3602.0,
    "duty_collected_cad": 9.1e6, "collections": 1.1e6,
    "trips_lost": 0.0, "trips_diverted": 1200.0, "withdrawals": 36.0, "withdrawal_closed_h": 55.0,
    "dangerous_subjects_met": 5.0, "port_runners_met": 210.0, "delay_value_cad": 1.2e8,
    "programme_cost_cad": 0.0, "officer_pay_cad": 1.6e8,
}  # fmt: skip

LEVEL_OF_OTHERS = 100.0

GROUP_WAITS = {"all": 1.0, "one_officer": 0.5, "larger": 0.9, "busiest10": 1.4, "windsor": 1.3}
CLASS_WAITS = {
    "all": 1.0, "car": 1.0, "nexus": 0.2, "truck": 1.3, "fast": 0.4, "bus": 1.1, "train": 0.0,
}  # fmt: skip

ADVERSARIES = ("quantal_response",)
KEY_NAMES = {key.name for key in KEYS}

LAWS = ("vehicles in = out + in line", "firearms planned = all their fates", "Little's law")


def _level(
    metric: str, scenario: str, shock: float, own: float, effect: tuple[float, float]
) -> float:
    """One metric of one replication: level, shock common to all scenarios, effect, own noise."""
    guns, wait = effect
    value = LEVELS.get(metric, LEVEL_OF_OTHERS) * (1 + 0.05 * shock)
    active = guns != 0 or wait != 0
    added = {
        "firearms_seized_ports": guns + 3 * own * active,
        "firearms_seized_highway": guns + 3 * own * active,
        "expected_firearms_seized_ports": guns + 0.5 * own * active,
        "expected_firearms_stopped": guns + 0.5 * own * active,
        "expected_firearms_reaching_market": -guns - 0.5 * own * active,
        "firearms_passed": -1.3 * guns - 4 * own * active,
        "mean_wait_min": wait + 0.1 * own * active,
        "mean_transit_min": wait + 1.0 + 0.1 * own * active,
        "delay_vehicle_h": 6.2e5 * (wait + 0.1 * own * active),
        "within_standard_share": -0.03 * wait + 0.001 * own * active,
        "duty_collected_cad": -2.1e6 if scenario == "higher_exemption" else 0.0,
        "programme_cost_cad": 85000.0 * 300 if scenario == "more_officers" else 0.0,
        "officer_examination_h": 2600 * guns,
        "officer_ready_h": -2600 * guns,
    }
    share = METRICS[metric].unit == "share"
    base = LEVELS.get(metric, LEVEL_OF_OTHERS) + 0.004 * shock if share else value
    return base + added.get(metric, 0.0)


def _summary(label: Label, replication: int, effect: tuple[float, float]) -> pd.DataFrame:
    """Make a summary; in other worlds and against other smugglers effects are larger or smaller."""
    scenario = label.scenario
    shocks = np.random.default_rng(replication).standard_normal(len(METRICS))
    tilt = np.random.default_rng([label.world, *label.adversary.encode()]).uniform(-0.5, 0.5)
    if (label.world, label.adversary) != (0, ADVERSARIES[0]):
        effect = (effect[0] * (1 + float(tilt)), effect[1] * (1 - float(tilt)))
    own = np.random.default_rng([replication, sum(scenario.encode())]).standard_normal()
    rows = []
    for metric, shock in zip(METRICS, shocks, strict=True):
        value = _level(metric, scenario, float(shock), float(own), effect)
        for group in PORT_GROUPS:
            for name in CLASSES:
                factor = 1.0
                if metric in ("mean_wait_min", "wait_p95_min"):
                    factor = GROUP_WAITS[group] * CLASS_WAITS[name]
                if metric == "referred_share" and name == "truck":
                    factor = 0.5
                rows.append((metric, METRICS[metric].unit, group, name, value * factor))
    return pd.DataFrame(rows, columns=["metric", "unit", "port_group", "class", "value"])


def _no_days() -> pd.DataFrame:
    """The table of dates without rows."""
    return pd.DataFrame(
        {c.name: pd.Series(dtype=c.dtype if c.dtype != "str" else object)
         for c in TABLES["port_days"] if c.name not in KEY_NAMES}
    )  # fmt: skip


def _hours(table: str) -> pd.DataFrame:
    lanes = LANES if table == "port_hours" else ("",)
    keys = [
        (port, lane, d, h) for port in PORTS for lane in lanes for d in range(7) for h in range(24)
    ]
    frame = pd.DataFrame(keys, columns=["port_id", "lane", "weekday", "hour"])
    busy = 1 + np.sin((frame["hour"] - 9) / 24 * 2 * np.pi) + 0.3 * (frame["weekday"] >= 4)
    for column in TABLES[table]:
        if column.name in KEY_NAMES | {"port_id", "lane", "weekday", "hour"}:
            continue
        whole = column.dtype == "int64"
        frame[column.name] = (100 * busy).round().astype("int64") if whole else 3600 * busy
    if table == "port_hours":
        frame["wait_s"] = frame["arrivals"] * 200.0 * busy
        bins = [name for name in frame if name.startswith("wait_bin_")]
        frame[bins] = 0
        frame["wait_bin_00"] = frame["arrivals"] // 2
        frame["wait_bin_05"] = frame["arrivals"] - frame["wait_bin_00"]
    else:
        frame = frame.drop(columns="lane").assign(booths=300, bays=100)
    return frame


def _attempts(replication: int, effect: tuple[float, float]) -> pd.DataFrame:
    """Make attempts: some are deterred, and the others found oftener, the larger the effect."""
    count = 60
    draws = np.random.default_rng([3, replication]).uniform(size=(4, count))
    known: dict[str, Any] = {
        "str": ["x"] * count,
        "int64": np.arange(count),
        "float64": np.linspace(0, 1, count),
        "bool": [True] * count,
    }
    columns = [column for column in TABLES["attempts"] if column.name not in KEY_NAMES]
    frame = pd.DataFrame({column.name: known[column.dtype] for column in columns})
    chance = 0.04 * (1 + effect[0] / 10) * (0.5 + draws[0])
    fate = np.where(draws[1] < chance, "seized", "passed")
    fate = np.where(draws[2] < effect[0] / 1000, "deterred", fate)
    return frame.assign(
        attempt_id=[f"o{k}" for k in range(count)],
        kind="trafficking",
        route=np.where(draws[3] < 0.8, "port", "between_ports"),
        region="",
        why="",
        load=1 + np.arange(count) % 3,
        true_detection_share=chance,
        fate=fate,
    )


def _expected(label: Label, replication: int, effect: tuple[float, float]) -> pd.DataFrame:
    """Expectations: the further off, the smaller the effect; little differs by replication."""
    shock = 0.1 * np.random.default_rng(replication).standard_normal()
    rows = [
        (label.adversary, horizon, metric, about.unit, 1000.0 + shock - effect[0] / (1 + year))
        for year, horizon in enumerate(HORIZONS)
        for metric, about in EXPECTED_METRICS.items()
    ]
    return pd.DataFrame(rows, columns=["smugglers", "horizon", "metric", "unit", "value"])


def certificate(held: bool = True) -> list[dict[str, Any]]:
    """Laws that hold, or the last of which does not."""
    return [
        {
            "law": law,
            "held": held or law != LAWS[-1],
            "residual": 0.0 if held or law != LAWS[-1] else 0.5,
            "tolerance": 1e-9,
            "detail": "worst at no lane in particular",
        }
        for law in LAWS
    ]


def results(
    effects: Mapping[str, tuple[float, float]] = EFFECTS,
    replications: int = 8,
    held: bool = True,
    adversaries: Sequence[str] = ADVERSARIES,
    worlds: int = 0,
) -> Iterator[tuple[Label, int, Result]]:
    """Results of every scenario, smuggler, world and replication, on common random numbers."""
    for scenario, adversary, world in product(effects, adversaries, range(worlds + 1)):
        label = Label(scenario, adversary, world)
        for replication in range(replications):
            result = Result(
                summary=_summary(label, replication, effects[scenario]),
                port_hours=_hours("port_hours"),
                port_days=_no_days(),
                officer_hours=_hours("officer_hours"),
                attempts=_attempts(replication, effects[scenario]),
                certificate=certificate(held),
                expected=_expected(label, replication, effects[scenario]),
            )
            yield label, replication, result


def write(
    folder: Path,
    effects: Mapping[str, tuple[float, float]] = EFFECTS,
    replications: int = 8,
    held: bool = True,
    adversaries: Sequence[str] = ADVERSARIES,
    worlds: int = 0,
    **manifest: Any,
) -> Path:
    """Write a made-up study and return its folder."""
    about = {"days": 365, "start": "2005-01-01", "year": 2005, "seed": 7, "engine": "compiled"}
    made = results(effects, replications, held, adversaries, worlds)
    write_study(folder, made, {**about, **manifest})
    return folder
