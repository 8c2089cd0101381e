"""The yearly state of trafficking, and what the record says of it.

Travellers' firearms follow traffic; trafficking does not stand still either. What traffickers lose
in a year is the level of an ordinary year times the exponential of a state that remembers: a
first-order autoregression about nothing, whose spread and memory are drawn with all else that is
not known (`sim.model.conditions` is the same in a run). No count of trafficking by year
exists that could give them, so their ranges are wide.

A particle filter takes the figures of the record one by one, in order of time or against it: it
gives what is predicted of a figure before it is read, and what all of them together leave open.

References
----------
.. [1] Gordon, Salmond and Smith, "Novel approach to nonlinear/non-Gaussian Bayesian state
   estimation", IEE Proceedings F 140, 1993.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from sim.parameters import catalogue

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DRAWS = 100_000
SEED = 1
LEVEL = (200.0, 2000.0)
"""Firearms of an ordinary year with the base year's traffic, log-uniform: wider than C080."""
SHARE = (0.05, 0.95)
"""Travellers' share of them, uniform beforehand: wider than Z020."""
RECORD = (0.05, 0.6)
"""Standard deviation, in logarithms, of a figure of the record about what was to be expected:
chance, one large load, and definitions that differ by up to 1.65 (C057, C065, C081)."""
RECORD_KNOWN = 0.25
"""The same for worlds that no figure was fitted to: a year is known to about this."""
CHANGE, MEMORY = (
    (catalogue()[name].metadata["low"], catalogue()[name].metadata["high"])
    for name in ("smuggling.yearly_change", "smuggling.yearly_memory")
)
"""Ranges of the two parameters of `sim.model.conditions`, uniform beforehand."""


@dataclass(frozen=True)
class StateDraws:
    """Equal draws of all that is not known.

    Attributes
    ----------
    travellers, traffickers : array of float, shape (draws,)
        Firearms that are seized from them in an ordinary year with the traffic of the base year.
    record, change, memory : array of float, shape (draws,)
        See RECORD, CHANGE and MEMORY.
    world : array of int, shape (draws,)
        Plausible world that the levels are of; 0 where they are drawn.
    state : array of float, shape (draws, years)
        Logarithm of what traffickers lose as a ratio of an ordinary year.
    """

    travellers: Floats
    traffickers: Floats
    record: Floats
    change: Floats
    memory: Floats
    world: Ints
    state: Floats

    def of(self, rows: Ints) -> "StateDraws":
        """Some of the draws, by number."""
        return StateDraws(*(getattr(self, field.name)[rows] for field in fields(self)))

    def expected(self, parts: "Parts") -> Floats:
        """Expected firearms of some figures, shape (draws, figures)."""
        moving = (self.traffickers[:, None] * np.exp(self.state)) @ parts.traffickers.T
        return np.asarray(np.outer(self.travellers, parts.travellers) + moving)

    def figures(self, parts: "Parts") -> Floats:
        """Draw some figures of the record: what is expected, and chance."""
        mean = self.expected(parts)
        noise = np.random.default_rng(SEED + 1).standard_normal(mean.shape)
        return np.asarray(mean * np.exp(self.record[:, None] * noise))


@dataclass(frozen=True)
class Parts:
    """What figures of the record have of an ordinary year's expectation.

    Attributes
    ----------
    travellers : array of float, shape (figures,)
        Sum over the figure's period, as a ratio of the base year.
    traffickers : array of float, shape (figures, years)
        The same by year, without the state.
    """

    travellers: Floats
    traffickers: Floats

    def of(self, rows: list[int]) -> "Parts":
        """Those of some figures."""
        return Parts(self.travellers[rows], self.traffickers[rows])


def prior(worlds: Floats | None = None, years: int = 1) -> StateDraws:
    """Draw before any figure is read, with the state of the first year.

    Parameters
    ----------
    worlds : array of float, shape (worlds, 2), optional
        Firearms of travellers and traffickers by world; without them, level and share are drawn.
    years : int
        Years that there is to be room for.
    """
    rng = np.random.default_rng(SEED)
    if worlds is None:
        level = np.exp(rng.uniform(math.log(LEVEL[0]), math.log(LEVEL[1]), DRAWS))
        share = rng.uniform(*SHARE, DRAWS)
        world = np.zeros(DRAWS, np.int64)
        travellers, traffickers = level * share, level * (1.0 - share)
        record = rng.uniform(*RECORD, DRAWS)
    else:
        world = rng.integers(len(worlds), size=DRAWS)
        travellers, traffickers = worlds[world].T
        record = np.full(DRAWS, RECORD_KNOWN)
    change, memory = rng.uniform(*CHANGE, DRAWS), rng.uniform(*MEMORY, DRAWS)
    state = np.zeros((DRAWS, years))
    state[:, 0] = change / np.sqrt(1.0 - memory**2) * rng.standard_normal(DRAWS)
    return StateDraws(travellers, traffickers, record, change, memory, world, state)


def filtered(
    start: StateDraws, parts: Parts, record: Floats, backwards: bool = False
) -> Iterator[tuple[int, StateDraws]]:
    """Go through the years, and read every figure of the record at the end of its period.

    Parameters
    ----------
    start : StateDraws
        With the state of the first year (the last one, if against time).
    parts : Parts
        Of the figures, in the order in which they end (in reverse, begin).
    record : array of float, shape (figures,)
        Firearms; NaN for a figure that is predicted, but not read.
    backwards : bool
        Against time.

    Yields
    ------
    int, StateDraws
        Number of a figure, and what is known just before it is read; at last the number of figures
        and what is known in the end.
    """
    rng = np.random.default_rng(SEED + 3)
    years = start.state.shape[1]
    steps = range(years - 1, -1, -1) if backwards else range(years)
    used = parts.traffickers > 0.0
    read_in = years - 1 - used[:, ::-1].argmax(axis=1) if not backwards else used.argmax(axis=1)
    draws = start.of(np.arange(DRAWS))
    if backwards:
        draws.state[:, -1] = draws.state[:, 0]
    for step, year in enumerate(steps):
        if step:
            before = draws.state[:, year + 1 if backwards else year - 1]
            moved = draws.change * rng.standard_normal(DRAWS)
            draws.state[:, year] = draws.memory * before + moved
        for k in np.flatnonzero(read_in == year).tolist():
            yield k, draws
            if math.isfinite(record[k]):
                draws = draws.of(_kept(draws, parts.of([k]), record[k], rng))
    yield len(record), draws


def _kept(draws: StateDraws, parts: Parts, figure: float, rng: np.random.Generator) -> Ints:
    """Draws to go on with after a figure: each as often as it makes the figure likely."""
    z = (math.log(figure) - np.log(draws.expected(parts)[:, 0])) / draws.record
    weight = np.exp(-0.5 * z**2) / draws.record
    ends = np.cumsum(weight)
    places = (np.arange(DRAWS) + rng.random()) / DRAWS * ends[-1]
    kept: Ints = np.minimum(np.searchsorted(ends, places), DRAWS - 1)
    return kept
