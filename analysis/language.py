"""The language that pages and charts speak: English, or French from one catalogue.

Sentences stand in English where they are used, as ``tell("Waits peak on {day}.", day=...)``; the
catalogues ``words/fr*.yaml`` give the French of each. A chart speaks the language that is set where
it is made: ``with speaking("fr"): figure = waits_by_hour(study)``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analysis.contraband import named
from sim.errors import InputError
from sim.results.reading import Study

LANGUAGES = ("en", "fr")
CATALOGUES = Path(__file__).with_name("words")
"""Folder of the French: fr.yaml, and others beside it."""

_spoken: ContextVar[str] = ContextVar("spoken", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language within this block, and in this thread alone."""
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES, "lang")
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> str:
    """The language spoken here: en or fr."""
    return _spoken.get()


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """French by section: messages by their English, scenarios and parameters by their name."""
    found: dict[str, dict[str, str]] = {"messages": {}, "scenarios": {}, "parameters": {}}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(CATALOGUES.glob("fr*.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), loader)
        for pair in content.pop("messages", []):
            found["messages"][str(pair["en"])] = str(pair["fr"])
        for section, texts in content.items():
            found[section].update(texts)
    return found


def tell(message: str, **values: Any) -> str:
    """Say a message in the language spoken, of the contraband told of, with its values put in.

    Parameters
    ----------
    message : str
        English, with ``{names}`` where values go.
    **values
        Text or whole numbers; numbers with decimals come through `analysis.wording`.
    """
    if spoken() != "en":
        message = catalogue()["messages"].get(message, message)
    message = named(message, spoken())
    return message.format(**values) if values else message


def tell_count(count: int, one: str, many: str, **values: Any) -> str:
    """Say one of two messages by a count: English has 0 proposals, French 0 proposition."""
    single = count == 1 if spoken() == "en" else abs(count) < 2
    return tell(one if single else many, count=count, **values)


def title_of(study: Study, scenario: str) -> str:
    """Name of a scenario for people; several put together are joined by a plus sign."""
    if spoken() != "en":
        known = catalogue()["scenarios"]
        parts = scenario.split("+")
        if all(part in known for part in parts):
            return " + ".join(known[part] for part in parts)
    return study.title(scenario)


def about_parameter(name: str, english: str) -> tuple[str, str]:
    """What a parameter is, and the language of that text: English where there is no French."""
    french = catalogue()["parameters"].get(name) if spoken() != "en" else None
    text, language = (english, "en") if french is None else (french, spoken())
    return named(text, language), language
