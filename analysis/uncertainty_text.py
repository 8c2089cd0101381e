"""Sensitivity and robustness as plain text for a terminal."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis.design_points import headline
from analysis.discovery import Box
from analysis.language import gettext, metric_title, title_of
from analysis.sensitivity import FALSE_DISCOVERIES
from analysis.values import BASELINE, metric_of
from analysis.wording import aligned, period, probability, shown, unit_of
from sim.errors import InputError
from sim.results.reading import Study


class Outcome(NamedTuple):
    """Which outcome of a study is told.

    Attributes
    ----------
    study : Study
    metric : str
    scenario, adversary : str, optional
        Whose difference to the baseline, for which smugglers; the headline's by default.
    """

    study: Study
    metric: str
    scenario: str | None = None
    adversary: str | None = None

    @property
    def of(self) -> str:
        """Scenario that is meant; a design of scenarios is about them all."""
        if (self.study.manifest.get("design") or {}).get("role") == "scenario":
            return "each point of the design"
        return headline(self.study, self.metric) if self.scenario is None else self.scenario

    @property
    def is_level(self) -> bool:
        """Whether it is a level and not a difference."""
        return self.of == BASELINE

    @property
    def title(self) -> str:
        """What it is, its unit, whose difference, and for which smugglers."""
        unit = metric_of(self.metric).unit
        of = "level" if self.is_level else f"{self.study.title(self.of)} against the baseline"
        kinds = "" if self.adversary is None else f", smugglers {self.adversary}"
        span = period(unit, self.study.days)
        return f"{metric_title(self.metric)} [{unit_of(unit)}{span}], {of}{kinds}"

    @property
    def quantity(self) -> str:
        """Name it as a chart does: what it is, and whose difference where it is one."""
        what, of = metric_title(self.metric), self.of
        if of == BASELINE:
            return what
        there = of in self.study.scenarios
        whose = title_of(self.study, of) if there else gettext("each-point-of-the-design")
        return gettext("against-the-baseline", quantity=what, title=whose)

    def amounts(self, values: Sequence[float]) -> list[str]:
        """Values of it, in the metric's unit, in people's digits on one scale."""
        unit, signed = metric_of(self.metric).unit, not self.is_level
        largest = max((abs(value) for value in values if value == value), default=0.0)
        return [shown(value, unit=unit, signed=signed, beside=largest).value for value in values]


def tornado_text(outcome: Outcome, table: pd.DataFrame, top: int) -> str:
    """What each parameter does between the ends of its range, the largest first.

    Of `analysis.sensitivity.tornado`, so many parameters as ``top`` says.
    """
    from scipy import stats  # takes a second to import

    part = table.head(top)
    lows, highs = (outcome.amounts(part[end].tolist()) for end in ("at_low", "at_high"))
    head = ["parameter", "low", "high", "outcome at low", "at high", "variance", "p", "known"]
    rows = [head]
    for row, low, high in zip(part.to_dict("records"), lows, highs, strict=True):
        rows.append(
            [row["parameter"], f"{row['low']:g}", f"{row['high']:g}", low, high,
             f"{100 * row['share']:.0f} %", probability(row["p"]), row["kind"]]
        )  # fmt: skip
    count = int(table["points"].iloc[0])
    clear = int((stats.false_discovery_control(table["p"]) < FALSE_DISCOVERIES).sum())
    return "\n".join(
        [
            outcome.title,
            *aligned(rows, right=(1, 2, 3, 4, 5, 6)),
            f"Over {count} points of a design that varies {len(table)} parameters at once: a "
            "straight line through",
            "them, and the share of the variance that goes with each (by ranks, less chance).",
            f"By chance alone {0.05 * len(table):.0f} of them would have p < 0.05; {clear} stand "
            "out after Benjamini and Hochberg’s correction (10 %).",
        ]
    )


def indices_text(outcome: Outcome, table: pd.DataFrame, method: str, top: int) -> str:
    """Morris's elementary effects, or Sobol' indices.

    Parameters
    ----------
    outcome : Outcome
    table : pandas.DataFrame
        From `analysis.sensitivity.morris` or `sobol`.
    method : str
        morris or sobol.
    top : int
        How many parameters are listed.
    """
    part = table.head(top)
    if method == "morris":
        columns = {"effect": "mu_star", "±": "mu_star_conf", "signed": "mu", "spread": "sigma"}
        note = "Size of the effect over a parameter's whole range; spread: how much it varies."
    else:
        columns = {"alone": "first", "±": "first_conf", "in all": "total", "± ": "total_conf"}
        note = "Shares of the outcome's variance: alone, and with all it does together with others."
    rows = [["parameter", *columns, "known"]]
    rows += [
        [row["parameter"], *(f"{row[name]:.3g}" for name in columns.values()), row["kind"]]
        for row in part.to_dict("records")
    ]
    return "\n".join(
        [
            outcome.title,
            *aligned(rows, right=(1, 2, 3, 4)),
            f"{note} {int(table['points'].iloc[0])} points.",
        ]
    )


def box_text(outcome: Outcome, box: Box) -> str:
    """The box of conditions."""
    (at,) = outcome.amounts([box.threshold])
    side = "at or above" if box.above else "at or below"
    rows = [["parameter", "from", "to", "of", "", "p", "known"]]
    rows += [
        [row["parameter"], f"{row['low']:.4g}", f"{row['high']:.4g}", f"{row['lowest']:g}",
         f"{row['highest']:g}", probability(row["p"]), row["kind"]]
        for row in box.limits.to_dict("records")
    ]  # fmt: skip
    limits = aligned(rows, right=(1, 2, 3, 4, 5)) if len(box.limits) else ["no condition"]
    return "\n".join(
        [
            outcome.title,
            f"Where it is {side} {at}:",
            *limits,
            f"In this box {100 * box.density:.0f} % of the points are of interest (everywhere: "
            f"{100 * box.base:.0f} %); it holds {100 * box.coverage:.0f} % of those that are.",
        ]
    )


def cells_text(outcome: Outcome, cells: pd.DataFrame) -> str:
    """The mean outcome over two parameters (`analysis.sensitivity.two_way`)."""
    wide = cells.pivot(index="y_value", columns="x_value", values="value").sort_index(
        ascending=False
    )
    rows = [["", *(f"{x:.4g}" for x in wide.columns)]]
    flat = outcome.amounts(wide.to_numpy().ravel().tolist())
    width = len(wide.columns)
    for k, y in enumerate(wide.index):
        line = flat[k * width : (k + 1) * width]
        rows.append([f"{y:.4g}", *("" if text == "no value" else text for text in line)])
    x, y = cells["x"].iloc[0], cells["y"].iloc[0]
    return "\n".join(
        [outcome.title, f"Across: {x}; upwards: {y}.", *aligned(rows, right=range(width + 1))]
    )


def robustness_text(
    study: Study, metric: str, ranks: pd.DataFrame, lost: pd.DataFrame, agreement: dict[str, float]
) -> str:
    """Ranks and regret of each proposal.

    Parameters
    ----------
    study : Study
    metric : str
    ranks, lost : pandas.DataFrame
        Ranks and regret of each proposal (`analysis.robustness`).
    agreement : dict of str to float
        How far the states agree on the order.
    """
    described, days = metric_of(metric), study.days
    states = int(ranks["states"].iloc[0])
    unit = unit_of(described.unit) + period(described.unit, days)
    rows = [["proposal", "effect", "best in", "top 3 in", "rank", "harms in"]]
    for row in ranks.to_dict("records"):
        span = f"{row['median_rank']:g} ({row['highest_rank']} to {row['lowest_rank']})"
        shares = [f"{100 * row[name]:.0f} %" for name in ("best_share", "top3_share")]
        effect = shown(row["effect"], unit=described.unit, signed=True).value
        harms = f"{100 * row['harm_share']:.0f} %"
        rows.append([row["scenario"], effect, *shares, span, harms])
    regrets = [["choice", "mean regret", "9 in 10", "largest", "where"]]
    for row in lost.to_dict("records"):
        values = [
            shown(row[name], unit=described.unit).value
            for name in ("mean_regret", "p90_regret", "largest_regret")
        ]
        name = "do nothing" if row["scenario"] == BASELINE else row["scenario"]
        place = f"{row['worst_adversary']}, world {row['worst_world']}"
        regrets.append([name, *values, place])
    many = f"{states} states (worlds with kinds of smugglers)"
    head = f"{metric_title(metric)} [{unit}] in {'one state' if states == 1 else many}"
    told = [head, *aligned(rows, right=(1, 2, 3, 4, 5))]
    if states == 1:
        none = "With one state there is nothing to compare: worlds=64, or experiment=proposals."
        return "\n".join([*told, none])
    return "\n".join(
        [
            *told,
            f"The states agree on the order: Kendall's W {agreement['kendall_w']:.2f} (0 none, "
            f"1 whole); tau with the mean order {agreement['mean_tau']:.2f}, at least "
            f"{agreement['lowest_tau']:.2f}.",
            "",
            "Regret: what is lost where another choice would have been better (effects in a state "
            "are means",
            "of its replications, so chance moves them too: more replications lower both)",
            *aligned(regrets, right=(1, 2, 3)),
        ]
    )


def precision_text(study: Study) -> str:
    """What precision was asked for, predicted and reached."""
    procedure = _procedure(study, "precision", "precision=5%")
    wanted = ", ".join(f"{metric} ± {how}" for metric, how in procedure["wanted"].items())
    predicted = procedure["predicted"]
    minutes = predicted.get("minutes")
    time = "" if minutes is None else f" and about {minutes:.3g} more minutes"
    rows = [["interval", "mean", "half-width", "wanted", ""]]
    rows += [
        [interval["of"], f"{interval['mean']:.5g}", f"{interval['half_width']:.3g}",
         f"{interval['wanted']:.3g}", "reached" if interval["reached"] else "NOT reached"]
        for interval in procedure["intervals"]
    ]  # fmt: skip
    return "\n".join(
        [
            f"Asked for: {wanted}; of {procedure['of']}.",
            f"Rule: {procedure['rule']}; together 95 %.",
            f"Predicted from a pilot of {procedure['pilot']}: {predicted.get('replications')} "
            f"replications{time}.",
            f"Run: {procedure['replications']} replications (at most {procedure['maximum']}).",
            *aligned(rows, right=(1, 2, 3)),
        ]
    )


def selection_text(study: Study) -> str:
    """Which scenario was selected, and what that took."""
    procedure = _procedure(study, "selection", "selection.metric=... selection.margin=...")
    counts: dict[str, int] = procedure["replications"]
    means: dict[str, float] = procedure["means"]
    rows = [["scenario", procedure["metric"], "replications", ""]]
    for name in sorted(counts, key=lambda name: -counts[name]):
        mark = "best" if name == procedure["best"] and procedure["decided"] else ""
        mark = mark or ("left" if name in procedure["left"] else "")
        rows.append([name, f"{means[name]:.5g}", str(counts[name]), mark])
    return "\n".join(
        [*procedure["said"], *aligned(rows, right=(1, 2)), f"Rule: {procedure['rule']}."]
    )


def _procedure(study: Study, name: str, command: str) -> dict[str, Any]:
    procedure: dict[str, Any] = study.manifest.get("procedure") or {}
    if procedure.get("procedure") != name:
        raise InputError(f"{study.folder}: the study was not run with {command}")
    return procedure
