"""The brief: one self-contained page for those who decide."""

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemBytecodeCache,
    PackageLoader,
    StrictUndefined,
)
from markupsafe import Markup, escape

from analysis.assumptions import assumptions, given_values, kind_names, sources
from analysis.charts.style import CONFIG
from analysis.compare import HEADLINE, compare, family
from analysis.effects import smallest_difference
from analysis.exhibits import (
    AGAINST,
    BORDER,
    csv_address,
    exhibits,
    plotlyjs,
    script_json,
    sureness,
)
from analysis.findings import answer, cards
from analysis.fit.values import what_the_study_carries
from analysis.headline import influences, question
from analysis.kept import Answer, keep_page, work_out
from analysis.language import (
    contraband_of,
    current_language,
    gettext,
    in_language,
    ngettext,
    pgettext,
)
from analysis.outcomes import kinds
from analysis.paired_table import paired_table
from analysis.sections import sections
from analysis.values import headline_adversary
from analysis.verdicts import limit_lines, verdicts
from analysis.wording import NARROW, NO_BREAK, adversary_name, number, plain
from sim.errors import InputError
from sim.files import export, keep_edited, note_made
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME
from sim.results.writing import MADE_FROM

NAMES = {"en": "brief.html", "fr": "brief.fr.html"}
SHEETS = {"en": "sheet.html", "fr": "sheet.fr.html"}
"""Names of the page and of its front page alone in the results folder, by language."""


def write_brief(
    study: Study,
    out: Path | None = None,
    language: str = "en",
    *,
    sheet: bool = False,
    beside: Sequence[Study] = (),
) -> Path:
    """Write the page and return its path.

    Parameters
    ----------
    study : Study
    out : pathlib.Path, optional
        Where to; in the results folder by default.
    language : {"en", "fr"}
    sheet : bool
        Whether the front page alone is wanted.
    beside : sequence of Study
        Studies of mixes, sizes, worlds or years, whose sections the page shows too.

    Raises
    ------
    InputError
        If another file is there, or the study has nothing for a front page.
    """
    with in_language(language):  # refuses one that is not known
        path = study.folder / (SHEETS if sheet else NAMES)[language] if out is None else out
    if path.is_file() and not _is_brief(path):
        raise InputError(
            f"{path}: not replaced, since it lacks the mark of a brief of this program; delete it "
            "if it is an old brief, or name another file with --out"
        )
    text = page(study, language, sheet=sheet, beside=beside)
    if out is None:
        keep_edited(path)
    export(path, text)
    with contextlib.suppress(OSError):
        if out is None:
            note_made(path)
        if not (out or sheet or beside):
            keep_page(study.folder, path, language)
    return path


MARK = '<meta name="generator" content="border-interdiction brief">'
"""In the head of every page, by which the program knows its own pages from others."""


