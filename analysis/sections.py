"""What follows the front page: packages, what would have to be true, would we know, the history.

Each is told of the first study that holds it, the page's own before those named beside it; where
none does, one line says the command that makes one.
"""

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from analysis.answer.break_even import BreakEven, break_even, in_order, worth_of
from analysis.answer.choices import choices
from analysis.answer.mix import NOTHING, Best, Interaction, interactions, ladder, mix
from analysis.answer.value import CLEAR, Information, value
from analysis.answer.would_we_know import LONGEST, Evaluation, would_we_know
from analysis.charts.history_strip import history_strip
from analysis.charts.packages import packages
from analysis.charts.style import name_of
from analysis.evidence import read_scores
from analysis.exhibits import Exhibit, exhibit
from analysis.history import course_of, examinations, read_record, stored_strip, strip_of
from analysis.language import FIREARMS, contraband_unit, gettext, ngettext, parameter_text, pgettext
from analysis.outcomes import horizon_in_words, kinds
from analysis.wording import listed, number, rounded
from sim.errors import InputError
from sim.parameters import catalogue
from sim.results.reading import Study

Made = TypeVar("Made")

BUDGETS = (5.0, 10.0, 20.0, 50.0, 100.0)
"""Million CAD a year, where a study of mixes does not say for which budgets it was made."""
TOLD, UNKNOWNS = 2, 3
"""Mixes named of which the parts multiply, and as many that cancel; parameters worth knowing."""


