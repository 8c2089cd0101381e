"""The adversary ensemble: models of how smugglers decide, one file each.

A new model is a file with a subclass of `Adversary`, a line of `ADVERSARIES`, and its name among
the choices of ``smuggling.adversary`` (a test compares the two).
"""

from sim.model.smuggling.adversary.base import Adversary, Options
from sim.model.smuggling.adversary.learning import Learning
from sim.model.smuggling.adversary.quantal_response import QuantalResponse
from sim.model.smuggling.adversary.static import Static
from sim.model.smuggling.adversary.threshold import Threshold
from sim.model.smuggling.adversary.worst_case import WorstCase

ADVERSARIES: dict[str, type[Adversary]] = {
    "static": Static,
    "quantal_response": QuantalResponse,
    "learning": Learning,
    "threshold": Threshold,
    "worst_case": WorstCase,
}
"""By the value of ``smuggling.adversary``, in the order of its choices."""

__all__ = [
    "ADVERSARIES",
    "Adversary",
    "Learning",
    "Options",
    "QuantalResponse",
    "Static",
    "Threshold",
    "WorstCase",
]
