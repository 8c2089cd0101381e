"""Numbers in words: how many digits, which unit, more or fewer, longer or shorter."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.language import (
    FIREARMS,
    current_language,
    gettext,
    in_language,
    ngettext,
    other_unit,
    pgettext,
)
from sim.files import export

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    "min": ("longer", "shorter"),
    "share": ("higher", "lower"),
    "CAD": ("higher", "lower"),
    "h": ("more", "less"),
    "officer-hours": ("more", "less"),
}
"""Up and down by unit; what is counted is more or fewer."""

UNCOUNTED = {"CAD thousand"}
"""Units of contraband (`contraband.unit`) of which there is less, not fewer."""

LARGE = {"CAD", "vehicle-hours", "officer-hours"}
"""Units that are read in millions where they come to so many."""

SMALLEST_WAIT_MIN = 0.1
"""Smallest change of the mean wait that matters, in minutes: six seconds (assumption)."""

TIMELESS = {"min", "share"}
"""Units of means: their values do not grow with the length of the run."""


_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.,\s])")
NARROW, NO_BREAK = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as people read it, with its interval if there is one.

    Attributes
    ----------
    value, interval : str
        "+12" and "[8, 16]"; interval is "" where there is none.
    unit : str
        The unit after scaling, such as "million CAD" or "percentage points".
    suffix : str
        The unit where it is part of the number, such as " %".
    low, high : str
        Ends of the interval, for a sentence: "8" and "16".
    """

    value: str
    interval: str
    unit: str
    suffix: str = ""
    low: str = ""
    high: str = ""

    def __str__(self) -> str:
        """Value, unit where it is part of the number, interval."""
        return f"{self.value}{self.suffix} {self.interval}".strip()


def shown(
    value: float,
    low: float = math.nan,
    high: float = math.nan,
    *,
    unit: str,
    signed: bool = False,
    beside: float = 0.0,
    coarse: bool = False,
) -> Shown:
    """Round a value to what its interval supports, one or two digits of its half-width.

    Parameters
    ----------
    value, low, high : float
        In ``unit``; NaN for what is not known.
    unit : str
        Unit as the tables have it; a share becomes per cent, large sums become millions.
    signed : bool
        Whether it is a difference, which carries its sign.
    beside : float
        Another number of the same table, which may ask for millions.
    coarse : bool
        Whether it has no more decimals than the number beside it would have with three digits.
    """
    if math.isnan(value):
        return Shown(gettext("no-value"), "", unit_of(unit))
    factor, label = scale_of(unit, max(abs(x) for x in (value, low, high, beside) if x == x))
    if signed and unit == "share":
        label = "percentage points"
    value, low, high = value * factor, low * factor, high * factor
    spread = (high - low) / 2
    digits = _decimals(spread) if spread > 0 else _decimals_alone(value)
    if coarse and beside:
        digits = min(digits, max(0, 2 - math.floor(math.log10(beside * factor))))
    between = ", " if current_language() == "en" else "; "
    ends = ("", "") if math.isnan(spread) else (number(low, digits), number(high, digits))
    interval = f"[{between.join(ends)}]" if ends[0] else ""
    text = number(value, digits, signed=signed)
    return Shown(text, interval, unit_of(label), _suffix(label, value), *ends)


def unit_of(unit: str) -> str:
    """A unit in the language set."""
    return pgettext("unit", unit) if unit else ""


def unit_in_data(unit: str) -> str:
    """A unit in data to download, whose columns are in English in every language."""
    with in_language("en"):
        return unit_of(unit)


def _suffix(label: str, value: float) -> str:
    """The part of a unit that a number takes along."""
    unit = {"%": "%", "percentage points": gettext("points"), "min": "min"}.get(label, "")
    if label.endswith("CAD"):
        unit = unit_of(label)
    elif label.startswith("million"):
        unit = ngettext("million", int(abs(value)))
    between = " " if current_language() == "en" else NO_BREAK
    return f"{between}{unit}" if unit else ""


def scale_of(unit: str, largest: float) -> tuple[float, str]:
    """What to multiply values by to read them easily, and the unit they are then in."""
    if unit == "share":
        return 100.0, "%"
    if unit in LARGE and largest >= 1e6:
        return 1e-6, f"million {unit}"
    return 1.0, unit


