"""The result of one replication."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Result:
    """The result of one replication of one scenario.

    Attributes
    ----------
    summary, port_hours, officer_hours, attempts : pandas.DataFrame
        The columns of TABLES without the KEYS, since a result is the same under whichever label
        it was run.
    certificate : list of dict
        One for each law that always holds: law, held, residual, tolerance, detail.
    """

    summary: "pd.DataFrame"
    port_hours: "pd.DataFrame"
    officer_hours: "pd.DataFrame"
    attempts: "pd.DataFrame"
    certificate: list[dict[str, Any]]
