"""How a parameter is declared."""

import dataclasses
from typing import Any, Literal

Kind = Literal["measured", "cited", "elicited", "placeholder"]


def par(
    default: Any,
    *,
    unit: str,
    source: str,
    kind: Kind,
    low: float | None = None,
    high: float | None = None,
    about: str,
    bounds: tuple[float, float] | None = None,
    by_port: bool = False,
    by_source: bool = False,
    by_market: bool = False,
    choices: tuple[str, ...] = (),
    lever: bool = False,
    fixed_at_start: bool = False,
    built_in_advance: bool = False,
) -> Any:
    """Declare a parameter.

    Parameters
    ----------
    default : float, int, str or bool
        The value of the baseline.
    unit : str
        Unit, "share" for 0 to 1, or "" where there is none.
    source : str
        Where it comes from.
    kind : str
        One of measured, cited, elicited, placeholder.
    low, high : float, optional
        The plausible range, which sensitivity studies sample.
    about : str
        What it is, in one line.
    bounds : tuple of float, optional
        What is possible at all (inclusive); outside it a configuration is refused.
    by_port : bool
        Whether an intervention may set it at some ports only.
    by_source, by_market : bool
        Whether an intervention may set it in some states of purchase, or markets, only.
    choices : tuple of str
        Allowed words of a text parameter.
    lever : bool
        Whether its value in the baseline is known, because nobody had changed it yet: low to high
        is what planners could set it to, and worlds leave it alone.
    fixed_at_start : bool
        Whether a replication fixes it before the first day: a study may vary it, a scenario cannot.
    built_in_advance : bool
        Whether it stands at a port from the first day on: a scenario may set it, without a date.
    """
    return dataclasses.field(
        default=default,
        metadata={
            "unit": unit,
            "source": source,
            "kind": kind,
            "low": low,
            "high": high,
            "about": about,
            "bounds": bounds if bounds is not None else (0.0, 1.0) if unit == "share" else None,
            "by_port": by_port,
            "by_source": by_source,
            "by_market": by_market,
            "choices": choices,
            "lever": lever,
            "fixed_at_start": fixed_at_start,
            "built_in_advance": built_in_advance,
        },
    )
