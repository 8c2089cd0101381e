"""Armed and dangerous subjects, withdrawal, and vehicles that do not stop."""

from dataclasses import dataclass

from sim.parameters.declaration import par


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
