"""The adversary ensemble: ways in which smugglers may decide, each in a file of its own."""

from sim.model.adversary.learning import Learning
from sim.model.adversary.options import Adversary, Options
from sim.model.adversary.quantal_response import QuantalResponse
from sim.model.adversary.static import Static
from sim.model.adversary.threshold import Threshold
from sim.model.adversary.worst_case import WorstCase

__all__ = [
    "Adversary",
    "Learning",
    "Options",
    "QuantalResponse",
    "Static",
    "Threshold",
    "WorstCase",
]