def _is_brief(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return MARK.encode() in file.read(2000)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def page(
    study: Study, language: str = "en", *, sheet: bool = False, beside: Sequence[Study] = ()
) -> str:
    """Set the page as text.

    Parameters
    ----------
    study : Study
    language : {"en", "fr"}
    sheet : bool
        Whether the front page alone is wanted.
    beside : sequence of Study
        As `write_brief` has them.
    """
    with in_language(language), contraband_of(study):
        return _page(study, sheet=sheet, beside=beside)


def _page(study: Study, *, sheet: bool, beside: Sequence[Study]) -> str:
    comparisons = compare(study, HEADLINE, headline_adversary(study))
    if comparisons and not any(comparison.metric == PRIMARY_OUTCOME for comparison in comparisons):
        raise InputError(
            f"{study.folder}: the summary holds no {PRIMARY_OUTCOME}, since an older version "
            "made it; run the study again"
        )
    environment = Environment(
        loader=PackageLoader(str(__package__)),
        bytecode_cache=_compiled_templates(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"unbroken": unbroken, "commands": commands}
    environment.globals.update(gettext=gettext, ngettext=ngettext, number=number)
    assumed = assumptions(influences(study), given_values(study))
    answered = _answered(study)
    front = answered.front if answered else None
    if sheet:
        if front is None:
            raise InputError(
                f"{study.folder}: no front page, since it takes two replications of a proposal "
                "and its baseline; run.replications = 1 is below 2 replications"
            )
        return environment.get_template("sheet.html").render(
            language=current_language(),
            mark=Markup(MARK),
            question=question(study),
            front=front,
            made=_made(study),
            footer=_footer(study),
        )
    sure, missing = sureness(study) if comparisons else ([], [])
    table, published = paired_table(study, comparisons), sources()
    return environment.get_template("brief.html").render(
        language=current_language(),
        mark=Markup(MARK) + Markup(MADE_FROM).format(study.manifest.get("content_hash", "")),
        question=question(study),
        front=front,
        made=_made(study),
        footer=_footer(study),
        proposals=answered.cards if answered else [],
        shared=answered.shared if answered else [],
        sections=sections(study, beside) if front else [],
        answer=answer(study, comparisons),
        cards=cards(study),
        table=table,
        table_csv=csv_address(table.frame),
        tested=family(comparisons),
        limits=_limits(study) if comparisons else [],
        against=exhibits(study, AGAINST) if comparisons else [],
        border=exhibits(study, BORDER),
        sure=sure,
        missing=missing,
        influence=any(each.influence for each in assumed.ranked),
        assumptions=assumed,
        kinds=kind_names(),
        ridge=what_the_study_carries(study),
        sources=published,
        facts=sum(len(ids) for one in published for ids in one["facts"].values()),
        smallest=plain(100 * smallest_difference(study)),
        laws=len(study.certificate["laws"]),
        checked=study.certificate["replications"],
        study=_about(study),
        worlds=len(study.worlds),
        adversaries=[adversary_name(kind) for kind in study.adversaries],
        plotlyjs=Markup(plotlyjs()),
        config=script_json(CONFIG),
    )


def _compiled_templates() -> BytecodeCache | None:
    """Where templates are kept compiled (a third of a second), if there is a safe place."""
    try:
        return FileSystemBytecodeCache()
    except (OSError, RuntimeError):
        return None


def _limits(study: Study) -> list[str]:
    """What the study could resolve, beside what matters."""
    try:
        return limit_lines(verdicts(study), smallest_difference(study))
    except InputError:  # one replication
        return []


def _answered(study: Study) -> Answer | None:
    try:
        return work_out(study)
    except InputError:  # nothing beside the baseline, or one replication
        return None


def _footer(study: Study) -> Markup:
    """What stands below each printed page: what it is and when it was made, and its number."""
    made = gettext(
        "page-footer",
        year=study.manifest.get("year", ""),
        date=str(study.manifest.get("ended") or "")[:10],
    )
    text = "".join(c if c.isalnum() or c in " .,;()-" else f"\\{ord(c):x} " for c in made)
    style = "font: 8pt system-ui, sans-serif; color: #56616a;"
    return Markup(
        f'@page {{ margin: 12mm 12mm 15mm; @bottom-left {{ content: "{text}"; {style} }} '
        f'@bottom-right {{ content: counter(page) " / " counter(pages); {style} }} }}'
    )


def _made(study: Study) -> str:
    """When it was made, and how to cite it."""
    date = str(study.manifest.get("ended") or "")[:10]
    version = str(study.manifest.get("code_version") or "")
    cite = f"border-interdiction {version}, {study.folder.name}".replace(" ,", ",")
    return gettext("front-made", year=study.manifest.get("year", ""), date=date, cite=cite)


def unbroken(text: str) -> str:
    """Keep an interval, and a number and its unit, on one line."""
    text = re.sub(r"\[[^\[\]]*\]", lambda match: match[0].replace(" ", NO_BREAK), text)
    return re.sub(
        rf"(?<=[\d{NARROW}]) (?=%|min\b|M\b|M\$|points\b|million\b|millions\b)", NO_BREAK, text
    )


def commands(text: str) -> Markup:
    """Set what is to be typed as code, which is English on every page."""
    typed = re.sub(
        r"border (?:run|brief) [\w=/ -]+", r'<code lang="en">\g<0></code>', str(escape(text))
    )
    return Markup(typed)


def _about(study: Study) -> dict[str, str]:
    """How the study was made, of what the manifest says."""
    labels = {
        "start": gettext("first-day"), "days": gettext("days"),
        "year": gettext("traffic-of-the-year"),
        "engine": gettext("engine"), "seed": gettext("seed"), "code_version": gettext("version"),
        "configuration_hash": gettext("configuration"),
    }  # fmt: skip
    texts: dict[str, Any] = {
        label: study.manifest[key] for key, label in labels.items() if key in study.manifest
    }
    if "engine" in study.manifest:
        texts[gettext("engine")] = pgettext("engine", str(study.manifest["engine"]))
    runs = study.runs.groupby(["scenario", "adversary", "world"])["replication"].nunique()
    texts[gettext("replications-of-each-scenario")] = (
        gettext("least-to-most", least=runs.min(), most=runs.max())
        if runs.min() < runs.max()
        else number(runs.min(), 0)
    )
    smugglers = [adversary_name(kind) for kind in kinds(study)]
    texts[gettext("smugglers")] = ", ".join(smugglers)
    texts[gettext("worlds-drawn-of-uncertain-parameters")] = number(len(study.worlds), 0)
    return {label: str(value) for label, value in texts.items()}
