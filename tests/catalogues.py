"""The catalogues of pages and charts, as tests read them."""

import re
from functools import cache
from string import Formatter

from babel.messages import Catalog
from babel.messages.pofile import read_po

from analysis.language import CATALOGUES

Key = tuple[str | None, str]


def catalogue(language: str) -> Catalog:
    """Read the catalogue of a language; what is no catalogue is refused."""
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def texts(language: str) -> dict[Key, tuple[str, ...]]:
    """Texts by context and name, with their plural forms."""
    known: dict[Key, tuple[str, ...]] = {}
    for message in catalogue(language):
        name, text = message.id, message.string
        if name:
            forms = (text,) if isinstance(text, str) else tuple(text or ())
            known[message.context, name if isinstance(name, str) else name[0]] = forms
    return known


@cache
def _english() -> dict[Key, tuple[str, ...]]:
    return texts("en")


def pattern(name: str, /, **values: object) -> re.Pattern[str]:
    """What a page shows of an English message, so that tests name it and do not quote it.

    Values that are not given match any text, and any of the plural forms will do.
    """
    forms = (
        "".join(
            re.escape(text)
            + ("" if field is None else re.escape(str(values[field])) if field in values else ".*")
            for text, field, _, _ in Formatter().parse(form)
        )
        for form in _english()[None, name]
    )
    return re.compile("|".join(re.sub(r"(\\\s)+", r"\\s+", form) for form in forms))
