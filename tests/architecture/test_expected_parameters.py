"""The expectations read what the agents read, or docs/expected.md names what they leave out.

Read from the sources: the rooms of the agents whole; of the expectations, what their own modules
say, and what they call in other rooms, function by function.
"""

import ast
import dataclasses
import functools
import re
from pathlib import Path

from sim import parameters

ROOT = Path(__file__).parents[2]
EXPECTED = "sim.model.expected"
AGENTS = ("sim.model.smuggling", "sim.model.intelligence")
GROUPS = ("smuggling", "intelligence", "market")
Trees = dict[str, ast.Module]


class _NoAnnotations(ast.NodeTransformer):
    """Leave out what is said for the type checker alone."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        return None if node.value is None else ast.Expr(self.visit(node.value))

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)


@functools.cache
def sources() -> dict[str, str]:
    paths = (ROOT / "sim" / "model").rglob("*.py")
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in paths
    }


def trees(**replaced: str) -> Trees:
    """Parse all modules of the model; a name is replaced in those of the expectations."""
    parsed = {}
    for module, text in sources().items():
        for name, other in replaced.items():
            text = text.replace(name, other) if module.startswith(EXPECTED) else text
        parsed[module] = _NoAnnotations().visit(ast.parse(text))
    return parsed


def attributes(node: ast.AST) -> set[str]:
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def reached(of: Trees) -> set[str]:
    """Attributes named by the expectations, and by what they call."""
    defined = {
        module: {
            node.name: node
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        for module, tree in of.items()
    }
    imported = {
        module: {
            (name.asname or name.name): (node.module, name.name)
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.module in of
            for name in node.names
        }
        for module, tree in of.items()
    }
    found: set[str] = set()
    seen: set[ast.AST] = set()
    classes: list[tuple[str, ast.ClassDef]] = []
    ahead: list[tuple[str, ast.AST]] = [
        (module, tree) for module, tree in of.items() if module.startswith(EXPECTED)
    ]
    while ahead:
        module, node = ahead.pop()
        found |= attributes(node)
        for name in {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}:
            where, what = imported[module].get(name, (module, name))
            thing = defined[str(where)].get(what)
            if thing is None or thing in seen:
                continue
            seen.add(thing)
            if isinstance(thing, ast.ClassDef):
                classes.append((str(where), thing))
            else:
                ahead.append((str(where), thing))
        for where, thing in classes:
            for method in thing.body:
                if not isinstance(method, ast.FunctionDef) or method in seen:
                    continue
                if method.name in found or method.name.startswith("__"):
                    seen.add(method)
                    ahead.append((where, method))
    return found


def read_by_agents_alone(of: Trees) -> set[str]:
    """Parameters, with their group, that the agents read and the expectations do not."""
    agents: set[str] = set()
    for module, tree in of.items():
        agents |= attributes(tree) if module.startswith(AGENTS) else set()
    alone = agents - reached(of)
    return {
        f"{group}.{field.name}"
        for group in GROUPS
        for field in dataclasses.fields(getattr(parameters.Parameters(), group))
        if field.name in alone
    }


def stated() -> set[str]:
    """Parameters that the page says the expectations leave out."""
    page = (ROOT / "docs" / "expected.md").read_text(encoding="utf-8")
    section = page.partition("## What is approximate")[2].partition("\n\nA year")[0]
    return set(re.findall(rf"`((?:{'|'.join(GROUPS)})\.\w+)`", section))


def test_what_agents_alone_read_is_stated_with_its_reason() -> None:
    assert read_by_agents_alone(trees()) == stated()


def test_a_parameter_that_the_expectations_no_longer_read_is_noticed() -> None:
    alone = read_by_agents_alone(trees(retry_share="another", sharing_evidence="another"))
    assert alone - stated() == {"smuggling.retry_share", "intelligence.sharing_evidence"}
