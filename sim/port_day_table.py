"""The files of a day at a port, as ``python -m sim.port_day`` writes them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

TABLE, ABOUT = "port_day.parquet", "port_day.json"
COLUMNS = ("minute", "quantity", "part", "value", "unit", "scenario")


def read_port_day(folder: Path) -> "tuple[pd.DataFrame, dict[str, Any]]":
    """Read a day at a port.

    Returns
    -------
    pandas.DataFrame
        The columns of `sim.port_day.port_day`, and scenario.
    dict
        port, date, and scenarios: titles by name.

    Raises
    ------
    InputError
        If it is not there or damaged.
    """
    import pandas as pd

    try:
        table = pd.read_parquet(folder / TABLE, columns=list(COLUMNS))
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return table, {**about, "scenarios": dict(about["scenarios"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        first = next(iter(str(error).splitlines()), "")
        raise InputError(f"{folder}: not a day at a port, or damaged ({first})") from None
