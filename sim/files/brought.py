"""Files that people bring, read with suspicion: what kind of file, how large, in which letters.

Tables are read as spreadsheets write them, in English and in French: with a byte-order mark,
separated by commas, semicolons or tabs, with decimal points or commas. A schema (a class of
pydantic) declares their columns; what it does not allow is refused with file, row, column, value
and bound.
"""

import codecs
import csv
import difflib
import io
import json
import os
import re
import stat
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sim.errors import InputError

if TYPE_CHECKING:
    from pydantic import BaseModel

LARGEST_TABLE_BYTES = 20_000_000
LARGEST_JSON_BYTES = 500_000_000
"""A manifest holds the settings of every scenario, and a design may have thousands."""
MOST_ROWS, MOST_COLUMNS = 20_000, 1_000
LONGEST_WORD = 60
"""Characters of a value that a message quotes."""
DEEPEST_HEADER = 6
"""Rows among which a header is looked for, to say where it is."""
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAVE_AS = "save it as CSV UTF-8"

Row = TypeVar("Row", bound="BaseModel")

_MARKS = (  # the longest first: that of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = {
    b"PK\x03\x04": "a workbook of a spreadsheet, or another zip archive",
    b"\xd0\xcf\x11\xe0": "a workbook of a spreadsheet",
    b"\x1f\x8b": "compressed (gzip)", b"BZh": "compressed (bzip2)", b"\xfd7zXZ": "compressed (xz)",
    b"\x28\xb5\x2f\xfd": "compressed (zstd)", b"PAR1": "a Parquet table", b"%PDF": "a PDF",
}  # fmt: skip
"""How files begin that people take for tables."""
_GROUPED = re.compile(
    r"[+-]?\d{1,3}([ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]\d{3})+([.,]\d+)?"
)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")


def content_of(path: Path, largest: int) -> bytes:
    """Read a regular file of bounded size; a pipe or device is not even waited for.

    Raises
    ------
    InputError
        In one line that does not name the file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        raise InputError(getattr(error, "strerror", None) or str(error)) from None
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        is_folder = stat.S_ISDIR(about.st_mode)
        what = "a folder, not a file" if is_folder else "not a regular file (a pipe or a device?)"
        raise InputError(f"is {what}")
    with os.fdopen(handle, "rb") as file:
        try:
            content = file.read(largest + 1) if about.st_size <= largest else b""
        except OSError as error:
            raise InputError(str(error.strerror)) from None
    if about.st_size > largest or len(content) > largest:
        raise InputError(f"is larger than {largest} bytes")
    return content


def json_of(path: Path, largest: int = LARGEST_JSON_BYTES) -> Any:
    """Read a JSON file of the program's own, in whose place there may be anything by now.

    Raises
    ------
    InputError
        In one line that does not name the file: if it is not there, no regular file, or no JSON.
    """
    content = content_of(path, largest)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        first = next(iter(str(error).splitlines()), "")
        raise InputError(f"is no JSON ({first or type(error).__name__})") from None


def letters_of(content: bytes) -> tuple[str, str]:
    """Decode a text by its byte-order mark, as UTF-8 or, failing that, as Windows-1252.

    Returns it, and what it was taken for, where that is a guess; else empty.

    Raises
    ------
    InputError
        If it is no text.
    """
    for begin, kind in _NO_TEXT.items():
        if content.startswith(begin):
            raise InputError(f"is {kind}, not a text: {SAVE_AS}")
    for mark, code in _MARKS:
        if content.startswith(mark):
            try:
                return _composed(content.decode(code).lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")), ""
            except UnicodeDecodeError:
                raise InputError(f"begins as {code.upper()} and is not: {SAVE_AS}") from None
    if b"\0" in content:
        raise InputError(f"holds zero bytes, so it is no text in UTF-8: {SAVE_AS}")
    try:
        return _composed(content.decode("utf-8")), ""
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        raise InputError(f"is not text in UTF-8: {SAVE_AS}") from None


def _composed(text: str) -> str:
    """Accents as most systems write them: macOS keeps letter and accent apart."""
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True)
class Brought(Generic[Row]):
    """What a table came to.

    Attributes
    ----------
    rows : list of Row
        In the order of the file, without rows of nothing but separators.
    notes : list of str
        What was taken for granted or left unread, a line each.
    """

    rows: list[Row]
    notes: list[str]


def read_table(
    path: Path,
    schema: type[Row],
    key: Sequence[str],
    context: Any = None,
    most_rows: int = MOST_ROWS,
) -> Brought[Row]:
    """Read a table that somebody brings.

    Parameters
    ----------
    path : pathlib.Path
    schema : type
        A field a column; those with a default may be missing.
    key : sequence of str
        Columns that tell the rows apart, the one that names a row last.
    context : object, optional
        For the schema.
    most_rows : int

    Raises
    ------
    InputError
        With file, row, column, value and bound in one line.
    """
    try:
        text, guessed = letters_of(content_of(path, LARGEST_TABLE_BYTES))
        notes = [f"{path.name}: read as {guessed}; {SAVE_AS} to be sure"] if guessed else []
        header, lines, separator = _split(text, list(schema.model_fields), most_rows)
        columns = _columns(header, schema, notes, path.name)
        rows = [
            _row(cells, number, columns, schema, key[-1], separator, context)
            for number, cells in lines
            if any(cell.strip() for cell in cells)
        ]
        if not rows:
            raise InputError("has no rows")
        _check_unique(rows, key)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None
    return Brought([row for _, row in rows], notes)


def numbers_of(path: Path, known: Collection[str]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read a table of numbers whose columns are not known beforehand, only what they may be called.

    Returns the names of its columns, and its rows: the number in the file, and cells as text.

    Raises
    ------
    InputError
        With file and row, or column, in one line. Whether cells are numbers is not looked at.
    """
    try:
        text, _ = letters_of(content_of(path, LARGEST_TABLE_BYTES))
        header, lines, separator = _split(text, [*known], MOST_ROWS)
        names = _names(header, known)
        rows = [
            (
                number,
                [_plain_number(cell.strip(), separator) for cell in _whole(line, number, names)],
            )
            for number, line in lines
            if any(cell.strip() for cell in line)
        ]
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None
    return names, rows


