"""The answer of a study, its front page and cards, worked out once and kept beside it as data.

The file holds the answer in each language that was asked for. It is made again where the study or
the code of the analysis is another.
"""

import contextlib
import dataclasses
import functools
import hashlib
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from analysis.language import current_language
from sim.files import write_text
from sim.results.reading import Study

if TYPE_CHECKING:
    from analysis.cards import Card
    from analysis.front_page import FrontPage

FILE = "answer.json"

_making = threading.Lock()
"""One reader works an answer out, the others wait."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a study comes to, in one language."""

    front: "FrontPage"
    cards: "list[Card]"


def answer_of(study: Study) -> Answer:
    """The answer of a study in the language set.

    Raises
    ------
    InputError
        If the study has none, as with one replication or no proposal.
    """
    key = ("dashboard answer", current_language())
    if key not in study.derived:
        with _making:
            if key not in study.derived:
                study.derived[key] = _kept(study) or _made(study)
    made: Answer = study.derived[key]
    return made


def _made(study: Study) -> Answer:
    from analysis.cards import cards  # what is kept can be shown without all that makes it
    from analysis.compare import HEADLINE, compare
    from analysis.front_page import front_page, main_verdicts
    from analysis.values import headline_adversary
    from analysis.verdicts import over_horizons

    kind = headline_adversary(study)
    compared = [one for one in compare(study, HEADLINE) if one.adversary == kind]
    front = front_page(study, compared)
    answer = Answer(front, cards(study, main_verdicts(over_horizons(study))))
    content = _content(study) | {current_language(): dataclasses.asdict(answer)}
    with contextlib.suppress(OSError):  # the folder may be one that can be read only
        write_text(study.folder / FILE, json.dumps(content, ensure_ascii=False))
    return answer


def _kept(study: Study) -> Answer | None:
    kept = _content(study).get(current_language())
    if not isinstance(kept, dict):
        return None
    made: Answer = json.loads(json.dumps(kept), object_hook=lambda part: SimpleNamespace(**part))
    return made


def _content(study: Study) -> dict[str, Any]:
    """What the file holds, by language; nothing of another study or by other code."""
    made_of = json.dumps(study.manifest, sort_keys=True, default=str).encode()
    stamp = hashlib.sha256(made_of + _code()).hexdigest()
    with contextlib.suppress(OSError, ValueError):
        content = json.loads((study.folder / FILE).read_text(encoding="utf-8"))
        if isinstance(content, dict) and content.get("of") == stamp:
            return content
    return {"of": stamp}


@functools.cache
def _code() -> bytes:
    """Digest of the analysis: of its code and of its words."""
    digest = hashlib.sha256()
    here = Path(__file__).resolve().parent.parent
    for path in sorted([*here.rglob("*.py"), *here.glob("locale/*.po")]):
        digest.update(path.read_bytes())
    return digest.digest()
