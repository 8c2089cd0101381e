"""Units of time, and the kinds of arrays that numbers come in."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.str_]
Rows = npt.NDArray[np.void]
"""Rows of a structured array."""

MINUTE_S = 60.0
HOUR_S = 3600.0
DAY_S = 86400.0
DAYS_PER_YEAR = 365.0
"""Days of the year 2005, to which yearly rates belong."""
CALENDAR_DAYS_PER_YEAR = 365.25
"""Mean length of a calendar year, for spans of several years."""
DAYS_PER_MONTH = CALENDAR_DAYS_PER_YEAR / 12
