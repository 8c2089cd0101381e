"""``python -m benchmarks``: measure everything once, print ratios, write ``runs/bench/bench.json``.

Every figure is a ratio within this run, so that it can be compared between machines. A look back to
an earlier commit needs the project's history; without it that figure is left out.
"""

import importlib.util
import json
import platform
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from benchmarks.engines import apart, shared_s, start_up, year_before
from benchmarks.floor import floor
from benchmarks.peers import cimba_network, ciw_network, measure, plain_simpy, salabim_network

OUTPUT = Path("runs/bench/bench.json")
DAYS = (30, 120)
PORTS = (20, 60)
YEARS = (1, 5, 29)
"""At every seventh port."""
REPEATED = 3 / 31
"""Baselines that are simulated again, since a group has eight points, for each point."""
PEERS = (
    (cimba_network, 3_000_000),
    (plain_simpy, 100_000),
    (ciw_network, 20_000),
    (salabim_network, 10_000),
    (floor, 60_000_000),
)


class Target(NamedTuple):
    """What a figure is to reach, and what it says."""

    word: str
    bound: float
    about: str


TARGETS = {
    "study_over_independent": Target(
        "at most", 0.33, "eight points of the headline study over the same without reuse"
    ),
    "headline_over_before": Target(
        "at most", 0.14, "31 scenarios x 5 replications over 155 national years at c392fe2"
    ),
    "simulation_over_independent": Target(
        "at most", 0.33, "the first of these, without the expectations in both"
    ),
    "simulation_over_before": Target(
        "at most", 0.14, "the second, without the expectations, which c392fe2 had not"
    ),
    "python_over_engine": Target("at most", 0.4, "Python over engine in a national year"),
    "compiled_over_floor": Target("at most", 2.5, "engine over floor, a year alone"),
    "beside_over_floor": Target("at most", 1.6, "engine over floor, beside a baseline"),
    "simpy_over_compiled": Target("at least", 1000.0, "plain SimPy over engine, a vehicle"),
    "ciw_over_compiled": Target("at least", 15_000.0, "Ciw over engine, a vehicle"),
    "cimba_over_compiled": Target("at least", 5.0, "Cimba over engine, a vehicle"),
    "live_over_year": Target("at most", 0.1, "a lever at one crossing over a national year"),
    "peak_rss_mib": Target("at most", 400.0, "MiB, one worker of the headline study"),
    "quick_s": Target("at most", 4.0, "processor s, experiment=quick, compiled code at hand"),
    "year_of_5_over_1": Target("at most", 1.1, "cost of a year among 5 over a year alone"),
    "year_of_29_over_1": Target("at most", 1.1, "cost of a year among 29 over a year alone"),
    "pool_efficiency": Target("at least", 0.9, "share of two processors that two workers use"),
    "ray_efficiency": Target("at least", 0.85, "the same of two workers of a Ray cluster"),
    "reference_over_compiled": Target("at least", 1000.0, "reference engine over compiled"),
}


def main() -> None:
    """Measure, print and write."""
    names = ["compiled", "reference", "beside", "live", "study-reused", "study-independent"]
    names += ["years-1", *(f"few-{years}" for years in YEARS)]
    names += [f"days-{days}" for days in DAYS] + [f"ports-{ports}" for ports in PORTS]
    bar = tqdm(total=len(names) + len(PEERS) + 3, disable=None, unit="measurement")
    start: dict[str, float | None] = {**start_up()}
    bar.update()
    bar.set_description("workers")
    two_s = 2.0 * shared_s("execution.workers=2")
    alone_s = shared_s("execution.workers=1")
    start["pool_efficiency"], start["ray_efficiency"] = alone_s / two_s, None
    if importlib.util.find_spec("ray") is not None:
        of_ray_s = shared_s("execution=ray", "execution.workers=2")
        start["ray_efficiency"] = alone_s / (2.0 * of_ray_s)
    bar.update()
    measured: dict[str, dict[str, Any]] = {}
    for name in names:
        bar.set_description(name)
        measured[name] = apart(name)
        bar.update()
    peers: dict[str, dict[str, Any]] = {}
    for function, vehicles in PEERS:
        bar.set_description(function.__name__)
        peers[function.__name__] = measure(function, vehicles)
        bar.update()
    bar.set_description("before")
    before_s = year_before()
    bar.update()
    bar.close()
    report = summary(start, measured, peers, before_s)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(report, indent=2) + "\n")
    show(report)


