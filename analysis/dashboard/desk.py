"""What the pages of one server share: the folders they read and the runs they start."""

from dataclasses import dataclass
from typing import Any

from analysis.dashboard.folders import Folders
from analysis.dashboard.live import Live


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages share.

    Attributes
    ----------
    folders : Folders
    live : Live
    """

    folders: Folders
    live: Live

    @classmethod
    def of(cls, folders: Folders) -> "Desk":
        """Make the desk of these folders; nothing is started yet."""
        return cls(folders, Live(folders.live))


def attributes(**words: str) -> dict[str, Any]:
    """Attributes whose names have a hyphen: ``aria_label`` is aria-label."""
    return {name.replace("_", "-"): word for name, word in words.items()}
