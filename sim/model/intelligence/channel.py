"""A channel: the transmission of leads from one side of the border to the other, with delay."""

from typing import Generic, TypeVar

import simpy
from simpy.events import ProcessGenerator

from sim.model.conditions import IntelligenceAt
from sim.numerics.randomness import CHANNEL, Key, Streams, entity_number, lognormal, uniforms
from sim.numerics.units import DAY_S

T = TypeVar("T")


class Channel(Generic[T]):
    """Messages under way, and those that have arrived and are to be read.

    A message goes through an intermediary or directly; its way and its delay are draws of the
    message, the same in every scenario.

    Parameters
    ----------
    env : simpy.Environment
    name : str
        Of the recipient.
    intelligence_at : IntelligenceAt
    streams : Streams
    """

    def __init__(
        self, env: simpy.Environment, name: str, intelligence_at: IntelligenceAt, streams: Streams
    ) -> None:
        self.env = env
        self.salt = entity_number(f"channel/{name}")
        self.intelligence_at = intelligence_at
        self.streams = streams
        self.arrived: simpy.Store = simpy.Store(env)
        self.sent = 0
        self.delivered = 0
        self.delay_s = 0.0

    def send(self, message: T, key: Key) -> None:
        """Send a message; it can be read when it has arrived."""
        self.sent += 1
        self.env.process(self._carry(message, key))

    def _carry(self, message: T, key: Key) -> ProcessGenerator:
        delay_s = self.delay_of(key)
        yield self.env.timeout(delay_s)
        self.delivered += 1
        self.delay_s += delay_s
        yield self.arrived.put(message)

    def delay_of(self, key: Key) -> float:
        """Delay of a message that is sent now, in seconds."""
        intelligence = self.intelligence_at(self.env.now)
        way, time, _, _ = uniforms(
            self.streams, CHANNEL, key.entity ^ self.salt, key.day, key.number
        )
        mean = (
            intelligence.direct_days
            if way < intelligence.direct_share
            else intelligence.intermediary_days
        )
        return lognormal(mean * DAY_S, intelligence.delay_cv, time)
