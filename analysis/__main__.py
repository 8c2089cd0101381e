"""The command line of the analysis: python -m analysis COMMAND DIR."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.study_commands import add_commands, run_command
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.results import Study


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    root = argparse.ArgumentParser(
        prog="python -m analysis", description="Read a results folder and say what is in it."
    )
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

    ledger = _command(commands, "ledger", "where a scenario's difference in firearms comes from")
    ledger.add_argument("scenario", metavar="SCENARIO", help="a scenario of the study")
    ledger.add_argument("--adversary", metavar="NAME", help="one kind of smuggler only")
    ledger.add_argument("--market", metavar="NAME", help="one market only")
    ledger.add_argument(
        "--counted", action="store_true", help="what happened, not each attempt's own chance"
    )
    ledger.add_argument("--csv", type=Path, metavar="FILE", help="write the ledger here too")

    costs = _command(commands, "costs", "what each scenario costs, and for each firearm kept out")
    costs.add_argument("--csv", type=Path, metavar="FILE", help="write the costs here too")

    add_commands(lambda name, about: _command(commands, name, about))

    dashboard = commands.add_parser(
        "dashboard", help="pages that answer while you watch", description="Serve the dashboard."
    )
    dashboard.add_argument(
        "folder", type=Path, metavar="DIR", nargs="*", default=[Path("runs")],
        help="results folders, or folders of results folders (runs)",
    )  # fmt: skip
    dashboard.add_argument("--port", type=int, metavar="N", help="of this machine (8050 or so)")

    validate = _command(commands, "validate", "the baseline against the record, row by row")
    validate.add_argument("--write", type=Path, metavar="FILE", help="write it as Markdown too")
    return root


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, about: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=about, description=about.capitalize() + ".")
    command.add_argument("folder", type=Path, metavar="DIR", help="a results folder")
    return command


def run(arguments: argparse.Namespace) -> None:
    """Do what the command line asks for. Imports wait for it: help should be instant."""
    if arguments.command == "dashboard":
        _dashboard(arguments)
        return
    from analysis.contraband import counting
    from sim.results import read_study

    study = read_study(arguments.folder)
    with counting(study):
        _tell(study, arguments)


def _tell(study: "Study", arguments: argparse.Namespace) -> None:
    """Answer a command about one study, in the words of its contraband."""
    if arguments.command == "compare":
        from analysis import compare, compare_text

        metrics = arguments.metric or compare.HEADLINE
        comparisons = compare.compare(study, metrics)
        if arguments.csv:
            compare_text.frame_of(comparisons).to_csv(
                arguments.csv, index=False, lineterminator="\n"
            )
        print(compare_text.text_of(study, comparisons))
    elif arguments.command == "brief":
        from analysis.brief import write_brief

        print(write_brief(study, arguments.out, arguments.lang))
    elif arguments.command == "ledger":
        _ledger(study, arguments)
    elif arguments.command == "costs":
        from analysis.account_text import costs_text
        from analysis.costs import frame_of, prices

        found = prices(study)
        if arguments.csv:
            frame_of(found).to_csv(arguments.csv, index=False, lineterminator="\n")
        print(costs_text(study, found))
    elif arguments.command in ("sensitivity", "robustness", "precision", "selection", "fit"):
        print(run_command(study, arguments))
    else:
        from analysis import validate

        rows = validate.validate(study)
        if arguments.write:
            arguments.write.write_text(validate.markdown_of(study, rows), encoding="utf-8")
        print(validate.text_of(study, rows))


def _dashboard(arguments: argparse.Namespace) -> None:
    try:
        from analysis.dashboard.serve import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("dash", "flask", "werkzeug"):
            raise
        raise InputError("the dashboard needs dash: pip install -e .[serve]") from None
    serve(arguments.folder, arguments.port, print)


def _ledger(study: "Study", arguments: argparse.Namespace) -> None:
    from analysis.account_text import ledger_text
    from analysis.contraband import named
    from analysis.ledger import ledger, noise_ratio

    expected = not arguments.counted
    parts = ledger(
        study, arguments.scenario, arguments.adversary, arguments.market, expected=expected
    )
    if arguments.csv:
        told = parts.assign(title=parts["title"].map(named), unit=named("firearms"))
        told.to_csv(arguments.csv, index=False, lineterminator="\n")
    account = "expected" if expected else "counted"
    noise = noise_ratio(study, arguments.scenario, arguments.adversary)
    print(ledger_text(study, arguments.scenario, parts, account, noise))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 2 where the input is wrong, with one line that says why."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    words = sys.argv[1:] if arguments is None else arguments
    try:
        run(parser().parse_args([re.sub(r"^lang=", "--lang=", word) for word in words]))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
