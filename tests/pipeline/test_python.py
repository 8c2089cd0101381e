"""``import border``: a study in three lines, and what users bring in themselves."""

import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import border
from border.study import _CHARTS
from sim import extensions
from sim.results.schema import METRICS
from sim.scenario.intervention import Intervention
from tests import synthetic_study

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
LIGHT = {"traffic.volume_scale": 0.005, "engine": "reference"}


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in, light traffic, and nothing registered afterwards."""
    monkeypatch.chdir(tmp_path)
    real = border.run

    def light(*proposals: object, **given: object) -> border.Study:
        return real(*proposals, **given, settings=LIGHT, quiet=True)  # type: ignore[arg-type]

    monkeypatch.setattr(border, "run", light, raising=False)
    before = dict(METRICS)
    yield tmp_path
    METRICS.clear()
    METRICS.update(before)
    for kind in extensions.KINDS:
        for name in list(extensions._of_program[kind]):
            extensions.forget(kind, name)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> border.Study:
    folder = tmp_path_factory.mktemp("made") / "study"
    synthetic_study.write(folder, replications=2)
    return border.read(folder)


def example(name: str) -> dict[str, object]:
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_import_is_instant() -> None:
    code = "import sys, border; print('numpy' in sys.modules, 'pandas' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_a_scenario_of_ones_own(fresh: Path) -> None:
    names = example("own_scenario")
    table = names["differences"]
    assert isinstance(table, pd.DataFrame)
    cost = table[(table["scenario"] == "a_fifth_more") & (table["metric"] == "programme_cost_cad")]
    assert cost["difference"].item() > 0
    assert "A fifth more officers" in set(table["scenario_title"])
    assert {"differences.csv", "study.xlsx"} <= {path.name for path in Path("runs/fifth").iterdir()}


def test_a_port_of_ones_own(fresh: Path) -> None:
    names = example("own_port")
    study = names["study"]
    assert isinstance(study, border.Study)
    hours = study.table("port_hours", scenario="baseline")
    arrivals = hours.groupby("port_id")["arrivals"].sum()
    assert arrivals["second-bridge"] > 0


def test_an_adversary_of_ones_own(fresh: Path) -> None:
    assert example("own_adversary")["kinds"] == {"heedless"}
    with pytest.raises(border.InputError, match="'heedless' is not one of"):
        border.run(adversary="heedless", ports=["sarnia"], days=1)


def test_a_metric_of_ones_own(fresh: Path) -> None:
    table = example("own_metric")["levels"]
    assert isinstance(table, pd.DataFrame)
    assert (table["mean"] > 0).all()
    assert set(table["metric_title"]) == {"trucks arriving"}
    assert METRICS["truck_arrivals"].value is None  # later runs do without it
    assert not extensions.in_this_process()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: border.run("more_oficers", ports=["sarnia"]), "did you mean more_officers"),
        (lambda: border.run(ports=["sarni"]), "did you mean sarnia"),
        (lambda: border.run(days=0), "run.days = 0 is below 1 days"),
        (lambda: border.run(settings={"a b": 1}), "'a b' is not the name of a setting"),
        (lambda: border.register_port("p", like="sarni"), "like: unknown port 'sarni'"),
        (lambda: border.register_port("p", like="sarnia", lat=0), "is below 41 degrees"),
        (lambda: border.register_port("p", like="sarnia", car=1), "unknown column 'car'"),
        (lambda: border.register_scenario("x", {"titel": "t"}), "did you mean title"),
        (lambda: border.register_adversary("x", int), "not a subclass of border.Adversary"),
        (lambda: border.register_metric("arrivals", border.Metric("h", "t", value=len)), "of the"),
        (lambda: border.register_scenario("A B", {"title": "t", "source": "s"}), "small letters"),
        (lambda: border.read("nowhere"), "nowhere: not a results folder"),
        (lambda: border.run(settings=[1]), "settings = [1] is not a mapping"),
        (lambda: border.run(settings={1: 2}), "1 is not the name of a setting"),
        (lambda: border.read(None), "None is not the path of a results folder"),
        (lambda: border.register_scenario(5, {"title": "x", "source": "x"}), "'5' is not a name"),
        (lambda: border.register_scenario("x", {"title": object()}), "is no plain data"),
        (lambda: border.run(folder="a\nb"), "a path of one line"),
        (lambda: border.register_scenario("baseline", {"title": "x", "source": "x"}), "another"),
        (lambda: Intervention("primary.car_s", "set", None), "value = None is not a number"),
        (lambda: Intervention("primary.car_s", "set", 9, where=["x"]), "is not a Where"),
        (lambda: Intervention("primary.car_s", "set", 9, start="2005-01-01"), "is not a date"),
        (lambda: border.run(ports=5), "unknown port '5'"),
        (lambda: border.run(ports=[None]), "unknown port 'None'"),
        (lambda: border.run(metrics={"m": 5}), "not a border.Metric"),
    ],
)
def test_bad_input_is_one_line(
    call: object, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(border.InputError) as caught:
        call()  # type: ignore[operator]
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_scenario_of_ones_own_is_meant_where_a_file_has_its_name(fresh: Path) -> None:
    from sim.scenario.reading import read

    assert read("more_officers").title != "mine"
    border.register_scenario("more_officers", {"title": "mine", "source": "x"})
    assert read("more_officers").title == "mine"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (np.float64(0.02), "0.02"),
        (np.int64(3), "3"),
        (np.array(["sarnia", "emerson"]), "[sarnia,emerson]"),
        (np.bool_(True), "true"),
        ("a${b}", "'a\\${b}'"),
        ({"x": [None, 1.5]}, "{x:[null,1.5]}"),
    ],
)
def test_values_are_written_as_hydra_reads_them(value: object, word: str) -> None:
    from border.running import _text

    assert _text(value) == word


def test_ports_of_ones_own_are_kept_where_nobody_else_writes(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from border import extending

    monkeypatch.setattr("tempfile.tempdir", str(fresh))
    border.register_port("second-bridge", like="sarnia")
    extending._own_folder.cache_clear()
    try:
        path = extending.ports_table()
        assert path is not None
        assert path.parent.stat().st_mode & 0o777 == 0o700
        path.parent.chmod(0o777)
        path.write_text("planted", encoding="utf-8")
        extending._own_folder.cache_clear()
        other = extending.ports_table()
        assert other is not None
        assert other.parent != path.parent
        assert "second-bridge" in other.read_text(encoding="utf-8")
    finally:
        extending._own_folder.cache_clear()


@pytest.mark.parametrize("what", _CHARTS)
def test_every_chart_that_is_named_is_drawn(
    what: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "charts"
    if not folder.is_dir():
        synthetic_study.write(folder, replications=3, adversaries=("quantal_response", "static"))
    chart = border.read(folder).plot(what)
    assert chart.finding
    assert f"`{what}`" in (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")


def test_an_adversary_with_the_same_name_and_other_code_is_other_code(fresh: Path) -> None:
    from sim.execute.store import code_digest

    class One(border.Adversary):
        """First."""

    class Other(border.Adversary):
        """Second."""

    nothing = code_digest()
    border.register_adversary("mine", One)
    first = code_digest()
    border.register_adversary("mine", Other)
    assert len({nothing, first, code_digest()}) == 3


def test_an_entry_point_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    points = [EntryPoint("mine", "there_is_no_such_module:Mine", "border.adversaries")]
    monkeypatch.setattr(extensions, "entry_points", lambda group: points)
    extensions._of_packages.cache_clear()
    try:
        with pytest.raises(border.InputError, match=r"entry point mine of border\.adversaries"):
            extensions.extensions("adversaries")
    finally:
        extensions._of_packages.cache_clear()


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda study: study.compare([]), "[] names no metric"),
        (lambda study: study.compare(5), "5 names no metric"),
        (lambda study: study.compare("bogus"), "unknown metric 'bogus'"),
        (lambda study: study.compare(adversary="bogus"), "unknown smuggler 'bogus'"),
        (lambda study: study.summary(["arrivals", "x"]), "unknown metric 'x'"),
        (lambda study: study.verdicts(-1), "smallest = -1 is not above 0"),
        (lambda study: study.verdicts(float("nan")), "smallest = nan is not above 0"),
        (lambda study: study.verdicts("abc"), "is not a share such as 0.01 or 1%"),
        (lambda study: study.table("summary", columns=["bogus"]), "unknown column 'bogus'"),
        (lambda study: study.table("summary", scenario="bogus"), "unknown scenario 'bogus'"),
        (lambda study: study.table("summary", world="x"), "unknown world 'x'"),
        (lambda study: study.table("summary", foo=1), "unknown argument 'foo'"),
        (lambda study: study.plot("bogus"), "unknown chart 'bogus'"),
    ],
)
def test_what_is_asked_of_a_study_is_there_or_is_refused(
    ask: Callable[[border.Study], object], says: str, made: border.Study
) -> None:
    with pytest.raises(border.InputError, match=re.escape(says)) as caught:
        ask(made)
    assert "\n" not in str(caught.value)


def test_a_metric_that_is_named_twice_is_compared_once(made: border.Study) -> None:
    twice = made.compare(["arrivals", "arrivals"])
    assert len(twice) == len(made.compare("arrivals"))
