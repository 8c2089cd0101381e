"""What the history says, for a terminal, a page and a file."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from analysis.history import (
    BASE,
    PREDICTED,
    Course,
    Difference,
    Examination,
    Found,
    RecordRow,
    course_of,
    differences,
    examinations,
    fitted,
    frame_of,
    identified,
    of_parameters,
    read_record,
    scores_of,
)
from analysis.language import gettext, pgettext
from analysis.wording import aligned, number
from sim.files import export
from sim.results.reading import Study

Table = tuple[str, list[tuple[str, ...]], tuple[int, ...]]


def _head(message: str) -> tuple[str, ...]:
    return tuple(message.split(" | "))


def _yes(value: bool) -> str:
    return gettext("yes") if value else gettext("no")


def _between(low: float, high: float, *, signed: bool = False) -> str:
    low_text, high_text = (number(value, 0, signed=signed) for value in (low, high))
    return gettext("validate-range", low=low_text, high=high_text)


def _rows_of(part: Examination) -> Table:
    rows = [_head(gettext("history-head"))]
    for score in part.rows:
        scope, years = pgettext("scope", score.row.scope), pgettext("years", score.row.years)
        rows.append(
            (
                score.row.label if score.row.whole else gettext("history-to-month",
                    year=score.row.year, month=score.row.last % 12 + 1),
                number(score.row.firearms, 0),
                number(score.middle, 0),
                _between(score.low50, score.high50),
                _between(score.low90, score.high90),
                _yes(score.within(0.9)),
                number(score.crps, 0),
                *(number(value, 0) for value in score.naive.values()),
                f"{scope}, {years} ({score.row.source})",
            )
        )  # fmt: skip
    return pgettext("examination", part.name), rows, tuple(range(1, 10))


def _summary(part: Examination) -> str:
    percent = "\N{NO-BREAK SPACE}%"
    skills = ", ".join(
        gettext(
            "history-skill",
            skill=number(100 * part.skill(name), 0, signed=True) + percent,
            naive=pgettext("naive", name),
        )
        for name in part.rows[0].naive
    )
    inside = [sum(row.within(level) for row in part.rows) for level in (0.5, 0.9)]
    return gettext(
        "history-summary",
        half=inside[0],
        count=len(part.rows),
        most=inside[1],
        share=f"{100 * part.coverage(0.9):.0f}",
        skills=skills,
    )


def _events(found: Sequence[Difference]) -> Table:
    rows = [_head(gettext("history-event-head"))]
    rows += [
        (
            pgettext("event", event.name),
            number(event.record, 0, signed=True),
            number(event.middle, 0, signed=True),
            _between(event.low90, event.high90, signed=True),
            _yes(event.low90 <= event.record <= event.high90),
            _yes(event.right_sign),
        )
        for event in found
    ]
    return gettext("history-events"), rows, (1, 2, 3)


def _found(title: str, found: Sequence[Found], digits: int) -> Table:
    parts = list(found[0].of_part)
    head = [gettext("history-quantity"), *(pgettext("part", part) for part in parts)]
    rows: list[tuple[str, ...]] = [(*head, gettext("history-found-head", year=BASE))]
    for one in found:
        edges = one.of_part
        base, early = (edges[name][2] - edges[name][0] for name in parts[1:3])
        rows.append(
            (
                pgettext("quantity", one.name),
                *(_range(*edges[name], digits) for name in parts),
                _yes(early < NARROWER * base),
            )
        )
    return title, rows, tuple(range(1, 1 + len(parts)))


NARROWER = 0.75
"""A part of the record finds a quantity if its range is narrower than that of 2005 by this."""


def _range(low: float, middle: float, high: float, digits: int) -> str:
    """Say a median and its range to some significant digits."""

    def said(value: float) -> str:
        return number(value, max(0, digits - 1 - math.floor(math.log10(max(value, 1e-9)))))

    ends = gettext("validate-range", low=said(low), high=said(high))
    return ends if math.isnan(middle) else f"{said(middle)} ({ends})"


def _tables(
    course: Course, record: list[RecordRow], found: list[Examination], changes: list[Difference]
) -> list[tuple[Table, str]]:
    """Every table, with the line below it."""
    tables = []
    for part in found:
        more = f" {gettext('history-knows-more')}" if part.name == PREDICTED else ""
        tables.append((_rows_of(part), _summary(part) + more))
    if changes:
        tables.append((_events(changes), gettext("history-events-below")))
    for title, rows, below in (
        (gettext("history-found"), identified(course, record), gettext("history-found-below")),
        (gettext("history-worlds"), of_parameters(course, record), gettext("history-worlds-below")),
    ):
        tables.append((_found(title, rows, 2), below))
    return tables


class Files(NamedTuple):
    """Where to write the rows, a page, what stamps go by, and a picture; None: nowhere."""

    csv: Path | None = None
    page: Path | None = None
    scores: Path | None = None
    picture: Path | None = None


def history_text(study: Study, files: Files = Files()) -> str:  # noqa: B008
    """Say how the model does against the record; write files where asked.

    Parameters
    ----------
    study : Study
        Of ``experiment=history``.
    files : Files
    """
    course, record = course_of(study), read_record()
    found = examinations(course, record)
    changes = list(differences(course, record, fitted(course, [], of_worlds=True)))
    tables = _tables(course, record, found, changes)
    if files.scores:
        ended = str(study.manifest.get("ended") or "")
        scores = scores_of(found, changes, ended)
        export(files.scores, scores.to_csv(index=False, lineterminator="\n"))
    if files.csv:
        export(files.csv, frame_of(found).to_csv(index=False, lineterminator="\n"))
    if files.page:
        export(files.page, _markdown(tables))
    if files.picture:
        from analysis.charts.history import history
        from analysis.charts.style import CONFIG

        export(files.picture, history(found[:3]).to_html(config=CONFIG))
    lines = [gettext("history-limits")]
    for (title, rows, right), below in tables:
        lines += ["", f"{title[0].upper()}{title[1:]}", *aligned(rows, right=right), below]
    return "\n".join(lines)


def _markdown(tables: Sequence[tuple[Table, str]]) -> str:
    lines = [
        f"# {gettext('history-page-title')}",
        "",
        gettext("history-intro"),
        "",
        gettext("history-limits"),
        "",
        f"![{gettext('history-picture')}](images/history.png)",
    ]
    for (title, rows, _), below in tables:
        lines += ["", f"## {title[0].upper()}{title[1:]}", ""]
        lines += ["| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])]
        lines += ["| " + " | ".join(row) + " |" for row in rows[1:]]
        lines += ["", below]
    return "\n".join(lines) + "\n"
