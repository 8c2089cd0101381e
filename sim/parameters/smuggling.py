"""Who smuggles what, how it is bought and how it is sold."""

from dataclasses import dataclass

from sim.parameters.declaration import par


@dataclass(frozen=True, slots=True)
class Smuggling:
    """Trafficking organisations and travellers' own firearms."""

    adversary: str = par(
        "quantal_response", unit="", source="assumed", kind="placeholder",
        choices=("static", "quantal_response", "learning", "threshold", "worst_case"),
        about="How smugglers decide",
    )  # fmt: skip
    firearms_per_year: float = par(
        8300.0, unit="firearms/year", source="Z003; fit", kind="placeholder", low=1500, high=10000,
        bounds=(0.0, 1e6),
        about="Firearms that organisations would move in a year, all routes, at the baseline price",
    )  # fmt: skip
    yearly_change: float = par(
        0.0, unit="ratio", source="C026, C131, C144; Z003", kind="placeholder", low=0.0, high=0.5,
        bounds=(0.0, 3.0), fixed_at_start=True,
        about="How trafficking changes from year to year beyond what the model says: standard "
        "deviation of the logarithm of a year's flow and demand (0: every year is an ordinary one)",
    )  # fmt: skip
    yearly_memory: float = par(
        0.5, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.95,
        bounds=(0.0, 0.99), fixed_at_start=True,
        about="What is left of such a change after a year",
    )  # fmt: skip
    organisations: int = par(
        60, unit="organisations", source="assumed", kind="placeholder", low=20, high=200,
        bounds=(1, 5000), fixed_at_start=True, about="Trafficking organisations at work",
    )  # fmt: skip
    network: str = par(
        "handgun", unit="", source="C132-C142; 000 ¶8", kind="measured", fixed_at_start=True,
        about="States of purchase and regions of sale: a name of sim/data/network_NAME.csv, "
        "or a table of one's own",
    )  # fmt: skip
    affinity_km: float = par(
        2000.0, unit="km", source="assumed", kind="placeholder", low=500, high=20000,
        bounds=(10.0, 1e9), fixed_at_start=True,
        about="Distance over which a source sells less in a market, by e",
    )  # fmt: skip
    arrest_share: float = par(
        0.1, unit="share", source="assumed", kind="placeholder", low=0.02, high=0.4,
        about="Couriers caught whose whole organisation is arrested",
    )  # fmt: skip
    police_arrest_share: float = par(
        0.2, unit="share", source="assumed; 000 ¶11", kind="placeholder", low=0.1, high=0.5,
        about="The same where police are present: at ports with police, and on patrol",
    )  # fmt: skip
    replacement_days: float = par(
        120.0, unit="days", source="assumed", kind="placeholder", low=30, high=365,
        bounds=(0.0, 36500.0),
        about="Time until another organisation has taken the place of one that was arrested",
    )  # fmt: skip
    load_mean: float = par(
        6.27, unit="firearms", source="C028-C042; fit", kind="elicited", low=1.8, high=10,
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
        fixed_at_start=True, about="Trips that go between ports or by water in the baseline",
    )  # fmt: skip
    water_share: float = par(
        0.4, unit="share", source="assumed", kind="placeholder", low=0.1, high=0.8,
        fixed_at_start=True,
        about="Of the trips between ports in the baseline: those by water (C001, C002 are cases)",
    )  # fmt: skip
    post_share: float = par(
        0.021, unit="share", source="assumed; fit", kind="placeholder", low=0.005, high=0.1,
        fixed_at_start=True, about="Trips that are sent by post in the baseline",
    )  # fmt: skip
    air_share: float = par(
        0.0174, unit="share", source="assumed; fit", kind="placeholder", low=0.005, high=0.1,
        fixed_at_start=True, about="Trips that go by air in the baseline",
    )  # fmt: skip
    hidden_cost_most: float = par(
        3.0, unit="mean margins", source="assumed", kind="elicited", low=1.5, high=6.0,
        bounds=(0.0, 1000.0), fixed_at_start=True,
        about="Largest hidden cost of a trip away from the ports (or benefit) that is believed",
    )  # fmt: skip
    post_cad_per_firearm: float = par(
        100.0, unit="CAD/firearm", source="assumed", kind="placeholder", low=30, high=300,
        bounds=(0.0, 1e6), about="Cost of sending a firearm by post",
    )  # fmt: skip
    air_cad_per_firearm: float = par(
        300.0, unit="CAD/firearm", source="assumed", kind="placeholder", low=100, high=1000,
        bounds=(0.0, 1e6), about="Cost of taking a firearm by air",
    )  # fmt: skip
    rationality: float = par(
        2.0, unit="1/utility", source="assumed", kind="placeholder", low=0.0, high=20.0,
        bounds=(0.0, 1e9),
        about="Lambda of the quantal response; utility is in units of the trip's mean margin",
    )  # fmt: skip
    learning_days: float = par(
        180.0, unit="days", source="assumed", kind="placeholder", low=30, high=720,
        bounds=(1.0, 36500.0), fixed_at_start=True,
        about="Time in which what was learned fades (learning)",
    )  # fmt: skip
    learning_prior_trips: float = par(
        20.0, unit="trips", source="assumed", kind="placeholder", low=5, high=100,
        bounds=(0.01, 1e6), fixed_at_start=True,
        about="Trips that what was believed before the run counts for (learning)",
    )  # fmt: skip
    learning_alike_share: float = par(
        0.1, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.5,
        fixed_at_start=True, about="How much a trip says about other routes of its kind (learning)",
    )  # fmt: skip
    news_share: float = par(
        0.2, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.8,
        fixed_at_start=True,
        about="Chance that another organisation hears what became of a trip (learning)",
    )  # fmt: skip
    threshold_loss: float = par(
        0.13, unit="share", source="assumed", kind="placeholder", low=0.05, high=0.3,
        about="Perceived chance of loss below which risk is ignored (threshold)",
    )  # fmt: skip
    threshold_steepness: float = par(
        3.0, unit="exponent", source="assumed", kind="placeholder", low=1.0, high=6.0,
        bounds=(0.0, 1000.0),
        about="How fast willingness falls above it; 1 is Anthony's curve (threshold)",
    )  # fmt: skip
    threshold_residue: float = par(
        0.1, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.3,
        about="Trips that no risk stops (threshold)",
    )  # fmt: skip
    traffic_prior: float = par(
        1.0, unit="exponent", source="assumed; 002 ¶5", kind="placeholder", low=0.0, high=1.0,
        bounds=(0.0, 10.0), fixed_at_start=True,
        about="How much busier ports are preferred if all else is equal: 0 not at all, 1 in "
        "proportion to their traffic (the cases on record are at large bridges)",
    )  # fmt: skip
    usual_way_share: float = par(
        0.5, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.9,
        fixed_at_start=True,
        about="Trips on which an organisation's own usual preference among routes decides, not the "
        "occasion",
    )  # fmt: skip
    routes_considered: int = par(
        10, unit="ports", source="assumed", kind="placeholder", low=3, high=30, bounds=(1, 200),
        about="Ports that an organisation considers: those with the shortest way to its market",
    )  # fmt: skip
    regions_considered: int = par(
        3, unit="regions", source="assumed", kind="placeholder", low=1, high=15, bounds=(1, 15),
        about="Regions that an organisation considers, on land and on water each: the nearest",
    )  # fmt: skip
    commercial_share: float = par(
        0.1, unit="share", source="C006", kind="placeholder", low=0.02, high=0.3,
        about="Trips that go in a truck",
    )  # fmt: skip
    retry_share: float = par(
        0.9, unit="share", source="assumed", kind="placeholder", low=0.5, high=1.0,
        about="Loads that turned back at a port and are tried again elsewhere",
    )  # fmt: skip
    deep_share: float = par(
        0.3, unit="share", source="C006, C029, C040", kind="placeholder", low=0.1, high=0.6,
        about="Loads that are hidden deep in the vehicle",
    )  # fmt: skip
    deep_response: float = par(
        0.5, unit="elasticity", source="assumed", kind="placeholder", low=0.0, high=1.5,
        bounds=(0.0, 10.0),
        about="Elasticity of the loads hidden deep to the believed chance of loss at ports, "
        "against that of the baseline",
    )  # fmt: skip
    deep_factor: float = par(
        0.35, unit="ratio", source="assumed", kind="placeholder", low=0.1, high=0.8,
        bounds=(0.0, 1.0), about="Search rate against deep concealment, as a ratio",
    )  # fmt: skip
    price_cad: float = par(
        1400.0, unit="CAD", source="C162; C048, C052", kind="elicited", low=800, high=2500,
        bounds=(0.0, 1e6), fixed_at_start=True,
        about="Street price of a handgun in Canada: in 2003-04 two to five times an original cost "
        "of some 400 CAD (in 2018-19 it was 3,000 to 3,500: C051)",
    )  # fmt: skip
    acquisition_cad: float = par(
        500.0, unit="CAD", source="C048, C050, C052", kind="elicited", low=300, high=800,
        bounds=(0.0, 1e6), by_source=True, about="Purchase and straw buyer's fee of one handgun",
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
        bounds=(1.0, 3650.0), fixed_at_start=True,
        about="Time over which smugglers and travellers average what they see",
    )  # fmt: skip
    traveller_firearms_per_million: float = par(
        808.0, unit="cars with a firearm per million US-resident cars", source="C043, Z020; fit",
        kind="placeholder", low=200, high=3000, bounds=(0.0, 1e6), fixed_at_start=True,
        about="Visitors with an undeclared personal firearm outside the Pacific region "
        "(only its product with detection is known)",
    )  # fmt: skip
    traveller_pacific_factor: float = par(
        3.21, unit="ratio", source="C044, C104-C108, C114; fit", kind="elicited", low=1.0, high=5.0,
        bounds=(0.0, 100.0), fixed_at_start=True,
        about="The same at Pacific ports as a ratio of the others (on the way to Alaska: C044)",
    )  # fmt: skip
    traveller_handgun_share: float = par(
        0.62, unit="share", source="C096-C102; fit", kind="elicited", low=0.4, high=0.85,
        fixed_at_start=True, about="Travellers' firearms that are handguns; traffickers' all are",
    )  # fmt: skip
    traveller_firearms_mean: float = par(
        1.33, unit="firearms", source="C083, C084; fit", kind="elicited", low=1.0, high=2.0,
        bounds=(1.0, 10.0), fixed_at_start=True, about="Firearms of such a visitor",
    )  # fmt: skip


