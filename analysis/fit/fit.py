"""Fit what is not known to the record, and say what the record cannot tell apart.

A study of worlds (``experiment=fit``) gives each quantity of the record at some points; an
emulator, linear in what the quantity should depend on, gives it everywhere. Points whose every
number lies within the range of the record are plausible (history matching); the fitted values are
those nearest to the record, and to the middle of the plausible points where the record does not
care. They are the defaults of ``sim/parameters``, which the fit does not read: it would else agree
with whatever it had been given before.

References
----------
.. [1] Craig, Goldstein, Seheult and Smith, "Pressure matching for hydrocarbon reservoirs", Case
   Studies in Bayesian Statistics III, 1997 (history matching).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import least_squares
from scipy.stats import qmc

from analysis.fit.record import (
    FREE,
    MARKS,
    PACIFIC,
    POST_AIR,
    QUANTITIES,
    SHARES,
    TRAFFICKED,
    TRAVELLERS,
    Mark,
    Named,
    PacificShares,
    PostAndAir,
    default_of,
    features,
)
from analysis.fit.values import FLOW, SEIZED, Value
from analysis.values import BASELINE
from analysis.wording import aligned
from sim.errors import InputError
from sim.files import export
from sim.numerics.units import Floats
from sim.parameters import catalogue
from sim.results.reading import Study

CANDIDATES = 2**17
"""Points at which the emulators are asked."""

PULL = 0.1
"""Weight of a parameter's distance from the median of the plausible points, in ranges: decides
where nothing else does."""


@dataclass(frozen=True)
class Emulator:
    """A quantity as a function of the parameters.

    Attributes
    ----------
    name : str
    weights : array of float
        One a feature.
    error : float
        Root mean square of the relative errors at points left out one by one.
    """

    name: str
    weights: Floats
    error: float

    def at(self, columns: Floats) -> Floats:
        """Value at points, from their features."""
        return _back(self.name, columns @ self.weights)


@dataclass(frozen=True)
class Fit:
    """What a fit has found.

    Attributes
    ----------
    ranges : dict
        Range that was searched, by parameter.
    emulators : tuple of Emulator
    values : dict
        Fitted value, by parameter.
    marks : list of (Mark, float, float)
        Numbers of the record, with their value at the fitted point and at the defaults.
    plausible : pandas.DataFrame
        One row a plausible point, one column a parameter.
    seized : pandas.DataFrame
        Of each plausible point: firearms seized from travellers, and from traffickers at ports and
        elsewhere (post and air).
    tried : int
    """

    ranges: dict[str, tuple[float, float]]
    emulators: tuple[Emulator, ...]
    values: dict[str, float]
    marks: list[tuple[Mark, float, float]]
    plausible: pd.DataFrame
    seized: pd.DataFrame
    tried: int


def fit(study: Study, seed: int = 1) -> Fit:
    """Fit the parameters that a study varied.

    Raises
    ------
    InputError
        If the study has no worlds, or no point agrees with the record.
    """
    points, quantities = _read(study)
    design = study.manifest.get("design") or {}
    ranges = {name: (float(low), float(high)) for name, low, high in design["factors"]}
    for name in FREE:
        declared = catalogue()[name].metadata
        ranges[name] = (declared["low"], declared["high"])
    emulators = tuple(_emulate(points, quantities[name], name) for name in QUANTITIES)
    pacific = PacificShares.of(quantities, points)
    elsewhere = PostAndAir.of(quantities, points)
    ask = partial(_ask, emulators, pacific, elsewhere)
    candidates = _spread(ranges, seed)
    outcomes = ask(candidates)
    inside = np.ones(CANDIDATES, bool)
    for mark in MARKS:
        value = mark.of(outcomes, candidates)
        inside &= (value >= mark.low) & (value <= mark.high)
    if not inside.any():
        raise InputError(f"{study.folder}: no point within the ranges agrees with the record")
    plausible = pd.DataFrame({name: values[inside] for name, values in candidates.items()})
    values = _nearest(ask, ranges, plausible)
    fitted, default = (
        {name: np.array([float(value_of)]) for name, value_of in some.items()}
        for some in (values, {name: default_of(name) for name in ranges})
    )
    here, there = ask(fitted), ask(default)
    return Fit(
        ranges,
        emulators,
        values,
        [(m, float(m.of(here, fitted)[0]), float(m.of(there, default)[0])) for m in MARKS],
        plausible,
        pd.DataFrame(
            {
                "travellers": outcomes[TRAVELLERS][inside],
                "ports": outcomes[TRAFFICKED][inside],
                "post_air": outcomes[POST_AIR][inside],
            }
        ),
        CANDIDATES,
    )


def _read(study: Study) -> tuple[Named, dict[str, Floats]]:
    """Read the points of a study's worlds, and each quantity there."""
    rows = study.design
    if rows.empty or not (rows["world"] > 0).any():
        raise InputError(f"{study.folder}: the study has no worlds; run experiment=fit")
    days = study.days or 365.0
    if not 365.0 <= days <= 366.0:
        raise InputError(f"{study.folder}: run.days = {days:g} is not a year, which the record is")
    table = rows[rows["world"] > 0].pivot(index="world", columns="parameter", values="value")
    summary = study.summary
    whole = summary[
        (summary["scenario"] == BASELINE)
        & (summary["port_group"] == "all")
        & (summary["class"] == "all")
    ]
    means = whole.groupby(["world", "metric"])["value"].mean().unstack()
    worlds = [world for world in table.index if world in means.index]
    quantities = {
        name: means.loc[worlds, name].to_numpy(float) for name in (*QUANTITIES, PACIFIC, POST_AIR)
    }
    return {name: table.loc[worlds, name].to_numpy(float) for name in table.columns}, quantities


