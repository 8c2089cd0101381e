"""Fixed configurations that between them use every rule.

Run as a script, it checks them: it says where the engines first differ, and ends with 1 if they do.
The tests of seeded faults run it on copies of the package.
"""

import datetime
import sys
from pathlib import Path

from sim.parameters import Parameters, with_values
from sim.scenario.intervention import Intervention, Scenario, Where
from sim.scenario.point import Point

START = datetime.date(2005, 7, 2)


def parameters(**rooms: dict[str, object]) -> Parameters:
    """The baseline's parameters with other values for some, by room."""
    return with_values(
        Parameters(),
        {
            f"{room}.{name}": value
            for room, values in rooms.items()
            for name, value in values.items()
        },
    )


def outage(scale: float, first: str, last: str, *ports: str) -> Intervention:
    return Intervention(
        "staffing.officers_scale", "set", scale, Where(ports=ports),
        datetime.datetime.fromisoformat(f"2005-07-02 {first}"),
        datetime.datetime.fromisoformat(f"2005-07-02 {last}"),
    )  # fmt: skip


def fixed_points() -> list[Point]:
    busy = Point(
        parameters(
            primary={"cv": 1.0, "hurry_queue": 3.0, "truck_booths_added": 2},
            inspection={
                "selective_share": 0.08,
                "random_share": 0.02,
                "examination_limit_min": 6.0,
                "full_min": 12.0,
                "clearance_min": 6.0,
                "withdrawal_share": 0.3,
                "nexus_referral": 0.5,
                "fast_referral": 0.0,
            },
            duty={"collected_share": 1.0, "waive_queue": 2.0},
            staffing={"officers_scale": 0.75, "absent_share": 0.2, "control_interval_min": 15},
            danger={"lookouts_per_year": 2e4},
            smuggling={"firearms_per_year": 1e6, "traveller_firearms_per_million": 2e4},
            intelligence={"report_share": 0.3, "report_h": 0.0},
        ),
        Scenario(
            "outages",
            interventions=(
                outage(0.3, "10:07:13", "11:31:00", "windsor-tunnel", "st-stephen"),
                outage(0.0, "14:00:01", "14:43:59", "st-stephen"),
                outage(2.0, "17:17:17", "19:00:00", "windsor-tunnel"),
                # After seven seconds with needs of their own, some leave and others change post.
                outage(0.6, "09:00:07", "09:50:00"),
                Intervention(
                    "inspection.random_share", "set", 0.1, Where(ports=("pacific-highway",)),
                    datetime.datetime(2005, 7, 2, 9, 0, 7),
                ),
            ),
        ),
        ("pacific-highway", "st-stephen", "windsor-tunnel"),
        2005, START, 2, 5, "compiled",
    )  # fmt: skip
    quiet = Point(
        parameters(
            traffic={"volume_scale": 4.0, "nexus_lane": True, "fast_lane": True},
            inspection={
                "selective_share": 0.2,
                "examination_limit_min": 15.0,
                "withdrawal_share": 0.3,
            },
            staffing={"control_interval_min": 20},
            database={"link_everywhere": True},
            intelligence={"report_share": 0.9, "report_h": 0.0},
            smuggling={
                "firearms_per_year": 1e6,
                "load_mean": 1.0,
                "adversary": "static",
                "traveller_firearms_per_million": 1e5,
            },
        ),
        Scenario(
            "short days",
            interventions=(
                Intervention(
                    "port", "hours", (8.0, 17.5), Where(ports=("abercorn", "whirlpool"))
                ),
            ),
        ),
        ("abercorn", "aden", "sombra", "whirlpool"),
        2005, START, 3, 8, "compiled",
    )  # fmt: skip
    return [busy, quiet]


if __name__ == "__main__":
    from twins import Twins  # beside this script

    import sim

    for point in fixed_points():
        if differences := Twins.of(point, 0).differences():
            where = Path(sim.__file__).parent
            sys.exit("\n".join([f"engines of {where} differ:", *differences]))
