"""Every message of the code stands in both catalogues, and both take the same values."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, nodes

import analysis
from analysis.assumptions import assumptions
from analysis.cards import TOLD
from analysis.dashboard.levers import offered
from analysis.equivalence import DEPENDS, VERDICTS
from analysis.front_page import ORDER
from analysis.language import LANGUAGES, NOUNS, gettext, in_language, ngettext, pgettext
from analysis.ledger import PARTS
from analysis.outcomes import HORIZONS
from analysis.values import DERIVED, metric_of
from analysis.wording import LARGE, WORDS, listed, number, period, shown
from sim.errors import InputError
from sim.parameters import CONTRABAND
from sim.parameters import catalogue as parameters
from sim.results.schema import METRICS
from sim.scenario.intervention import AIMS
from sim.scenario.reading import names as scenarios
from tests.catalogues import Key, catalogue, texts

ROOM = Path(analysis.__file__).parent
FUNCTIONS = {"gettext", "ngettext"}


def names_in_code() -> Iterator[str]:
    """Names of messages that the code and the templates use."""
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FUNCTIONS:
                name = node.args[0]
                if isinstance(name, ast.Constant):
                    yield str(name.value)
    environment = Environment()
    for path in sorted(ROOM.rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if getattr(call.node, "name", "") in FUNCTIONS and isinstance(
                call.args[0], nodes.Const
            ):
                yield str(call.args[0].value)


def computed_names() -> Iterator[str]:
    """Names of messages that stand in tables of the code."""
    yield from (word for pair in WORDS.values() for word in pair)
    yield from ("more", "fewer", "less", "and", "or")
    yield from (f"count-{verdict}" for verdict in VERDICTS)
    yield from ("reduces-for", "increases-for", "does-nothing-for")
    yield from (f"front-{group}" for group in ORDER[1:])
    yield from (f"group-{group}" for group in ORDER)
    yield from (f"card-{metric}" for metric in TOLD if metric != "mean_wait_min")
    yield from ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def names_in_tables() -> Iterator[Key]:
    """Contexts and names that come from the tables of the model."""
    yield from (("metric", name) for name in (*METRICS, *DERIVED))
    units = {metric_of(name).unit for name in (*METRICS, *DERIVED)}
    units |= {f"{size} {unit}" for size in ("million", "thousand") for unit in LARGE}
    units |= {parameters()[one.name].metadata["unit"] for one in assumptions().ranked}
    yield from (("unit", unit) for unit in units if unit)
    choices = parameters()["smuggling.adversary"].metadata["choices"]
    yield from ((context, name) for context in ("smuggler", "chooses") for name in choices)
    yield from (("engine", engine) for engine in ("compiled", "reference"))
    single = [verdict for verdict in VERDICTS if verdict != DEPENDS]
    yield from (("verdict", name) for name in (*single, "depends on adversary", "depends on world"))
    yield from (("aim", aim) for aim in AIMS)
    yield from (("horizon", horizon) for horizon in HORIZONS)
    yield from (("ledger", part) for part in (*PARTS, "total"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_its_text(language: str) -> None:
    known = texts(language)
    keys = {*((None, name) for name in (*names_in_code(), *computed_names())), *names_in_tables()}
    assert sorted(str(key) for key in keys - set(known)) == []
    assert [key for key, forms in known.items() if not all(forms)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_left_over(language: str) -> None:
    used = {*names_in_code(), *computed_names()}
    assert sorted({name for context, name in texts(language) if context is None} - used) == []


def test_french_takes_the_same_values() -> None:
    english, french = texts("en"), texts("fr")
    nouns = {*NOUNS, "Contraband"}
    for key in set(english) & set(french):
        fields = [
            {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}
            for forms in (english[key], french[key])
        ]
        assert fields[0] - nouns == fields[1] - nouns, key


def test_french_has_one_word_for_a_thing() -> None:
    """What is smuggled is de contrebande, and traffic is circulation."""
    words = re.compile(
        r"\{contraband\} de trafic|non saisies|dans la norme d’attente|[Rr]etirées du marché"
        r"|Trafic de l’année|millions CAD|bornes? ",
        re.IGNORECASE,
    )
    forms = [form for every in texts("fr").values() for form in every]
    assert [form for form in forms if words.search(form)] == []


def test_french_marks_stand_as_in_canada() -> None:
    """A space that does not break before : and % and within « », none before ; ? and !."""
    forms = [form for every in texts("fr").values() for form in every]
    assert [form for form in forms if re.search(r" [:%»;?!](?!\w)|« |\xa0[;?!]", form)] == []


def test_a_metric_has_the_title_that_the_model_gives_it() -> None:
    for name in (*METRICS, *DERIVED):
        assert pgettext("metric", name) == metric_of(name).title


def test_every_scenario_and_parameter_that_worlds_vary_has_french() -> None:
    french = texts("fr")
    assert sorted({name for name in scenarios() if ("scenario", name) not in french}) == []
    varied = {
        name
        for name, one in parameters().items()
        if one.metadata["high"] is not None and not one.metadata["lever"]
    }
    assert sorted(name for name in varied if ("parameter", name) not in french) == []
    with in_language("fr"):
        assert [one.about for one in assumptions().ranked if one.language != "fr"] == []


def test_every_lever_of_the_dashboard_has_french() -> None:
    moved = {one.parameter for part in offered().values() for one in part.interventions}
    french = texts("fr")
    known = moved & set(parameters())
    assert sorted(name for name in known if ("parameter", name) not in french) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_contraband_has_its_nouns(language: str) -> None:
    known = texts(language)
    needed = NOUNS if language == "fr" else [name for name in NOUNS if name != "of_contraband"]
    for unit in CONTRABAND:
        assert [name for name in needed if (f"contraband: {unit}", name) not in known] == []


def test_french_numbers_and_intervals() -> None:
    with in_language("fr"):
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
    name = next(m.id[0] for m in catalogue("en") if m.id and not isinstance(m.id, str))
    forms = {language: texts(language)[None, name] for language in LANGUAGES}
    words = [forms["en"][english].split("{")[0], forms["fr"][french].split("{")[0]]
    assert ngettext(name, count).startswith(words[0])
    with in_language("fr"):
        assert ngettext(name, count).startswith(words[1])


def test_the_language_holds_within_its_block_only() -> None:
    with in_language("fr"):
        assert gettext("monday") == "lundi"
    assert gettext("monday") == "Monday"
    with pytest.raises(InputError, match="language"), in_language("de"):
        pass


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_noun_of_the_contraband_is_a_value(language: str) -> None:
    words = r"\bfirearms?\b|\barmes? à feu\b"
    travellers = (
        r"[Tt]ravellers['’] (own )?firearms|[Ff]irearm parts?|"
        r"armes à feu (de|des) voyageurs|[Pp]ièces? d’armes à feu"
    )
    fixed = [
        key
        for key, forms in texts(language).items()
        if not (key[0] or "").startswith(("contraband", "scenario", "parameter", "aim", "what"))
        and any(re.search(words, re.sub(travellers, "", form)) for form in forms)
    ]
    assert fixed == []


def test_canadian_french_has_no_space_before_semicolon_question_and_exclamation() -> None:
    spaced = re.compile("[ \u00a0\u202f][;?!]")
    assert [key for key, forms in texts("fr").items() if any(map(spaced.search, forms))] == []
