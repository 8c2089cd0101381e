"""Measures of the source tree, read from the files without importing them.

``python -m docs.house_measures ROOT`` prints those of another checkout, as they stand in
`docs.house_page` for an earlier commit.
"""

import ast
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

PACKAGES = ("sim", "analysis")
LONG_FUNCTION = 60
MANY_ARGUMENTS = 8
MOST_ARGUMENTS = 12

# Where results are made, before and after the folder of that name was there.
RESULTS = (
    "sim/results/*.py", "sim/summary*.py", "sim/intelligence_summary.py", "sim/certificate.py",
)  # fmt: skip
LIVE = ("sim.model.", "sim.engine.")
METHODS_OF_ARRAYS = {"sum", "any", "items", "values"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Tree:
    """The modules of ``sim`` and ``analysis`` below a folder, parsed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.paths = [path for name in PACKAGES for path in sorted((root / name).rglob("*.py"))]
        self.texts = {path: path.read_text(encoding="utf-8") for path in self.paths}
        self.syntax = {path: ast.parse(text) for path, text in self.texts.items()}
        self.modules = {self.module_of(path): path for path in self.paths}

    def module_of(self, path: Path) -> str:
        """Dotted name of a file."""
        parts = path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def where(self, path: Path) -> str:
        """Path of a file from the root, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    def within(self, folder: str) -> list[Path]:
        """Files of a folder and of those in it."""
        return [path for path in self.paths if self.where(path).startswith(f"{folder}/")]

    def functions(self) -> Iterator[tuple[Path, Function]]:
        """Every function and method, nested ones too."""
        for path, syntax in self.syntax.items():
            for node in ast.walk(syntax):
                if isinstance(node, Function):
                    yield path, node


def lines_by_room(tree: Tree) -> dict[str, tuple[int, int]]:
    """Files and lines of each folder of ``sim`` and ``analysis``; loose files under the package."""
    rooms: dict[str, tuple[int, int]] = {}
    for path in tree.paths:
        parts = path.relative_to(tree.root).parts
        room = f"{'/'.join(parts[:2])}/" if len(parts) > 2 else f"{parts[0]}/ (loose)"
        files, lines = rooms.get(room, (0, 0))
        rooms[room] = files + 1, lines + len(tree.texts[path].splitlines())
    return rooms


def imports(tree: Tree) -> dict[str, set[str]]:
    """Modules that each module imports, inside functions and for type checking too."""
    found: dict[str, set[str]] = {name: set() for name in tree.modules}
    for name, path in tree.modules.items():
        for node in ast.walk(tree.syntax[path]):
            if isinstance(node, ast.ImportFrom):
                module = node.module or ""
                wanted = [f"{module}.{alias.name}" for alias in node.names]
                found[name] |= {
                    full if full in tree.modules else module
                    for full in wanted
                    if full in tree.modules or module in tree.modules
                }
            elif isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names if alias.name in tree.modules}
        found[name].discard(name)
    return found


def circles(tree: Tree) -> list[list[str]]:
    """Groups of modules that import each other, directly or through others."""
    edges = imports(tree)
    reached: dict[str, set[str]] = {}
    for start in edges:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for name in edges[waiting.pop()] - seen:
                seen.add(name)
                waiting.append(name)
        reached[start] = seen
    groups = {
        tuple(sorted({name, *(other for other in reached[name] if name in reached[other])}))
        for name in edges
        if name in reached[name]
    }
    return [list(group) for group in sorted(groups)]


