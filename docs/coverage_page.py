"""The page that maps every proposal of the source documents to its scenario and its tests."""

import csv
from pathlib import Path

from docs.markdown import anchor, table
from docs.scenarios_page import heading, held_by
from sim.scenario.reading import read

PROPOSALS = Path(__file__).with_name("proposals.csv")

INTRODUCTION = """\
# Proposals of the source documents

Written by `python -m docs` from `docs/proposals.csv` and `scenarios/*.yaml`; do not edit it here.

Every proposal of the five source documents (named in the
[data dictionary](../sim/data/README.md#source)) that concerns contraband at the land border, with
its scenario, the quantities that the scenario changes, and the tests of its expected sign or of no
effect. Where a proposal is not about handguns, *with* gives the configuration to use.
"""

ELSEWHERE = """\
## Proposals outside the question

Visas and their waivers (002 ¶16; 003 ¶2-3), critical infrastructure (002 ¶4), security at airport
preclearance (003 ¶7), short-sea shipping (003 ¶9), exports of controlled goods to third countries
(003 ¶11), emergency exercises and public health (003 ¶18-20), fraud and terrorist financing (004)
change neither what crosses at a land port nor how it is inspected.
"""


def rows() -> list[dict[str, str]]:
    """Rows of ``docs/proposals.csv``."""
    with PROPOSALS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def coverage_page() -> str:
    """The whole page."""
    lines = [INTRODUCTION, *table(
        ("source", "proposal", "scenario", "with", "what it changes", "tests"),
        [_row(row) for row in rows()],
    ), "", ELSEWHERE]  # fmt: skip
    return "\n".join(lines)


def _row(row: dict[str, str]) -> tuple[str, ...]:
    scenario = read(row["scenario"])
    changed = dict.fromkeys(one.parameter for one in scenario.interventions)
    return (
        f"{row['document']} {row['paragraph']}".strip(),
        row["proposal"],
        f"[`{scenario.name}`](scenarios.md#{anchor(heading(scenario))})",
        f"`{row['with']}`" if row["with"] else "",
        ", ".join(f"`{name}`" for name in changed),
        ", ".join(held_by(scenario.name)),
    )