def axis_scale(unit: str, largest: float) -> tuple[float, str]:
    """The same for an axis, which reads thousands too."""
    if unit in LARGE and 1e4 <= largest < 1e6:
        return 1e-3, f"thousand {unit}"
    return scale_of(unit, largest)


def _decimals(spread: float) -> int:
    """Decimals that keep two digits of a half-width, or one where it begins with 4 to 9."""
    power = math.floor(math.log10(spread))
    leading = spread / 10**power
    return min(6, (1 if leading < 3.55 else 0) - power)


def _decimals_alone(value: float) -> int:
    """Decimals of a value without an interval: three digits of it."""
    return min(6, 2 - math.floor(math.log10(abs(value)))) if value else 0


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """Write a number with thousands separated, a true minus and no negative zero.

    Negative ``decimals`` round to tens, hundreds and so on.
    """
    value = round(value, decimals) + 0.0
    places = max(0, decimals)
    text = f"{value:+,.{places}f}" if signed and value != 0 else f"{value:,.{places}f}"
    text = text.replace("-", "−")
    if current_language() == "fr":
        text = text.replace(",", NARROW).replace(".", ",")
    return text


def plain(value: float) -> str:
    """Write a value with four digits at most, and no decimals that say nothing."""
    places = 0 if value == 0 else min(6, max(0, 3 - math.floor(math.log10(abs(value)))))
    while places and round(value, places) == round(value, places - 1):
        places -= 1
    return number(value, places)


def rounded(value: float, digits: int = 2) -> str:
    """Write a count with two digits that matter: 6,438 is 6,400."""
    if not value or not math.isfinite(value):
        return number(0.0, 0)
    return number(value, digits - 1 - math.floor(math.log10(abs(value))))


def direction(unit: str, value: float) -> str:
    """Say more or fewer, longer or shorter, higher or lower."""
    up, down = WORDS.get(unit, ("more", "fewer"))
    if unit == FIREARMS and other_unit() in UNCOUNTED:
        down = "less"
    return gettext(up if value > 0 else down)


def period(unit: str, days: float | None) -> str:
    """Over how long a total was counted, with a space before it; empty for means."""
    if unit in TIMELESS:
        return ""
    if days is None:
        return f" {gettext('a-run')}"
    if 365 <= days <= 366:
        return f" {gettext('a-year')}"
    whole = days == int(days)
    return f" {gettext('in-days', days=number(days, 0 if whole else 1))}"


def probability(p: float) -> str:
    """Write a p-value: never as zero."""
    if math.isnan(p):
        return gettext("none")
    return f"< {number(0.001, 3)}" if p < 0.001 else number(p, 3)


def listed(words: list[str], last: str = "and") -> str:
    """Join words as a sentence does: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {gettext(last)} {words[-1]}"


def sentence_of(text: str) -> str:
    """Begin a text with a capital and end it with a full stop; nothing of nothing."""
    return f"{text[0].upper()}{text[1:]}." if text else ""


def adversary_name(adversary: str) -> str:
    """A kind of smuggler, by how it chooses its route."""
    return pgettext("smuggler", adversary)


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Lay rows of cells out in columns two spaces apart; ``right`` are flushed right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if k in right else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _no_formula(cell: object) -> object:
    """A text that a spreadsheet shows and does not compute, whoever gave it."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def as_csv(table: "pd.DataFrame") -> str:
    """A table as text that a spreadsheet opens with a double click, in the language that is set.

    It begins with a mark by which Excel knows UTF-8 where it has letters beyond ASCII. In French,
    cells are separated by semicolons, and decimals have a comma.
    """
    french = current_language() == "fr"
    text: str = table.map(_no_formula).to_csv(
        index=False,
        lineterminator="\r\n",
        sep=";" if french else ",",
        decimal="," if french else ".",
    )
    return text if text.isascii() else "\ufeff" + text


def write_csv(table: "pd.DataFrame", path: Path) -> None:
    """Write a table as CSV for a spreadsheet, whole or not at all."""
    export(path, as_csv(table))
