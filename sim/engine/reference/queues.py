"""Lines and secondary queues of the reference engine: who waits, and where work is done."""

import math
from bisect import insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappush

import numpy as np
import simpy
from simpy.events import NORMAL, EventPriority

from sim.model.day import ORDINARY
from sim.numerics.units import Rows

# What happens at one instant, in this order: the books of the control interval that ends are
# closed (also when the run ends then); the border plans its day and the superintendents act; work
# ends, and vehicles go to secondary; vehicles arrive, and those who wait in secondary are called;
# limits run out.
BOOKS = EventPriority(-1)
CONTROL = NORMAL
DONE = EventPriority(2)
CALL = EventPriority(3)
LIMIT = EventPriority(4)


class At(simpy.Event):
    """An event at a moment.

    A timeout lasts so long from now; the sum may miss the moment by the last bit. The engines are
    to agree to the last bit, so this puts the moment itself on the agenda of SimPy.
    """

    def __init__(self, env: simpy.Environment, moment: float, order: EventPriority) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        heappush(env._queue, (moment, order, next(env._eid), self))


@dataclass(slots=True, eq=False)
class Officer:
    """An officer at a booth or a bay. One is like another; his work goes with him.

    Attributes
    ----------
    free_s : float
        When the last work that he has begun or promised ends.
    """

    free_s: float


class Station:
    """A line with its booths, or a secondary queue with its bays.

    Parameters
    ----------
    posts : int
        Booths or bays that exist.
    """

    def __init__(self, env: simpy.Environment, posts: int) -> None:
        self.env = env
        self.posts = posts
        self.officers: list[Officer] = []

    @property
    def manned(self) -> int:
        """Number of manned posts."""
        return len(self.officers)

    def free_officer(self) -> Officer | None:
        """Find the officer who is free first, if he is free now."""
        first = min(self.officers, key=lambda officer: officer.free_s, default=None)
        return first if first and first.free_s <= self.env.now else None

    def release(self, count: int) -> list[Officer]:
        """Close so many posts, those whose officers are free first; give these officers."""
        self.officers.sort(key=lambda officer: officer.free_s)
        released, self.officers = self.officers[:count], self.officers[count:]
        return released

    def receive(self, officer: Officer) -> None:
        """Open a post for an officer, who begins there when he is free."""
        self.officers.append(officer)
        if officer.free_s > self.env.now:
            self.call_at(officer.free_s, DONE)

    def call(self) -> None:
        """Call those whose turn has come."""
        raise NotImplementedError

    def call_at(self, moment: float, order: EventPriority) -> None:
        """Call those whose turn has come then."""
        event = At(self.env, moment, order)
        assert event.callbacks is not None
        event.callbacks.append(lambda _: self.call())


class Line(Station):
    """A line at primary: first in, first out (rule 2).

    Parameters
    ----------
    env : simpy.Environment
    number : int
        Among the lines of all ports.
    booths : int
    lanes : list of int
        Lanes that share the line.
    queue : int
        Secondary queue to which it refers.
    """

    def __init__(
        self, env: simpy.Environment, number: int, booths: int, lanes: list[int], queue: int
    ) -> None:
        super().__init__(env, booths)
        self.number = number
        self.lanes = lanes
        self.queue = queue
        self.hurry = False
        self.waive = False
        # Mean service of those expected, and who would turn round at the wait, by lane.
        self.mean_s = 0.0
        self.leaving: dict[int, float] = {}
        self.waiting: deque[tuple[float, simpy.Event]] = deque()
        self.queue_s = 0.0
        self._changed_s = 0.0

    def join(self, arrived_s: float) -> simpy.Event:
        """Stand in line; the event comes with the officer, and how long he stood ready."""
        self.count_queue()
        called = self.env.event()
        self.waiting.append((arrived_s, called))
        self.call()
        return called

    def call(self) -> None:
        """Call vehicles to free officers."""
        while self.waiting and (officer := self.free_officer()):
            self.count_queue()
            _, called = self.waiting.popleft()
            called.succeed((officer, self.env.now - officer.free_s))
            officer.free_s = math.inf  # until the process of the vehicle sets it

    def count_queue(self) -> None:
        """Add to the vehicle seconds spent in line."""
        self.queue_s += len(self.waiting) * (self.env.now - self._changed_s)
        self._changed_s = self.env.now