def repeated_classes(tree: Tree) -> list[str]:
    """Public names that more than one class of ``sim`` and ``analysis`` bears."""
    names = Counter(
        node.name
        for syntax in tree.syntax.values()
        for node in syntax.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    return sorted(name for name, count in names.items() if count > 1)


def parameters(tree: Tree) -> list[str]:
    """Dotted names of all parameters: the fields that ``par`` declares."""
    rooms: dict[str, str] = {}
    fields: dict[str, list[str]] = defaultdict(list)
    for path in tree.within("sim/parameters"):
        for node in tree.syntax[path].body:
            if not isinstance(node, ast.ClassDef):
                continue
            for line in node.body:
                if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
                    continue
                if node.name == "Parameters":
                    rooms[ast.unparse(line.annotation)] = line.target.id
                elif isinstance(line.value, ast.Call) and ast.unparse(line.value.func) == "par":
                    fields[node.name].append(line.target.id)
    return [f"{room}.{field}" for name, room in rooms.items() for field in fields[name]]


def parameters_read_by_string(tree: Tree) -> list[str]:
    """Parameters that no attribute of ``sim`` outside their declarations is named after."""
    declarations = set(tree.within("sim/parameters"))
    read = {
        node.attr
        for path in tree.within("sim")
        if path not in declarations
        for node in ast.walk(tree.syntax[path])
        if isinstance(node, ast.Attribute)
    }
    return [name for name in parameters(tree) if name.partition(".")[2] not in read]


def arguments_of(function: Function) -> int:
    """Number of arguments, without ``self`` and ``cls``."""
    given = function.args
    plain = [*given.posonlyargs, *given.args]
    bound = bool(plain) and plain[0].arg in ("self", "cls")
    extra = (given.vararg is not None) + (given.kwarg is not None)
    return len(plain) - bound + len(given.kwonlyargs) + extra


def is_compiled_engine(where: str) -> bool:
    """Whether a file is of the compiled engine, in this layout or the one before it."""
    if where.startswith("sim/engine/compiled/"):
        return True
    parts = where.split("/")
    return parts[:2] == ["sim", "engine"] and len(parts) == 3 and "reference" not in parts[2]


def live_paths(tree: Tree) -> list[str]:
    """Attributes of live objects of the model that the making of results reads.

    An argument with a class of the model for its type, and a name that stands for one of its
    attributes, is followed as far as the dots go.
    """
    paths = set()
    for path in (found for pattern in RESULTS for found in tree.root.glob(pattern)):
        syntax = tree.syntax[path]
        live = {
            alias.asname or alias.name
            for node in ast.walk(syntax)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(LIVE)
            for alias in node.names
        }
        for node in ast.walk(syntax):
            if isinstance(node, Function):
                paths |= _paths_of(node, live)
    return sorted(paths)


def _paths_of(function: Function, live: set[str]) -> set[str]:
    given = function.args
    roots = {
        argument.arg: ast.unparse(argument.annotation)
        for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)
        if argument.annotation is not None and ast.unparse(argument.annotation) in live
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            targets = node.targets[0]
            pairs = (
                zip(targets.elts, node.value.elts, strict=True)
                if isinstance(targets, ast.Tuple) and isinstance(node.value, ast.Tuple)
                else [(targets, node.value)]
            )
            for target, value in pairs:
                full = _chain(value, roots)
                if isinstance(target, ast.Name) and full is not None:
                    roots[target.id] = full
    chains = {
        full
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        for full in [_chain(node, roots)]
        if full is not None
    }
    return {
        full for full in chains if not any(other.startswith(f"{full}.") for other in chains)
    }  # fmt: skip


def _chain(node: ast.expr, roots: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return roots.get(node.id)
    if isinstance(node, ast.Attribute):
        before = _chain(node.value, roots)
        if before and node.attr in METHODS_OF_ARRAYS:
            return before
        return f"{before}.{node.attr}" if before else None
    return None


def too_many_arguments(tree: Tree) -> list[str]:
    """Functions above the limit of their place: 12 in the compiled engine, 8 elsewhere."""
    return [
        f"{where}: {node.name} ({count})"
        for path, node in tree.functions()
        for where, count in [(tree.where(path), arguments_of(node))]
        if count > (MOST_ARGUMENTS if is_compiled_engine(where) else MANY_ARGUMENTS)
    ]


def long_functions(tree: Tree) -> list[str]:
    """Functions of more than 60 lines, from ``def`` to the last."""
    return [
        f"{tree.where(path)}: {node.name} ({lines})"
        for path, node in tree.functions()
        for lines in [(node.end_lineno or node.lineno) - node.lineno + 1]
        if lines > LONG_FUNCTION
    ]


def measures(root: Path) -> dict[str, int]:
    """Every measure of a checkout, by a short name."""
    tree = Tree(root)
    rooms = lines_by_room(tree)
    counted = {
        f"{package}_{what}": sum(
            room[i] for name, room in rooms.items() if name.startswith(package)
        )
        for package in PACKAGES
        for i, what in enumerate(("files", "lines"))
    }
    arguments = [(tree.where(path), arguments_of(node)) for path, node in tree.functions()]
    return {
        **counted,
        **{f"{name}_loose": rooms[f"{name}/ (loose)"][0] for name in PACKAGES},
        "circles": len(circles(tree)),
        "repeated_classes": len(repeated_classes(tree)),
        "parameters": len(parameters(tree)),
        "read_by_string": len(parameters_read_by_string(tree)),
        "live_paths": len(live_paths(tree)),
        "long_functions": len(long_functions(tree)),
        "over_12_arguments": sum(count > MOST_ARGUMENTS for _, count in arguments),
        "over_8_arguments": sum(
            count > MANY_ARGUMENTS and not is_compiled_engine(where) for where, count in arguments
        ),
    }


def main(arguments: Sequence[str]) -> None:
    """Print the measures of a checkout, and what was counted."""
    root = Path(arguments[0] if arguments else ".").resolve()
    tree = Tree(root)
    print(json.dumps(measures(root), indent=4))
    for name, found in (
        ("circles", circles(tree)),
        ("repeated classes", repeated_classes(tree)),
        ("parameters read by string", parameters_read_by_string(tree)),
        ("live paths", live_paths(tree)),
    ):
        print(f"{name}:", *found, sep="\n    ")


if __name__ == "__main__":
    main(sys.argv[1:])
