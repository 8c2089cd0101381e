"""Supply: how firearms are bought in a source state."""

from dataclasses import dataclass

from sim.parameters.declaration import par


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
