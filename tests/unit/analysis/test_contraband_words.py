"""Whatever is smuggled is called by its name, with its unit, wherever a study is told."""

import re
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.brief import page
from analysis.compare import compare
from analysis.contraband import ENGLISH, FRENCH, counting, named
from analysis.language import catalogue, speaking, tell
from sim.parameters import catalogue as parameters
from sim.results.reading import METRICS, read_study
from sim.results.schema import CONTRABAND, PRIMARY_OUTCOME
from tests import synthetic_study

TWO = {"baseline": (0.0, 0.0), "more_searches": (31.0, 1.4)}
UNITS = sorted(ENGLISH)
KEPT = (
    r"[Tt]ravellers['’] (own )?firearms|[Ff]irearm parts?|firearms task|"
    r"armes à feu (de|des) voyageurs|[Pp]ièces? d’armes à feu"
)


def study(folder: Path, unit: str):
    about = {"configuration": {"contraband": {"unit": unit}}}
    return read_study(synthetic_study.write(folder, TWO, replications=3, **about))


def test_every_unit_of_contraband_has_its_words() -> None:
    choices = set(parameters()["contraband.unit"].metadata["choices"])
    assert choices == {"firearms", *ENGLISH} == {"firearms", *FRENCH} == set(CONTRABAND)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_message_speaks_of_firearms_where_something_else_is_smuggled(
    tmp_path: Path, unit: str, language: str
) -> None:
    messages = [*catalogue()["messages"], *(metric.title for metric in METRICS.values())]
    with counting(study(tmp_path / "study", unit)), speaking(language):
        told = [re.sub(KEPT, "", tell(message)) for message in messages]
    assert [words for words in told if re.search("firearm|armes? à feu", words, re.I)] == []


def test_the_words_fit_into_the_sentence(tmp_path: Path) -> None:
    metric = METRICS["firearms_passed"]
    assert tell(metric.title) == "trafficked firearms getting through"
    with counting(study(tmp_path / "kg", "kg")):
        assert tell(metric.title) == "trafficked drugs getting through"
        assert tell(metric.unit) == "kg"
        assert named("firearms/year") == "kg/year"
        assert named("for each firearm kept out") == "for each kg kept out"
        assert named("travellers' firearms seized") == "travellers' firearms seized"
        with speaking("fr"):
            assert "de drogues" in tell(
                "One of {all} proposals measurably reduces the firearms that reach the market: "
                "{title}, by {amount} (95 % interval {low} to {high}){share}."
            )
    assert tell(metric.unit) == "firearms"


def test_an_amount_of_something_else_says_its_unit(tmp_path: Path) -> None:
    found = study(tmp_path / "study", "kg")
    (one,) = compare(found, [PRIMARY_OUTCOME])
    with counting(found):
        assert " kg a year" in one.amount
    assert "firearms" not in one.amount


@pytest.mark.parametrize("unit", UNITS)
def test_commands_and_brief_name_the_contraband(
    tmp_path: Path, unit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = study(tmp_path / "study", unit)
    assert main(["compare", str(found.folder)]) == 0
    printed = capsys.readouterr().out
    assert f"{ENGLISH[unit].many} that reach the market" in printed
    assert f"[{ENGLISH[unit].unit}]" in printed
    assert not re.search("firearms", printed)
    text = page(found)
    question = f"Which proposals would reduce the {ENGLISH[unit].many} that reach the market"
    assert question in text
    assert ">Trafficked firearms" not in text


def test_other_contraband_is_not_held_against_the_record_of_firearms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = study(tmp_path / "study", "persons")
    assert main(["validate", str(found.folder)]) == 2
    assert "the record is of firearms northbound" in capsys.readouterr().err
