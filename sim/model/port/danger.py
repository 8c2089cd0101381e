"""Armed and dangerous subjects, the withdrawal of officers, and vehicles that do not stop.

A lookout of a dangerous subject makes unarmed officers without police within reach withdraw: the
port closes for minutes to hours. Arming and police at the ports change this and, apart from the
officer time that courses cost, nothing else directly.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim.model.conditions import Snapshot
from sim.model.port.workforce import Workforce
from sim.numerics.randomness import (
    DANGER,
    PORT_RUNNER,
    Streams,
    entity_number,
    poisson_counts,
    uniforms,
)
from sim.numerics.units import DAY_S, DAYS_PER_YEAR
from sim.parameters import PARAMETER
from sim.places.ports import Ports
from sim.records.replication import DangerRecord

# Road vehicles of the 139 ports in 2005 (sim/data/volumes.csv.gz), to which the base rates belong.
ROAD_VEHICLES_2005 = 37.4e6


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A closure of a port by a withdrawal.

    Attributes
    ----------
    port : int
    start_s, end_s : float
        In seconds since the run began.
    """

    port: int
    start_s: float
    end_s: float


@dataclass
class DangerTally:
    """Counts over the run: events, and those that officers or police could act on."""

    subjects: int = 0
    subjects_met: int = 0
    withdrawals: int = 0
    runners: int = 0
    runners_met: int = 0


class Danger:
    """Dangerous subjects and port runners of one replication.

    Their number, ports and moments are the same in every scenario; their outcomes are not.

    Parameters
    ----------
    ports : Ports
    subject_rate, runner_rate : float
        Events a year at all ports of 2005; fewer where a run has less traffic.
    streams : Streams
    """

    def __init__(
        self, ports: Ports, subject_rate: float, runner_rate: float, streams: Streams
    ) -> None:
        self.ports = ports
        self.streams = streams
        self.subject_rate = subject_rate / DAYS_PER_YEAR
        self.runner_rate = runner_rate / DAYS_PER_YEAR
        road = np.where(ports.takes_road_traffic, ports.vehicles_per_year, 0.0)
        self.share = np.cumsum(road) / max(road.sum(), 1e-300)
        self.scale = road.sum() / ROAD_VEHICLES_2005
        self.tally = DangerTally()
        self.withdrawals: list[Withdrawal] = []

    def day(self, day: int, snapshot: Snapshot, workforce: Workforce) -> list[Withdrawal]:
        """Withdrawals that begin on a day; the port runners of the day are counted."""
        subjects = self._events("subjects", DANGER, self.subject_rate, day)
        runners = self._events("runners", PORT_RUNNER, self.runner_rate, day)
        if not subjects and not runners:
            return []
        present = snapshot.at_ports(PARAMETER.danger.police_present_share)
        response = snapshot.at_ports(PARAMETER.danger.police_response_min)
        danger = snapshot.parameters.danger
        withdrawals = []
        for port, moment, u in subjects:
            arrival = 0.0 if u[2] < present[port] else -np.log(u[3]) * response[port]
            armed = u[4] < workforce.armed_share
            self.tally.subjects += 1
            self.tally.subjects_met += int(armed or arrival <= danger.subject_waits_min)
            if armed or arrival <= danger.within_reach_min:
                continue
            length = danger.withdrawal_median_h * np.exp(danger.withdrawal_sigma * ndtri(u[5]))
            end = moment + 3600.0 * length
            self.tally.withdrawals += 1
            withdrawals.append(Withdrawal(port, moment, end))
        for port, _, u in runners:
            arrival = 0.0 if u[2] < present[port] else -np.log(u[3]) * response[port]
            self.tally.runners += 1
            self.tally.runners_met += int(arrival <= danger.runner_caught_min)
        self.withdrawals += withdrawals
        return withdrawals

    def record(self) -> DangerRecord:
        """What the run leaves behind."""
        return DangerRecord(
            withdrawals=self.tally.withdrawals,
            subjects_met=self.tally.subjects_met,
            runners_met=self.tally.runners_met,
            withdrawn_s=np.array([(w.start_s, w.end_s) for w in self.withdrawals]).reshape(-1, 2),
        )

    def _events(
        self, name: str, purpose: int, rate: float, day: int
    ) -> list[tuple[int, float, npt.NDArray[np.float64]]]:
        """Port, moment and further uniform numbers of each event of a day."""
        entity = entity_number(f"danger/{name}")
        first, _, _, _ = uniforms(self.streams, purpose, entity, day)
        if first <= np.exp(-rate * self.scale):  # none, as on most days
            return []
        count = int(poisson_counts(first, rate * self.scale))
        draws = self.streams.uniforms(purpose, entity, day, 2 * count, first=1)
        events = []
        for i in range(count):
            u = np.concatenate([draws[:, 2 * i], draws[:, 2 * i + 1]])
            port = min(int(np.searchsorted(self.share, u[0])), len(self.share) - 1)
            low, high = self.ports.open_hour[port], self.ports.close_hour[port]
            moment = day * DAY_S + 3600.0 * (low + u[1] * (high - low))
            events.append((port, moment, u))
        return events
