"""Every parameter is found by a search for its name: as an attribute, where it is read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.parameters import PARAMETER, ROOMS, catalogue

ROOT = Path(__file__).resolve().parent.parent.parent
ROOM_IN_TEXT = re.compile(rf"\b(?:{'|'.join(ROOMS)})\.(?:[a-z]|$)")


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith("sim/parameters/"):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def read_by_name(tree: ast.Module) -> Iterator[int]:
    """Lines with a text that names a parameter, or a room before a name put together."""
    documentation = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # docstrings, and those of constants
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node not in documentation
            and ROOM_IN_TEXT.search(node.value)
        ):
            yield node.lineno


def test_every_parameter_is_read_as_an_attribute() -> None:
    read = {
        node.attr
        for _, tree in sources("sim")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert [name for name in catalogue() if name.partition(".")[2] not in read] == []


def test_the_model_reads_no_parameter_by_a_text() -> None:
    breaches = [
        f"{name}:{line}"
        for name, tree in sources("sim/model", "sim/engine")
        for line in read_by_name(tree)
    ]
    assert breaches == []


@pytest.mark.parametrize(
    "text",
    [
        'value("inspection.selective_share")',
        'value(f"inspection.{name}_min")',
        'value("inspection." + name)',
    ],
)
def test_a_parameter_read_by_a_text_is_noticed(text: str) -> None:
    assert list(read_by_name(ast.parse(text))) == [1]


def test_the_name_of_a_parameter_stands_under_its_room_and_field() -> None:
    for name in catalogue():
        room, field = name.split(".")
        assert getattr(getattr(PARAMETER, room), field) == name
