"""The catalogues of pages and charts, as tests read them."""

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
