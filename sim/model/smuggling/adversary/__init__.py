"""The adversary ensemble: models of how smugglers decide.

A new model is a file with a subclass of `Adversary`, a line of `ADVERSARIES`, and its name among
the choices of ``smuggling.adversary`` (a test compares the two).
"""

from sim.model.smuggling.adversary.base import Adversary, Options
from sim.model.smuggling.adversary.learning import Learning
from sim.model.smuggling.adversary.memoryless import QuantalResponse, Static, Threshold, WorstCase

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
