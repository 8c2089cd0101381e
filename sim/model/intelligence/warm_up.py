"""The warm-up of intelligence: the days before the run in which leads, cases and lookouts settle."""

from sim.model.conditions import IntelligenceAt
from sim.model.intelligence.intelligence import Intelligence
from sim.model.smuggling.organisation import Organisations
from sim.numerics.randomness import Streams
from sim.numerics.units import DAY_S


def after_warm_up(
    warm_up_days: int,
    organisations: Organisations,
    firearms_per_year: float,
    share: float,
    intelligence_at: IntelligenceAt,
    streams: Streams,
) -> Intelligence:
    """Intelligence at the midnight on which the run begins.

    Parameters
    ----------
    warm_up_days : int
        At least 0.
    organisations, firearms_per_year, share, intelligence_at, streams
        As in `sim.model.intelligence.intelligence.Intelligence`.
    """
    intelligence = Intelligence(
        -warm_up_days * DAY_S, organisations, firearms_per_year, share, intelligence_at, streams
    )
    for day in range(-warm_up_days, 0):
        intelligence.day_begins(day)
        intelligence.advance((day + 1) * DAY_S)
    intelligence.run_begins()
    return intelligence
