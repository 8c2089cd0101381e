"""What travellers pay above their exemptions, and what things cost."""

from dataclasses import dataclass

from sim.parameters.declaration import par


@dataclass(frozen=True, slots=True)
class Duty:
    """Personal exemptions and what is collected above them."""

    exemption_24h_cad: float = par(
        50.0, unit="CAD", source="D014", kind="measured", low=50, high=2000, bounds=(0.0, 1e6),
        lever=True, about="Exemption of a returning resident after 24 hours",
    )  # fmt: skip
    exemption_48h_cad: float = par(
        200.0, unit="CAD", source="D015", kind="measured", low=200, high=2000, bounds=(0.0, 1e6),
        lever=True, about="Exemption after 48 hours",
    )  # fmt: skip
    exemption_7d_cad: float = par(
        750.0, unit="CAD", source="D016", kind="measured", low=750, high=2000, bounds=(0.0, 1e6),
        lever=True, about="Exemption after seven days",
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
        60.0, unit="CAD", source="assumed", kind="placeholder", low=20, high=120,
        bounds=(0.01, 1e6), about="Median purchases of a car party after a same-day trip",
    )  # fmt: skip
    one_night_purchase_cad: float = par(
        240.0, unit="CAD", source="assumed", kind="placeholder", low=100, high=400,
        bounds=(0.01, 1e6), about="The same after 24 to 48 hours",
    )  # fmt: skip
    two_night_purchase_cad: float = par(
        440.0, unit="CAD", source="assumed", kind="placeholder", low=200, high=800,
        bounds=(0.01, 1e6), about="The same after two to six nights",
    )  # fmt: skip
    week_purchase_cad: float = par(
        900.0, unit="CAD", source="assumed", kind="placeholder", low=400, high=1600,
        bounds=(0.01, 1e6), about="The same after seven days or more",
    )  # fmt: skip
    purchase_sigma: float = par(
        1.3, unit="log units", source="assumed", kind="placeholder", low=0.8, high=1.6,
        bounds=(0.05, 3.0), about="Spread of purchases (lognormal)",
    )  # fmt: skip
    collected_share: float = par(
        0.06, unit="share", source="D001, Z012, Z013", kind="placeholder", low=0.03, high=0.2,
        about="Parties above their limit that declare it and are sent to pay (some 48 million CAD "
        "a year are collected: a third of what all modes brought in)",
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
class Costs:
    """What things cost, for the tables only: no cost changes what happens."""

    car_delay_cad_per_h: float = par(
        25.0, unit="CAD/h", source="assumed", kind="elicited", low=15, high=40,
        bounds=(0.0, 1e4), fixed_at_start=True,
        about="Value of an hour of delay of a car and its occupants",
    )  # fmt: skip
    truck_delay_cad_per_h: float = par(
        60.0, unit="CAD/h", source="assumed", kind="elicited", low=40, high=150,
        bounds=(0.0, 1e4), fixed_at_start=True,
        about="Value of an hour of delay of a truck, driver and load",
    )  # fmt: skip
    officer_cad_per_year: float = par(
        85000.0, unit="CAD/year", source="assumed", kind="elicited", low=70000, high=110000,
        bounds=(0.0, 1e6), about="Pay and benefits of an officer for a year",
    )  # fmt: skip
    officer_hours_per_year: float = par(
        1500.0, unit="h/year", source="assumed", kind="elicited", low=1300, high=1700,
        bounds=(1.0, 8760.0), about="Hours that an officer spends on shift in a year",
    )  # fmt: skip
