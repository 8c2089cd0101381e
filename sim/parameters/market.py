"""Markets: demand, stock and price of each region, and how trips respond to the price."""

from dataclasses import dataclass

from sim.parameters.declaration import par


@dataclass(frozen=True, slots=True)
class Market:
    """Markets: demand, stock and price of each region, and how trips respond to the price."""

    demand_scale: float = par(
        1.0, unit="ratio", source="assumed", kind="elicited", bounds=(0.0, 100.0), by_market=True,
        about="Demand of a market as a ratio of the baseline's",
    )  # fmt: skip
    delivered_share: float = par(
        0.772, unit="share", source="Z006, Z015; fit", kind="placeholder", low=0.75, high=0.98,
        about="Planned firearms that reach a market in the baseline: what its demand is set to",
    )  # fmt: skip
    demand_elasticity: float = par(
        -0.4, unit="elasticity", source="assumed", kind="placeholder", low=-1.0, high=0.0,
        bounds=(-10.0, 0.0), about="Elasticity of what is bought to the street price",
    )  # fmt: skip
    trip_elasticity: float = par(
        0.5, unit="elasticity", source="assumed", kind="placeholder", low=0.0, high=2.0,
        bounds=(0.0, 10.0),
        about="Elasticity of trips made to the margin on a firearm (street price less acquisition)",
    )  # fmt: skip
    used_share: float = par(
        0.5, unit="share", source="assumed", kind="placeholder", low=0.3, high=0.9,
        bounds=(0.01, 1.0), about="Opportunities for a trip that are used at the baseline's margin",
    )  # fmt: skip
    stock_days: float = par(
        120.0, unit="days", source="assumed; C143", kind="placeholder", low=30, high=365,
        bounds=(1.0, 36500.0),
        about="Stock of a market at the start and in balance, in days of its demand",
    )  # fmt: skip
    price_response: float = par(
        0.5, unit="elasticity", source="assumed", kind="placeholder", low=0.1, high=1.0,
        bounds=(0.0, 10.0), about="Elasticity of the price to the stock in balance over the stock",
    )  # fmt: skip
    adjustment_days: float = par(
        30.0, unit="days", source="assumed", kind="placeholder", low=7, high=180,
        bounds=(1.0, 3650.0), about="Time in which the price follows the stock",
    )  # fmt: skip
    price_floor: float = par(
        0.4, unit="ratio", source="assumed", kind="placeholder", low=0.25, high=0.7,
        bounds=(0.01, 1.0), about="Lowest price as a ratio of the baseline's",
    )  # fmt: skip
    price_ceiling: float = par(
        3.0, unit="ratio", source="C049", kind="elicited", low=2.0, high=4.0, bounds=(1.0, 100.0),
        about="Highest price as a ratio of the baseline's",
    )  # fmt: skip
