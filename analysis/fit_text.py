"""What a fit has found, in words, as a table of values and as a table of worlds."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.compare_text import aligned
from analysis.fit import Fit
from analysis.fit_values import Value
from analysis.ridge import FLOW
from sim.parameters import catalogue

Floats = npt.NDArray[np.float64]

WORLDS = 128
"""Plausible points that are kept as worlds."""

DIGITS = 4


def text_of(fit: Fit) -> str:
    """The fit for a terminal."""
    share = len(fit.plausible) / fit.tried
    return "\n".join(
        [
            *aligned([_MARK_HEAD, *_marks(fit)], right=(2, 3, 4, 5)),
            "",
            *aligned([_VALUE_HEAD, *_values(fit)], right=(2, 3, 4, 5)),
            "",
            f"{share:.1%} of {fit.tried:,} points within the ranges agree with every number of the "
            "record.",
            _ridge(fit),
            "Error of the emulators where a point is left out: "
            + ", ".join(f"{one.name} {one.error:.0%}" for one in fit.emulators)
            + ".",
        ]
    )


_MARK_HEAD = ("number of the record", "unit", "record", "range", "defaults", "fitted", "source")


def _marks(fit: Fit) -> list[list[str]]:
    rows = []
    for mark, fitted, default in fit.marks:
        places = 3 if mark.high < 10 else 0
        numbers = [f"{x:.{places}f}" for x in (mark.central, mark.low, mark.high, default, fitted)]
        inside = "" if mark.low <= fitted <= mark.high else " (outside)"
        rows.append(
            [
                mark.title, mark.unit, numbers[0], f"{numbers[1]} to {numbers[2]}", numbers[3],
                numbers[4] + inside, mark.source,
            ]
        )  # fmt: skip
    return rows


_VALUE_HEAD = ("parameter", "unit", "default", "fitted", "plausible, 5 to 95 %", "of the range", "")


def _values(fit: Fit) -> list[list[str]]:
    rows = []
    for one in values_of(fit):
        name, unit, *rest = one.cells()
        rows.append([name, unit, f"{catalogue()[name].default:.4g}", *rest])
    return rows


def values_of(fit: Fit) -> list[Value]:
    """The fitted parameters, with what the record leaves of the range of each."""
    found = []
    for name, value in fit.values.items():
        low, high = (float(end) for end in fit.plausible[name].quantile([0.05, 0.95]))
        found.append(Value(name, value, low, high, *fit.ranges[name]))
    return found


def _ridge(fit: Fit) -> str:
    """Say that a flow and the share taken of it are known only as their product."""
    flow = fit.plausible[FLOW].to_numpy(float)
    share = fit.seized_share
    wide = [_spread(one) for one in (flow, share, flow * share)]
    together = float(np.corrcoef(np.log(flow), np.log(share))[0, 1])
    low, high = np.quantile(flow, [0.05, 0.95])
    least, most = np.quantile(share, [0.05, 0.95])
    return (
        f"Flow and the share of it taken at ports: {low:,.0f} to {high:,.0f} firearms a year, "
        f"{least:.1%} to {most:.1%}; a factor of {wide[0]:.1f} and {wide[1]:.1f}, and their "
        f"product of {wide[2]:.1f} (correlation of the logarithms {together:.2f}). "
        "The record does not tell them apart, so the worlds carry both."
    )


def _spread(values: Floats) -> float:
    low, high = np.quantile(values, [0.05, 0.95])
    return float(high / max(low, 1e-12))


def write_worlds(fit: Fit, path: Path) -> None:
    """Write the first plausible points as worlds (``design=plausible``)."""
    rows = fit.plausible.head(WORLDS)
    lines = [
        ",".join(rows.columns),
        *(",".join(f"{value:.{DIGITS}g}" for value in row) for row in rows.itertuples(index=False)),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