def summary(
    start: dict[str, float | None],
    measured: dict[str, dict[str, Any]],
    peers: dict[str, dict[str, Any]],
    before_s: float | None,
) -> dict[str, Any]:
    """Put the measurements together.

    Parameters
    ----------
    start : dict of float
        See `benchmarks.engines.start_up`; and how well two workers use two processors.
    measured : dict of dict
        Measurements of our own engines, by name.
    peers : dict of dict
        Those of other simulators, by the name of their function.
    before_s : float, optional
        A national year at the commit that is looked back to.
    """
    year, study = measured["years-1"], measured["study-reused"]
    alone = measured["study-independent"]
    # Baselines that other groups simulate again have no expectations.
    again_s, points = REPEATED * year["seconds"], study["points"]
    simulated_s = study["seconds"] - study["expectations_s"]
    least = peers["floor"]["ns_per_vehicle"]
    figures: dict[str, float | None] = {
        "study_over_independent": study["seconds"] / alone["seconds"],
        "headline_over_before": before_s and (study["seconds"] / points + again_s) / before_s,
        "simulation_over_independent": simulated_s / (alone["seconds"] - alone["expectations_s"]),
        "simulation_over_before": before_s and (simulated_s / points + again_s) / before_s,
        "python_over_engine": (year["seconds"] - year["engine_s"]) / year["engine_s"],
        "compiled_over_floor": year["ns_per_vehicle"] / least,
        "beside_over_floor": measured["beside"]["ns_per_vehicle"] / least,
        "live_over_year": measured["live"]["seconds"] / measured["live"]["year_s"],
        "peak_rss_mib": study["peak_rss_mib"],
        **start,
        **{
            f"year_of_{years}_over_1": measured[f"few-{years}"]["seconds"]
            / years
            / measured["few-1"]["seconds"]
            for years in YEARS[1:]
        },
        "reference_over_compiled": measured["reference"]["seconds"]
        / measured["compiled"]["seconds"],
    }
    for name in ("simpy", "ciw", "cimba"):
        function = "plain_simpy" if name == "simpy" else f"{name}_network"
        cost = peers[function].get("ns_per_vehicle")
        figures[f"{name}_over_compiled"] = cost and cost / year["ns_per_vehicle"]
    return {
        **figures,
        "year_s": year["seconds"],
        "year_before_s": before_s,
        "study_s": study["seconds"],
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "measured": measured,
        "peers": peers,
    }


def show(report: dict[str, Any]) -> None:
    """Print the report for a person."""
    print(f"{'':26}{'measured':>12}   to reach")
    for name, target in TARGETS.items():
        value = report[name]
        if value is None:
            print(f"{name:26}{'-':>12}   not measured here: {target.about}")
            continue
        reached = value >= target.bound if target.word == "at least" else value <= target.bound
        verdict = "" if reached else "  NOT REACHED"
        print(f"{name:26}{value:>12,.3g}   {target.word} {target.bound:g}: {target.about}{verdict}")
    print("\nnanoseconds of processor time a vehicle (compiled: the engine alone)")
    for name, record in [*report["measured"].items(), *report["peers"].items()]:
        if record.get("ns_per_vehicle") is not None:
            print(f"  {name:26}{record['ns_per_vehicle']:>14,.1f}")
    print(f"a national year: {report['year_s']:.2f} s; written: {OUTPUT}")


if __name__ == "__main__":
    main()
