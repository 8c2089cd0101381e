"""What was worked out of a study, kept beside it: the answer, what was printed, and which pages.

All of it stands in one file under a stamp of the study's files, of the program and of the packages
that it computes with. Where one of them is another, nothing of it is used, and it is made again.
Looking here takes none of the libraries that the analysis needs.
"""

import argparse
import contextlib
import dataclasses
import functools
import hashlib
import json
import platform
import threading
from dataclasses import dataclass
from importlib.metadata import entry_points, version
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sim.errors import InputError
from sim.extensions import KINDS, in_this_process
from sim.files import write_text
from sim.files.brought import LARGEST_JSON_BYTES, content_of, json_of

if TYPE_CHECKING:
    from analysis.cards import Card
    from analysis.front_page import FrontPage
    from sim.results.reading import Study

FILE = "answer.json"
COMPARISON = "comparison"
TABLES = ("differences.csv", "study.xlsx")
"""What a comparison leaves in the results folder."""
PACKAGES = ("babel", "jinja2", "numpy", "pandas", "plotly", "pyarrow", "scipy")

_making = threading.Lock()
"""One reader works an answer out, the others wait."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a study comes to, in one language."""

    front: "FrontPage"
    cards: "list[Card]"
    shared: list[str]


def answer_of(study: "Study") -> Answer:
    """The answer of a study in the language set.

    Raises
    ------
    InputError
        If the study has none, as with one replication or no proposal.
    """
    from analysis.language import current_language

    key = ("answer", current_language())
    if key not in study.derived:
        with _making:
            if key not in study.derived:
                study.derived[key] = _kept_answer(study.folder, key[1]) or work_out(study)
    made: Answer = study.derived[key]
    return made


def work_out(study: "Study") -> Answer:
    """Work the answer out and keep it."""
    from analysis.assumptions import assumptions, given_values
    from analysis.cards import cards, shared
    from analysis.compare import HEADLINE, compare
    from analysis.front_page import front_page, main_verdicts
    from analysis.headline import influences, weakness
    from analysis.language import current_language
    from analysis.values import headline_adversary
    from analysis.verdicts import over_horizons

    compared = compare(study, HEADLINE, headline_adversary(study))
    doubts = weakness(study, assumptions(influences(study), given_values(study)))
    plain = front_page(study, compared)
    front = dataclasses.replace(  # the first doubt stands with the answer
        plain,
        sentence=" ".join([plain.sentence, *doubts[:1]]),
        trust=[*doubts[1:], *plain.trust],
    )
    judged = main_verdicts(over_horizons(study))
    answer = Answer(front, cards(study, judged), shared(study, judged))
    keep(study.folder, current_language(), dataclasses.asdict(answer))
    return answer


def _kept_answer(folder: Path, language: str) -> Any:
    parts = json.dumps(content(folder).get(language))
    return json.loads(parts, object_hook=lambda part: SimpleNamespace(**part))


def said_before(folder: Path, arguments: argparse.Namespace) -> str | None:
    """What a command had to say of this study before: the usual comparison, the usual page."""
    if arguments.command == "compare" and not arguments.metric and not arguments.csv:
        if not written(folder):
            return None
        said = content(folder).get(COMPARISON)
        return said if isinstance(said, str) else None
    if arguments.command == "brief" and not (arguments.out or arguments.sheet or arguments.beside):
        known: Any = content(folder).get(f"page {arguments.lang}")
        with contextlib.suppress(OSError, KeyError, TypeError):
            path = folder / known["name"]
            if known["sha256"] == _digest_of(path):
                return str(path)
    return None


def keep_page(folder: Path, path: Path, language: str) -> None:
    """Note that the usual page was written, and what it is."""
    keep(folder, f"page {language}", {"name": path.name, "sha256": _digest_of(path)})


def written(folder: Path) -> bool:
    """Whether the tables of a comparison are there, and not older than the results."""
    try:
        made = (folder / "summary.parquet").stat().st_mtime
        return all((folder / name).stat().st_mtime >= made for name in TABLES)
    except OSError:
        return False


def keep(folder: Path, name: str, value: Any) -> None:
    """Keep one more thing that was made of the study of a folder, as it is now."""
    path = folder / FILE
    if (known := content(folder)) and (path.is_file() or not path.exists()):  # nor a pipe
        text = json.dumps({**known, name: value}, ensure_ascii=False)
        with contextlib.suppress(OSError):  # the folder may be one that can be read only
            write_text(path, text)


def content(folder: Path) -> dict[str, Any]:
    """What is kept of a study, by name; the stamp alone where it is of another or by other code."""
    if in_this_process() or (of := stamp(folder)) is None:
        return {}  # what is registered in this process no other knows
    with contextlib.suppress(InputError):
        kept = json_of(folder / FILE)
        if isinstance(kept, dict) and kept.get("of") == of:
            return kept
    return {"of": of}


def stamp(folder: Path) -> str | None:
    """Digest of a study and of the program; None if a file is not what the manifest describes."""
    try:
        manifest = content_of(folder / "manifest.json", LARGEST_JSON_BYTES)
        files = json.loads(manifest)["files"]
        if not all((folder / name).is_file() for name in files):
            return None
        if not all(_digest_of(folder / name) == known["sha256"] for name, known in files.items()):
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return hashlib.sha256(manifest + _program()).hexdigest()


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def _program() -> bytes:
    """Digest of all that the analysis computes with: its code, words and data, and packages."""
    digest = hashlib.sha256(platform.python_version().encode())
    here = Path(__file__).resolve().parent
    for room in (here, here.parent / "sim"):
        for path in sorted(room.rglob("*")):
            if path.suffix in (".py", ".po", ".html", ".css", ".js", ".csv") and path.is_file():
                digest.update(path.read_bytes())
    for package in PACKAGES:
        digest.update(version(package).encode())
    for point in sorted(
        str(each) for kind in KINDS for each in entry_points(group=f"border.{kind}")
    ):
        digest.update(point.encode())
    return digest.digest()
