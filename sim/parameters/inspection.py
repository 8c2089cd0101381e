"""Primary inspection, referral to secondary, and examination there."""

from dataclasses import dataclass

from sim.parameters.declaration import par


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
    us_car_s: float = par(
        54.0, unit="s", source="B008, B009", kind="cited", low=54, high=75, bounds=(1.0, 3600.0),
        fixed_at_start=True,
        about="Mean primary service time of a car on the US side, without query (southbound runs)",
    )  # fmt: skip
    us_truck_s: float = par(
        75.0, unit="s", source="B056, B053", kind="cited", low=60, high=120, bounds=(1.0, 3600.0),
        fixed_at_start=True,
        about="Mean primary service time of a truck on the US side, without query "
        "(southbound runs)",
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
    car_booths_added: int = par(
        0, unit="booths", source="002 ¶17", kind="measured", low=0, high=0, bounds=(-31, 12),
        by_port=True, built_in_advance=True,
        about="Booths built for the general car lane, beyond those of the record",
    )  # fmt: skip
    nexus_booths_added: int = par(
        0, unit="booths", source="003 ¶6", kind="measured", low=0, high=0, bounds=(-31, 12),
        by_port=True, built_in_advance=True,
        about="Booths built for the NEXUS lane, beyond those of the record",
    )  # fmt: skip
    truck_booths_added: int = par(
        0, unit="booths", source="B005", kind="measured", low=0, high=0, bounds=(-31, 12),
        by_port=True, built_in_advance=True,
        about="Booths built for the general truck lane, beyond those of the record",
    )  # fmt: skip
    fast_booths_added: int = par(
        0, unit="booths", source="003 ¶6", kind="measured", low=0, high=0, bounds=(-31, 12),
        by_port=True, built_in_advance=True,
        about="Booths built for the FAST lane, beyond those of the record",
    )  # fmt: skip
    car_booths: int = par(
        32, unit="booths", source="B005", kind="measured", low=32, high=32, bounds=(1, 32),
        by_port=True,
        about="Most booths of the general car lane that may be open, of those that exist",
    )  # fmt: skip
    nexus_booths: int = par(
        32, unit="booths", source="B005", kind="measured", low=32, high=32, bounds=(1, 32),
        by_port=True,
        about="Most booths of the NEXUS lane that may be open, of those that exist",
    )  # fmt: skip
    truck_booths: int = par(
        32, unit="booths", source="B005", kind="measured", low=32, high=32, bounds=(1, 32),
        by_port=True,
        about="Most booths of the general truck lane that may be open, of those that exist",
    )  # fmt: skip
    fast_booths: int = par(
        32, unit="booths", source="B005", kind="measured", low=32, high=32, bounds=(1, 32),
        by_port=True,
        about="Most booths of the FAST lane that may be open, of those that exist",
    )  # fmt: skip
    bus_booths: int = par(
        32, unit="booths", source="B005", kind="measured", low=32, high=32, bounds=(1, 32),
        by_port=True,
        about="Most booths of the bus lane that may be open, of those that exist",
    )  # fmt: skip
    cv: float = par(
        0.7, unit="ratio", source="B052", kind="elicited", low=0.4, high=1.0, bounds=(0.0, 3.0),
        fixed_at_start=True, about="Coefficient of variation of primary service times",
    )  # fmt: skip
    distribution: str = par(
        "gamma", unit="", source="B052", kind="cited", choices=("gamma", "lognormal"),
        fixed_at_start=True, about="Family of primary service times (Erlang is a gamma)",
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
        0.03, unit="share", source="assumed", kind="placeholder", low=0.002, high=0.08,
        about="Trips on which a lookout is active, as smugglers believe before the run "
        "(then they follow what intelligence achieves)",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inspection:
    """Referral to secondary, and examination there."""

    selective_share: float = par(
        0.0133, unit="share", source="Z012, Z013; fit", kind="elicited", low=0.003, high=0.03,
        by_port=True, about="Cars and buses referred on suspicion, of those not referred otherwise",
    )  # fmt: skip
    selective_truck_share: float = par(
        0.009, unit="share", source="A032", kind="cited", low=0.004, high=0.015, by_port=True,
        about="Trucks referred on suspicion, of those not referred otherwise",
    )  # fmt: skip
    slack_to_search: float = par(
        0.1, unit="share", source="assumed", kind="placeholder", low=0.0, high=1.0, by_port=True,
        about="Officers' time freed against the baseline that becomes examinations (in the "
        "baseline a tenth of the time not needed at booths or for clearance is spent on them)",
    )  # fmt: skip
    random_share: float = par(
        0.00296, unit="share", source="Z014; fit", kind="placeholder", low=0.0005, high=0.01,
        by_port=True, about="Conveyances referred at random, of those without mandatory referral",
    )  # fmt: skip
    nexus_referral: float = par(
        1.0, unit="ratio", source="assumed", kind="placeholder", low=0.2, high=1.0,
        bounds=(0.0, 1.0), by_port=True,
        about="Random and selective referral in NEXUS lanes as a ratio of that in general lanes",
    )  # fmt: skip
    fast_referral: float = par(
        1.0, unit="ratio", source="assumed", kind="placeholder", low=0.2, high=1.0,
        bounds=(0.0, 1.0), by_port=True,
        about="Random and selective referral in FAST lanes as a ratio of that in general lanes",
    )  # fmt: skip
    withdrawal_share: float = par(
        0.0, unit="share", source="002 ¶18", kind="measured", low=0.0, high=0.0, by_port=True,
        about="Conveyances with something to hide that withdraw when referred for examination, "
        "where that is allowed",
    )  # fmt: skip
    avoided_share: float = par(
        0.05, unit="share", source="assumed; G057", kind="placeholder", low=0.0, high=0.3,
        by_port=True,
        about="Traffickers picked on suspicion or by a lookout whom an unarmed officer without "
        "police within reach lets pass, because they look dangerous",
    )  # fmt: skip
    d_prime: float = par(
        0.951, unit="standard deviations", source="assumed; fit", kind="placeholder", low=0.0,
        high=2.0, bounds=(0.0, 6.0), by_port=True,
        about="How far an officer's suspicion of a trafficker stands above that of the innocent",
    )  # fmt: skip
    d_prime_traveller: float = par(
        0.517, unit="standard deviations", source="C043, C044; fit", kind="placeholder", low=0.0,
        high=2.0, bounds=(0.0, 6.0), by_port=True,
        about="The same for an ordinary visitor with an undeclared personal firearm",
    )  # fmt: skip
    training_gain: float = par(
        0.0, unit="standard deviations", source="assumed", kind="placeholder", low=0.0, high=0.6,
        bounds=(0.0, 6.0), lever=True, about="What finished training adds to d'",
    )  # fmt: skip
    paperwork_share: float = par(
        0.008, unit="share", source="Z012, Z013", kind="elicited", low=0.004, high=0.02,
        by_port=True, about="Cars and buses with permits or immigration paperwork, referred always",
    )  # fmt: skip
    paperwork_truck_share: float = par(
        0.05, unit="share", source="B050, B051; assumed", kind="elicited", low=0.008, high=0.16,
        by_port=True,
        about="Trucks referred for paperwork; at the Ambassador Bridge three times as many until "
        "2007 (750 trucks a day in secondary of some 4,580), 0.02 after; elsewhere unknown, so in "
        "between",
    )  # fmt: skip
    clearance_min: float = par(
        15.0, unit="min", source="Z016", kind="placeholder", low=5, high=30, bounds=(0.1, 600.0),
        by_port=True, about="Mean officer time of a duty collection or of paperwork",
    )  # fmt: skip
    secondary_cv: float = par(
        0.8, unit="ratio", source="assumed", kind="elicited", low=0.4, high=1.2,
        bounds=(0.0, 3.0), fixed_at_start=True,
        about="Coefficient of variation of times in secondary (lognormal)",
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
    cursory_truck_share: float = par(
        0.0, unit="share", source="assumed", kind="elicited", low=0.0, high=0.3,
        by_port=True, about="Discretionary commercial examinations that are a cursory look",
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
        about="Chance that a cursory look finds a firearm that is there, over the lengths it has",
    )  # fmt: skip
    full_find: float = par(
        0.65, unit="share", source="Z009", kind="placeholder", low=0.4, high=0.9,
        about="The same for a full manual examination",
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
