"""Officers, shifts and the superintendent's rule; armed and dangerous subjects."""

from dataclasses import dataclass

from sim.parameters.declaration import par


@dataclass(frozen=True, slots=True)
class Staffing:
    """Officers, shifts and the superintendent's rule."""

    officers_scale: float = par(
        1.0, unit="ratio", source="A040", kind="measured", low=0.85, high=1.15, bounds=(0.0, 20.0),
        by_port=True, about="Officers on shift as a ratio of the staffing table",
    )  # fmt: skip
    traveller_officers_added: float = par(
        0.0, unit="officers", source="B005", kind="elicited", low=0, high=10, bounds=(0.0, 100.0),
        by_port=True, lever=True,
        about="Posts for travellers held day and night beyond the roster, as a lane of its own "
        "takes (their time is bound: it is not counted as free for examinations)",
    )  # fmt: skip
    trade_officers_added: float = par(
        0.0, unit="officers", source="B005", kind="elicited", low=0, high=10, bounds=(0.0, 100.0),
        by_port=True, lever=True,
        about="Posts for trade held day and night beyond the roster, as a lane of its own takes "
        "(their time is bound: it is not counted as free for examinations)",
    )  # fmt: skip
    positions_added: float = par(
        0.0, unit="ratio", source="000 ¶10", kind="measured", low=0.0, high=0.5,
        bounds=(0.0, 5.0), lever=True, about="Positions created, as a ratio of those that exist",
    )  # fmt: skip
    hiring_months: float = par(
        6.0, unit="months", source="assumed", kind="elicited", low=3, high=18, bounds=(0.0, 120.0),
        about="From a vacancy to the first day at the college",
    )  # fmt: skip
    college_weeks: float = par(
        9.0, unit="weeks", source="assumed", kind="elicited", low=8, high=18, bounds=(0.0, 104.0),
        about="Weeks at the college before the first shift",
    )  # fmt: skip
    college_seats_per_year: float = par(
        600.0, unit="officers/year", source="assumed", kind="elicited", low=300, high=800,
        bounds=(0.0, 1e5),
        about="Recruits that the college can take (A047 is the capacity of another course: 500 "
        "certified with a firearm a year)",
    )  # fmt: skip
    attrition_per_year: float = par(
        0.05, unit="share", source="assumed", kind="elicited", low=0.02, high=0.1,
        about="Officers who leave in a year",
    )  # fmt: skip
    absent_share: float = par(
        0.05, unit="share", source="assumed", kind="elicited", low=0.02, high=0.12, by_port=True,
        about="Rostered officers who are absent",
    )  # fmt: skip
    training_weeks: float = par(
        0.0, unit="weeks", source="000 ¶10, ¶14", kind="elicited", low=0.0, high=8.0,
        bounds=(0.0, 52.0), lever=True,
        about="Weeks off the line that training takes from each officer",
    )  # fmt: skip
    training_months: float = par(
        12.0, unit="months", source="assumed", kind="elicited", low=6, high=36,
        bounds=(0.1, 240.0), about="Time in which every officer has been trained once",
    )  # fmt: skip
    armed_target_share: float = par(
        0.0, unit="share", source="A041", kind="measured", low=0.0, high=1.0,
        lever=True, about="Officers to be armed at the end of the roll-out",
    )  # fmt: skip
    arming_years: float = par(
        10.0, unit="years", source="A042, A046", kind="measured", low=2, high=10,
        bounds=(0.01, 50.0), about="Length of the arming roll-out",
    )  # fmt: skip
    arming_course_weeks: float = par(
        3.0, unit="weeks", source="A050", kind="measured", low=2, high=4, bounds=(0.0, 52.0),
        about="Length of the duty firearm course",
    )  # fmt: skip
    recruits_course_share: float = par(
        0.5, unit="share", source="assumed", kind="elicited", low=0.0, high=1.0,
        about="Recruits who are trained and armed like the others, once everybody has been; "
        "without them the trained and the armed grow fewer as officers leave",
    )  # fmt: skip
    control_interval_min: int = par(
        60, unit="min", source="assumed", kind="elicited", low=15, high=60, bounds=(5, 60),
        fixed_at_start=True,
        about="How often the superintendent sets booths and secondary anew (a divisor of 60)",
    )  # fmt: skip
    safety: float = par(
        0.93, unit="ratio", source="B018, B060", kind="elicited", low=0.4, high=1.2,
        bounds=(-1.0, 10.0), fixed_at_start=True,
        about="Safety staffing: officers beyond the load, per square root of the load "
        "(fitted to the wait standard)",
    )  # fmt: skip
    booth_load: float = par(
        1.25, unit="officers", source="B038, B060", kind="elicited", low=1.0, high=1.5,
        bounds=(0.1, 5.0), by_port=True,
        about="Load of an open booth, line included, beyond which the superintendent opens another",
    )  # fmt: skip
    roster_year: int = par(
        2005, unit="year", source="A040", kind="elicited", low=2005, high=2005,
        bounds=(1996, 2024), fixed_at_start=True,
        about="Year for whose traffic rosters and booths were planned, whatever year is run",
    )  # fmt: skip
    seasonal_flexibility: float = par(
        0.03, unit="ratio", source="assumed", kind="elicited", low=0.0, high=0.15,
        bounds=(0.0, 1.0), fixed_at_start=True,
        about="How far summer staff, leave and overtime let a month differ from the year's mean",
    )  # fmt: skip
    weekly_flexibility: float = par(
        0.02, unit="ratio", source="B040", kind="elicited", low=0.0, high=0.2,
        bounds=(0.0, 1.0), fixed_at_start=True,
        about="How far the roster of a weekday can differ from the week's mean",
    )  # fmt: skip
    port_spread: float = par(
        0.5, unit="log units", source="B022-B036", kind="elicited", low=0.2, high=0.9,
        bounds=(0.0, 2.0), fixed_at_start=True,
        about="Spread of the factor on safety by which ports differ where no wait is published",
    )  # fmt: skip
    port_draw: int = par(
        1, unit="", source="assumed", kind="placeholder", low=1, high=1000,
        bounds=(0, 1_000_000), fixed_at_start=True,
        about="Number of the draw of these factors, which worlds vary; 0 for ports that are alike",
    )  # fmt: skip
    other_work_share: float = par(
        0.25, unit="share", source="assumed", kind="elicited", low=0.1, high=0.45,
        bounds=(0.0, 0.9),
        about="Paid time on shift away from booths and secondary: breaks, immigration, paperwork "
        "of seizures",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Danger:
    """Armed and dangerous subjects, withdrawal, and vehicles that do not stop."""

    lookouts_per_year: float = par(
        46.0, unit="events/year", source="G057", kind="elicited", low=23, high=77,
        bounds=(0.0, 1e5), fixed_at_start=True,
        about="Dangerous subjects at the ports; police are within reach of a fifth, so that "
        "officers withdraw 36 times a year, as on record",
    )  # fmt: skip
    withdrawal_median_h: float = par(
        1.0, unit="h", source="G058", kind="cited", low=0.1, high=6.0, bounds=(0.01, 48.0),
        about="Median length of the closure that follows a withdrawal",
    )  # fmt: skip
    withdrawal_sigma: float = par(
        1.0, unit="log units", source="G058", kind="elicited", low=0.5, high=1.5,
        bounds=(0.0, 3.0), about="Spread of its length (lognormal)",
    )  # fmt: skip
    police_response_min: float = par(
        45.0, unit="min", source="assumed", kind="placeholder", low=15, high=120,
        bounds=(0.0, 1440.0), by_port=True, about="Mean time until police arrive at a port",
    )  # fmt: skip
    police_present_share: float = par(
        0.02, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.1, by_port=True,
        about="Time in which police are at the port already",
    )  # fmt: skip
    within_reach_min: float = par(
        10.0, unit="min", source="assumed", kind="elicited", low=5, high=20, bounds=(0.0, 240.0),
        about="Police who arrive within this time keep the officers at their posts",
    )  # fmt: skip
    subject_waits_min: float = par(
        15.0, unit="min", source="assumed", kind="placeholder", low=2, high=60,
        bounds=(0.0, 1440.0), about="How long a dangerous subject can be met before he is gone",
    )  # fmt: skip
    runs_share: float = par(
        0.01, unit="share", source="assumed; A018", kind="placeholder", low=0.0, high=0.05,
        about="Traffickers who run when they are referred; police within the time to catch a "
        "runner meet them",
    )  # fmt: skip
    port_runners_per_year: float = par(
        1600.0, unit="vehicles/year", source="A018", kind="measured", low=1000, high=2500,
        bounds=(0.0, 1e6), fixed_at_start=True, about="Vehicles that pass a port without stopping",
    )  # fmt: skip
    runner_caught_min: float = par(
        8.0, unit="min", source="assumed", kind="placeholder", low=3, high=20,
        bounds=(0.0, 1440.0), about="A runner is met by police who respond within this time",
    )  # fmt: skip