def _split(
    text: str, known: list[str], most_rows: int
) -> tuple[list[str], list[tuple[int, list[str]]], str]:
    """Cells of the header and of the rows, with their numbers; and what separates them."""
    first, _, rest = text.partition("\n")
    asked = re.fullmatch(r"sep=(.)\r?", first)  # a line that Excel writes and hides
    if asked:
        text = rest
    head = next(iter(text.splitlines()), "")
    separator = (
        asked[1]
        if asked
        else max(SEPARATORS, key=lambda mark: (_found(head.split(mark), known), head.count(mark)))
    )
    lines = []
    try:
        cells = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for number, line in enumerate(cells, start=1):
            lines.append((number, line))
            if number > most_rows:
                raise InputError(f"has more than {most_rows} rows")
    except (csv.Error, TypeError) as error:
        row = len(lines) + 1
        raise InputError(f"row {row}: {error} (is a quotation mark not closed?)") from None
    while lines and not any(cell.strip() for cell in lines[0][1]):
        lines.pop(0)
    if not lines:
        raise InputError("has no rows")
    if len(lines[0][1]) > MOST_COLUMNS:
        raise InputError(f"row 1: has {len(lines[0][1])} columns, more than {MOST_COLUMNS}")
    above = max(1, _found(lines[0][1], known))
    for number, line in lines[1:DEEPEST_HEADER]:  # a title, or merged cells, above the header
        if _found(line, known) > above:
            raise InputError(
                f"row {number} seems to be the header: remove what stands above, and merged cells"
            )
    return lines[0][1], lines[1:], separator


def _found(cells: list[str], known: list[str]) -> int:
    """How many of the columns that are known a row names."""
    return len({_name(cell) for cell in cells} & {*known})


def _name(cell: str) -> str:
    return cell.strip().strip('"').strip().casefold()


def _names(header: list[str], known: Collection[str] | None = None) -> list[str]:
    """Names of the columns: each has one, of those known if these are given, and none twice."""
    names = [_name(cell) for cell in header]
    for place, name in enumerate(names):
        if not name:
            raise InputError(f"row 1: column {place + 1} has no name")
        if known is not None and name not in known:
            raise InputError.unknown("parameter", name, known, "row 1")
        if name in names[:place]:
            raise InputError(f"row 1: column {_quoted(name)} appears twice")
    return names


def _whole(cells: list[str], number: int, columns: list[str]) -> list[str]:
    """Refuse a row that has another number of cells than the header; return it."""
    if len(cells) != len(columns):
        raise InputError(f"row {number}: has {len(cells)} cells, the header {len(columns)}")
    return cells


