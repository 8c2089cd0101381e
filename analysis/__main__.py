"""The command line of the analysis: python -m analysis COMMAND DIR."""

from sim.errors import InputError, Parser, guarded, keep_in_order, take_interruptions, write_plainly

if __name__ == "__main__":
    take_interruptions()  # before anything slow is imported

import argparse
import contextlib
import functools
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.answer import commands as answer
from analysis.answer.commands import write_csv
from sim.files import export
from sim.results import PRIMARY_OUTCOME

if TYPE_CHECKING:
    import pandas as pd

    from analysis.charts.style import Chart
    from sim.results.reading import Study

PROGRAM = "python -m analysis"
RUNS = Path("runs")
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

    variance = add("variance", "spread between replications: agents beside expectations")
    variance.add_argument("--csv", type=Path, metavar="FILE", help="write the table here too")
    add("precision", "what precision was asked for, and what was reached")
    add("selection", "which scenario was selected as the best, with what guarantee")


def _outcome(command: argparse.ArgumentParser) -> None:
    text = f"outcome ({PRIMARY_OUTCOME})"
    command.add_argument("--metric", default=PRIMARY_OUTCOME, metavar="NAME", help=text)


def _outputs(command: argparse.ArgumentParser) -> None:
    command.add_argument("--csv", type=Path, metavar="FILE", help="write the table here too")
    command.add_argument("--html", type=Path, metavar="FILE", help="write the chart here too")


def run_command(study: "Study", args: argparse.Namespace) -> str:
    """Carry out one of the commands and return what it has to say."""
    if args.command == "fit":
        return _fit(study, args)
    if args.command == "variance":
        from analysis.variance import variance_text, variances

        if args.csv:
            write_csv(variances(study), args.csv)
        return variance_text(study)
    if args.command == "precision":
        from analysis.uncertainty_text import precision_text

        return precision_text(study)
    if args.command == "selection":
        from analysis.uncertainty_text import selection_text

        return selection_text(study)
    if args.command == "robustness":
        return _robustness(study, args)
    return _sensitivity(study, args)


def _fit(study: "Study", args: argparse.Namespace) -> str:
    from analysis.fit.fit import fit, text_of, values_of, write_worlds
    from analysis.fit.values import write_values

    result = fit(study)
    if args.worlds:
        write_worlds(result, args.worlds)
    if args.values:
        write_values(values_of(result), args.values)
    return text_of(result)


def _robustness(study: "Study", args: argparse.Namespace) -> str:
    from analysis import robustness
    from analysis.charts.robustness import rank_stability as chart
    from analysis.uncertainty_text import robustness_text

    ranks = robustness.rank_stability(study, args.metric)
    lost = robustness.regret(study, args.metric)
    _keep(args, ranks.merge(lost.drop(columns="states"), on="scenario", how="outer"),
          lambda: chart(study, args.metric))  # fmt: skip
    return robustness_text(
        study, args.metric, ranks, lost, robustness.agreement(study, args.metric)
    )


def _sensitivity(study: "Study", args: argparse.Namespace) -> str:
    if args.top < 1:
        raise InputError(f"--top {args.top} is below 1 row")
    of = (args.metric, args.scenario, args.adversary)
    from analysis import uncertainty_text as text

    outcome = text.Outcome(study, *of)
    if args.method == "prim":
        from analysis.charts.prim_box import prim_box
        from analysis.discovery import prim

        above = True if args.above else False if args.below else None
        box = prim(study, *of, args.threshold, above=above)
        _keep(args, box.limits, lambda: prim_box(study, *of, args.threshold, above=above))
        return text.box_text(outcome, box)
    if args.method == "heatmap":
        from analysis.charts.heat_map import heat_map
        from analysis.sensitivity import two_way

        cells = two_way(study, args.x, args.y, *of)
        _keep(args, cells, lambda: heat_map(study, args.x, args.y, *of))
        return text.cells_text(outcome, cells)
    if args.method == "tornado":
        from analysis.charts.tornado import tornado as chart
        from analysis.sensitivity import tornado

        table = tornado(study, *of)
        _keep(args, table, lambda: chart(study, *of))
        return text.tornado_text(outcome, table, args.top)
    from analysis import sensitivity as indices

    table = indices.morris(study, *of) if args.method == "morris" else indices.sobol(study, *of)
    if args.html:
        raise InputError(f"--html: there is no chart of --method {args.method}; tornado has one")
    _keep(args, table, None)
    return text.indices_text(outcome, table, args.method, args.top)


