"""What a reader notes of results folders: which is pinned, what each is called, and a note.

It stands in one file below the live runs, beside what else the dashboard writes.
"""

import contextlib
import json
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.language import gettext
from sim.errors import InputError
from sim.files import write_text
from sim.files.brought import json_of

FILE = ".library.json"
LONGEST_NAME, LONGEST_NOTE = 80, 500


@dataclass(frozen=True, slots=True)
class Entry:
    """What is noted of one folder."""

    title: str = ""
    note: str = ""


@dataclass(slots=True)
class Library:
    """Notes on results folders, by their names.

    Attributes
    ----------
    path : pathlib.Path
        The file; a damaged one counts as empty, and goes aside at the next note.
    """

    path: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def pinned(self) -> str:
        """Name of the folder that the first page shows; "" where none was pinned."""
        name = self._content().get("pinned", "")
        return name if isinstance(name, str) else ""

    def entry(self, name: str) -> Entry:
        """What is noted of a folder."""
        noted = self._content().get("entries", {})
        one = noted.get(name, {}) if isinstance(noted, dict) else {}
        if not isinstance(one, dict):
            return Entry()
        return Entry(str(one.get("title", "")), str(one.get("note", "")))

    def pin(self, name: str) -> None:
        """Pin a folder; "" for none."""
        self._change(lambda content: content.update(pinned=name))

    def describe(self, name: str, entry: Entry) -> None:
        """Note something of a folder.

        Raises
        ------
        InputError
            If it is too long, or holds what cannot be printed.
        """
        for text, most in ((entry.title, LONGEST_NAME), (entry.note, LONGEST_NOTE)):
            if len(text) > most:
                raise InputError(gettext("library-too-long", count=len(text), most=most))
            if not re.sub("[\\u00a0\\u2009\\u202f]", " ", text).isprintable():
                raise InputError(gettext("library-not-printable"))
        self._change(
            lambda content: content.setdefault("entries", {}).update(
                {name: {"title": entry.title, "note": entry.note}}
            )
        )

    def forget(self, name: str) -> None:
        """Forget a folder that is gone."""

        def drop(content: dict[str, Any]) -> None:
            content.get("entries", {}).pop(name, None)
            if content.get("pinned") == name:
                content["pinned"] = ""

        self._change(drop)

    def _content(self) -> dict[str, Any]:
        with contextlib.suppress(InputError):
            content = json_of(self.path)
            if isinstance(content, dict) and isinstance(content.get("entries", {}), dict):
                return content
        return {}

    def _change(self, change: Any) -> None:
        with self._lock:
            content = self._content()
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                if not content and self.path.is_file() and self.path.stat().st_size > len("{}"):
                    self.path.replace(self.path.with_suffix(".damaged"))
                change(content)
                write_text(self.path, json.dumps(content, indent=1, ensure_ascii=False))
            except OSError as error:
                raise InputError(f"{self.path}: {error.strerror}") from None
