"""Write the generated pages: ``python -m docs``, with ``--check`` to compare them instead."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from docs.coverage_page import coverage_page
from docs.house_page import house_page
from docs.parameters_page import parameters_page
from docs.results_page import results_page
from docs.scenarios_page import scenarios_page
from sim.errors import InputError

HERE = Path(__file__).resolve().parent

PAGES: dict[str, Callable[[], str]] = {
    "coverage.md": coverage_page,
    "parameters.md": parameters_page,
    "results.md": results_page,
    "scenarios.md": scenarios_page,
}
# Written with the others, but changes with every commit and so is not compared.
MEASURED: dict[str, Callable[[], str]] = {"house.md": house_page}


def out_of_date(pages: Mapping[str, Callable[[], str]] = PAGES) -> list[str]:
    """Names of the pages that are not what would be written now."""
    return [
        name
        for name, page in pages.items()
        if not (HERE / name).is_file() or (HERE / name).read_text(encoding="utf-8") != page()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check; return 1 if a page is out of date, 2 if something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m docs", description="Write the generated pages."
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="compare only")
    choice.add_argument(
        "--study", type=Path, metavar="DIR",
        help="take the README's answer and picture, docs/findings.md and docs/baseline.md "
        "from a results folder",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    try:
        if given.study:
            from docs.study import write_figures

            for path in write_figures(given.study):
                print(path)
            return 0
        stale = out_of_date(PAGES if given.check else PAGES | MEASURED)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for name in stale:
        if given.check:
            print(f"docs/{name} is out of date: run python -m docs", file=sys.stderr)
        else:
            (HERE / name).write_text((PAGES | MEASURED)[name](), encoding="utf-8")
            print(f"docs/{name}")
    return int(given.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
