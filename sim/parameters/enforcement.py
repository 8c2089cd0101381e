"""Patrols away from the ports; traces, leads, cases and lookouts."""

from dataclasses import dataclass

from sim.parameters.declaration import par


@dataclass(frozen=True, slots=True)
class Patrol:
    """Watching the line away from the ports, and pursuit.

    National rates: every region has the same hours a kilometre (an assumption).
    """

    land_hours_per_km_day: float = par(
        0.1, unit="unit-hours/km/day", source="F008", kind="elicited", low=0.03, high=0.3,
        bounds=(0.0, 240.0),
        about="Patrols on land (23 teams with a unit always out, over 5,300 km of line)",
    )  # fmt: skip
    water_hours_per_km_day: float = par(
        0.1, unit="unit-hours/km/day", source="F008", kind="elicited", low=0.03, high=0.3,
        bounds=(0.0, 240.0), about="Patrols by boat (as on land)",
    )  # fmt: skip
    air_hours_per_km_day: float = par(
        0.004, unit="aircraft-hours/km/day", source="assumed", kind="placeholder", low=0.0,
        high=0.02, bounds=(0.0, 24.0), about="Patrols by aircraft, over land and water",
    )  # fmt: skip
    land_speed_km_per_h: float = par(
        40.0, unit="km/h", source="assumed", kind="elicited", low=15, high=70,
        bounds=(0.0, 300.0), about="Speed of a patrol along the line on land",
    )  # fmt: skip
    boat_speed_km_per_h: float = par(
        40.0, unit="km/h", source="assumed", kind="elicited", low=15, high=70,
        bounds=(0.0, 300.0), about="Speed of a patrol boat along the line",
    )  # fmt: skip
    air_speed_km_per_h: float = par(
        150.0, unit="km/h", source="assumed", kind="elicited", low=100, high=250,
        bounds=(0.0, 1000.0), about="Speed of a patrol aircraft along the line",
    )  # fmt: skip
    land_exposure_min: float = par(
        30.0, unit="min", source="assumed", kind="placeholder", low=10, high=120,
        bounds=(0.0, 1440.0), about="How long a crossing on land can be noticed by a patrol",
    )  # fmt: skip
    water_exposure_min: float = par(
        45.0, unit="min", source="assumed", kind="placeholder", low=15, high=120,
        bounds=(0.0, 1440.0), about="How long a crossing by water can be noticed by a patrol",
    )  # fmt: skip
    land_notice_share: float = par(
        0.8, unit="share", source="assumed", kind="placeholder", low=0.3, high=1.0,
        about="Chance that a patrol on land that passes a crossing notices it",
    )  # fmt: skip
    water_notice_share: float = par(
        0.5, unit="share", source="assumed", kind="placeholder", low=0.2, high=0.9,
        about="Chance that a boat that passes a crossing notices it",
    )  # fmt: skip
    air_notice_share: float = par(
        0.5, unit="share", source="assumed", kind="placeholder", low=0.1, high=0.9,
        about="Chance that an aircraft that passes a crossing notices it (night, weather)",
    )  # fmt: skip
    land_sensor_share: float = par(
        0.03, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.2,
        about="Chance that sensors, cameras or residents report a crossing on land at once",
    )  # fmt: skip
    water_sensor_share: float = par(
        0.02, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.2,
        about="Chance that radar or watchers report a crossing by water at once",
    )  # fmt: skip
    land_response_min: float = par(
        10.0, unit="min", source="A002", kind="elicited", low=5, high=30, bounds=(0.0, 1440.0),
        about="Mean time until a crossing noticed on land would be reached",
    )  # fmt: skip
    water_response_min: float = par(
        4.0, unit="min", source="A003", kind="elicited", low=2, high=15, bounds=(0.0, 1440.0),
        about="Mean time until a crossing noticed on water would be reached",
    )  # fmt: skip
    land_in_sight_min: float = par(
        20.0, unit="min", source="A002", kind="elicited", low=10, high=60,
        bounds=(0.0, 1440.0), about="Mean time until a crossing noticed on land is out of sight",
    )  # fmt: skip
    water_in_sight_min: float = par(
        60.0, unit="min", source="A003", kind="elicited", low=20, high=120,
        bounds=(0.0, 1440.0), about="Mean time until a crossing noticed on water is out of sight",
    )  # fmt: skip
    air_support_share: float = par(
        0.1, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.3,
        about="Pursuits in which an aircraft keeps the pursued in sight",
    )  # fmt: skip
    air_sight_factor: float = par(
        4.0, unit="ratio", source="assumed", kind="placeholder", low=1.5, high=10.0,
        bounds=(1.0, 100.0), about="How much longer an aircraft keeps the pursued in sight",
    )  # fmt: skip
    land_turns_back_share: float = par(
        0.27, unit="share", source="A002; 003 ¶10", kind="elicited", low=0.1, high=0.4,
        about="Pursuits on land that come to the line, where a single country's units stop",
    )  # fmt: skip
    water_turns_back_share: float = par(
        0.15, unit="share", source="A003; 003 ¶8", kind="elicited", low=0.05, high=0.2,
        about="Pursuits on water that come to the line, where a single country's boats stop",
    )  # fmt: skip
    joint_share: float = par(
        0.0, unit="share", source="003 ¶10", kind="cited", low=0.0, high=0.2,
        about="Units on land deployed jointly, whose pursuit goes on beyond the line",
    )  # fmt: skip
    carriage_of_arms: bool = par(
        False, unit="", source="003 ¶10", kind="measured",
        about="Whether each country's officers may carry arms in the other",
    )  # fmt: skip
    unarmed_follow_share: float = par(
        0.3, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.7,
        about="Joint units that go on beyond the line although they may not carry arms there",
    )  # fmt: skip
    shiprider_share: float = par(
        0.0, unit="share", source="003 ¶8; F020", kind="cited", low=0.0, high=0.1,
        about="Boats with officers of both countries, whose pursuit goes on beyond the line",
    )  # fmt: skip
    post_loss: float = par(
        0.128, unit="share", source="assumed; fit", kind="placeholder", low=0.02, high=0.3,
        about="Chance that a load sent by post is seized",
    )  # fmt: skip
    air_loss: float = par(
        0.205, unit="share", source="assumed; fit", kind="placeholder", low=0.05, high=0.4,
        about="Chance that a load taken by air is seized",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Intelligence:
    """Recoveries, traces, channels, leads, cases and lookouts."""

    recoveries_per_year: float = par(
        2000.0, unit="firearms/year", source="C131, C132", kind="placeholder", low=1100, high=5000,
        bounds=(0.0, 1e5),
        about="Trafficked firearms recovered on the street (only its product with the shares "
        "traced and successful is known: 783 US-sourced traces in 2004)",
    )  # fmt: skip
    age_median_years: float = par(
        7.4, unit="years", source="C143; 000 ¶8", kind="measured", low=5, high=10,
        bounds=(0.1, 100.0), fixed_at_start=True,
        about="Median time from first retail sale to recovery, of all that is recovered",
    )  # fmt: skip
    new_share: float = par(
        0.3, unit="share", source="assumed; C143", kind="placeholder", low=0.15, high=0.45,
        bounds=(0.0, 0.49), fixed_at_start=True,
        about="Recovered firearms that were bought new for the trade; the others were stolen or "
        "second-hand, and old already",
    )  # fmt: skip
    street_years: float = par(
        1.0, unit="years", source="assumed", kind="placeholder", low=0.3, high=2.5,
        bounds=(0.05, 50.0), fixed_at_start=True,
        about="Median time from the delivery of a trafficked firearm to its recovery (exponential)",
    )  # fmt: skip
    traced_share: float = par(
        0.5, unit="share", source="C131, C155", kind="placeholder", low=0.2, high=0.75,
        about="Recovered firearms for which a trace is requested",
    )  # fmt: skip
    trace_days: float = par(
        30.0, unit="days", source="assumed", kind="placeholder", low=7, high=90,
        bounds=(0.0, 3650.0),
        about="Mean time from recovery to the result of a trace, with the request by paper",
    )  # fmt: skip
    trace_success_share: float = par(
        0.78, unit="share", source="C120, C125", kind="cited", low=0.7, high=0.85,
        about="Traces of trafficked firearms that lead to a first sale in the United States "
        "(19 to 25 % of crime guns are untraceable)",
    )  # fmt: skip
    trace_useful_years: float = par(
        3.0, unit="years", source="assumed", kind="elicited", low=1, high=5, bounds=(0.0, 100.0),
        about="A trace or a match is a lead if the sale was no longer ago than this",
    )  # fmt: skip
    sale_reports_per_year: float = par(
        40.0, unit="leads/year", source="000 ¶9", kind="placeholder", low=5, high=200,
        bounds=(0.0, 1e5),
        about="Reports of multiple sales in the United States that point to a trafficker to Canada",
    )  # fmt: skip
    police_leads_per_year: float = par(
        100.0, unit="leads/year", source="assumed", kind="placeholder", low=20, high=500,
        bounds=(0.0, 1e5),
        about="Other leads of Canadian police on traffickers: informants, observation",
    )  # fmt: skip
    ballistics_entered_share: float = par(
        0.5, unit="share", source="E002", kind="placeholder", low=0.2, high=1.0,
        about="Recovered firearms test-fired and entered in the ballistics system",
    )  # fmt: skip
    ballistics_hit_share: float = par(
        0.0965, unit="share", source="E001, E002", kind="measured", low=0.05, high=0.15,
        about="Entries that match another, in 2016",
    )  # fmt: skip
    ballistics_linked_share: float = par(
        0.0, unit="share", source="E003; 004", kind="measured",
        about="Entries compared with the other country's (none before 2006)",
    )  # fmt: skip
    ballistics_across_share: float = par(
        0.1, unit="share", source="assumed", kind="placeholder", low=0.02, high=0.4,
        about="Matches of a compared entry that tie a trafficker to both countries",
    )  # fmt: skip
    ballistics_days: float = par(
        59.0, unit="days", source="E005, E004", kind="cited", low=20, high=351,
        bounds=(0.0, 3650.0), about="Mean turnaround of a ballistics laboratory",
    )  # fmt: skip
    intermediary_days: float = par(
        14.0, unit="days", source="Z004", kind="placeholder", low=3, high=60,
        bounds=(0.0, 3650.0), about="Mean delay of a message that goes through an intermediary",
    )  # fmt: skip
    direct_days: float = par(
        2.0, unit="days", source="Z005", kind="placeholder", low=0.2, high=7,
        bounds=(0.0, 3650.0), about="Mean delay of a message that goes directly",
    )  # fmt: skip
    direct_share: float = par(
        0.0, unit="share", source="E011, E010", kind="measured",
        about="Messages across the border that need no intermediary",
    )  # fmt: skip
    delay_cv: float = par(
        1.0, unit="ratio", source="assumed", kind="placeholder", low=0.3, high=2.0,
        bounds=(0.0, 5.0),
        about="Coefficient of variation of delays, traces and cases (lognormal)",
    )  # fmt: skip
    sharing_evidence: float = par(
        0.5, unit="level, 0 to 1", source="003 ¶17", kind="placeholder", low=0.35, high=0.65,
        bounds=(0.0, 1.0),
        about="Evidence from which Canada may share a lead: reason to believe "
        "(0.25 stands for reason to suspect)",
    )  # fmt: skip
    lead_life_days: float = par(
        365.0, unit="days", source="assumed", kind="placeholder", low=180, high=730,
        bounds=(1.0, 36500.0),
        about="Time in which a lead loses strength by a factor e, from what it tells of",
    )  # fmt: skip
    case_leads: int = par(
        2, unit="average leads", source="assumed", kind="placeholder", low=1, high=6,
        bounds=(1, 1000), about="Strength of the leads on one organisation that opens a case",
    )  # fmt: skip
    evidence_arrest: float = par(
        1.0, unit="exponent", source="assumed", kind="placeholder", low=0.0, high=1.5,
        bounds=(0.0, 10.0),
        about="How much evidence beyond what opens a case raises the chance of arrest "
        "(0 not at all, 1 every lead is a chance of its own)",
    )  # fmt: skip
    evidence_speed: float = par(
        0.3, unit="exponent", source="assumed", kind="placeholder", low=0.0, high=1.0,
        bounds=(0.0, 10.0), about="How much it shortens the case",
    )  # fmt: skip
    investigators: int = par(
        20, unit="cases at a time", source="F009, F010, F011; 000 ¶9", kind="elicited", low=16,
        high=90, bounds=(0, 10000),
        about="Cases that investigators of both countries can work on at a time (US customs alone "
        "began 16 a year, which is 12 at a time; others came on top)",
    )  # fmt: skip
    case_months: float = par(
        9.0, unit="months", source="F011", kind="cited", low=4, high=18, bounds=(0.01, 240.0),
        about="Mean length of a case",
    )  # fmt: skip
    arrest_share: float = par(
        0.1, unit="share", source="assumed", kind="placeholder", low=0.03, high=0.3,
        about="Cases that end in the arrest of the organisation if their evidence is just enough "
        "to open them; the others go stale",
    )  # fmt: skip
    identifies_share: float = par(
        0.2, unit="share", source="assumed", kind="placeholder", low=0.05, high=0.5,
        about="Leads that name a vehicle or a driver, and so make a lookout",
    )  # fmt: skip
    person_share: float = par(
        0.3, unit="share", source="assumed; 000 ¶9", kind="placeholder", low=0.1, high=0.7,
        about="Of these, leads that name the driver; the others name the vehicle",
    )  # fmt: skip
    couriers: int = par(
        3, unit="vehicles", source="assumed", kind="placeholder", low=1, high=8, bounds=(1, 100),
        fixed_at_start=True, about="Vehicles with their drivers that an organisation has in use",
    )  # fmt: skip
    plate_days: float = par(
        60.0, unit="days", source="assumed", kind="placeholder", low=14, high=365,
        bounds=(0.1, 36500.0), fixed_at_start=True,
        about="Mean time until a vehicle is changed",
    )  # fmt: skip
    driver_days: float = par(
        365.0, unit="days", source="assumed", kind="placeholder", low=90, high=1095,
        bounds=(0.1, 36500.0), fixed_at_start=True, about="Mean time until a driver is changed",
    )  # fmt: skip
    lookout_days: float = par(
        90.0, unit="days", source="assumed", kind="placeholder", low=30, high=365,
        bounds=(0.0, 36500.0), about="Time until a lookout expires",
    )  # fmt: skip
    report_share: float = par(
        0.0, unit="share", source="003 ¶16", kind="measured",
        about="Trips of which a report exists before they reach the booth "
        "(transactions over 10,000 dollars; none of firearms)",
    )  # fmt: skip
    report_notice_h: float = par(
        24.0, unit="h", source="assumed", kind="placeholder", low=4, high=96, bounds=(0.0, 8760.0),
        about="Mean time from what is reported to the trip's arrival (exponential)",
    )  # fmt: skip
    report_h: float = par(
        72.0, unit="h", source="E009; 003 ¶16", kind="measured", low=24, high=120,
        bounds=(0.0, 8760.0), about="Time until a report of a transaction is at the booths",
    )  # fmt: skip
    payments_per_year: float = par(
        500.0, unit="trips/year", source="assumed; 000 ¶9", kind="placeholder", low=100, high=2000,
        bounds=(0.0, 1e6),
        about="Trips with which traffickers take the proceeds of firearms across the border",
    )  # fmt: skip
    payment_found_share: float = par(
        0.01, unit="share", source="assumed", kind="placeholder", low=0.002, high=0.05,
        about="Of these, trips on which officers find the money without a report",
    )  # fmt: skip
    payment_reported_share: float = par(
        0.1, unit="share", source="assumed; 003 ¶16", kind="placeholder", low=0.02, high=0.3,
        about="Of these, trips of which a report exists (transactions over 10,000 dollars)",
    )  # fmt: skip
    warm_up_days: int = par(
        730, unit="days", source="assumed", kind="elicited", low=365, high=1460,
        bounds=(0, 3650), fixed_at_start=True,
        about="Days before the run in which leads, cases and lookouts settle, without any proposal",
    )  # fmt: skip