def _emulate(points: Named, values: Floats, name: str) -> Emulator:
    """Least squares on the features, with the error at points left out one by one."""
    columns = features(points, name)
    kept = np.clip(values, 1e-6, 1.0 - 1e-6 if name in SHARES else np.inf)
    linear = np.log(kept / (1.0 - kept)) if name in SHARES else np.log(kept)
    ridge = 1e-3 * np.eye(columns.shape[1])
    ridge[0, 0] = 0.0
    inverse = np.linalg.inv(columns.T @ columns + ridge)
    weights = inverse @ columns.T @ linear
    leverage = np.einsum("ij,jk,ik->i", columns, inverse, columns)
    left_out = linear - (linear - columns @ weights) / (1.0 - np.minimum(leverage, 0.99))
    off = _back(name, left_out) / kept - 1.0
    return Emulator(name, weights, float(np.sqrt(np.mean(off**2))))


def _back(name: str, linear: Floats) -> Floats:
    """From the scale that is linear to the quantity."""
    return np.asarray(1.0 / (1.0 + np.exp(-linear)) if name in SHARES else np.exp(linear))


def _ask(
    emulators: tuple[Emulator, ...], pacific: PacificShares, elsewhere: PostAndAir, at: Named
) -> dict[str, Floats]:
    emulated = {emulator.name: emulator.at(features(at, emulator.name)) for emulator in emulators}
    return {**emulated, PACIFIC: pacific.seized(emulated, at), POST_AIR: elsewhere.seized(at)}


def _spread(ranges: dict[str, tuple[float, float]], seed: int) -> dict[str, Floats]:
    """Candidates, evenly over the ranges; those that scale a flow, evenly over their logarithm."""
    unit = qmc.LatinHypercube(len(ranges), rng=np.random.default_rng(seed)).random(CANDIDATES)
    result = {}
    for k, (name, (low, high)) in enumerate(ranges.items()):
        if low > 0.0 and high / low > 4.0:
            result[name] = low * (high / low) ** unit[:, k]
        else:
            result[name] = low + (high - low) * unit[:, k]
    return result


def _nearest(
    ask: Callable[[Named], dict[str, Floats]],
    ranges: dict[str, tuple[float, float]],
    plausible: pd.DataFrame,
) -> dict[str, float]:
    """Point nearest to the record, and to the middle where the record does not care."""
    names = list(ranges)
    low, high = (np.array([ranges[name][k] for name in names]) for k in (0, 1))
    middle = (plausible[names].median().to_numpy() - low) / (high - low)

    def off(place: Floats) -> Floats:
        value = low + place * (high - low)
        at = {name: np.array([number]) for name, number in zip(names, value, strict=True)}
        quantities = ask(at)
        record = [
            (float(m.of(quantities, at)[0]) - m.central) / (0.5 * (m.high - m.low)) for m in MARKS
        ]
        return np.array([*record, *(np.sqrt(PULL) * (place - middle))])

    best = least_squares(off, middle, bounds=(0.0, 1.0))
    return dict(zip(names, (low + best.x * (high - low)).tolist(), strict=True))


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
            + ", ".join(f"{emulator.name} {emulator.error:.0%}" for emulator in fit.emulators)
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
    for value in values_of(fit):
        name, unit, *rest = value.cells()
        rows.append([name, unit, f"{catalogue()[name].default:.4g}", *rest])
    return rows


def values_of(fit: Fit) -> list[Value]:
    """The fitted parameters, with what the record leaves of the range of each."""
    result = []
    for name, value in fit.values.items():
        low, high = (float(end) for end in fit.plausible[name].quantile([0.05, 0.95]))
        result.append(Value(name, value, low, high, *fit.ranges[name]))
    return result


def _ridge(fit: Fit) -> str:
    """Say that a flow and the share taken of it are known only as their product."""
    flow = fit.plausible[FLOW].to_numpy(float)
    share = fit.seized["ports"].to_numpy(float) / flow
    wide = [_spread_rows(product) for product in (flow, share, flow * share)]
    together = float(np.corrcoef(np.log(flow), np.log(share))[0, 1])
    low, high = np.quantile(flow, [0.05, 0.95])
    least, most = np.quantile(share, [0.05, 0.95])
    return (
        f"Flow and the share of it taken at ports: {low:,.0f} to {high:,.0f} firearms a year, "
        f"{least:.1%} to {most:.1%}; a factor of {wide[0]:.1f} and {wide[1]:.1f}, and their "
        f"product of {wide[2]:.1f} (correlation of the logarithms {together:.2f}). "
        "The record does not tell them apart, so the worlds carry both."
    )


def _spread_rows(values: Floats) -> float:
    low, high = np.quantile(values, [0.05, 0.95])
    return float(high / max(low, 1e-12))


def write_worlds(fit: Fit, path: Path) -> None:
    """Write the first plausible points as worlds (``design=plausible``), and beside it SEIZED."""
    elsewhere = fit.seized["ports"] + fit.seized["post_air"]
    seized = fit.seized[["travellers"]].assign(traffickers=elsewhere)
    for table, at in ((fit.plausible, path), (seized, path.with_name(SEIZED))):
        rows = table.head(WORLDS)
        export(at, rows.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n"))
