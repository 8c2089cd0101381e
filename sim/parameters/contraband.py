"""What is smuggled, how it is bought and how it is sold."""

from dataclasses import dataclass

from sim.parameters.declaration import par


@dataclass(frozen=True, slots=True)
class Contraband:
    """What is smuggled, and the trusted traders among those who smuggle it.

    What else sets one kind of contraband apart from another (loads, prices, network, chances of
    finding it) are parameters of other rooms; ``conf/contraband/`` sets them together.
    """

    unit: str = par(
        "firearms", unit="", source="000 ¶1; 001; 003 ¶12, ¶16", kind="measured",
        choices=("firearms", "parts", "kg", "CAD thousand", "persons"), fixed_at_start=True,
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
        0.772, unit="share", source="Z006, Z015; fit", kind="placeholder", low=0.75, high=0.98,
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
