"""An agenda: what is going to happen at which moment, in order of time."""

import heapq
from collections.abc import Callable
from typing import Any


class Agenda:
    """Dated actions; those of one moment are taken in the order in which they were entered.

    A heap in place of a SimPy process for every trace, comparison, message and case: it is faster,
    and it can be copied (`sim.model.intelligence.warm_up`).

    Parameters
    ----------
    now_s : float
        Where its clock begins, in seconds since the run began.

    Attributes
    ----------
    now : float
        Moment of the action that is being taken, in seconds since the run began.
    """

    def __init__(self, now_s: float) -> None:
        self.now = now_s
        self._actions: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._entered = 0

    def enter(self, delay_s: float, action: Callable[..., None], *arguments: Any) -> None:
        """Enter an action to be taken after a delay in seconds, with its arguments."""
        self._entered += 1
        heapq.heappush(self._actions, (self.now + delay_s, self._entered, action, arguments))

    def advance(self, to_s: float) -> None:
        """Take all actions that are due up to and including a moment."""
        while self._actions and self._actions[0][0] <= to_s:
            self.now, _, action, arguments = heapq.heappop(self._actions)
            action(*arguments)
        self.now = to_s
