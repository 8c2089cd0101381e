"""The cache of compiled code knows every file that decides what is compiled."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim import compilation
from sim.compilation import COMPILED_SOURCES, cache_folder

SIM = Path(compilation.__file__).parent
DECORATORS = {"compiled", "inlined", "njit", "jit", "vectorize", "intrinsic", "overload"}


def name_of(node: ast.expr) -> str:
    """Last part of the name of a decorator, whether it is called or not."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def holds_compiled_code(path: Path) -> bool:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    compiles = any(name and name.startswith(("numba", "sim.compilation")) for name in imported)
    return compiles and any(
        name_of(decorator) in DECORATORS
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
    )


def sources_of_constants(path: Path) -> Iterator[str]:
    """Modules of this package whose constants a file uses; Numba freezes them when it compiles."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sim":
            folder = SIM.joinpath(*str(node.module).split(".")[1:])
            for alias in node.names:
                if (folder / f"{alias.name}.py").is_file():
                    yield (folder / f"{alias.name}.py").relative_to(SIM).as_posix()
                elif alias.name.isupper():
                    yield folder.with_suffix(".py").relative_to(SIM).as_posix()


def test_every_file_with_compiled_code_is_listed() -> None:
    held = {
        path.relative_to(SIM).as_posix() for path in SIM.rglob("*.py") if holds_compiled_code(path)
    }
    assert "engine/compiled.py" in held
    assert held - set(COMPILED_SOURCES) == set()


def test_every_file_whose_constants_are_compiled_in_is_listed() -> None:
    used = {source for name in COMPILED_SOURCES for source in sources_of_constants(SIM / name)}
    assert "records.py" in used
    assert used - set(COMPILED_SOURCES) == set()


def test_no_file_is_listed_twice_or_gone() -> None:
    assert len(set(COMPILED_SOURCES)) == len(COMPILED_SOURCES)
    assert [name for name in COMPILED_SOURCES if not (SIM / name).is_file()] == []


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the compiled sources, with a cache of its own."""
    copy = tmp_path / "sim"
    for name in COMPILED_SOURCES:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SIM / name, copy / name)
    monkeypatch.setattr(compilation, "__file__", str(copy / "compilation.py"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return copy


@pytest.mark.parametrize("name", COMPILED_SOURCES)
def test_a_change_in_a_file_changes_the_folder(package: Path, name: str) -> None:
    before = cache_folder()
    assert cache_folder() == before
    with (package / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert cache_folder() != before
