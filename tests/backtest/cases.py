"""The studies whose results are stored, each as the words of ``python -m sim``.

Only the command line is used, so a case survives whatever moves inside the program.
"""

import contextlib
import io
import sys
from collections.abc import Iterable
from pathlib import Path

EVERY_KIND = (
    "ports=[sarnia,windsor-ambassador,windsor-tunnel,windsor-truck-ferry,rail-niagara,emerson,"
    "st-stephen,big-beaver,carson,prince-rupert]"
)
"""Large, middling and one-officer ports of every kind and region."""

TEN_DAYS = ("run.start=2005-06-25", "run.days=10", "run.replications=1", EVERY_KIND)
"""With a holiday, the turn of a month and two weekends."""

SHORT_WARM_UP = "intelligence.warm_up_days=120"
"""Two years of traces before the first day are most of what a short run costs."""

TWO_DAYS = ("run.start=2005-06-30", "run.days=2", "run.replications=1")


def _contraband(kind: str, per_year: int, *proposals: str) -> tuple[str, ...]:
    """Study of one contraband under every adversary, with trips enough for all routes."""
    words = (f"contraband={kind}", f"smuggling.firearms_per_year={per_year}", "adversaries=all")
    return (*words, f"compare=[{','.join(proposals)}]", SHORT_WARM_UP, *TEN_DAYS)


_ONE_DAY = (
    "run.start=2005-06-30", "run.days=1", "run.replications=1", "smuggling.firearms_per_year=40000",
    "compare=[more_searches]", "ports=[rainbow,sombra,rail-niagara,st-stephen,big-beaver,carson]",
)  # fmt: skip

CASES: dict[str, tuple[str, ...]] = {
    "quick": ("experiment=quick",),
    "handgun": _contraband("handgun", 40_000, "stateside_pressure", "longer_sentences"),
    "parts": _contraband("parts", 400_000, "trusted_trader", "more_searches"),
    "drugs": _contraband("drugs", 200_000, "close_ports", "database_access"),
    "currency": _contraband(
        "currency", 1_000_000, "immediate_currency_reports", "broader_ibets"
    ),
    "persons": _contraband("persons", 40_000, "arm_officers", "direct_sharing"),
    "proposals": (
        "experiment=proposals", "adversaries=null", "smuggling.firearms_per_year=40000",
        SHORT_WARM_UP, *TEN_DAYS,
    ),
    "whole_border": ("ports=all", "compare=[close_ports]", *TWO_DAYS),
    "worlds": (EVERY_KIND, "worlds=2", *TWO_DAYS),
    "year_2019": (
        EVERY_KIND, "year=2019", "run.start=2019-06-30", "run.days=2", "run.replications=2",
    ),
    "expectations": (
        EVERY_KIND, "compare=[more_searches,etrace]", "run.horizon=2", "run.smugglers=all",
        "smuggling.firearms_per_year=40000", SHORT_WARM_UP, *TWO_DAYS,
    ),
    "compiled_engine": (*_ONE_DAY, "engine=compiled"),
    "reference_engine": (*_ONE_DAY, "engine=reference"),
}  # fmt: skip
"""Name of a case to the words of its command; the last two are one study on either engine."""


def run(case: str, folder: Path) -> None:
    """Run a case in this process, which need not start the program again for each.

    Parameters
    ----------
    case : str
        A key of CASES.
    folder : pathlib.Path
        Where its results go.

    Raises
    ------
    RuntimeError
        If the command failed; with what it printed.
    """
    from sim.__main__ import main

    output = io.StringIO()
    kept = sys.argv
    sys.argv = [
        "sim", *CASES[case], "execution=serial", "study.detail=all", f"study.dir={folder}",
    ]  # fmt: skip
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            status = main()
    finally:
        sys.argv = kept
    if status:
        raise RuntimeError(
            f"{case}: python -m sim {' '.join(CASES[case])} ended with {status}: "
            f"{output.getvalue()}"
        )


def run_all(folder: Path, cases: Iterable[str] = CASES) -> None:
    """Run several cases, each into a folder of its name."""
    for case in cases:
        run(case, folder / case)
