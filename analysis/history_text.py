"""What the history says, for a terminal, a page and a file."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.history import (
    Difference,
    Examination,
    course_of,
    differences,
    examinations,
    frame_of,
    of_worlds,
    read_record,
    scores_of,
    shares,
)
from analysis.wording import aligned, number
from sim.files import export
from sim.results.reading import Study

Table = tuple[str, list[tuple[str, ...]], tuple[int, ...]]

LIMITS = (
    "What this cannot say: the record is second-hand, of several definitions that differ by up to "
    "1.65 in one year, and one large load makes a year; level, travellers' share and spread of "
    "years are all that is fitted; nothing in the model makes traffickers more or larger from one "
    "year to the next, so a rise such as that of 2015 or 2021 can only lie in the spread."
)


IDENTIFIED = (
    "What the history finds that the base year alone does not: compare the widths. From the "
    "closure of 2020 the share follows only if trafficking stayed as it was; the rebound of 2021, "
    "with cars still four fifths down, pulls it down because the model has no other way to explain "
    "it. A share near zero contradicts C043 and C045 (most are travellers'): read it as evidence "
    "of a missing mechanism (post, larger loads: C086) as much as of a smaller share."
)


def _rows_of(part: Examination) -> Table:
    head = (
        "period", "recorded", "predicted", "50 %", "90 %", "within 90 %", "score", "last figure",
        "mean of fit", "with traffic", "scope (source)",
    )  # fmt: skip
    rows: list[tuple[str, ...]] = [head]
    for score in part.rows:
        naive = [number(value, 0) for value in score.naive.values()]
        rows.append(
            (
                score.row.label,
                number(score.row.firearms, 0),
                number(score.middle, 0),
                f"{number(score.low50, 0)} to {number(score.high50, 0)}",
                f"{number(score.low90, 0)} to {number(score.high90, 0)}",
                "yes" if score.within(0.9) else "no",
                number(score.crps, 0),
                *naive,
                f"{score.row.scope}, {score.row.years} years ({score.row.source})",
            )
        )
    return part.name, rows, tuple(range(1, 10))


def _summary(part: Examination) -> str:
    skills = ", ".join(
        f"{100 * part.skill(name):+.0f} % against {name}" for name in part.rows[0].naive
    ).replace("-", "\N{MINUS SIGN}")
    inside = [sum(row.within(level) for row in part.rows) for level in (0.5, 0.9)]
    return (
        f"{inside[0]} of {len(part.rows)} within the 50 % interval, {inside[1]} within the 90 % "
        f"({100 * part.coverage(0.9):.0f} %; to reach: 80 to 97). Skill (CRPS): {skills}; a "
        "negative one means that the naive forecast was better."
    )


def _events(found: Sequence[Difference]) -> Table:
    rows: list[tuple[str, ...]] = [
        ("event", "recorded, %", "predicted, %", "90 %", "within", "right sign")
    ]
    rows += [
        (
            event.event,
            number(event.record, 0, signed=True),
            number(event.middle, 0, signed=True),
            f"{number(event.low90, 0, signed=True)} to {number(event.high90, 0, signed=True)}",
            "yes" if event.low90 <= event.record <= event.high90 else "no",
            "yes" if event.right_sign else "no",
        )
        for event in found
    ]
    return "change from the year before to the year of an event", rows, (1, 2, 3)


def _shares(found: Sequence[tuple[str, list[float]]]) -> Table:
    rows: list[tuple[str, ...]] = [("fitted to", "median, %", "5 to 95 %", "width, points")]
    rows += [
        (
            name,
            number(100 * middle, 0),
            f"{number(100 * low, 0)} to {number(100 * high, 0)}",
            number(100 * (high - low), 0),
        )
        for name, (low, middle, high) in found
    ]
    return "travellers' share of what is seized in the base year", rows, (1, 2, 3)


def parts_of_page(study: Study) -> tuple[list[tuple[Table, str]], pd.DataFrame, pd.DataFrame]:
    """Work out every table with the line below it, the rows for a file, and the scores."""
    course, record = course_of(study), read_record()
    found = examinations(course, record)
    tables = [(_rows_of(part), _summary(part)) for part in found]
    changes = list(differences(course, record, of_worlds(course)))
    if changes:
        tables.append((_events(changes), "Predicted from the plausible worlds, not fitted."))
    tables.append(
        (
            _shares(shares(course, record)),
            IDENTIFIED,
        )
    )
    return (
        tables,
        frame_of(found),
        scores_of(found, changes, str(study.manifest.get("ended") or "")),
    )


def history_text(
    study: Study, csv: Path | None = None, page: Path | None = None, scores: Path | None = None
) -> str:
    """Say how the model does against the record; write rows and page where asked.

    Parameters
    ----------
    study : Study
        Of ``experiment=history``.
    csv, page, scores : pathlib.Path, optional
        Where to write the rows, a page of the documentation, and what stamps go by.
    """
    tables, frame, by_name = parts_of_page(study)
    if scores:
        export(scores, by_name.to_csv(index=False, lineterminator="\n"))
    if csv:
        export(csv, frame.to_csv(index=False, lineterminator="\n"))
    if page:
        export(page, _markdown(tables))
    lines = [LIMITS]
    for (title, rows, right), below in tables:
        lines += ["", f"{title[0].upper()}{title[1:]}", *aligned(rows, right=right), below]
    return "\n".join(lines)


def _markdown(tables: Sequence[tuple[Table, str]]) -> str:
    lines = [
        "# Thirty years of the model against the record",
        "",
        "Written by `python -m analysis history DIR --write docs/history.md` from a study of",
        "`python -m sim experiment=history`. Firearms seized; scores are continuous ranked",
        "probability scores (less is better), of the model and of three naive forecasts.",
        "",
        LIMITS,
    ]
    for (title, rows, _), below in tables:
        lines += ["", f"## {title[0].upper()}{title[1:]}", ""]
        lines += ["| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])]
        lines += ["| " + " | ".join(row) + " |" for row in rows[1:]]
        lines += ["", below]
    return "\n".join(lines) + "\n"
