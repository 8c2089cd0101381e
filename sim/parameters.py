"""Every parameter of the model, once: value, unit, source, class and range.

A class here is a room of the configuration (``conf/`` has a group of the same name). A field is
declared with `par`; no other file holds a default. ``source`` is an id of
``sim/data/source/facts.csv`` or a document paragraph ("000 ¶10"), or the word "assumed". ``kind``
says what the number is:

- *measured*: read from a published count or derived from one;
- *cited*: published, but of another place, year or mode;
- *elicited*: a judgement within a range that the evidence allows;
- *placeholder*: a guess, to be carried as a range.
"""

import dataclasses
import functools
from dataclasses import dataclass
from typing import Any, Literal

from sim.errors import InputError

Kind = Literal["measured", "cited", "elicited", "placeholder"]


def par(
    default: Any,
    *,
    unit: str,
    source: str,
    kind: Kind,
    low: float | None = None,
    high: float | None = None,
    about: str,
    bounds: tuple[float, float] | None = None,
    by_port: bool = False,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare a parameter.

    Parameters
    ----------
    default : float, int, str or bool
        The value of the baseline.
    unit : str
        Unit, "share" for 0 to 1, or "" where there is none.
    source : str
        Where it comes from.
    kind : str
        One of measured, cited, elicited, placeholder.
    low, high : float, optional
        The plausible range, which sensitivity studies sample.
    about : str
        What it is, in one line.
    bounds : tuple of float, optional
        What is possible at all (inclusive); outside it a configuration is refused.
    by_port : bool
        Whether an intervention may set it at some ports only.
    choices : tuple of str
        Allowed words of a text parameter.
    """
    return dataclasses.field(
        default=default,
        metadata={
            "unit": unit,
            "source": source,
            "kind": kind,
            "low": low,
            "high": high,
            "about": about,
            "bounds": bounds if bounds is not None else (0.0, 1.0) if unit == "share" else None,
            "by_port": by_port,
            "choices": choices,
        },
    )


@dataclass(frozen=True, slots=True)
class Traffic:
    """Who comes, and when."""

    volume_scale: float = par(
        1.0, unit="ratio", source="C080 check 2", kind="measured", low=0.87, high=1.0,
        bounds=(0.0, 20.0), by_port=True,
        about="All traffic as a ratio of the table of the year",
    )  # fmt: skip
    day_factor_cv: float = par(
        0.12, unit="ratio", source="assumed", kind="elicited", low=0.05, high=0.25,
        bounds=(0.0, 1.0),
        about="Coefficient of variation of the day factor that the ports of a region share",
    )  # fmt: skip
    nexus_share: float = par(
        0.08, unit="share", source="Z007", kind="elicited", low=0.03, high=0.15, by_port=True,
        about="Cars that use the NEXUS lane, of the cars at ports that have one",
    )  # fmt: skip
    fast_share: float = par(
        0.12, unit="share", source="assumed", kind="elicited", low=0.03, high=0.3, by_port=True,
        about="Trucks that use the FAST lane, of the trucks at ports that have one",
    )  # fmt: skip
    sailings_per_day: int = par(
        6, unit="sailings/day", source="assumed", kind="elicited", low=2, high=16, bounds=(1, 24),
        about="Ferry arrivals a day at a landing, evenly over its opening hours",
    )  # fmt: skip
    detour_factor: float = par(
        1.35, unit="ratio", source="G015", kind="elicited", low=1.2, high=1.8, bounds=(1.0, 5.0),
        about="Road distance between neighbouring ports as a ratio of the great circle",
    )  # fmt: skip
    detour_speed_km_per_h: float = par(
        70.0, unit="km/h", source="assumed", kind="elicited", low=50, high=90, bounds=(5.0, 130.0),
        about="Speed of the drive to a neighbouring port",
    )  # fmt: skip
    detour_choice_min: float = par(
        20.0, unit="min", source="assumed", kind="elicited", low=5, high=60, bounds=(0.1, 600.0),
        about="Extra minutes of drive and wait that make a neighbouring port e times less chosen",
    )  # fmt: skip
    trip_km: float = par(
        150.0, unit="km", source="assumed", kind="elicited", low=50, high=400,
        bounds=(1.0, 5000.0),
        about="Length of an ordinary trip, against which a detour is felt",
    )  # fmt: skip
    distance_elasticity: float = par(
        -1.8, unit="elasticity", source="D013", kind="cited", low=-2.0, high=-1.6,
        bounds=(-10.0, 0.0),
        about="Change in trips for a change in distance, in logarithms",
    )  # fmt: skip
    neighbours: int = par(
        3, unit="ports", source="assumed", kind="elicited", low=1, high=5, bounds=(1, 8),
        about="How many neighbouring ports a diverted traveller considers",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Primary:
    """The primary inspection line."""

    car_s: float = par(
        55.0, unit="s", source="B010", kind="cited", low=30, high=90, bounds=(1.0, 3600.0),
        by_port=True, about="Mean primary service time of a car in a general lane, without query",
    )  # fmt: skip
    nexus_s: float = par(
        25.0, unit="s", source="B011", kind="cited", low=10, high=30, bounds=(1.0, 3600.0),
        by_port=True, about="Mean primary service time in a NEXUS lane, without query",
    )  # fmt: skip
    truck_s: float = par(
        80.0, unit="s", source="B056", kind="cited", low=60, high=120, bounds=(1.0, 3600.0),
        by_port=True, about="Mean primary service time of a truck, without query",
    )  # fmt: skip
    fast_s: float = par(
        40.0, unit="s", source="B054", kind="cited", low=23, high=60, bounds=(1.0, 3600.0),
        by_port=True, about="Mean primary service time in a FAST lane, without query",
    )  # fmt: skip
    bus_s: float = par(
        480.0, unit="s", source="assumed", kind="elicited", low=240, high=1200,
        bounds=(1.0, 36000.0), by_port=True,
        about="Mean primary service time of a bus and its passengers",
    )  # fmt: skip
    train_s: float = par(
        1500.0, unit="s", source="assumed", kind="elicited", low=600, high=5400,
        bounds=(1.0, 36000.0), by_port=True, about="Mean primary service time of a train",
    )  # fmt: skip
    cv: float = par(
        0.7, unit="ratio", source="B052", kind="elicited", low=0.4, high=1.0, bounds=(0.0, 3.0),
        about="Coefficient of variation of primary service times",
    )  # fmt: skip
    distribution: str = par(
        "gamma", unit="", source="B052", kind="cited", choices=("gamma", "lognormal"),
        about="Family of primary service times (Erlang is a gamma)",
    )  # fmt: skip
    query_s: float = par(
        5.0, unit="s", source="assumed", kind="elicited", low=2, high=15, bounds=(0.0, 600.0),
        by_port=True, about="Time of a database query, added where the port has a data link",
    )  # fmt: skip
    hurry_queue: float = par(
        8.0, unit="vehicles/booth", source="assumed", kind="elicited", low=4, high=20,
        bounds=(0.0, 1e9), by_port=True,
        about="Vehicles in line per open booth above which officers shorten their questions",
    )  # fmt: skip
    hurry_service: float = par(
        0.85, unit="ratio", source="assumed", kind="elicited", low=0.7, high=1.0,
        bounds=(0.05, 1.0), by_port=True, about="Service time under a long queue, as a ratio",
    )  # fmt: skip
    hurry_skill: float = par(
        0.8, unit="ratio", source="assumed", kind="elicited", low=0.5, high=1.0,
        bounds=(0.0, 1.0), by_port=True, about="d' under a long queue, as a ratio",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inspection:
    """Referral to secondary, and examination there."""

    selective_share: float = par(
        0.013, unit="share", source="Z012, Z013", kind="elicited", low=0.003, high=0.03,
        by_port=True, about="Cars and buses referred on suspicion, of those not referred otherwise",
    )  # fmt: skip
    selective_truck_share: float = par(
        0.009, unit="share", source="A032", kind="cited", low=0.004, high=0.015, by_port=True,
        about="Trucks referred on suspicion, of those not referred otherwise",
    )  # fmt: skip
    random_share: float = par(
        0.003, unit="share", source="Z014", kind="placeholder", low=0.0005, high=0.01,
        by_port=True, about="Conveyances referred at random, of those without mandatory referral",
    )  # fmt: skip
    d_prime: float = par(
        1.1, unit="standard deviations", source="assumed", kind="placeholder", low=0.0, high=2.0,
        bounds=(0.0, 6.0), by_port=True,
        about="How far an officer's suspicion of a trafficker stands above that of the innocent",
    )  # fmt: skip
    d_prime_traveller: float = par(
        0.6, unit="standard deviations", source="C043, C044", kind="placeholder", low=0.0,
        high=2.0, bounds=(0.0, 6.0), by_port=True,
        about="The same for an ordinary visitor with an undeclared personal firearm",
    )  # fmt: skip
    training_gain: float = par(
        0.0, unit="standard deviations", source="assumed", kind="placeholder", low=0.0, high=0.6,
        bounds=(0.0, 6.0), about="What finished training adds to d'",
    )  # fmt: skip
    paperwork_share: float = par(
        0.008, unit="share", source="Z012, Z013", kind="elicited", low=0.004, high=0.02,
        by_port=True, about="Cars and buses with permits or immigration paperwork, referred always",
    )  # fmt: skip
    paperwork_truck_share: float = par(
        0.008, unit="share", source="A032, B051", kind="cited", low=0.004, high=0.03,
        by_port=True, about="Trucks referred for paperwork",
    )  # fmt: skip
    clearance_min: float = par(
        15.0, unit="min", source="Z016", kind="placeholder", low=5, high=30, bounds=(0.1, 600.0),
        by_port=True, about="Mean officer time of a duty collection or of paperwork",
    )  # fmt: skip
    secondary_cv: float = par(
        0.8, unit="ratio", source="assumed", kind="elicited", low=0.4, high=1.2,
        bounds=(0.0, 3.0), about="Coefficient of variation of times in secondary (lognormal)",
    )  # fmt: skip
    examination_limit_min: float = par(
        20.0, unit="min", source="assumed", kind="elicited", low=10, high=60,
        bounds=(0.0, 1440.0), by_port=True,
        about="A discretionary examination not begun within this time is not done",
    )  # fmt: skip
    cursory_share: float = par(
        0.55, unit="share", source="assumed", kind="elicited", low=0.3, high=0.8,
        by_port=True, about="Discretionary traveller examinations that are a cursory look",
    )  # fmt: skip
    dog_share: float = par(
        0.02, unit="share", source="A009, A010", kind="cited", low=0.0, high=0.1,
        by_port=True, about="Discretionary examinations by a detector dog",
    )  # fmt: skip
    imaging_share: float = par(
        0.03, unit="share", source="A008", kind="elicited", low=0.0, high=0.3,
        by_port=True, about="Discretionary commercial examinations by imaging",
    )  # fmt: skip
    intrusive_share: float = par(
        0.005, unit="share", source="Z018", kind="placeholder", low=0.0, high=0.05,
        by_port=True, about="Discretionary examinations that take the vehicle apart",
    )  # fmt: skip
    cursory_min: float = par(
        5.0, unit="min", source="assumed", kind="elicited", low=2, high=10, bounds=(0.1, 600.0),
        by_port=True, about="Mean officer time of a cursory look",
    )  # fmt: skip
    full_min: float = par(
        30.0, unit="min", source="Z017", kind="placeholder", low=10, high=90,
        bounds=(0.1, 600.0), by_port=True, about="Mean officer time of a full manual examination",
    )  # fmt: skip
    dog_min: float = par(
        10.0, unit="min", source="assumed", kind="elicited", low=5, high=20, bounds=(0.1, 600.0),
        by_port=True, about="Mean officer time of a search with a dog",
    )  # fmt: skip
    imaging_min: float = par(
        20.0, unit="min", source="assumed", kind="elicited", low=10, high=60,
        bounds=(0.1, 600.0), by_port=True, about="Mean officer time of an imaging examination",
    )  # fmt: skip
    intrusive_min: float = par(
        180.0, unit="min", source="Z018", kind="placeholder", low=60, high=360,
        bounds=(0.1, 1440.0), by_port=True, about="Mean officer time of an intrusive examination",
    )  # fmt: skip
    cursory_find: float = par(
        0.25, unit="share", source="Z008", kind="placeholder", low=0.05, high=0.5,
        about="Chance that a cursory look of mean length finds a firearm that is there",
    )  # fmt: skip
    full_find: float = par(
        0.65, unit="share", source="Z009", kind="placeholder", low=0.4, high=0.9,
        about="The same for a full manual examination of mean length",
    )  # fmt: skip
    dog_find: float = par(
        0.6, unit="share", source="Z010", kind="placeholder", low=0.3, high=0.9,
        about="The same for a dog",
    )  # fmt: skip
    imaging_find: float = par(
        0.5, unit="share", source="Z011", kind="placeholder", low=0.3, high=0.8,
        about="The same for imaging",
    )  # fmt: skip
    intrusive_find: float = par(
        0.95, unit="share", source="assumed", kind="placeholder", low=0.8, high=0.99,
        about="The same for an intrusive examination",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Database:
    """Data links, queries and lookouts at primary."""

    link_everywhere: bool = par(
        False, unit="", source="A024, A025", kind="measured", by_port=True,
        about="Give a data link to every selected port, also those the port table has without",
    )  # fmt: skip
    query_coverage: float = par(
        0.75, unit="share", source="assumed", kind="placeholder", low=0.4, high=0.98, by_port=True,
        about="Conveyances queried at primary, at ports with a customs database",
    )  # fmt: skip
    query_coverage_without: float = par(
        0.25, unit="share", source="A029", kind="placeholder", low=0.0, high=0.6, by_port=True,
        about="The same at the 62 offices without one (other lists, telephone)",
    )  # fmt: skip
    lookout_miss_share: float = par(
        0.13, unit="share", source="A013", kind="measured", low=0.05, high=0.311, by_port=True,
        about="Lookouts that were hit but not referred for examination",
    )  # fmt: skip
    lookout_share: float = par(
        0.02, unit="share", source="assumed", kind="placeholder", low=0.002, high=0.08,
        about="Trafficking trips on whose plate or person a lookout is active at the booth",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Duty:
    """Personal exemptions and what is collected above them."""

    exemption_24h_cad: float = par(
        50.0, unit="CAD", source="D014", kind="measured", low=50, high=2000, bounds=(0.0, 1e6),
        about="Exemption of a returning resident after 24 hours",
    )  # fmt: skip
    exemption_48h_cad: float = par(
        200.0, unit="CAD", source="D015", kind="measured", low=200, high=2000, bounds=(0.0, 1e6),
        about="Exemption after 48 hours",
    )  # fmt: skip
    exemption_7d_cad: float = par(
        750.0, unit="CAD", source="D016", kind="measured", low=750, high=2000, bounds=(0.0, 1e6),
        about="Exemption after seven days",
    )  # fmt: skip
    resident_share: float = par(
        0.59, unit="share", source="published_totals: returns by auto 2006", kind="measured",
        low=0.5, high=0.7, about="Cars that bring home Canadian residents",
    )  # fmt: skip
    overnight_share: float = par(
        0.295, unit="share", source="published_totals: returns by auto 2006", kind="measured",
        low=0.2, high=0.45, about="Of these, cars that stayed one night or more",
    )  # fmt: skip
    one_night_share: float = par(
        0.35, unit="share", source="assumed", kind="elicited", low=0.2, high=0.5,
        about="Overnight stays of 24 to 48 hours",
    )  # fmt: skip
    week_share: float = par(
        0.12, unit="share", source="assumed", kind="elicited", low=0.05, high=0.25,
        about="Overnight stays of seven days or more",
    )  # fmt: skip
    same_day_purchase_cad: float = par(
        30.0, unit="CAD", source="assumed", kind="placeholder", low=10, high=60,
        bounds=(0.01, 1e6), about="Median purchases of a car party after a same-day trip",
    )  # fmt: skip
    one_night_purchase_cad: float = par(
        120.0, unit="CAD", source="assumed", kind="placeholder", low=60, high=250,
        bounds=(0.01, 1e6), about="The same after 24 to 48 hours",
    )  # fmt: skip
    two_night_purchase_cad: float = par(
        220.0, unit="CAD", source="assumed", kind="placeholder", low=100, high=400,
        bounds=(0.01, 1e6), about="The same after two to six nights",
    )  # fmt: skip
    week_purchase_cad: float = par(
        450.0, unit="CAD", source="assumed", kind="placeholder", low=200, high=900,
        bounds=(0.01, 1e6), about="The same after seven days or more",
    )  # fmt: skip
    purchase_sigma: float = par(
        1.1, unit="log units", source="assumed", kind="placeholder", low=0.7, high=1.5,
        bounds=(0.05, 3.0), about="Spread of purchases (lognormal)",
    )  # fmt: skip
    collected_share: float = par(
        0.045, unit="share", source="Z013", kind="placeholder", low=0.01, high=0.15,
        about="Parties above their limit that declare it and are sent to pay",
    )  # fmt: skip
    rate: float = par(
        0.2, unit="share", source="D001", kind="elicited", low=0.12, high=0.3,
        about="Duty and tax on the value above the exemption",
    )  # fmt: skip
    waive_below_cad: float = par(
        3.0, unit="CAD", source="D005", kind="cited", low=3, high=10, bounds=(0.0, 1000.0),
        about="Duty and tax below which nothing is collected",
    )  # fmt: skip
    waive_queue: float = par(
        6.0, unit="vehicles/booth", source="D004", kind="elicited", low=2, high=15,
        bounds=(0.0, 1e9), by_port=True,
        about="Vehicles in line per open booth above which collections are waived",
    )  # fmt: skip
    induced_trips: float = par(
        0.03, unit="elasticity", source="D006-D008", kind="cited", low=0.0, high=0.08,
        bounds=(0.0, 1.0),
        about="Growth of overnight trips per log unit of the exemption limit",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Staffing:
    """Officers, shifts and the superintendent's rule."""

    officers_scale: float = par(
        1.0, unit="ratio", source="A040", kind="measured", low=0.85, high=1.15, bounds=(0.0, 20.0),
        by_port=True, about="Officers on shift as a ratio of the staffing table",
    )  # fmt: skip
    positions_added: float = par(
        0.0, unit="ratio", source="000 ¶10", kind="measured", low=0.0, high=0.5,
        bounds=(0.0, 5.0), about="Positions created, as a ratio of those that exist",
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
        600.0, unit="officers/year", source="A047", kind="cited", low=300, high=800,
        bounds=(0.0, 1e5), about="Recruits that the college can take",
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
        bounds=(0.0, 52.0), about="Weeks off the line that training takes from each officer",
    )  # fmt: skip
    training_months: float = par(
        12.0, unit="months", source="assumed", kind="elicited", low=6, high=36,
        bounds=(0.1, 240.0), about="Time in which every officer has been trained once",
    )  # fmt: skip
    armed_target_share: float = par(
        0.0, unit="share", source="A041", kind="measured", low=0.0, high=1.0,
        about="Officers to be armed at the end of the roll-out",
    )  # fmt: skip
    arming_years: float = par(
        10.0, unit="years", source="A042, A046", kind="measured", low=2, high=10,
        bounds=(0.01, 50.0), about="Length of the arming roll-out",
    )  # fmt: skip
    arming_course_weeks: float = par(
        3.0, unit="weeks", source="A050", kind="measured", low=2, high=4, bounds=(0.0, 52.0),
        about="Length of the duty firearm course",
    )  # fmt: skip
    control_interval_min: int = par(
        60, unit="min", source="assumed", kind="elicited", low=15, high=60, bounds=(5, 60),
        about="How often the superintendent sets booths and secondary anew (a divisor of 60)",
    )  # fmt: skip
    safety: float = par(
        0.25, unit="ratio", source="B060", kind="elicited", low=0.1, high=0.8, bounds=(-1.0, 10.0),
        about="Safety staffing: officers beyond the load, per square root of the load "
        "(fitted to the wait standard)",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Danger:
    """Armed and dangerous subjects, withdrawal, and vehicles that do not stop."""

    lookouts_per_year: float = par(
        36.0, unit="events/year", source="G057", kind="measured", low=18, high=60,
        bounds=(0.0, 1e5), about="Dangerous lookouts that made officers withdraw in 2005-06",
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
    port_runners_per_year: float = par(
        1600.0, unit="vehicles/year", source="A018", kind="measured", low=1000, high=2500,
        bounds=(0.0, 1e6), about="Vehicles that pass a port without stopping",
    )  # fmt: skip
    runner_caught_min: float = par(
        8.0, unit="min", source="assumed", kind="placeholder", low=3, high=20,
        bounds=(0.0, 1440.0), about="A runner is met by police who respond within this time",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Smuggling:
    """Trafficking organisations and travellers' own firearms."""

    adversary: str = par(
        "quantal_response", unit="", source="assumed", kind="placeholder",
        choices=("static", "quantal_response"), about="How smugglers choose their route",
    )  # fmt: skip
    firearms_per_year: float = par(
        4000.0, unit="firearms/year", source="Z003", kind="placeholder", low=1500, high=10000,
        bounds=(0.0, 1e6), about="Firearms that organisations would move in a year, all routes",
    )  # fmt: skip
    organisations: int = par(
        60, unit="organisations", source="assumed", kind="placeholder", low=20, high=200,
        bounds=(1, 5000), about="Trafficking organisations at work",
    )  # fmt: skip
    load_mean: float = par(
        4.0, unit="firearms", source="C028-C042", kind="elicited", low=1.8, high=10,
        bounds=(1.0, 1000.0), about="Mean load of a trip (heavy-tailed, at least one)",
    )  # fmt: skip
    load_tail: float = par(
        1.8, unit="exponent", source="C028-C042", kind="elicited", low=1.3, high=2.5,
        bounds=(1.05, 10.0), about="Tail exponent of the load",
    )  # fmt: skip
    load_maximum: int = par(
        120, unit="firearms", source="C027-C042", kind="cited", low=60, high=200,
        bounds=(1, 10000), about="Largest load of one trip",
    )  # fmt: skip
    between_ports_share: float = par(
        0.25, unit="share", source="Z015", kind="placeholder", low=0.05, high=0.6,
        about="Trips that go between ports or by water in the baseline",
    )  # fmt: skip
    between_ports_loss: float = par(
        0.05, unit="share", source="A002, Z006", kind="placeholder", low=0.01, high=0.2,
        about="Chance that a trip between ports is intercepted",
    )  # fmt: skip
    rationality: float = par(
        2.0, unit="1/utility", source="assumed", kind="placeholder", low=0.0, high=20.0,
        bounds=(0.0, 1e9),
        about="Lambda of the quantal response; utility is in units of the trip's mean margin",
    )  # fmt: skip
    routes_considered: int = par(
        10, unit="ports", source="assumed", kind="placeholder", low=3, high=30, bounds=(1, 200),
        about="Ports that an organisation considers: those with the shortest way to its market",
    )  # fmt: skip
    commercial_share: float = par(
        0.1, unit="share", source="C006", kind="placeholder", low=0.02, high=0.3,
        about="Trips that go in a truck",
    )  # fmt: skip
    deep_share: float = par(
        0.3, unit="share", source="C006, C029, C040", kind="placeholder", low=0.1, high=0.6,
        about="Loads that are hidden deep in the vehicle",
    )  # fmt: skip
    deep_factor: float = par(
        0.35, unit="ratio", source="assumed", kind="placeholder", low=0.1, high=0.8,
        bounds=(0.0, 1.0), about="Search rate against deep concealment, as a ratio",
    )  # fmt: skip
    price_cad: float = par(
        3250.0, unit="CAD", source="C051", kind="cited", low=2000, high=3500, bounds=(0.0, 1e6),
        about="Street price of a handgun in Canada (2018-19; none is known for 2005)",
    )  # fmt: skip
    acquisition_cad: float = par(
        750.0, unit="CAD", source="C048, C050, C052", kind="cited", low=300, high=900,
        bounds=(0.0, 1e6), about="Purchase and straw buyer's fee of one handgun",
    )  # fmt: skip
    travel_cad_per_km: float = par(
        0.65, unit="CAD/km", source="D011", kind="cited", low=0.3, high=1.0, bounds=(0.0, 100.0),
        about="Cost of travel (0.87 USD a mile)",
    )  # fmt: skip
    vehicle_cad: float = par(
        8000.0, unit="CAD", source="assumed", kind="placeholder", low=2000, high=20000,
        bounds=(0.0, 1e7), about="Value of the vehicle that is lost with the load",
    )  # fmt: skip
    fine_cad: float = par(
        350.0, unit="CAD", source="000 ¶11; E013", kind="measured", low=300, high=400,
        bounds=(0.0, 1e7), about="Fine for crossing with a gun",
    )  # fmt: skip
    sentence_years: float = par(
        1.0, unit="years", source="E016, E020", kind="cited", low=0.2, high=4.0,
        bounds=(0.0, 100.0), about="Expected time in custody of a trafficker who is caught",
    )  # fmt: skip
    liberty_cad_per_year: float = par(
        40000.0, unit="CAD/year", source="assumed", kind="placeholder", low=10000, high=150000,
        bounds=(0.0, 1e8), about="What a year of liberty is worth to a trafficker",
    )  # fmt: skip
    wait_cad_per_h: float = par(
        30.0, unit="CAD/h", source="assumed", kind="elicited", low=0, high=200, bounds=(0.0, 1e5),
        about="What an hour in line is worth to a trafficker",
    )  # fmt: skip
    perception_days: float = par(
        30.0, unit="days", source="assumed", kind="placeholder", low=7, high=180,
        bounds=(1.0, 3650.0),
        about="Time over which smugglers and travellers average what they see",
    )  # fmt: skip
    traveller_firearms_per_million: float = par(
        1600.0, unit="cars with a firearm per million US-resident cars", source="C043, Z020",
        kind="placeholder", low=200, high=3000, bounds=(0.0, 1e6),
        about="Visitors with an undeclared personal firearm "
        "(only its product with detection is known)",
    )  # fmt: skip
    traveller_firearms_mean: float = par(
        1.3, unit="firearms", source="C083, C084", kind="elicited", low=1.0, high=2.0,
        bounds=(1.0, 10.0), about="Firearms of such a visitor",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Costs:
    """What things cost, for the tables only: no cost changes what happens."""

    car_delay_cad_per_h: float = par(
        25.0, unit="CAD/h", source="assumed", kind="elicited", low=15, high=40,
        bounds=(0.0, 1e4), about="Value of an hour of delay of a car and its occupants",
    )  # fmt: skip
    truck_delay_cad_per_h: float = par(
        60.0, unit="CAD/h", source="assumed", kind="elicited", low=40, high=150,
        bounds=(0.0, 1e4), about="Value of an hour of delay of a truck, driver and load",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameters:
    """All rooms. Frozen, hashable, comparable; built by `sim.config` or in Python."""

    traffic: Traffic = Traffic()
    primary: Primary = Primary()
    inspection: Inspection = Inspection()
    database: Database = Database()
    duty: Duty = Duty()
    staffing: Staffing = Staffing()
    danger: Danger = Danger()
    smuggling: Smuggling = Smuggling()
    costs: Costs = Costs()


ROOMS = tuple(field.name for field in dataclasses.fields(Parameters))


@functools.cache
def catalogue() -> dict[str, dataclasses.Field[Any]]:
    """Every parameter by its dotted name (``room.field``), in order of declaration."""
    return {
        f"{room.name}.{field.name}": field
        for room in dataclasses.fields(Parameters)
        for field in dataclasses.fields(room.default)  # type: ignore[arg-type]
    }


def check_value(name: str, value: Any, where: str) -> None:
    """Refuse a value that its parameter cannot have.

    Parameters
    ----------
    name : str
        Dotted name of the parameter.
    value : object
        The value to check.
    where : str
        The file or command line it came from, for the message.

    Raises
    ------
    InputError
        With field, value, bound, unit and place in one line.
    """
    known = catalogue()
    if name not in known:
        raise InputError.unknown("parameter", name, known, where)
    field = known[name]
    about = field.metadata
    kind: type[Any] = type(field.default)
    if kind is bool or kind is str:
        if not isinstance(value, kind):
            raise InputError(f"{where}: {name} = {value!r} is not a {kind.__name__}")
        if about["choices"] and value not in about["choices"]:
            raise InputError(
                f"{where}: {name} = {value!r} is not one of {', '.join(about['choices'])}"
            )
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{where}: {name} = {value!r} is not a number ({about['unit']})")
    if kind is int and value != int(value):
        raise InputError(f"{where}: {name} = {value} is not a whole number ({about['unit']})")
    if about["bounds"] is not None:
        lowest, highest = about["bounds"]
        if not lowest <= value <= highest:
            side, bound = ("below", lowest) if value < lowest else ("above", highest)
            raise InputError(f"{where}: {name} = {value} is {side} {bound:g} {about['unit']}")
    elif value != value or abs(value) == float("inf"):
        raise InputError(f"{where}: {name} = {value} is not a finite number ({about['unit']})")


def check(parameters: Parameters, where: str) -> None:
    """Refuse parameters of which one is outside its bounds, or which contradict each other."""
    for name in catalogue():
        room, field = name.split(".")
        check_value(name, getattr(getattr(parameters, room), field), where)
    if 60 % parameters.staffing.control_interval_min:
        raise InputError(
            f"{where}: staffing.control_interval_min = {parameters.staffing.control_interval_min} "
            "does not divide 60 min"
        )
    kinds = parameters.inspection
    shares = kinds.cursory_share + kinds.dog_share + kinds.intrusive_share
    if shares > 1.0 or kinds.imaging_share + kinds.dog_share + kinds.intrusive_share > 1.0:
        raise InputError(
            f"{where}: inspection.cursory_share + dog_share + intrusive_share = {shares:g} "
            "is above 1 share"
        )
    if parameters.duty.one_night_share + parameters.duty.week_share > 1.0:
        raise InputError(f"{where}: duty.one_night_share + duty.week_share is above 1 share")
