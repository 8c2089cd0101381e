"""What is smuggled, and the trusted traders among those who smuggle it."""

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
        choices=("firearms", "parts", "kg", "CAD thousand", "persons"),
        about="What loads are counted in, in every table where firearms are counted by default",
    )  # fmt: skip
    trusted_share: float = par(
        0.05, unit="share", source="assumed", kind="placeholder", low=0.0, high=0.2,
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
