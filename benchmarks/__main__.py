"""``python -m benchmarks``: measure everything once, print ratios, write them to ``runs/bench``."""

import json
import platform
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.engines import apart, start_up
from benchmarks.peers import (
    cimba_network,
    ciw_network,
    floor,
    measure,
    plain_simpy,
    salabim_network,
)

OUTPUT = Path("runs/bench/bench.json")
DAYS = (30, 120, 365)
PORTS = (20, 60, 139)
PEERS = (
    (cimba_network, 6_000_000),
    (plain_simpy, 200_000),
    (ciw_network, 60_000),
    (salabim_network, 20_000),
    (floor, 60_000_000),
)
TARGETS = {
    "reference_over_compiled": ("at least", 1000.0),
    "compiled_over_floor": ("at most", 2.0),
    "peak_rss_mib": ("at most", 1024.0),
    "cached_start_s": ("at most", 3.0),
    "compile_s": ("at most", 60.0),
}


def main() -> None:
    """Measure, print and write."""
    steps = ["start-up", "year", "sample", "reference"]
    steps += [f"days-{days}" for days in DAYS] + [f"ports-{ports}" for ports in PORTS]
    steps += [function.__name__ for function, _ in PEERS]
    bar = tqdm(total=len(steps), disable=None, unit="measurement")
    start = start_up()
    bar.update()
    engines: dict[str, dict[str, Any]] = {}
    for name in steps[1 : -len(PEERS)]:
        engines[name] = apart(name)
        bar.update()
    peers: dict[str, dict[str, Any]] = {}
    for function, vehicles in PEERS:
        peers[function.__name__] = measure(function, vehicles)
        bar.update()
    bar.close()
    report = summary(start, engines, peers)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(report, indent=2) + "\n")
    show(report)


def summary(
    start: dict[str, float], engines: dict[str, dict[str, Any]], peers: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Put the measurements together."""
    cost = {
        "compiled": engines["year"]["ns_per_vehicle"],
        "compiled_sample": engines["sample"]["ns_per_vehicle"],
        "reference": engines["reference"]["ns_per_vehicle"],
    }
    cost |= {name: record.get("ns_per_vehicle") for name, record in peers.items()}
    return {
        "ns_per_vehicle": cost,
        "reference_over_compiled": cost["reference"] / cost["compiled"],
        "compiled_over_floor": cost["compiled"] / cost["floor"],
        "peak_rss_mib": engines["year"]["peak_rss_mib"],
        "year_seconds": engines["year"]["seconds"],
        "year_vehicles": engines["year"]["vehicles"],
        **start,
        "ns_per_vehicle_by_days": {
            str(days): engines[f"days-{days}"]["ns_per_vehicle"] for days in DAYS
        },
        "ns_per_vehicle_by_ports": {
            str(engines[f"ports-{ports}"]["ports"]): engines[f"ports-{ports}"]["ns_per_vehicle"]
            for ports in PORTS
        },
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "peers": peers,
    }


def show(report: dict[str, Any]) -> None:
    """Print the report for a person."""
    print("nanoseconds per vehicle")
    floor_cost = report["ns_per_vehicle"]["floor"]
    for name, cost in report["ns_per_vehicle"].items():
        if cost is None:
            print(f"  {name:18s} not installed")
        else:
            print(f"  {name:18s} {cost:12,.1f}   {cost / floor_cost:10,.2f} x the floor")
    for key in ("ns_per_vehicle_by_days", "ns_per_vehicle_by_ports"):
        parts = ", ".join(f"{n}: {cost:.1f}" for n, cost in report[key].items())
        print(f"compiled, {key.replace('_', ' ')}: {parts}")
    vehicles, seconds = report["year_vehicles"], report["year_seconds"]
    print(f"a national year of {vehicles:,.0f} vehicles: {seconds:.2f} s")
    for name, (word, bound) in TARGETS.items():
        value = report[name]
        reached = value >= bound if word == "at least" else value <= bound
        verdict = "reached" if reached else "NOT reached"
        print(f"{name}: {value:,.2f} (target {word} {bound:,g}): {verdict}")
    print(f"written: {OUTPUT}")


if __name__ == "__main__":
    main()
