"""Who comes, and when."""

from dataclasses import dataclass

from sim.parameters.declaration import par

CALENDARS = ("CA+US", "CA", "US", "none")
"""Whose holidays count: both countries', one's, or nobody's."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Who comes, and when."""

    direction: str = par(
        "northbound", unit="", source="000 ¶1; 003 ¶16", kind="measured",
        choices=("northbound", "southbound"), fixed_at_start=True,
        about="Into Canada, or into the United States by the other side of the same crossings",
    )  # fmt: skip
    volume_scale: float = par(
        1.0, unit="ratio", source="C080 check 2", kind="measured", low=0.87, high=1.0,
        bounds=(0.0, 20.0), by_port=True,
        about="All traffic as a ratio of the table of the year",
    )  # fmt: skip
    holidays: str = par(
        "CA+US", unit="", source="cbsa_daily_travellers.csv (2018-19)", kind="measured",
        choices=CALENDARS, fixed_at_start=True,
        about="Whose holidays change the traffic of a day (a month's total stays what it is)",
    )  # fmt: skip
    car_scale: float = par(
        1.0, unit="ratio", source="assumed", kind="elicited", low=0.5, high=1.5,
        bounds=(0.0, 20.0), by_port=True, lever=True, about="Cars as a ratio of the table's",
    )  # fmt: skip
    truck_scale: float = par(
        1.0, unit="ratio", source="assumed", kind="elicited", low=0.5, high=1.5,
        bounds=(0.0, 20.0), by_port=True, lever=True, about="Trucks as a ratio of the table's",
    )  # fmt: skip
    bus_scale: float = par(
        1.0, unit="ratio", source="assumed", kind="elicited", low=0.5, high=1.5,
        bounds=(0.0, 20.0), by_port=True, lever=True, about="Buses as a ratio of the table's",
    )  # fmt: skip
    us_cars_scale: float = par(
        1.0, unit="ratio", source="G009; The Daily, 11 September 2020", kind="elicited", low=0.04,
        high=1.2, bounds=(0.0, 20.0), by_port=True, lever=True,
        about="Cars of US residents as a ratio of the table's (travellers' firearms go with them)",
    )  # fmt: skip
    canadian_cars_scale: float = par(
        1.0, unit="ratio", source="G006-G008", kind="elicited", low=0.05, high=1.2,
        bounds=(0.0, 20.0), by_port=True, lever=True,
        about="Cars that bring home residents of Canada as a ratio of the table's",
    )  # fmt: skip
    sample_share: float = par(
        1.0, unit="share", source="a choice of the run", kind="measured", bounds=(0.001, 1.0),
        fixed_at_start=True,
        about="Ordinary vehicles that are simulated, of all (attempts and travellers with a "
        "firearm all are): far below 1 lines are empty; counts of vehicles are of the sample",
    )  # fmt: skip
    day_factor_cv: float = par(
        0.12, unit="ratio", source="assumed", kind="elicited", low=0.05, high=0.25,
        bounds=(0.0, 1.0), fixed_at_start=True,
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
    nexus_lane: bool = par(
        False, unit="", source="003 ¶6", kind="measured", by_port=True, built_in_advance=True,
        about="Open a NEXUS lane where the record has none",
    )  # fmt: skip
    fast_lane: bool = par(
        False, unit="", source="003 ¶6", kind="measured", by_port=True, built_in_advance=True,
        about="Open a FAST lane where the record has none",
    )  # fmt: skip
    sailings_per_day: int = par(
        6, unit="sailings/day", source="assumed", kind="elicited", low=2, high=16, bounds=(1, 24),
        fixed_at_start=True,
        about="Ferry arrivals a day at a landing, evenly over its opening hours",
    )  # fmt: skip
    detour_factor: float = par(
        1.35, unit="ratio", source="G015", kind="elicited", low=1.2, high=1.8, bounds=(1.0, 5.0),
        fixed_at_start=True,
        about="Road distance between neighbouring ports as a ratio of the great circle",
    )  # fmt: skip
    detour_speed_km_per_h: float = par(
        70.0, unit="km/h", source="assumed", kind="elicited", low=50, high=90, bounds=(5.0, 130.0),
        fixed_at_start=True, about="Speed of the drive to a neighbouring port",
    )  # fmt: skip
    detour_choice_min: float = par(
        20.0, unit="min", source="assumed", kind="elicited", low=5, high=60, bounds=(0.1, 600.0),
        fixed_at_start=True,
        about="Extra minutes of drive and wait that make a neighbouring port e times less chosen",
    )  # fmt: skip
    trip_km: float = par(
        150.0, unit="km", source="assumed", kind="elicited", low=50, high=400,
        bounds=(1.0, 5000.0), fixed_at_start=True,
        about="Length of an ordinary trip, against which a detour is felt",
    )  # fmt: skip
    distance_elasticity: float = par(
        -1.8, unit="elasticity", source="D013", kind="cited", low=-2.0, high=-1.6,
        bounds=(-10.0, 0.0), fixed_at_start=True,
        about="Change in trips for a change in distance, in logarithms",
    )  # fmt: skip
    patience_from_min: float = par(
        20.0, unit="min", source="B059", kind="elicited", low=10, high=40, bounds=(0.0, 1440.0),
        by_port=True,
        about="Wait that is known on arrival from which drivers turn round for the day",
    )  # fmt: skip
    patience_min: float = par(
        350.0, unit="min", source="assumed", kind="elicited", low=150, high=900,
        bounds=(1.0, 1e9), by_port=True,
        about="Minutes of wait beyond it after which 63 % of travellers have turned round",
    )  # fmt: skip
    patience_truck_min: float = par(
        1500.0, unit="min", source="assumed", kind="placeholder", low=500, high=5000,
        bounds=(1.0, 1e9), by_port=True,
        about="The same for trucks, which have a delivery to make",
    )  # fmt: skip
    trip_truck_km: float = par(
        800.0, unit="km", source="assumed", kind="elicited", low=300, high=1500,
        bounds=(1.0, 10000.0), fixed_at_start=True,
        about="Length of a truck's trip, against which a detour is felt",
    )  # fmt: skip
    distance_elasticity_truck: float = par(
        -0.3, unit="elasticity", source="assumed", kind="placeholder", low=-1.0, high=0.0,
        bounds=(-10.0, 0.0), fixed_at_start=True,
        about="Change in trucks for a change in distance, in logarithms: freight must arrive",
    )  # fmt: skip
    detour_choice_truck_min: float = par(
        60.0, unit="min", source="assumed", kind="elicited", low=20, high=180, bounds=(0.1, 1e4),
        fixed_at_start=True,
        about="The same for trucks as traffic.detour_choice_min: their ways differ more",
    )  # fmt: skip
    limited_trucks_per_h: float = par(
        6.0, unit="trucks/h", source="assumed", kind="elicited", low=1, high=20, bounds=(0.0, 1e3),
        fixed_at_start=True,
        about="Trucks from elsewhere that a port with limited commercial service can take",
    )  # fmt: skip
    returning_share: float = par(
        0.5, unit="share", source="assumed", kind="placeholder", low=0.0, high=1.0,
        fixed_at_start=True, about="Drivers who turned round at a line and come the next day",
    )  # fmt: skip
    memory_share: float = par(
        0.5, unit="share", source="assumed", kind="placeholder", low=0.0, high=1.0,
        fixed_at_start=True,
        about="Drivers who know yesterday's mean wait and stay away as they would at the line",
    )  # fmt: skip
    neighbours: int = par(
        6, unit="ports", source="assumed", kind="elicited", low=2, high=10, bounds=(1, 24),
        fixed_at_start=True, about="How many neighbouring ports a diverted traveller considers",
    )  # fmt: skip
