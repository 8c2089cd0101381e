"""Effects as dots with intervals in the rows of a table: inline SVG, which needs no script."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from analysis.verdicts import Verdict
from analysis.wording import number

WIDTH, HEIGHT, MARGIN = 260, 22, 6
"""Pixels of one row's drawing at its natural size; the page scales it to the column."""
BEYOND = 1.6
"""An axis reaches this many times the second-largest interval; what is beyond has an arrow."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One effect in per cent: its joint interval, and which of several horizons it is for."""

    low: float
    mean: float
    high: float
    place: int = 0
    of: int = 1


def drawn(place: int, of: int, x: float = 6.0, y: float = 7.0) -> Markup:
    """Shape of the mark of a horizon: the first is filled, those after it are open.

    Parameters
    ----------
    place, of : int
        Which horizon, of how many.
    x, y : float
        Where, in pixels.
    """
    main = place == 0
    fill = "var(--blue)" if main else "#fff"
    shape = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"'
        if main
        else f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"'
        + (f' transform="rotate(45 {x:.1f} {y:.1f})"' if place == of - 1 else "")
    )
    return Markup(f'{shape} fill="{fill}" stroke="var(--blue)" stroke-width="1.5"/>')


@dataclass(frozen=True, slots=True)
class Axis:
    """The common axis of a table's rows.

    Attributes
    ----------
    low, high : float
        Ends in per cent.
    smallest : float
        Smallest difference that matters, in per cent: the grey band.
    """

    low: float
    high: float
    smallest: float

    def at(self, value: float) -> float:
        """Where a value stands, in pixels; at the edge if it is beyond the axis."""
        inside = min(max(value, self.low), self.high)
        return MARGIN + (inside - self.low) / (self.high - self.low) * (WIDTH - 2 * MARGIN)

    def row(self, marks: Sequence[Dot]) -> Markup:
        """Draw one row: band, zero, the interval of the first mark, all marks."""
        middle = HEIGHT / 2
        left, right = self.at(-self.smallest), self.at(self.smallest)
        parts = [
            f'<rect x="{left:.1f}" y="0" width="{right - left:.1f}" height="{HEIGHT}" '
            'fill="#e6eaed"/>',
            *(
                f'<line x1="{self.at(tick):.1f}" x2="{self.at(tick):.1f}" y1="0" y2="{HEIGHT}" '
                'stroke="#d5dbe0"/>'
                for tick in self.ticks()
            ),
            f'<line x1="{self.at(0):.1f}" x2="{self.at(0):.1f}" y1="0" y2="{HEIGHT}" '
            'stroke="#56616a"/>',
        ]
        first = marks[0]
        if math.isfinite(first.low) and math.isfinite(first.high):
            parts.append(
                f'<line x1="{self.at(first.low):.1f}" x2="{self.at(first.high):.1f}" '
                f'y1="{middle}" y2="{middle}" stroke="var(--blue)" stroke-width="2"/>'
            )
            parts += [
                f'<path d="M{self.at(end):.1f} {middle - 4} l{side * 5} 4 l{-side * 5} 4" '
                'fill="var(--blue)"/>'
                for end, side in ((first.low, -1), (first.high, 1))
                if not self.low <= end <= self.high
            ]
        parts += [
            drawn(mark.place, mark.of, self.at(mark.mean), middle) for mark in reversed(marks)
        ]
        return Markup(
            f'<svg class="dot" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" '
            f'focusable="false">{"".join(parts)}</svg>'
        )

    def ticks(self) -> list[float]:
        """Round values in the span of the axis."""
        step = _step(self.high - self.low)
        return [
            k * step for k in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)
        ]

    def svg(self) -> Markup:
        """Draw the scale above the rows."""
        step = _step(self.high - self.low)
        parts = [
            f'<text x="{self.at(tick):.1f}" y="14" text-anchor="middle" font-size="16" '
            f'fill="#56616a">{number(tick, 0 if step >= 1 else 1, signed=True)}</text>'
            for tick in self.ticks()
            if 14 <= self.at(tick) <= WIDTH - 14  # its number would be cut
        ]
        return Markup(
            f'<svg class="dot" viewBox="0 0 {WIDTH} 18" aria-hidden="true" focusable="false">'
            f"{''.join(parts)}</svg>"
        )


def _step(span: float) -> float:
    """A round step that leaves two to six ticks on an axis."""
    power = 10.0 ** math.floor(math.log10(span / 3))
    return next(power * k for k in (1, 2, 5, 10) if span / (power * k) <= 6)


def axis_over(judged: Sequence[Verdict], smallest: float) -> Axis:
    """Choose an axis that holds nearly all intervals, and zero and the band in any case.

    Parameters
    ----------
    judged : sequence of Verdict
        In per cent of the baseline.
    smallest : float
        Smallest difference that matters, as a share of the baseline.
    """
    band = 100 * smallest
    lows = sorted(one.low for one in judged if math.isfinite(one.low))
    highs = sorted((one.high for one in judged if math.isfinite(one.high)), reverse=True)
    low, high = -2 * band, 2 * band
    if lows:
        least = min((one.mean for one in judged), default=0.0)
        most = max((one.mean for one in judged), default=0.0)
        low = min(low, least, max(lows[0], BEYOND * lows[min(1, len(lows) - 1)]))
        high = max(high, most, min(highs[0], BEYOND * highs[min(1, len(highs) - 1)]))
    return Axis(low, high, band)
