"""The commands of this room: what each is called, takes and prints."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.reading import Study

COMMANDS = ("mix", "value", "break-even", "would-we-know")

Add = Callable[[str, str], argparse.ArgumentParser]


def add_commands(add: Add) -> None:
    """Describe the commands; ``add`` makes a parser from a name and a line about it."""
    mix = add("mix", "the best mix of proposals under a budget (a study of experiment=mixes)")
    mix.add_argument("--budget", metavar="MILLION", help="million CAD a year")
    value = add("value", "what would change the choice: the worth of knowing each parameter")
    value.add_argument("--budget", metavar="MILLION", help="million CAD a year (any)")
    value.add_argument("--top", type=int, default=10, metavar="N", help="rows to show (10)")
    for command in (mix, value):
        command.add_argument(
            "--weight-of-waiting", default="1", metavar="W",
            help="part of the value of delay that counts as cost (1: all of it, 0: none)",
        )  # fmt: skip
        command.add_argument(
            "--horizon", metavar="NAME", help="year_1, year_3 or long_run (the last there is)"
        )
    known = add("would-we-know", "years of records that would show that each proposal worked")
    size = add("break-even", "from which size each assumed proposal pays")
    for command in (value, size):
        command.add_argument("--cad-per-firearm", metavar="CAD", help="worth of a firearm kept out")
    for command in (mix, value, known, size):
        command.add_argument("--csv", type=Path, metavar="FILE", help="write the table here too")


def write_csv(table: "pd.DataFrame", path: Path) -> None:
    """Write a table as `analysis.wording` does, whose import help does not wait for."""
    from analysis.wording import write_csv as write

    write(table, path)


def amount(name: str, text: str | None, unit: str) -> float | None:
    """Read an amount given on the command line; none where none was given.

    Raises
    ------
    InputError
        If it is no number, in one line.
    """
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{name} = {text!r} is not a number ({unit})") from None


def run_command(study: "Study", args: argparse.Namespace) -> str:
    """Carry out one of the commands and return what it has to say."""
    for name, unit in (
        ("budget", "million CAD a year"), ("weight_of_waiting", "CAD for each CAD of delay"),
        ("cad_per_firearm", "CAD"),
    ):  # fmt: skip
        if hasattr(args, name):
            option = f"--{name.replace('_', '-')}"
            setattr(args, name, amount(option, getattr(args, name), unit))
    if args.command == "mix":
        from analysis.answer import mix

        if args.budget is None:
            raise InputError("--budget is missing: million CAD a year, such as --budget 20")
        weight = args.weight_of_waiting
        found = mix.mix(study, args.budget, weight, args.horizon)
        text = mix.mix_text(study, found, args.budget, weight)
        table = mix.frame_of(mix.frontier(found)) if args.csv else None
    elif args.command == "value":
        from analysis.answer import value
        from analysis.outcomes import horizons

        if args.top < 1:
            raise InputError(f"--top = {args.top} is below 1 row")
        of = (args.budget, args.cad_per_firearm, args.horizon, args.weight_of_waiting)
        information = value.value(study, *of)
        horizon = args.horizon or horizons(study)[-1]
        text = value.value_text(study, information, args.budget, args.top, horizon)
        table = information.table
    elif args.command == "break-even":
        from analysis.answer import break_even

        sizes = break_even.break_even(study, args.cad_per_firearm)
        text = break_even.break_even_text(study, sizes, args.cad_per_firearm)
        table = break_even.frame_of(sizes)
    else:
        from analysis.answer import would_we_know

        rows = would_we_know.would_we_know(study)
        text = would_we_know.would_we_know_text(rows)
        table = would_we_know.frame_of(rows)
    if args.csv and table is not None:
        write_csv(table, args.csv)
    return text
