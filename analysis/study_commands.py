"""Commands on how a study was designed and how far its answer holds."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.metrics import PRIMARY_OUTCOME

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from sim.results import Study

METHODS = ("tornado", "morris", "sobol", "prim", "heatmap")

Add = Callable[[str, str], argparse.ArgumentParser]


def add_commands(add: Add) -> None:
    """Describe the commands; ``add`` makes a parser from a name and a line about it."""
    sensitivity = add("sensitivity", "which of the things that are not known decide an outcome")
    sensitivity.add_argument("--method", choices=METHODS, default="tornado", help="tornado")
    _outcome(sensitivity)
    sensitivity.add_argument("--scenario", metavar="NAME", help="its difference to the baseline")
    sensitivity.add_argument("--adversary", metavar="NAME", help="one kind of smuggler only")
    sensitivity.add_argument("--x", metavar="PARAMETER", help="heatmap: across")
    sensitivity.add_argument("--y", metavar="PARAMETER", help="heatmap: upwards")
    sensitivity.add_argument("--threshold", type=float, metavar="VALUE", help="prim: of interest")
    side = sensitivity.add_mutually_exclusive_group()
    side.add_argument("--above", action="store_true", help="prim: at or above the threshold")
    side.add_argument("--below", action="store_true", help="prim: at or below the threshold")
    sensitivity.add_argument("--top", type=int, default=15, metavar="N", help="rows to show (15)")
    _outputs(sensitivity)

    robustness = add("robustness", "which proposal holds up in every world, for every smuggler")
    _outcome(robustness)
    _outputs(robustness)

    fit = add("fit", "what is not known, fitted to the record (a study of experiment=fit)")
    fit.add_argument("--worlds", type=Path, metavar="FILE", help="write plausible worlds here")
    fit.add_argument("--values", type=Path, metavar="FILE", help="write the fitted values here")

    add("precision", "what precision was asked for, and what was reached")
    add("selection", "which scenario was selected as the best, with what guarantee")


def _outcome(command: argparse.ArgumentParser) -> None:
    text = f"outcome ({PRIMARY_OUTCOME})"
    command.add_argument("--metric", default=PRIMARY_OUTCOME, metavar="NAME", help=text)


def _outputs(command: argparse.ArgumentParser) -> None:
    command.add_argument("--csv", type=Path, metavar="FILE", help="write the table here too")
    command.add_argument("--html", type=Path, metavar="FILE", help="write the chart here too")


def run_command(study: "Study", asked: argparse.Namespace) -> str:
    """Carry out one of the commands and return what it has to say."""
    if asked.command == "fit":
        return _fit(study, asked)
    if asked.command == "precision":
        from analysis.procedure_text import precision_text

        return precision_text(study)
    if asked.command == "selection":
        from analysis.procedure_text import selection_text

        return selection_text(study)
    if asked.command == "robustness":
        return _robustness(study, asked)
    return _sensitivity(study, asked)


def _fit(study: "Study", asked: argparse.Namespace) -> str:
    from analysis.fit import fit
    from analysis.fit_text import text_of, values_of, write_worlds
    from analysis.fit_values import write_values

    found = fit(study)
    if asked.worlds:
        write_worlds(found, asked.worlds)
    if asked.values:
        write_values(values_of(found), asked.values)
    return text_of(found)


def _robustness(study: "Study", asked: argparse.Namespace) -> str:
    from analysis import robustness
    from analysis.charts.rank_stability import rank_stability as chart
    from analysis.uncertainty_text import robustness_text

    ranks = robustness.rank_stability(study, asked.metric)
    lost = robustness.regret(study, asked.metric)
    _keep(asked, ranks.merge(lost.drop(columns="states"), on="scenario", how="outer"),
          lambda: chart(study, asked.metric))  # fmt: skip
    return robustness_text(
        study, asked.metric, ranks, lost, robustness.agreement(study, asked.metric)
    )


def _sensitivity(study: "Study", asked: argparse.Namespace) -> str:
    if asked.top < 1:
        raise InputError(f"--top {asked.top} is below 1 row")
    of = (asked.metric, asked.scenario, asked.adversary)
    from analysis import uncertainty_text as text

    if asked.method == "prim":
        from analysis.charts.prim_box import prim_box
        from analysis.discovery import prim

        above = True if asked.above else False if asked.below else None
        box = prim(study, *of, asked.threshold, above=above)
        _keep(asked, box.limits, lambda: prim_box(study, *of, asked.threshold, above=above))
        return text.box_text(study, *of, box)
    if asked.method == "heatmap":
        from analysis.charts.heat_map import heat_map
        from analysis.two_way import two_way

        cells = two_way(study, asked.x, asked.y, *of)
        _keep(asked, cells, lambda: heat_map(study, asked.x, asked.y, *of))
        return text.cells_text(study, *of, cells)
    if asked.method == "tornado":
        from analysis.charts.tornado import tornado as chart
        from analysis.sensitivity import tornado

        table = tornado(study, *of)
        _keep(asked, table, lambda: chart(study, *of))
        return text.tornado_text(study, *of, table, asked.top)
    from analysis import indices

    table = indices.morris(study, *of) if asked.method == "morris" else indices.sobol(study, *of)
    if asked.html:
        raise InputError(f"--html: there is no chart of --method {asked.method}; tornado has one")
    _keep(asked, table, None)
    return text.indices_text(study, *of, table, asked.method, asked.top)


def _keep(
    asked: argparse.Namespace, table: "pd.DataFrame", draw: "Callable[[], go.Figure] | None"
) -> None:
    """Write the table and the chart where they were asked for."""
    if asked.csv:
        table.to_csv(asked.csv, index=False, lineterminator="\n")
    if asked.html and draw is not None:
        from analysis.charts.look import CONFIG

        page = draw().to_html(include_plotlyjs=True, config=CONFIG)
        asked.html.write_text(page, encoding="utf-8")
