"""YAML 1.2 as plain data: one document, bounded in size and depth, without aliases.

In YAML 1.2 the words ON, NO and yes are text, so that Ontario stays Ontario.
"""

import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, DocumentStartEvent

from sim.errors import InputError

LARGEST_BYTES = 1_000_000
DEEPEST = 20
LONGEST_PROBLEM = 200
"""Characters of the parser's own words that a message repeats."""


class _PlainComposer(Composer):
    """Refuses what plain data does without: aliases, which grow exponentially, and directives."""

    def compose_document(self) -> Any:
        """Refuse ``%YAML 1.1``, in which ON means true."""
        event = self.parser.peek_event()
        if isinstance(event, DocumentStartEvent) and (event.version or event.tags):
            raise InputError("a directive, a line that begins with %, is not allowed")
        return super().compose_document()

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias."""
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent):
            raise InputError(f"{_line(event)}: alias *{event.anchor}: write the value out instead")
        return super().compose_node(parent, index)


class _PlainConstructor(SafeConstructor):
    """Names the line of a scalar that has no value, such as the date 2005-02-30."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Build the value of a node."""
        try:
            return super().construct_object(node, deep)
        except InputError:
            raise
        except ValueError as error:
            problem = f"{node.value}: {error}".replace("\n", " ")[:LONGEST_PROBLEM]
            raise InputError(f"{_line(node)}: {problem}") from None


def text_of(path: Path) -> str:
    """Read a file that is to be parsed, refusing what is not a text of ordinary size.

    Raises
    ------
    InputError
        In one line that does not name the file.
    """
    try:
        if not path.is_file():
            raise InputError("is not a regular file")
        if path.stat().st_size > LARGEST_BYTES:
            raise InputError(f"is larger than {LARGEST_BYTES} bytes")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8") from None
    except OSError as error:
        raise InputError(str(error.strerror)) from None


def parsed(text: str) -> Any:
    """Read a text of plain data.

    Raises
    ------
    InputError
        With the line, in one line.
    """
    yaml = YAML(typ="safe", pure=True)  # the C parser has neither the composer nor the depth
    yaml.Composer = _PlainComposer
    yaml.Constructor = _PlainConstructor
    yaml.max_depth = DEEPEST
    try:
        return yaml.load(text)
    except InputError:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}: " if mark else ""
        problem = next(iter(str(error.problem or error.context).splitlines()), "")
        raise InputError(f"{place}{problem[:LONGEST_PROBLEM]}") from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise InputError(f"cannot be read as YAML: {error}".splitlines()[0]) from None


def dumped(content: Any) -> str:
    """Write plain data as text that `parsed` reads as the same data."""
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False
    yaml.width = 100
    text = io.StringIO()
    yaml.dump(content, text)
    return text.getvalue()


def _line(part: Any) -> str:
    return f"line {part.start_mark.line + 1}"
