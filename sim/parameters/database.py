"""Data links, queries and lookouts at primary."""

from dataclasses import dataclass

from sim.parameters.declaration import par


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
