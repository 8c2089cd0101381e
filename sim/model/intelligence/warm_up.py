"""The warm-up of intelligence: the days before the run in which leads, cases and lookouts settle.

No proposal holds before the run, so most points of a study share the warm-up of a replication. It
is computed once in a process for all that do.
"""

import copy
import dataclasses
import functools
from collections.abc import Callable
from typing import NamedTuple

from sim.model.conditions import IntelligenceAt
from sim.model.intelligence.intelligence import Intelligence
from sim.model.smuggling.organisation import Organisations
from sim.numerics.randomness import Streams
from sim.numerics.units import DAY_S
from sim.parameters import Intelligence as IntelligenceParameters
from sim.parameters import Smuggling

# Warm-ups held in a process: those of the adversaries and worlds of one replication.
MOST_HELD = 8


class _Inputs(NamedTuple):
    """Everything that a warm-up under unchanging parameters depends on."""

    warm_up_days: int
    smuggling: Smuggling
    firearms_per_year: float
    intelligence: IntelligenceParameters
    streams: Streams


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
    organisations : Organisations
        As they are created; those arrested in the warm-up are out of action afterwards.
    firearms_per_year, share, intelligence_at, streams
        As in `sim.model.intelligence.intelligence.Intelligence`.
    """
    constant = intelligence_at.constant_before_the_run()
    if constant is None or warm_up_days == 0:
        return _computed(
            warm_up_days, organisations, firearms_per_year, share, intelligence_at, streams
        )
    # How smugglers choose their routes has no influence before there are any trips.
    smuggling = dataclasses.replace(organisations.smuggling, adversary=Smuggling().adversary)
    held = _held(_Inputs(warm_up_days, smuggling, firearms_per_year, constant, streams))
    # A copy that refers to the organisations and parameters of this run instead of those held.
    replaced = {
        id(held.organisations): organisations,
        id(held.intelligence_at): intelligence_at,
        id(held.streams): streams,
    }
    for organisation, at_s in held.organisations.arrests:
        organisations.arrest(organisation, at_s)
    intelligence = copy.deepcopy(held, replaced)
    intelligence.share = share
    return intelligence


@functools.lru_cache(maxsize=MOST_HELD)
def _held(inputs: _Inputs) -> Intelligence:
    """Intelligence after a warm-up, of which every run takes a copy."""
    organisations = Organisations(inputs.smuggling, inputs.streams)
    return _computed(
        inputs.warm_up_days,
        organisations,
        inputs.firearms_per_year,
        1.0,
        lambda _: inputs.intelligence,
        inputs.streams,
    )


def _computed(
    warm_up_days: int,
    organisations: Organisations,
    firearms_per_year: float,
    share: float,
    intelligence_at: Callable[[float], IntelligenceParameters],
    streams: Streams,
) -> Intelligence:
    intelligence = Intelligence(
        -warm_up_days * DAY_S, organisations, firearms_per_year, share, intelligence_at, streams
    )
    for day in range(-warm_up_days, 0):
        intelligence.day_begins(day)
        intelligence.advance((day + 1) * DAY_S)
    intelligence.run_begins()
    return intelligence
