"""How a parameter is declared."""

import dataclasses
from typing import Any, Literal, TypedDict, Unpack

Kind = Literal["measured", "cited", "elicited", "placeholder"]


class ParOptions(TypedDict, total=False):
    """What only some parameters declare.

    Attributes
    ----------
    low, high : float, optional
        The plausible range, which sensitivity studies sample.
    bounds : tuple of float, optional
        What is possible at all (inclusive); outside it a configuration is refused.
    choices : tuple of str
        Allowed words of a text parameter.
    by_port : bool
        Whether an intervention may set it at some ports only.
    by_source, by_market : bool
        Whether an intervention may set it in some states of purchase, or markets, only.
    lever : bool
        Whether its value in the baseline is known, because nobody had changed it yet: low to high
        is what planners could set it to, and worlds leave it alone.
    fixed_at_start : bool
        Whether a replication fixes it before the first day: a study may vary it, a scenario cannot.
    built_in_advance : bool
        Whether it stands at a port from the first day on: a scenario may set it, without a date.
    """

    low: float | None
    high: float | None
    bounds: tuple[float, float] | None
    choices: tuple[str, ...]
    by_port: bool
    by_source: bool
    by_market: bool
    lever: bool
    fixed_at_start: bool
    built_in_advance: bool


_NOT_DECLARED: ParOptions = {
    "low": None,
    "high": None,
    "bounds": None,
    "choices": (),
    "by_port": False,
    "by_source": False,
    "by_market": False,
    "lever": False,
    "fixed_at_start": False,
    "built_in_advance": False,
}


def par(
    default: Any, *, unit: str, source: str, kind: Kind, about: str, **options: Unpack[ParOptions]
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
    about : str
        What it is, in one line.
    **options
        See `ParOptions`. A share has the bounds 0 to 1 where it declares no others.

    Raises
    ------
    TypeError
        If there is no such option.
    """
    if unknown := options.keys() - _NOT_DECLARED.keys():
        raise TypeError(f"par() has no option {', '.join(sorted(unknown))}")
    bounds = (0.0, 1.0) if unit == "share" else None
    return dataclasses.field(
        default=default,
        metadata={
            "unit": unit,
            "source": source,
            "kind": kind,
            "about": about,
            **_NOT_DECLARED,
            "bounds": bounds,
            **options,
        },
    )