@dataclass(slots=True, eq=False)
class Referral:
    """What a vehicle is referred to secondary for.

    Attributes
    ----------
    reason : int
        See `sim.model.port.referral`.
    work_s : float
        Officer time it takes (0 for a probe).
    limit_s : float
        Wait after which it is not done any more, infinite for what must be done.
    in_time_s : float
        Wait up to which a discretionary examination would have been done.
    entity, day, index : int
        Identity of the vehicle.
    attempt : int
        -1 for an ordinary vehicle.
    joined_s : float
        When it joined the secondary queue.
    called : simpy.Event
        Comes with the station of the officer, the time for which he stood ready, and the moment at
        which the work begins; or with None if the vehicle is let go unexamined.
    """

    reason: int
    lane: int
    work_s: float
    limit_s: float
    in_time_s: float
    entity: int
    day: int
    index: int
    attempt: int
    joined_s: float = field(default=0.0, init=False)
    called: simpy.Event = field(init=False)

    @property
    def discretionary(self) -> bool:
        """Whether it may be left undone."""
        return self.limit_s < math.inf

    @property
    def latest_s(self) -> float:
        """Last moment at which the work may begin."""
        return self.joined_s + self.limit_s


class Secondary(Station):
    """A secondary queue: first in, first out (rule 6)."""

    def __init__(self, env: simpy.Environment, bays: int) -> None:
        super().__init__(env, bays)
        self.waiting: list[Referral] = []

    def join(self, referral: Referral) -> simpy.Event:
        """Wait in the queue, until the limit at most; see `Referral.called`."""
        referral.joined_s = self.env.now
        referral.called = self.env.event()
        insort(self.waiting, referral, key=lambda other: (other.joined_s, other.lane))
        self.call_at(self.env.now, CALL)
        if referral.discretionary:
            limit = At(self.env, referral.latest_s, LIMIT)
            assert limit.callbacks is not None
            limit.callbacks.append(lambda _: self.let_go(referral))
        return referral.called

    def call(self) -> None:
        """Call vehicles to free officers; a probe takes its turn, and no time."""
        while self.waiting and (officer := self.free_officer()):
            referral = self.waiting.pop(0)
            ready_s = 0.0
            if referral.work_s > 0.0:
                ready_s = self.env.now - officer.free_s
                officer.free_s = self.env.now + referral.work_s
            referral.called.succeed((self, ready_s, self.env.now))

    def give(self, referral: Referral, line: Line, officer: Officer) -> None:
        """Give the work to a booth's officer, who begins when he is free."""
        self.waiting.remove(referral)
        referral.called.succeed((line, 0.0, officer.free_s))
        officer.free_s += referral.work_s

    def let_go(self, referral: Referral) -> None:
        """Let a vehicle go unexamined, if it still waits."""
        if referral in self.waiting:
            self.waiting.remove(referral)
            referral.called.succeed(None)


def all_officers(places: list[Station]) -> Iterator[Officer]:
    """All officers at posts of a port."""
    for place in places:
        yield from place.officers


@dataclass(slots=True)
class Vehicle:
    """One conveyance, with the fields of `sim.model.day.EXTRA_ARRIVAL`."""

    lane: int
    time_s: float
    service_word: int
    search_word: int
    mandatory_word: int
    entity: int
    day: int
    index: int
    lookout_word: int = 0
    attempt: int = -1
    kind: int = ORDINARY
    search_factor: float = 1.0
    lookout: int = 0


class Log:
    """Where conveyances write down what became of them.

    Attributes
    ----------
    trace, trace_2 : array of float, shape (room, 6)
        One row for each vehicle at primary (arrival, start, end) and one for each referral (joined,
        start or -1, reason), after entity, day and index.
    count : array of int, shape (2,)
        Rows written.
    inside : set of int
        Attempts that have arrived and are not decided.
    """

    def __init__(self, attempts: Rows, room: int) -> None:
        self.attempts = attempts
        self.trace = np.zeros((room, 6))
        self.trace_2 = np.zeros((room, 6))
        self.count = np.zeros(2, np.int64)
        self.inside: set[int] = set()

    def primary(self, vehicle: Vehicle, start_s: float, end_s: float) -> None:
        """Write down when the primary service of a vehicle begins and ends."""
        if self.count[0] < len(self.trace):
            identity = (vehicle.entity, vehicle.day, vehicle.index)
            self.trace[self.count[0]] = (*identity, vehicle.time_s, start_s, end_s)
            self.count[0] += 1

    def secondary(self, case: Referral, joined_s: float, start_s: float) -> None:
        """Write down when the work on a vehicle begins (-1: it is let go)."""
        if self.count[1] < len(self.trace_2):
            identity = (case.entity, case.day, case.index)
            self.trace_2[self.count[1]] = (*identity, joined_s, start_s, case.reason)
            self.count[1] += 1
