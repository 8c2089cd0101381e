"""What a study's contraband is called, and what it is counted in.

Metrics and columns keep their names (``firearms_...``) whatever is smuggled, and sentences stand in
the code, and in the French catalogue, with firearms in them. Within ``with counting(study):`` what
is told of a study speaks of the drugs, currency, persons or parts that were smuggled in it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sim.results.reading import Study
from sim.results.schema import CONTRABAND

FIREARMS = "firearms"


@dataclass(frozen=True, slots=True)
class Words:
    """What takes the place of firearms in one language; in French all are feminine, as these are.

    Attributes
    ----------
    many : str
        Of "firearms".
    counted : str
        The same after a number.
    load : str
        Of "a firearm", which comes and is found.
    one : str
        Of "firearm", the unit of a price.
    unit : str
        Of "firearms" where it is a unit.
    """

    many: str
    counted: str
    load: str
    one: str
    unit: str


ENGLISH = {
    "parts": Words(CONTRABAND["parts"], "firearm parts", "a part", "part", "parts"),
    "kg": Words(CONTRABAND["kg"], "kg of drugs", "a load of drugs", "kg", "kg"),
    "CAD thousand": Words(
        CONTRABAND["CAD thousand"],
        "thousand CAD of currency",
        "a sum",
        "thousand CAD",
        "thousand CAD",
    ),
    "persons": Words(CONTRABAND["persons"], "persons", "a person", "person", "persons"),
}
"""By ``contraband.unit``."""

FRENCH = {
    "parts": Words("pièces d’armes à feu", "pièces d’armes à feu", "une pièce", "pièce", "pièces"),
    "kg": Words("drogues", "kg de drogues", "une cargaison de drogues", "kg", "kg"),
    "CAD thousand": Words(
        "devises", "milliers de $ CA en devises", "une somme", "millier de $ CA", "milliers de $ CA"
    ),
    "persons": Words("personnes", "personnes", "une personne", "personne", "personnes"),
}

_counted: ContextVar[str] = ContextVar("counted", default=FIREARMS)


def unit_counted(study: Study) -> str:
    """What loads are counted in (``contraband.unit``), which the manifest says."""
    try:
        return str(study.manifest["configuration"]["contraband"]["unit"])
    except (KeyError, TypeError):
        return FIREARMS


@contextmanager
def counting(study: Study) -> Iterator[None]:
    """Speak of this study's contraband within this block, and in this thread alone."""
    token = _counted.set(unit_counted(study))
    try:
        yield
    finally:
        _counted.reset(token)


def other_unit() -> str:
    """Unit of what is told of, where it is not firearms, which speak for themselves; else ""."""
    return "" if _counted.get() not in ENGLISH else _counted.get()


def named(message: str, language: str = "en") -> str:
    """Put the contraband that is told of in the place of firearms.

    Travellers' own firearms stay what they are, and so do those in the name of a proposal.
    """
    unit = _counted.get()
    if unit not in ENGLISH:
        return message
    if language == "en":
        return _english(message, ENGLISH[unit])
    return _french(message, FRENCH[unit])


def _english(message: str, words: Words) -> str:
    if message == FIREARMS:
        return words.unit
    for pattern, word in (
        (r"\bfirearms/", f"{words.unit}/"),
        (r"(?<=\} )firearms\b", words.counted),
        (r"(?<![Tt]ravellers['’] )\bfirearms\b(?! task)", words.many),
        (r"(?<!travellers['’] )\bFirearms\b(?! task)", _capital(words.many)),
        (r"\ba firearm\b(?! part)", words.load),
        (r"\bfirearm\b(?! part)", words.one),
    ):
        message = re.sub(pattern, word, message)
    return message


def _french(message: str, words: Words) -> str:
    if message == "armes à feu":
        return words.unit
    kept = "(?! (?:des|de) voyageurs)"
    for pattern, word in (
        (r"\barmes à feu/", f"{words.unit}/"),
        (r"(?<=\} )armes à feu\b", words.counted),
        (rf"\bd[’']armes à feu\b{kept}", f"de {words.many}"),
        (rf"(?<!pièces d’)\barmes à feu\b{kept}", words.many),
        (rf"\bArmes à feu\b{kept}", _capital(words.many)),
        (r"\bune arme à feu\b", words.load),
        (r"\barme à feu\b", words.one),
    ):
        message = re.sub(pattern, word, message)
    return message


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
