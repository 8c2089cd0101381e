"""The adversary ensemble: ways in which smugglers may decide, each in a file of its own."""

from sim.model.smuggling.adversary.learning import Learning
from sim.model.smuggling.adversary.options import Adversary, Options
from sim.model.smuggling.adversary.quantal_response import QuantalResponse
from sim.model.smuggling.adversary.static import Static
from sim.model.smuggling.adversary.threshold import Threshold
from sim.model.smuggling.adversary.worst_case import WorstCase

__all__ = [
    "Adversary",
    "Learning",
    "Options",
    "QuantalResponse",
    "Static",
    "Threshold",
    "WorstCase",
]
