"""Every message has its French, and the French says the same with the same values."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import analysis
from analysis.assumptions import assumptions
from analysis.compare import DERIVED
from analysis.dashboard.levers import offered
from analysis.language import catalogue, speaking, tell, tell_count
from analysis.ledger import TITLES
from analysis.wording import LARGE, WORDS, listed, number, period, shown
from sim.errors import InputError
from sim.parameters import catalogue as parameters
from sim.results.schema import METRICS
from sim.scenario.reading import names as scenarios

ROOM = Path(analysis.__file__).parent
SPEAKERS = {"tell", "tell_count"}


def told() -> Iterator[str]:
    """Messages that the code and the templates tell, as they stand there."""
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPEAKERS:
                yield from (
                    one.value
                    for one in node.args
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )
    environment = Environment()
    for path in sorted(ROOM.rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if getattr(call.node, "name", "") in SPEAKERS:
                yield from (
                    one.value
                    for one in call.args
                    if isinstance(one, nodes.Const) and isinstance(one.value, str)
                )


def named() -> Iterator[str]:
    """Words that come from the tables: quantities, units, parts of the ledger, smugglers."""
    known = [*METRICS.values(), *(metric for metric, _ in DERIVED.values())]
    yield from (metric.title for metric in known)
    yield from (metric.unit for metric in known)
    yield from (f"{size} {unit}" for size in ("million", "thousand") for unit in LARGE)
    yield from (parameters()[one.name].metadata["unit"] for one in assumptions().ranked)
    yield from TITLES.values()
    yield from (word for pair in WORDS.values() for word in pair)
    choices = parameters()["smuggling.adversary"].metadata["choices"]
    yield from (choice.replace("_", " ") for choice in choices)
    yield from ("Firearms delivered", "compiled", "reference", "and", "or", "fewer", "%")
    yield "percentage points"


def all_messages() -> list[str]:
    return sorted({one for one in (*told(), *named()) if one})


def test_every_message_has_french() -> None:
    french = catalogue()["messages"]
    assert [one for one in all_messages() if one not in french] == []


def test_no_french_is_left_over() -> None:
    assert sorted(set(catalogue()["messages"]) - set(all_messages())) == []


def test_french_takes_the_same_values_and_is_not_english() -> None:
    places = re.compile(r"\{\w+\}|%\{[^}]*\}")
    for english, french in catalogue()["messages"].items():
        assert sorted(places.findall(english)) == sorted(places.findall(french)), english
        words = re.findall(r"[a-z]{2,}", places.sub("", english))
        assert french != english or len(words) < 2, english


def test_every_scenario_and_parameter_that_worlds_vary_has_french() -> None:
    assert sorted(set(scenarios()) - set(catalogue()["scenarios"])) == []
    varied = {
        name
        for name, one in parameters().items()
        if one.metadata["high"] is not None and not one.metadata["lever"]
    }
    assert sorted(varied - set(catalogue()["parameters"])) == []
    with speaking("fr"):
        assert [one.about for one in assumptions().ranked if one.language != "fr"] == []


def test_every_lever_of_the_dashboard_has_french() -> None:
    moved = {one.parameter for part in offered().values() for one in part.interventions}
    known = set(parameters())
    assert sorted(moved & known - set(catalogue()["parameters"])) == []


def test_french_numbers_and_intervals() -> None:
    with speaking("fr"):
        assert number(1234567.891, 1) == "1\u202f234\u202f567,9"
        assert str(shown(-2.01, -2.06, -1.96, unit="min", signed=True)) == (
            "−2,01\xa0min [−2,06; −1,96]"
        )
        assert str(shown(0.0513, unit="share")) == "5,13\xa0%"
        assert period("firearms", 365) == " par année"
        assert listed(["a", "b", "c"]) == "a, b et c"
    assert number(1234567.891, 1) == "1,234,567.9"


@pytest.mark.parametrize(("count", "english", "french"), [(0, 1, 0), (1, 0, 0), (2, 1, 1)])
def test_none_is_plural_in_english_and_singular_in_french(
    count: int, english: int, french: int
) -> None:
    forms = ("one {count}", "many {count}")
    assert tell_count(count, *forms) == forms[english].format(count=count)
    with speaking("fr"):
        assert tell_count(count, *forms) == forms[french].format(count=count)


def test_the_language_is_spoken_within_its_block_only() -> None:
    with speaking("fr"):
        assert tell("Monday") == "lundi"
    assert tell("Monday") == "Monday"
    with pytest.raises(InputError, match="language"), speaking("de"):
        pass