def _keep(
    args: argparse.Namespace, table: "pd.DataFrame", draw: "Callable[[], Chart] | None"
) -> None:
    """Write the table and the chart where the command line says."""
    if args.csv:
        write_csv(table, args.csv)
    if args.html and draw is not None:
        from analysis.charts.style import CONFIG

        page = draw().titled().to_html(include_plotlyjs=True, config=CONFIG)
        export(args.html, page)


if TYPE_CHECKING:
    from sim.results.reading import Study


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Describe the commands, of a program of this name."""
    root = Parser(prog=program, description="Read a results folder and say what is in it.")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    compare = _command(commands, "compare", "every scenario against the baseline, in the terminal")
    compare.add_argument(
        "--metric", action="append", metavar="NAME", help="compare this metric; may be repeated"
    )
    compare.add_argument("--csv", type=Path, metavar="FILE", help="write the comparison here too")

    brief = _command(commands, "brief", "one self-contained HTML page for decision-makers")
    brief.add_argument("--out", type=Path, metavar="FILE", help="the page (DIR/brief.html)")
    brief.add_argument(
        "--lang", default="en", metavar="en|fr", help="its language (en); or lang=fr"
    )
    brief.add_argument(
        "--sheet", action="store_true", help="its front page alone, on one sheet (DIR/sheet.html)"
    )

    brief.add_argument(
        "--with", dest="beside", type=Path, action="append", default=[], metavar="DIR",
        help="a study of mixes, sizes, worlds or years, whose sections the page shows too; may be "
        "repeated",
    )  # fmt: skip

    ledger = _command(commands, "ledger", "where a scenario's difference in firearms comes from")
    ledger.add_argument("scenario", metavar="SCENARIO", help="a scenario of the study")
    ledger.add_argument("--adversary", metavar="NAME", help="one kind of smuggler only")
    ledger.add_argument("--market", metavar="NAME", help="one market only")
    ledger.add_argument(
        "--counted", action="store_true", help="what happened, not each attempt's own chance"
    )
    ledger.add_argument("--csv", type=Path, metavar="FILE", help="write the ledger here too")

    verdicts = _command(commands, "verdicts", "what each proposal does, judged by one rule")
    verdicts.add_argument(
        "--threshold", metavar="SHARE",
        help="smallest difference that matters, of the baseline: 0.01 or 1%% (the study's)",
    )  # fmt: skip
    verdicts.add_argument("--csv", type=Path, metavar="FILE", help="write the verdicts here too")

    costs = _command(commands, "costs", "what each scenario costs, and for each firearm kept out")
    costs.add_argument("--csv", type=Path, metavar="FILE", help="write the costs here too")

    add_commands(lambda name, summary: _command(commands, name, summary))
    answer.add_commands(lambda name, summary: _command(commands, name, summary))

    dashboard = commands.add_parser(
        "dashboard", help="pages that answer while you watch", description="Serve the dashboard."
    )
    dashboard.add_argument(
        "folder", type=Path, metavar="DIR", nargs="*", default=[Path("runs")],
        help="results folders, or folders of results folders (runs)",
    )  # fmt: skip
    dashboard.add_argument("--port", type=int, metavar="N", help="of this machine (8050 or so)")
    dashboard.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS",
        help="where to listen (127.0.0.1: this machine alone); 0.0.0.0 lets every machine ask",
    )  # fmt: skip

    history = _command(commands, "history", "years of the model against years of the record")
    _language(history)
    history.add_argument("--csv", type=Path, metavar="FILE", help="write every row here too")
    history.add_argument("--write", type=Path, metavar="FILE", help="write it as Markdown too")
    history.add_argument("--scores", type=Path, metavar="FILE", help="write what stamps go by here")
    history.add_argument("--picture", type=Path, metavar="FILE", help="draw it here (HTML)")

    validate = _command(commands, "validate", "the baseline against the record, row by row")
    _language(validate)
    validate.add_argument("--write", type=Path, metavar="FILE", help="write it as Markdown too")
    return root


def _language(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--lang", default="en", metavar="en|fr", help="its language (en); or lang=fr"
    )


def _command(
    commands: "argparse._SubParsersAction[Parser]", name: str, summary: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
    newest: dict[str, Any] = {} if name == "ledger" else {"nargs": "?"}
    command.add_argument(
        "folder", type=Path, metavar="DIR", help="a results folder (the newest in runs)", **newest
    )
    return command


def newest_in(root: Path) -> Path:
    """The results folder in a folder that was written last.

    Raises
    ------
    InputError
        If there is none.
    """
    written = [path for path in root.glob("*/manifest.json") if path.is_file()]
    if not written:
        raise InputError(
            f"{root}: no results folder in it; name one, or make one: border run experiment=quick"
        )
    folder = max(written, key=lambda path: path.stat().st_mtime).parent
    print(f"reading {folder}, the newest in {root}", file=sys.stderr)
    return folder


def run(arguments: argparse.Namespace) -> None:
    """Do what the command line asks for. Imports wait for it: help should be instant."""
    if arguments.command == "dashboard":
        _dashboard(arguments)
        return
    from analysis.kept import said_before

    folder = arguments.folder or newest_in(RUNS)
    if (said := said_before(folder, arguments)) is not None:
        print(said)
        return
    from analysis.language import contraband_of
    from sim.results.reading import read_study

    study = read_study(folder)
    with contraband_of(study):
        _tell(study, arguments)


def _tell(study: "Study", arguments: argparse.Namespace) -> None:
    """Answer a command about one study, in the words of its contraband."""
    if arguments.command == "compare":
        from analysis import compare, kept, tables

        metrics = tuple(dict.fromkeys(arguments.metric or compare.HEADLINE))
        comparisons = compare.compare(study, metrics)
        if arguments.csv:
            write_csv(compare.frame_of(comparisons), arguments.csv)
        if not kept.written(study.folder):
            with contextlib.suppress(OSError):  # a study on a disk that cannot be written
                tables.write_tables(study)
        said = compare.text_of(study, comparisons)
        if not arguments.metric and not arguments.csv:
            kept.keep(study.folder, kept.COMPARISON, said)
        print(said)
    elif arguments.command == "brief":
        from analysis.brief import write_brief
        from sim.results.reading import read_study

        beside = [read_study(folder) for folder in arguments.beside]
        of = (study, arguments.out, arguments.lang)
        print(write_brief(*of, sheet=arguments.sheet, beside=beside))
    elif arguments.command == "ledger":
        _ledger(study, arguments)
    elif arguments.command == "verdicts":
        from analysis import verdicts

        smallest = None if arguments.threshold is None else verdicts.share_of(arguments.threshold)
        judged = verdicts.over_horizons(study, smallest)
        if arguments.csv:
            write_csv(verdicts.frame_of(judged), arguments.csv)
        print(verdicts.verdicts_text(study, judged, smallest))
    elif arguments.command == "costs":
        from analysis.costs import costs_text, frame_of, prices

        costs = prices(study)
        if arguments.csv:
            write_csv(frame_of(costs), arguments.csv)
        print(costs_text(study, costs))
    elif arguments.command in answer.COMMANDS:
        print(answer.run_command(study, arguments))
    elif arguments.command in (
        "sensitivity",
        "robustness",
        "variance",
        "precision",
        "selection",
        "fit",
    ):
        print(run_command(study, arguments))
    elif arguments.command == "history":
        from analysis.history_text import Files, history_text
        from analysis.language import in_language

        with in_language(arguments.lang):
            files = Files(arguments.csv, arguments.write, arguments.scores, arguments.picture)
            print(history_text(study, files))
    else:
        from analysis import validate
        from analysis.language import in_language

        with in_language(arguments.lang):
            rows = validate.validate(study)
            if arguments.write:
                export(arguments.write, validate.markdown_of(study, rows))
            print(validate.text_of(study, rows))


def _dashboard(arguments: argparse.Namespace) -> None:
    try:
        from analysis.dashboard.serve import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("dash", "flask", "werkzeug"):
            raise
        raise InputError("the dashboard needs dash: pip install dash, or the extra serve") from None
    # A log of a container, or any pipe, is read while the server runs.
    say = functools.partial(print, flush=True)
    serve(arguments.folder, arguments.port, say, arguments.host)


def _ledger(study: "Study", arguments: argparse.Namespace) -> None:
    from analysis.language import pgettext
    from analysis.ledger import ledger, ledger_text, noise_ratio

    expected = not arguments.counted
    parts = ledger(
        study, arguments.scenario, arguments.adversary, arguments.market, expected=expected
    )
    if arguments.csv:
        write_csv(parts.assign(unit=pgettext("unit", "firearms")), arguments.csv)
    account = "expected" if expected else "counted"
    noise = noise_ratio(study, arguments.scenario, arguments.adversary)
    print(ledger_text(study, arguments.scenario, parts, account, noise))


def main(arguments: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run one command; return 2 where the input is wrong, with one line that says why.

    Returns
    -------
    int
        As that of `sim.__main__.main`.
    """
    write_plainly()
    words = sys.argv[1:] if arguments is None else arguments

    def command() -> int:
        chosen = parser(program).parse_args([re.sub(r"^lang=", "--lang=", word) for word in words])
        keep_in_order()
        run(chosen)
        return 0

    return guarded(command, lambda line: print(f"error: {line}", file=sys.stderr))


if __name__ == "__main__":
    sys.exit(main())