@dataclass(frozen=True, slots=True)
class SectionTable:
    """A table of words: the first cell of a row is its head."""

    caption: str
    heads: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Attributes
    ----------
    name, title : str
        For addresses, and its heading.
    lines, notes : list of str
        Sentences before the chart and the table, and in small print after them.
    chart : Exhibit, optional
    table : SectionTable, optional
    """

    name: str
    title: str
    lines: list[str] = field(default_factory=list)
    chart: Exhibit | None = None
    table: SectionTable | None = None
    notes: list[str] = field(default_factory=list)


def sections(study: Study, beside: Sequence[Study] = ()) -> list[Section]:
    """Gather the sections of a page, in its order.

    Parameters
    ----------
    study : Study
        The one that the page is about.
    beside : sequence of Study
        Others that hold what it does not: of mixes, of sizes, of worlds, of years.

    Raises
    ------
    InputError
        If one of the others holds nothing of the kind.
    """
    used: set[int] = set()

    def first(make: Callable[[Study], Made], studies: Sequence[Study]) -> Made | None:
        for one in studies:
            with suppress(InputError):
                made = make(one)
                used.add(id(one))
                return made
        return None

    every = (study, *beside)
    made = [
        first(_packages, every) or _missing("packages", gettext("packages-missing")),
        _believe(study, _sizes(every, used), first(_unknowns, every)),
        first(_known, [study]) or _missing("would-we-know", gettext("known-missing")),
        (first(_history, beside) or _stored_history())
        if contraband_unit(study) == FIREARMS
        else None,
    ]
    idle = [one for one in beside if id(one) not in used]
    if idle:
        raise InputError(
            f"--with {idle[0].folder}: holds no mixes, no sizes of proposals, no worlds and no "
            "years to tell of; such studies are experiment=mixes, break_even, proposals_full and "
            "history"
        )
    return [section for section in made if section is not None]


TITLES: dict[str, Callable[[], str]] = {
    "packages": lambda: gettext("packages-title"),
    "believe": lambda: gettext("believe-title"),
    "would-we-know": lambda: gettext("known-title"),
    "history": lambda: gettext("history-title"),
}


def _missing(name: str, line: str) -> Section:
    return Section(name, TITLES[name](), [line])


# ---------------------------------------------------------------- packages under a budget


def _packages(study: Study) -> Section:
    budgets = (study.manifest.get("procedure") or {}).get("budgets") or BUDGETS
    found = mix(study, max(budgets))
    steps = ladder(found, budgets)
    if not steps:
        raise InputError(f"{study.folder}: nothing costs as little as {max(budgets):g} million CAD")
    best = {one.name: one for _, one in steps}
    places = {name: k for k, name in enumerate(best, 1)}
    budget, top = steps[-1] if len(steps) < 2 else steps[len(steps) // 2]
    finding = gettext(
        "packages-finding",
        budget=number(budget, 0),
        title=_title(study, top.name),
        amount=_fewer(top),
        level=rounded(found.baseline),
        cost=rounded(top.cost),
    )
    what = gettext("worlds-word") if found.unit == "world" else gettext("replications-word")
    fresh = top.fresh
    rows = [
        [
            gettext("tile-millions", amount=number(limit, 0)),
            f"{places[one.name]}. {_title(study, one.name)}",
            rounded(one.cost),
            _fewer(one),
            number(len(one.rivals), 0),
        ]
        for limit, one in steps
    ]
    return Section(
        "packages",
        TITLES["packages"](),
        _together(study, interactions(found)),
        exhibit("packages", packages(study, found, list(best.values()), finding)),
        SectionTable(
            gettext("packages-caption"),
            [
                gettext("packages-budget"), gettext("packages-package"), gettext("packages-cost"),
                gettext("packages-kept"), gettext("packages-rivals"),
            ],
            rows,
        ),
        [
            gettext("packages-chosen", count=top.chosen_on, fresh=fresh, what=what)
            if fresh
            else gettext("packages-not-confirmed", count=top.chosen_on, what=what),
            ngettext(
                "packages-about", len(kinds(study)), horizon=horizon_in_words(study, found.horizon)
            ),
        ],
    )  # fmt: skip


def _title(study: Study, name: str) -> str:
    if name == NOTHING:
        return gettext("packages-nothing")
    return " + ".join(name_of(study, part) for part in name.split("+"))


def _fewer(one: Best) -> str:
    """How many fewer, with what was measured afresh."""
    if one.kept.low != one.kept.low:
        return rounded(one.kept.mean)
    ends = [rounded(end) for end in (one.kept.mean, one.kept.low, one.kept.high)]
    return gettext("amount-from-to", mean=ends[0], low=ends[1], high=ends[2])


def _together(study: Study, rows: Sequence[Interaction]) -> list[str]:
    """Which packages do more than their parts one by one, and which less."""
    more = [row for row in rows if row.word == "multiply"][:TOLD]
    less = [row for row in rows[::-1] if row.word == "cancel"][:TOLD]
    lines = [gettext("packages-multiply", **_of(study, row)) for row in more]
    lines += [gettext("packages-cancel", **_of(study, row)) for row in less]
    adding = sum(row.word == "add up" for row in rows)
    if rows:
        lines.append(gettext("packages-add-up", count=adding, all=len(rows)))
    return lines


def _of(study: Study, row: Interaction) -> dict[str, str]:
    return {
        "title": _title(study, row.name), "whole": rounded(row.whole), "parts": rounded(row.parts),
    }  # fmt: skip


# ---------------------------------------------------------------- what would have to be true


@dataclass(frozen=True, slots=True)
class Sizes:
    """From which size proposals pay, and what a firearm is held to be worth."""

    worth: float
    cheapest: str
    rows: list[BreakEven]


def _sizes(studies: Sequence[Study], used: set[int]) -> Sizes | None:
    """Sizes by the study of the page; where others simulated several sizes, by those."""
    sized = [one for one in studies if any("*" in name for name in one.scenarios)]
    found: Sizes | None = None
    for one in (studies[0], *sized):
        with suppress(InputError):
            worth = worth_of(choices(one)) if found is None else (found.worth, found.cheapest)
            rows = {row.proposal: row for row in break_even(one, worth[0])}
            used.add(id(one))
            if found is not None:
                rows = {row.proposal: row for row in found.rows} | rows
            found = Sizes(*worth, sorted(rows.values(), key=in_order))
    return found


def _unknowns(study: Study) -> tuple[Study, Information]:
    return study, value(study)


def _believe(
    study: Study, sizes: Sizes | None, unknowns: tuple[Study, Information] | None
) -> Section:
    lines: list[str] = []
    table = None
    notes = []
    if sizes is None:
        lines.append(gettext("believe-missing"))
    else:
        rows = sizes.rows
        table = SectionTable(
            gettext(
                "believe-caption", cad=rounded(sizes.worth), title=name_of(study, sizes.cheapest)
            ),
            [gettext("proposal"), gettext("believe-times"), gettext("believe-lever"),
             gettext("believe-finding")],
            [_size_row(study, row) for row in rows if row.code in ("pays", "either", "too-dear")],
        )  # fmt: skip
        for code in ("free", "open", "never", "no-size", "impossible"):
            named = [name_of(study, row.proposal) for row in rows if row.code == code]
            if named:
                finding = _sentence(pgettext("pays", code))
                lines.append(gettext("believe-list", finding=finding, names="; ".join(named)))
        straight = any(len(row.sizes) == 1 for row in rows)
        notes.append(gettext("believe-note-straight") if straight else gettext("believe-note"))
        if not table.rows:
            table = None
    if unknowns is None:
        notes.append(gettext("unknowns-missing"))
    else:
        lines += _unknown_lines(*unknowns)
    return Section("believe", TITLES["believe"](), lines, None, table, notes)


def _size_row(study: Study, row: BreakEven) -> list[str]:
    ends = [rounded(end) for end in (row.times.value, row.times.low, row.times.high)]
    lever = ""
    if row.lever:
        about = str(catalogue()[row.lever].metadata["about"])
        lever = gettext(
            "believe-from", lever=parameter_text(row.lever, about)[0], assumed=row.assumed,
            size=row.size,
        )  # fmt: skip
    return [
        name_of(study, row.proposal),
        gettext("amount-from-to", mean=ends[0], low=ends[1], high=ends[2]),
        lever,
        row.word,
    ]


def _unknown_lines(study: Study, found: Information) -> list[str]:
    """The unknowns that are worth most, in firearms and money."""
    worth = found.table[found.table["p"] < CLEAR].head(UNKNOWNS)
    title = _title(study, found.choice)
    if worth.empty:
        return [gettext("unknowns-none", title=title, worlds=found.worlds)]
    parts = []
    for row in worth.to_dict("records"):
        about = str(catalogue()[row["parameter"]].metadata["about"])
        name = parameter_text(row["parameter"], about)[0]
        amount = gettext("unknowns-firearms", amount=rounded(row["firearms"]))
        if row["cad"] == row["cad"] and row["cad"] > 0:
            amount = gettext("unknowns-and-money", amount=amount, cad=rounded(row["cad"] / 1e6))
        parts.append(f"{name} ({amount})")
    return [
        gettext(
            "unknowns-worth",
            title=title,
            worlds=found.worlds,
            named=listed(parts),
            everything=rounded(found.everything),
        )
    ]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


# ---------------------------------------------------------------- would we know


def _known(study: Study) -> Section:
    rows = [row for row in would_we_know(study) if row.proposal not in study.bounds]
    records = list(dict.fromkeys(row.record for row in rows))
    by_pair = {(row.proposal, row.record): row for row in rows}
    names = list(dict.fromkeys(row.proposal for row in rows))

    def soonest(name: str) -> float:
        return min(_years(by_pair[name, record]) for record in records)

    seen = sorted((name for name in names if soonest(name) <= LONGEST), key=soonest)
    lines = [ngettext("known-finding", len(seen), all=len(names), longest=LONGEST)]
    wrong = [name_of(study, row.proposal) for row in rows if row.misleading]
    if wrong:
        lines.append(gettext("known-misleading", named="; ".join(wrong)))
    table = SectionTable(
        gettext("known-caption"),
        [gettext("proposal"), *(_sentence(pgettext("record", record)) for record in records)],
        [
            [name_of(study, name), *(_cell(by_pair[name, record]) for record in records)]
            for name in seen
        ],
    )
    return Section(
        "would-we-know", TITLES["would-we-know"](), lines, None, table if seen else None,
        [gettext("known-note")],
    )  # fmt: skip


def _years(row: Evaluation) -> float:
    return row.years if row.sign in ("up", "down") else math.inf


def _cell(row: Evaluation) -> str:
    if row.sign == "no change":
        return gettext("known-no-change")
    if row.sign == "open":
        return gettext("known-open")
    sign = gettext("known-up") if row.sign == "up" else gettext("known-down")
    if row.years > LONGEST:
        return gettext("known-beyond", longest=LONGEST, sign=sign)
    return gettext("known-after", years=number(row.years, 0), sign=sign)


# ---------------------------------------------------------------- the history


def _history(study: Study) -> Section:
    found = examinations(course_of(study), read_record())
    made = str(study.manifest.get("ended") or "")[:10]
    chart = exhibit("history", history_strip(strip_of(found), made))
    return Section("history", TITLES["history"](), [], chart, None, [gettext("history-what")])


def _stored_history() -> Section:
    scores = read_scores()
    if "made" not in scores:
        return _missing("history", gettext("history-missing"))
    chart = exhibit("history", history_strip(*stored_strip(scores)))
    notes = [gettext("history-what"), gettext("history-stored")]
    return Section("history", TITLES["history"](), [], chart, None, notes)
