"""A channel: the transmission of leads from one side of the border to the other, with delay."""

from collections.abc import Callable
from typing import Generic, TypeVar

from sim.model.intelligence.agenda import Agenda
from sim.numerics.randomness import CHANNEL, Key, Streams, entity_number, lognormal, uniforms
from sim.numerics.units import DAY_S
from sim.parameters import Intelligence

T = TypeVar("T")


class Channel(Generic[T]):
    """Messages under way to one recipient.

    A message goes through an intermediary or directly; its way and its delay are draws of the
    message, the same in every scenario.

    Parameters
    ----------
    agenda : Agenda
    name : str
        Of the recipient.
    receive : callable
        Called with each message when it arrives.
    streams : Streams
    """

    def __init__(
        self, agenda: Agenda, name: str, receive: Callable[[T], None], streams: Streams
    ) -> None:
        self.agenda = agenda
        self.salt = entity_number(f"channel/{name}")
        self.receive = receive
        self.streams = streams
        self.sent = 0
        self.delivered = 0
        self.delay_s = 0.0

    def send(self, message: T, key: Key, intelligence: Intelligence) -> None:
        """Send a message, under the parameters in force."""
        self.sent += 1
        delay_s = self.delay_of(key, intelligence)
        self.agenda.enter(delay_s, self._deliver, message, delay_s)

    def _deliver(self, message: T, delay_s: float) -> None:
        self.delivered += 1
        self.delay_s += delay_s
        self.receive(message)

    def delay_of(self, key: Key, intelligence: Intelligence) -> float:
        """Delay of a message, in seconds."""
        way, time, _, _ = uniforms(
            self.streams, CHANNEL, key.entity ^ self.salt, key.day, key.number
        )
        mean = (
            intelligence.direct_days
            if way < intelligence.direct_share
            else intelligence.intermediary_days
        )
        return lognormal(mean * DAY_S, intelligence.delay_cv, time)
