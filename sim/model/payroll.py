"""What officers are paid for: the hours that rosters plan, whoever is absent, and overtime.

An officer on a course or absent is paid, so that a course costs service, not pay. Officers of a
port that a proposal closes stay on the payroll; a saving is an entry of the scenario's file.
"""

import datetime

import numpy as np
import numpy.typing as npt

from sim.geography import Ports
from sim.model.roster import DAY_TYPE, SHIFT_HOURS, SHIFTS

Floats = npt.NDArray[np.float64]


def open_hours(ports: Ports) -> Floats:
    """Hours of each shift in which a port is open by the port table, shape (ports, shifts)."""
    first = SHIFT_HOURS * np.arange(SHIFTS)
    start = np.maximum(ports.open_hour[:, None], first)
    end = np.minimum(ports.close_hour[:, None], first + SHIFT_HOURS)
    return np.asarray(np.maximum(end - start, 0.0))


def planned_hours(rostered: Floats, hours: Floats, scale: Floats, date: datetime.date) -> float:
    """Officer hours that the rosters of a day plan for.

    Parameters
    ----------
    rostered : array of float, shape (12, 3, ports, 3)
        See `sim.model.roster.posts`.
    hours : array of float, shape (ports, 3)
        See `open_hours`.
    scale : array of float, shape (ports,)
        Officers in service as a ratio of the staffing table.
    """
    officers = rostered[date.month - 1, DAY_TYPE[date.weekday()]] * scale[:, None]
    return float(np.sum(officers * hours))
