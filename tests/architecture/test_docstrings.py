"""Public functions of four or more arguments describe each of them, as numpydoc asks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANY = 4
EXEMPT = {
    "sim/engine/": "records that sim/model/day.py and the engine's own files describe, and "
    "positions in them: written out, they would be longer than the functions",
}
"""Folders that are not held to it, and why."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def public_functions(
    node: ast.Module | ast.ClassDef, within: str = ""
) -> Iterator[tuple[str, Function, str]]:
    """Name, function and docstring of each; of an ``__init__`` the class's docstring."""
    for child in node.body:
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from public_functions(child, f"{child.name}.")
        elif isinstance(child, Function) and (
            child.name == "__init__" or not child.name.startswith("_")
        ):
            described = node if child.name == "__init__" else child
            yield within + child.name, child, ast.get_docstring(described) or ""


def arguments(function: Function, *, of_class: bool) -> list[str]:
    listed = function.args
    names = [argument.arg for argument in (*listed.posonlyargs, *listed.args, *listed.kwonlyargs)]
    return names[1:] if of_class and names[:1] in (["self"], ["cls"]) else names


def missing(text: str) -> list[str]:
    """What a module's public functions of many arguments leave out."""
    breaches = []
    for name, function, docstring in public_functions(ast.parse(text)):
        names = arguments(function, of_class="." in name)
        if len(names) < MANY:
            continue
        section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-+$|\Z)", docstring, re.M | re.S)
        heads = re.findall(r"^(\S[^\n]*?)(?: : [^\n]*)?$", section[1], re.M) if section else []
        described = {word.strip() for head in heads for word in head.split(",")}
        undescribed = [argument for argument in names if argument not in described]
        if undescribed:
            breaches.append(f"{name}: {', '.join(undescribed)}")
    return breaches


def test_every_argument_of_a_function_with_many_is_described() -> None:
    breaches = []
    for room in ("sim", "analysis"):
        for path in sorted((ROOT / room).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            if not where.startswith(tuple(EXEMPT)):
                text = path.read_text(encoding="utf-8")
                breaches += [f"{where}: {breach}" for breach in missing(text)]
    assert breaches == []


def test_an_argument_left_out_is_found() -> None:
    docstring = "Do.\n\n    Parameters\n    ----------\n    a, b : int\n    c : str\n"
    module = f'def f(a, b, c, d):\n    """{docstring}    """\n\ndef g(a, b, c):\n    pass\n'
    assert missing(module) == ["f: d"]
    assert missing(module.replace("c : str", "c, d : str")) == []
    method = "class C:\n    def __init__(self, a, b, c, d): ...\n"
    assert missing(method) == ["C.__init__: a, b, c, d"]
