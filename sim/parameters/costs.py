"""What things cost, for the tables only: no cost changes what happens."""

from dataclasses import dataclass

from sim.parameters.declaration import par


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
