"""What is in force in one control interval of a port, and where its events are written down."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.record import Record
from sim.numerics.units import Floats, Rows, Whole


class Interval(NamedTuple):
    """One control interval of a port.

    Attributes
    ----------
    now_s, until_s : float
        Its control moment and the next, in seconds since the run began.
    standard_s : float
        Wait standard of the day in seconds.
    on_shift : bool
        False while the closing shift clears the line in overtime.
    row : array of float, shape (WIDTH,)
        Rates in force (`sim.model.port.inspection_rates`).
    lane_sums : array of float, shape (lanes, columns)
        Sums of the current hour (`sim.records`), as are the two that follow.
    wait_counts : array of int32, shape (lanes, bins)
    officer_sums : array of float, shape (columns,)
    """

    now_s: float
    until_s: float
    standard_s: float
    on_shift: bool
    row: Floats
    lane_sums: Floats
    wait_counts: npt.NDArray[np.int32]
    officer_sums: Floats


class LineTerms(NamedTuple):
    """How one line is served in one control interval.

    Attributes
    ----------
    queue : int
        Secondary queue to which the line refers.
    manned : int
        Open booths.
    hurry, waive : bool
        Whether service is shorter, and duty waived, for the length of the line (rule 5).
    does_secondary : bool
        Whether booth officers do the work of the secondary queue (rule 7).
    service_s : array of float, shape (lanes,)
        Room for the mean service times, in seconds.
    words : array of int, shape (lanes, 4)
        Thresholds of referral in force (`sim.engine.compiled.thresholds`).
    sums : array of float, shape (4,)
        Room for the sums of the line and interval.
    """

    queue: int
    manned: int
    hurry: bool
    waive: bool
    does_secondary: bool
    service_s: Floats
    words: Whole
    sums: Floats


class Log(NamedTuple):
    """Where vehicles write down what became of them.

    Attributes
    ----------
    attempts : array of ATTEMPT
    primary, secondary : array of float, shape (room, 6)
        Traces of vehicles one by one, for tests of equality; without room, nothing is traced.
    written : array of int, shape (2,)
        Rows written of both.
    record : Record
        What a vehicle added to the traffic would meet; without room, it is not written down.
    """

    attempts: Rows
    primary: Floats
    secondary: Floats
    written: Whole
    record: Record
