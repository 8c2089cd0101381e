"""The language of pages and charts, English or French, from gettext catalogues.

The catalogues ``locale/en.po`` and ``locale/fr.po`` hold every text under a stable name, so that a
sentence is edited there without touching code or tests: ``gettext("waits-peak-on", day=...)``.
Contexts (``msgctxt``) hold what comes from tables: metrics, units, scenarios, parameters, kinds of
smuggler, parts of the ledger. A chart has the language that is set where it is made:
``with in_language("fr"): chart = waits_by_hour(study)``.

What a study smuggles is a value of the messages, ``{contraband}`` and its like: firearms, or within
``with contraband_of(study):`` the drugs, currency, persons or parts of that study. Metrics and
columns keep their names (``firearms_...``) whatever is smuggled.
"""

import gettext as standard
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.files import replaced
from sim.results.reading import Study
from sim.results.schema import METRICS

LANGUAGES = ("en", "fr")
CATALOGUES = Path(__file__).with_name("locale")
FIREARMS = "firearms"

NOUNS = (
    "contraband",
    "of_contraband",
    "contraband_count",
    "contraband_load",
    "contraband_one",
    "contraband_unit",
)
"""Forms of what is smuggled, by the name under which messages use them.

"firearms"; "of firearms" where the language elides (d’armes à feu); after a number; "a firearm",
which comes and is found; "firearm", the unit of a price; "firearms" as a unit of measurement.
"""

_language: ContextVar[str] = ContextVar("language", default="en")
_unit: ContextVar[str] = ContextVar("unit", default=FIREARMS)


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Set the language within this block, and in this thread alone."""
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES, "lang")
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def current_language() -> str:
    """The language set here: en or fr."""
    return _language.get()


def contraband_unit(study: Study) -> str:
    """Unit in which loads are counted (``contraband.unit``), from the study's manifest."""
    try:
        return str(study.manifest["configuration"]["contraband"]["unit"])
    except (KeyError, TypeError):
        return FIREARMS


@contextmanager
def contraband_of(study: Study) -> Iterator[None]:
    """Name this study's contraband within this block, and in this thread alone."""
    token = _unit.set(contraband_unit(study))
    try:
        yield
    finally:
        _unit.reset(token)


def other_unit() -> str:
    """Unit of the contraband named here, or "" for firearms, whose number needs no unit."""
    return "" if _unit.get() == FIREARMS else _unit.get()


@cache
def translations(language: str) -> standard.GNUTranslations:
    """Messages of a language, compiled from its catalogue."""
    source = (CATALOGUES / f"{language}.po").read_bytes()
    name = f"{language}-{hashlib.sha256(source).hexdigest()[:16]}.mo"
    kept = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "border-interdiction" / name
    with suppress(OSError, RuntimeError), kept.expanduser().open("rb") as file:
        return standard.GNUTranslations(file)  # RuntimeError: a user without a home
    from babel.messages.mofile import write_mo  # compiling takes a fifth of a second
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=language, abort_invalid=True))
    with suppress(OSError, RuntimeError):
        kept.expanduser().parent.mkdir(parents=True, exist_ok=True)
        with replaced(kept.expanduser()) as scratch:
            scratch.write_bytes(compiled.getvalue())
    compiled.seek(0)
    return standard.GNUTranslations(compiled)


@cache
def _nouns(language: str, unit: str) -> dict[str, str]:
    messages = translations(language)
    nouns = {name: messages.pgettext(f"contraband: {unit}", name) for name in NOUNS}
    many = nouns["contraband"]
    return {**nouns, "Contraband": many[:1].upper() + many[1:]}


def _filled(message: str, values: dict[str, Any]) -> str:
    return message.format(**_nouns(current_language(), _unit.get()), **values)


def gettext(message: str, /, **values: Any) -> str:
    """Text of a message in the language set, with its values filled in.

    Parameters
    ----------
    message : str
        Its name in the catalogues.
    **values
        Text or whole numbers; numbers with decimals come through `analysis.wording`.
    """
    return _filled(translations(current_language()).gettext(message), values)


def ngettext(message: str, count: int, /, **values: Any) -> str:
    """The same, in the form that a count takes: English has 0 proposals, French 0 proposition."""
    text = translations(current_language()).ngettext(message, message, count)
    return _filled(text, {"count": count, **values})


def pgettext(context: str, name: str) -> str:
    """Text of something that tables name; the name itself where the catalogues have no text."""
    return _filled(translations(current_language()).pgettext(context, name), {})


def has_text(context: str, name: str) -> bool:
    """Whether the language set has a text for something that tables name."""
    return translations(current_language()).pgettext(context, name) != name


def metric_title(metric: str) -> str:
    """What a metric measures, in the language set."""
    if metric in METRICS and not has_text("metric", metric):
        return METRICS[metric].title  # one that a user brought in
    return pgettext("metric", metric)


def title_of(study: Study, scenario: str) -> str:
    """Title of a scenario; those of several put together are joined by a plus sign."""
    parts = scenario.split("+")
    if all(has_text("scenario", part) for part in parts):
        return " + ".join(pgettext("scenario", part) for part in parts)
    return study.title(scenario)


def parameter_text(name: str, english: str) -> tuple[str, str]:
    """What a parameter is, and the language of that text: English where there is no French."""
    if has_text("parameter", name):
        return pgettext("parameter", name), current_language()
    return english, "en"