def _columns(header: list[str], schema: type[Row], notes: list[str], file: str) -> list[str]:
    """Names of the columns, checked: none twice, none missing, none that is nearly another."""
    while header and not _name(header[-1]):
        header = header[:-1]
    names, fields = _names(header), schema.model_fields
    missing = [name for name, field in fields.items() if field.is_required() and name not in names]
    for name in names:
        if name in fields:
            continue
        near = difflib.get_close_matches(name, [*fields], n=1, cutoff=0.8 if not missing else 0.6)
        if near and near[0] not in names:
            raise InputError(f"row 1: unknown column {_quoted(name)}; did you mean {near[0]}?")
        notes.append(f"{file}: column {_quoted(name)} is not read")
    if missing:
        raise InputError(f"column {missing[0]} is missing (found: {_shortened(', '.join(names))})")
    return names


def _row(
    cells: list[str],
    number: int,
    columns: list[str],
    schema: type[Row],
    named: str,
    separator: str,
    context: Any,
) -> tuple[int, Row]:
    from pydantic import ValidationError

    while len(cells) > len(columns) and not cells[-1].strip():
        cells = cells[:-1]
    cells = _whole(cells, number, columns)
    texts = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    values = {
        name: _plain_number(text, separator) if _is_number(schema, name) else text
        for name, text in texts.items()
        if name in schema.model_fields and (text or schema.model_fields[name].is_required())
    }
    try:
        return number, schema.model_validate(values, context=context)
    except ValidationError as errors:
        what = f"row {number} ({named} {_quoted(texts.get(named, ''))})"
        raise InputError(f"{what}: {_in_words(errors.errors()[0], texts, schema)}") from None


def _is_number(schema: type[Row], name: str) -> bool:
    kind = schema.model_fields[name].annotation
    return kind in (int, float, int | None, float | None) if name in schema.model_fields else False


def _plain_number(text: str, separator: str) -> str:
    """A number as programs write it: without groups of thousands, with a point."""
    if "_" in text:  # Python would read 4_3 as 43
        return f"? {text}"
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[^\d.,+-]", "", text)
    if separator != "," and _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    return text.replace("\N{MINUS SIGN}", "-")


def _in_words(error: Any, texts: dict[str, str], schema: type[Row]) -> str:
    """What is wrong with a row, from what the schema found first."""
    if not error["loc"]:
        return str(error["ctx"]["error"] if "ctx" in error else error["msg"])
    column = str(error["loc"][0])
    extra = schema.model_fields[column].json_schema_extra
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    said = f"{column} = {_quoted(texts.get(column, ''))}"
    ctx = error.get("ctx", {})
    kind = error["type"]
    if kind == "literal_error":
        return f"{said} is not one of {ctx['expected'].replace(chr(39), '')}"
    if kind in ("greater_than_equal", "greater_than"):
        return f"{said} is below {ctx.get('ge', ctx.get('gt')):g} {unit}".rstrip()
    if kind in ("less_than_equal", "less_than"):
        return f"{said} is above {ctx.get('le', ctx.get('lt')):,g} {unit}".rstrip()
    if kind == "value_error":
        return f"{said} {ctx['error']}"
    if kind == "string_too_long":
        return f"{said} is longer than {ctx['max_length']} letters"
    if kind == "string_too_short":
        return f"{column} is empty"
    expected = {
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "float_parsing": "a number",
        "finite_number": "a finite number",
    }.get(kind)
    if expected is None:
        return f"{said}: {error['msg']}"
    return f"{said} is not {expected}" + (f" ({unit})" if unit else "")


def _check_unique(rows: list[tuple[int, Row]], key: Sequence[str]) -> None:
    """Refuse rows that are the same but for blanks, accents' spelling and capitals."""
    seen: dict[tuple[str, ...], int] = {}
    for number, row in rows:
        words = tuple(str(getattr(row, name)).casefold() for name in key)
        if words in seen:
            raise InputError(
                f"row {number}: {key[-1]} {_quoted(getattr(row, key[-1]))} appears twice (row "
                f"{seen[words]} has it too)"
            )
        seen[words] = number


def _quoted(word: object) -> str:
    return repr(_shortened(str(word)))


def _shortened(word: str) -> str:
    word = "".join(letter if letter.isprintable() else "?" for letter in word[: LONGEST_WORD + 1])
    return word if len(word) <= LONGEST_WORD else f"{word[:LONGEST_WORD]}..."