CONTRABAND = {
    "firearms": "firearms",
    "parts": "firearm parts",
    "kg": "drugs",
    "CAD thousand": "currency",
    "persons": "persons",
}
"""What is smuggled, by the unit that its loads are counted in (``contraband.unit``)."""


@dataclass(frozen=True, slots=True)
class Contraband:
    """What is smuggled, and the trusted traders among those who smuggle it.

    What else sets one kind of contraband apart from another (loads, prices, network, chances of
    finding it) are parameters of other rooms; ``conf/contraband/`` sets them together.
    """

    unit: str = par(
        "firearms", unit="", source="000 ¶1; 001; 003 ¶12, ¶16", kind="measured",
        choices=tuple(CONTRABAND), fixed_at_start=True,
        about="What loads are counted in, in every table where firearms are counted by default",
    )  # fmt: skip
    trusted_share: float = par(
        0.05, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.2,
        fixed_at_start=True,
        about="Trafficking organisations with a truck or courier enrolled in FAST or NEXUS",
    )  # fmt: skip
    audits_per_year: float = par(
        0.1, unit="audits/year", source="003 ¶5; assumed", kind="placeholder", low=0.0, high=0.5,
        bounds=(0.0, 365.0), about="Audits of an enrolled firm or traveller",
    )  # fmt: skip
    audit_find: float = par(
        0.2, unit="share", source="assumed", kind="placeholder", low=0.05, high=0.5,
        about="Chance that an audit of an organisation that smuggles finds out",
    )  # fmt: skip
    enrolment_lost_days: float = par(
        1095.0, unit="days", source="assumed", kind="placeholder", low=180, high=3650,
        bounds=(0.0, 36500.0), about="Time for which an enrolment is lost after such an audit",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Supply:
    """How firearms are bought in a source state, and what is done where they cannot be."""

    retail_share: float = par(
        0.6, unit="share", source="assumed; C143", kind="placeholder", low=0.3, high=0.9,
        by_source=True,
        about="Loads that straw buyers buy new from dealers; the rest is stolen or second-hand",
    )  # fmt: skip
    retail_open_share: float = par(
        1.0, unit="share", source="E025-E028", kind="cited", by_source=True,
        about="Of these, loads for which a dealer or a straw buyer is found",
    )  # fmt: skip
    dealer_pressure: float = par(
        0.0, unit="share", source="E025, E026", kind="measured", low=0.0, high=1.0,
        by_source=True, lever=True,
        about="How far dealers are under pressure (stings, prosecutions): 1 as in the three cities "
        "where it was tried",
    )  # fmt: skip
    pressure_cut: float = par(
        0.464, unit="share", source="E025", kind="cited", low=0.305, high=0.586,
        about="Loads bought new that pressure on dealers stops where it works (Chicago)",
    )  # fmt: skip
    pressure_abrupt_share: float = par(
        0.334, unit="share", source="E025, E026", kind="elicited", low=0.1, high=0.6,
        about="States in which it works at once, as in Chicago (one city of three)",
    )  # fmt: skip
    pressure_gradual_share: float = par(
        0.333, unit="share", source="E025, E026", kind="elicited", low=0.1, high=0.4,
        about="States in which it works slowly, as in Detroit; in the others not, as in Gary",
    )  # fmt: skip
    pressure_gradual_years: float = par(
        2.0, unit="years", source="assumed; E025", kind="placeholder", low=1, high=4,
        bounds=(0.01, 50.0), about="Time in which it comes to work slowly",
    )  # fmt: skip
    days_per_firearm: float = par(
        0.0, unit="days/firearm", source="assumed", kind="elicited", low=0.0, high=5.0,
        bounds=(0.0, 365.0), by_source=True,
        about="Time that an organisation needs to buy one firearm new",
    )  # fmt: skip
    resourced_share: float = par(
        0.7, unit="share", source="Z019, E030, E031", kind="placeholder", low=0.3, high=1.0,
        about="Loads that one state no longer sells and that are sought in another",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Market:
    """Markets: demand, stock and price of each region, and how trips respond to the price."""

    demand_scale: float = par(
        1.0, unit="ratio", source="assumed", kind="elicited", bounds=(0.0, 100.0), by_market=True,
        about="Demand of a market as a ratio of the baseline's",
    )  # fmt: skip
    delivered_share: float = par(
        0.816, unit="share", source="Z006, Z015; fit", kind="placeholder", low=0.75, high=0.98,
        fixed_at_start=True,
        about="Planned firearms that reach a market in the baseline: what its demand is set to",
    )  # fmt: skip
    demand_elasticity: float = par(
        -0.4, unit="elasticity", source="assumed", kind="placeholder", low=-1.0, high=0.0,
        bounds=(-10.0, 0.0), fixed_at_start=True,
        about="Elasticity of what is bought to the street price",
    )  # fmt: skip
    trip_elasticity: float = par(
        0.5, unit="elasticity", source="assumed", kind="placeholder", low=0.0, high=2.0,
        bounds=(0.0, 10.0), fixed_at_start=True,
        about="Elasticity of trips made to the margin on a firearm (street price less acquisition)",
    )  # fmt: skip
    used_share: float = par(
        0.5, unit="share", source="assumed", kind="placeholder", low=0.3, high=0.9,
        bounds=(0.01, 1.0), fixed_at_start=True,
        about="Opportunities for a trip that are used at the baseline's margin",
    )  # fmt: skip
    stock_days: float = par(
        120.0, unit="days", source="assumed; C143", kind="placeholder", low=30, high=365,
        bounds=(1.0, 36500.0), fixed_at_start=True,
        about="Stock of a market at the start and in balance, in days of its demand",
    )  # fmt: skip
    price_response: float = par(
        0.5, unit="elasticity", source="assumed", kind="placeholder", low=0.1, high=1.0,
        bounds=(0.0, 10.0), fixed_at_start=True,
        about="Elasticity of the price to the stock in balance over the stock",
    )  # fmt: skip
    adjustment_days: float = par(
        30.0, unit="days", source="assumed", kind="placeholder", low=7, high=180,
        bounds=(1.0, 3650.0), fixed_at_start=True,
        about="Time in which the price follows the stock",
    )  # fmt: skip
    price_floor: float = par(
        0.4, unit="ratio", source="assumed", kind="placeholder", low=0.25, high=0.7,
        bounds=(0.01, 1.0), fixed_at_start=True, about="Lowest price as a ratio of the baseline's",
    )  # fmt: skip
    price_ceiling: float = par(
        3.0, unit="ratio", source="C049", kind="elicited", low=2.0, high=4.0, bounds=(1.0, 100.0),
        fixed_at_start=True, about="Highest price as a ratio of the baseline's",
    )  # fmt: skip
