"""Errors that a user can mend: one line, no traceback."""

import difflib
import math
from collections.abc import Iterable
from typing import Self


class InputError(ValueError):
    """Something in a configuration, scenario, table or command line is wrong."""

    @classmethod
    def unknown(cls, what: str, name: object, known: Iterable[str], where: str) -> Self:
        """Say that a name is not known, with the nearest names that are.

        Parameters
        ----------
        what : str
            What the name is of: "parameter", "port".
        name : object
            As given.
        known : iterable of str
            Names that there are.
        where : str
            The file or command line that it came from.
        """
        near = difflib.get_close_matches(str(name), list(known), n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        return cls(f"{where}: unknown {what} {name!r}{hint}")


def check_within(
    name: str, value: float, low: float, high: float, unit: str = "", *, text: str = ""
) -> None:
    """Refuse a number outside its bounds, and one that is not finite.

    Parameters
    ----------
    name : str
        The field, after the file or command line that it came from.
    value : float
    low, high : float
        Bounds, inclusive; infinite where there is none.
    unit : str
    text : str
        The value as the user wrote it, for the message.

    Raises
    ------
    InputError
        With field, value, bound and unit in one line.
    """
    shown = text or value
    if not math.isfinite(value):
        raise InputError(
            f"{name} = {shown} is not a finite number" + (f" ({unit})" if unit else "")
        )
    if not low <= value <= high:
        side, bound = ("below", low) if value < low else ("above", high)
        limit = bound if isinstance(bound, int) else f"{bound:g}"
        raise InputError(f"{name} = {shown} is {side} {limit} {unit}".rstrip())
