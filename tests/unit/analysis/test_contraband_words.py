"""Whatever is smuggled is called by its name, with its unit, wherever a study is shown."""

import re
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.brief import page
from analysis.compare import compare
from analysis.language import contraband_of, gettext, in_language, metric_title, pgettext
from sim.parameters import CONTRABAND
from sim.parameters import catalogue as parameters
from sim.results.reading import Study, read_study
from sim.results.schema import PRIMARY_OUTCOME
from tests import synthetic_study

TWO = {"baseline": (0.0, 0.0), "more_searches": (31.0, 1.4)}
UNITS = sorted(set(CONTRABAND) - {"firearms"})


def study(folder: Path, unit: str) -> Study:
    about = {"configuration": {"contraband": {"unit": unit}}}
    return read_study(synthetic_study.write(folder, TWO, replications=3, **about))


def test_every_unit_of_contraband_is_known() -> None:
    assert set(parameters()["contraband.unit"].metadata["choices"]) == set(CONTRABAND)


def test_the_words_fit_into_the_sentence(tmp_path: Path) -> None:
    assert metric_title("firearms_passed") == "trafficked firearms getting through"
    with contraband_of(study(tmp_path / "kg", "kg")):
        assert metric_title("firearms_passed") == "trafficked drugs getting through"
        assert pgettext("unit", "firearms") == "kg"
        assert pgettext("unit", "firearms/year") == "kg/year"
        assert gettext("for-each-firearm") == "for each kg"
        assert metric_title("traveller_firearms_seized") == "travellers' firearms seized"
        with in_language("fr"):
            assert "de drogues" in gettext("front-question", year=2005)
    assert pgettext("unit", "firearms") == "firearms"


def test_an_amount_of_something_else_has_its_unit(tmp_path: Path) -> None:
    drugs = study(tmp_path / "study", "kg")
    (comparison,) = compare(drugs, [PRIMARY_OUTCOME])
    with contraband_of(drugs):
        assert " kg a year" in comparison.amount
    assert "firearms" not in comparison.amount


@pytest.mark.parametrize("unit", UNITS)
def test_commands_and_brief_name_the_contraband(
    tmp_path: Path, unit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = study(tmp_path / "study", unit)
    with contraband_of(other):
        noun, counted = metric_title(PRIMARY_OUTCOME), pgettext("unit", "firearms")
    assert CONTRABAND[unit] in noun
    assert main(["compare", str(other.folder)]) == 0
    printed = capsys.readouterr().out
    assert noun in printed
    assert f"[{counted}]" in printed
    assert not re.search("firearms", printed.replace("firearms parts", ""))
    text = page(other)
    assert noun in text
    assert ">Trafficked firearms" not in text


def test_other_contraband_is_not_held_against_the_record_of_firearms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = study(tmp_path / "study", "persons")
    assert main(["validate", str(people.folder)]) == 2
    assert "the record is of firearms northbound" in capsys.readouterr().err
