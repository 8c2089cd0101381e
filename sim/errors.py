"""Errors that a user can mend: one line, no traceback."""

import difflib
from collections.abc import Iterable
from typing import Self


class InputError(ValueError):
    """Something in a configuration, scenario, table or command line is wrong."""

    @classmethod
    def unknown(cls, what: str, name: object, known: Iterable[str], where: str) -> Self:
        """Say that a name is not known, with the nearest names that are."""
        near = difflib.get_close_matches(str(name), list(known), n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        return cls(f"{where}: unknown {what} {name!r}{hint}")
