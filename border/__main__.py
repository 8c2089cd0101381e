"""The command ``border``: one door to running, comparing and showing studies.

Each word is handed to the door that it belongs to (`sim.__main__`, `analysis.__main__`), which
reads what follows and reports what is wrong with it. What is added here: one list of commands, the
comparison at the end of a run that asked for one, and the next command.
"""

import argparse
import difflib
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

from sim.errors import Parser, guarded, take_interruptions, write_plainly

if TYPE_CHECKING:
    from sim.study.spec import StudySpec

BAD_INPUT = 2
OF_SIM = {
    "run": "simulate: border run experiment=quick; border run --help lists the settings",
    "status": "how far a study has come, from another terminal",
    "port_day": "a day at one port, minute by minute",
}
OWN = {
    "ls": "the studies in a folder, the newest first",
    "completion": "completion for bash, zsh or fish: border completion bash",
}
GROUPS = (
    ("Simulate", ("run", "status", "port_day", "ls")),
    ("The answer", ("compare", "verdicts", "brief", "dashboard")),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after ``border``; those of the process by default.

    Returns
    -------
    int
        Exit status of the command: 0, or 2 for bad input (see `sim.__main__.main` for the others).
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None:
        take_interruptions()
    write_plainly()
    return guarded(lambda: _carry_out(words), lambda line: print(line, file=sys.stderr))


def _carry_out(words: list[str]) -> int:
    command, rest = (words[0], words[1:]) if words else ("--help", [])
    if command in ("-h", "--help", "help"):
        if rest:
            return _carry_out([rest[0], "--help"])
        print(help_text())
        return 0
    if command in ("-V", "--version", "version"):
        print(version_text())
        return 0
    if command in OF_SIM:
        from sim.__main__ import main as simulate

        if command == "status" and rest[:1] in (["-h"], ["--help"]):
            print(f"usage: border status DIR\n\n{OF_SIM['status'].capitalize()}.")
            return 0
        if command != "run":
            return simulate([command, *rest])
        told: list[StudySpec] = []

        def note(spec: "StudySpec") -> None:
            tell(spec)
            told.append(spec)

        from border.extending import ports_table

        table = ports_table()
        if table is not None and not any("study.ports_table" in word for word in rest):
            rest = [*rest, f"study.ports_table='{table}'"]
        status = simulate(rest, note)
        if told:
            print(next_command(told[0]))
        return status
    if command == "ls":
        return _ls(rest)
    if command == "completion":
        return _completion(rest)
    from analysis.__main__ import main as analyse

    known = [*OF_SIM, *OWN, *analysis_commands()]
    if command not in known:
        near = difflib.get_close_matches(command, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        if "=" in command:
            hint = f"; did you mean border run {command}?"
        print(
            f"border: unknown command {command!r}{hint} (border --help lists them)", file=sys.stderr
        )
        return BAD_INPUT
    return analyse(words, "border")


def tell(spec: "StudySpec") -> None:
    """Print what a study that has run was asked for.

    Parameters
    ----------
    spec : StudySpec
        A study whose results are written.
    """
    from sim.__main__ import print_summary

    print_summary(spec)
    if not _compares(spec):
        return
    from analysis.compare import HEADLINE, compare, text_of
    from analysis.language import contraband_of
    from analysis.tables import write_tables
    from sim.results.reading import read_study

    study = read_study(spec.folder)
    write_tables(study)
    with contraband_of(study):
        print(f"\n{text_of(study, compare(study, HEADLINE))}")


def next_command(spec: "StudySpec") -> str:
    """Say what can be done with the results of a study."""
    folder = shlex.quote(str(spec.folder))
    if _compares(spec):
        return f"next: border brief {folder}, or border dashboard {folder}"
    return "next: border run 'compare=[more_officers]', a proposal against the baseline"


def _compares(spec: "StudySpec") -> bool:
    return len({point.scenario.name for point in spec.points}) > 1


def analysis_commands() -> dict[str, str]:
    """Commands that read a results folder, with a line about each."""
    from analysis.__main__ import parser

    commands = next(
        action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    return {choice.dest: str(choice.help) for choice in commands._choices_actions}


def help_text() -> str:
    """Say what can be done, in one screen."""
    about = {**OF_SIM, **OWN, **analysis_commands()}
    groups: list[tuple[str, Sequence[str]]] = [*GROUPS]
    taken = {name for _, names in groups for name in names}
    more = [name for name in about if name not in taken and name not in OWN]
    groups += [("More about a study", more), ("This command", ["completion"])]
    lines = [
        "usage: border COMMAND ...",
        "",
        "A simulation of Canada's land ports of entry: what would proposals against smuggling do?",
        "",
        "  border run experiment=quick      four ports, one week: seconds",
        "  border brief runs/quick          one page for any browser",
        "  border dashboard runs            combine proposals and watch",
    ]
    for title, names in groups:
        lines += ["", title]
        lines += [f"  {name:<14}{about[name].partition(';')[0]}" for name in names if name in about]
    lines += [
        "",
        "border COMMAND --help tells more; border --version. DIR is the newest study in runs where",
        "it is left out. In a checkout: python -m border, python -m sim and python -m analysis.",
    ]
    return "\n".join(lines)


def version_text() -> str:
    """Version of this program, and of what its results depend on."""
    import platform

    from border import __version__

    return f"border {__version__} (Python {platform.python_version()}, {platform.system()})"


# ---------------------------------------------------------------- what is there


def _ls(words: Sequence[str]) -> int:
    import datetime

    from sim.files.brought import json_of

    parser = Parser(prog="border ls", description="List the studies in folders.")
    parser.add_argument("folder", type=Path, metavar="DIR", nargs="*", default=[Path("runs")])
    rows = []
    roots = parser.parse_args(words).folder
    for root in roots:
        if not root.is_dir():
            print(f"error: {root}: there is no such folder", file=sys.stderr)
            return BAD_INPUT
        for path in {*root.glob("manifest.json"), *root.glob("*/manifest.json")}:
            try:
                about = json_of(path)
                when = path.stat().st_mtime
            except (OSError, ValueError):
                about, when = {}, 0.0
            rows.append((when, path.parent, about if isinstance(about, dict) else {}))
    if not rows:
        print(f"no study in {', '.join(map(str, roots))}; make one: border run experiment=quick")
        return 0
    head = ("study", "when", "scenarios", "ports", "days", "runs", "MB")
    cells: list[tuple[str, ...]] = [head]
    for when, folder, about in sorted(rows, key=lambda row: row[0], reverse=True):
        size = sum(path.stat().st_size for path in folder.glob("*") if path.is_file())
        cells.append(
            (
                "".join("?" if category(one)[0] == "C" else one for one in str(folder)),
                f"{datetime.datetime.fromtimestamp(when):%Y-%m-%d %H:%M}",
                *(
                    _size(about.get(name))
                    for name in ("scenarios", "ports", "days", "replications")
                ),
                f"{size / 1e6:.1f}",
            )
        )
    widths = [max(len(row[k]) for row in cells) for k in range(len(head))]
    for row in cells:
        left = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        right = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        print("  ".join([*left, *right]).rstrip())
    return 0


def _size(value: object) -> str:
    """A number of a manifest, or how many things it lists; ? where it is something else."""
    if isinstance(value, (list, dict)):
        return str(len(value))
    return f"{value:g}" if type(value) in (int, float) else "?"


# ---------------------------------------------------------------- completion

_BASH = """\
_border() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{commands}" -- "$word"))
  elif [ "${{COMP_WORDS[1]}}" = run ]; then
    COMPREPLY=($(compgen -W "{settings}" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}}
COMP_WORDBREAKS="${{COMP_WORDBREAKS//=/}}"
complete -o filenames -F _border border
"""
_FISH = """\
complete -c border -f -n __fish_use_subcommand -a "{commands}"
complete -c border -f -n "__fish_seen_subcommand_from run" -a "{settings}"
complete -c border -F -n "not __fish_use_subcommand; and not __fish_seen_subcommand_from run"
"""
SHELLS: dict[str, str] = {
    "bash": _BASH,
    "zsh": f"autoload -U +X bashcompinit && bashcompinit\n{_BASH}",
    "fish": _FISH,
}


def _completion(words: Sequence[str]) -> int:
    parser = Parser(
        prog="border completion",
        description="Print what makes a shell complete border; for bash: "
        'eval "$(border completion bash)" in ~/.bashrc.',
    )
    parser.add_argument("shell", choices=sorted(SHELLS))
    shell = parser.parse_args(words).shell
    print(SHELLS[shell].format(commands=" ".join(_commands()), settings=" ".join(_settings())))
    return 0


def _commands() -> list[str]:
    return sorted({*OF_SIM, *OWN, *analysis_commands(), "--help", "--version"})


def _settings() -> list[str]:
    """Words that ``border run`` takes: names with ``=``, and choices where there are few."""
    from sim.config.schema import CONF, known_names
    from sim.parameters import catalogue
    from sim.scenario.reading import names

    experiments = sorted(path.stem for path in (CONF / "experiment").glob("*.yaml"))
    return [
        *(f"experiment={name}" for name in experiments),
        *(f"scenario={name}" for name in names()),
        *(f"compare=[{name}]" for name in names() if name != "baseline"),
        *(f"{name}=" for name in [*known_names(), *catalogue()]),
        "--help",
        "--cfg=job",
    ]


run: Callable[[], int] = main
"""Where the installed command begins."""


if __name__ == "__main__":
    sys.exit(main())
