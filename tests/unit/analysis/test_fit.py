"""The fit finds what was put in, and says what it cannot find."""

import dataclasses
import functools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.stats import norm

from analysis.fit import fit as fit_module
from analysis.fit import record as fit_record
from analysis.fit.fit import Fit, fit, text_of, values_of, write_worlds
from analysis.fit.record import FREE, MARKS
from analysis.fit.values import (
    plausible_flow,
    read_values,
    what_is_not_known,
    what_the_study_carries,
    write_values,
)
from sim.design.sampling import PLAUSIBLE, read_points
from sim.errors import InputError
from sim.parameters import Smuggling, catalogue

CONF = Path(__file__).parents[3] / "conf"

# Not in the order of their names, in which a study's table has them.
RANGES = {
    "staffing.safety": (0.1, 0.5),
    "inspection.d_prime": (0.3, 2.0),
    "inspection.d_prime_traveller": (0.2, 1.4),
    "inspection.selective_share": (0.006, 0.02),
    "market.delivered_share": (0.8, 0.95),
    "smuggling.firearms_per_year": (1500.0, 10000.0),
    "smuggling.load_mean": (1.8, 8.0),
    "smuggling.post_share": (0.005, 0.05),
    "smuggling.traveller_firearms_per_million": (200.0, 3000.0),
    "smuggling.traveller_pacific_factor": (1.0, 5.0),
}


def border(at: dict[str, float]) -> dict[str, float]:
    """A border that is a formula."""
    random = 0.003

    def chosen(d_prime: float) -> float:
        hit = norm.cdf(d_prime - norm.isf(at["inspection.selective_share"]))
        return float(random + (1.0 - random) * hit)

    flow = at["smuggling.firearms_per_year"]
    trafficked = 0.75 * flow * chosen(at["inspection.d_prime"]) * 0.4
    factor = at["smuggling.traveller_pacific_factor"]
    cars = at["smuggling.traveller_firearms_per_million"] * 9.0 * (0.82 + 0.18 * factor)
    visits = cars * chosen(at["inspection.d_prime_traveller"]) * 0.4
    travellers = 1.3 * visits
    pacific = travellers * 0.18 * factor / (0.82 + 0.18 * factor) + 0.2 * trafficked
    return {
        "expected_firearms_seized_ports": trafficked,
        "expected_traveller_firearms_seized": travellers,
        "expected_trafficking_seizures": trafficked / at["smuggling.load_mean"],
        "expected_traveller_seizures": visits,
        "expected_firearms_seized_pacific": pacific,
        "expected_firearms_seized_post_air": 0.9
        * flow
        * (
            at["smuggling.post_share"] * at.get("patrol.post_loss", 0.1)
            + 0.02 * at.get("patrol.air_loss", 0.15)
        ),
        "within_standard_share": float(norm.cdf(0.5 + 3.0 * at["staffing.safety"])),
        "street_price_cad": 1400.0 * (at["market.delivered_share"] / 0.88) ** 1.5,
    }


def study(points: int = 40, days: float = 365.0, broken: bool = False) -> Any:
    random = np.random.default_rng(2)
    rows, values = [], []
    for world in range(1, points + 1):
        at = {name: float(random.uniform(*ends)) for name, ends in RANGES.items()}
        rows += [("", world, name, value, 0.5) for name, value in at.items()]
        found = border(at)
        if broken:
            found["expected_firearms_seized_pacific"] = 1e-3
        values += [("baseline", world, "all", "all", name, one) for name, one in found.items()]
    return SimpleNamespace(
        folder=Path("study"),
        days=days,
        manifest={"design": {"factors": [[name, *ends] for name, ends in RANGES.items()]}},
        design=pd.DataFrame(rows, columns=["scenario", "world", "parameter", "value", "place"]),
        summary=pd.DataFrame(
            values, columns=["scenario", "world", "port_group", "class", "metric", "value"]
        ),
    )


@functools.cache
def fitted() -> Fit:
    return fit(study())


def test_the_fitted_point_agrees_with_the_record_in_the_border_itself() -> None:
    found = fitted()
    assert set(found.values) == {*RANGES, *FREE}
    true = {name: np.array([value]) for name, value in border(found.values).items()}
    at = {name: np.array([value]) for name, value in found.values.items()}
    for mark, value, _ in found.marks:
        assert mark.low <= value <= mark.high
        assert value == pytest.approx(float(mark.of(true, at)[0]), rel=0.1)
    assert max(one.error for one in found.emulators) < 0.05


def test_flow_and_share_taken_are_known_only_as_their_product() -> None:
    found = fitted()
    flow = found.plausible["smuggling.firearms_per_year"].to_numpy(float)

    def spread(values: Any) -> float:
        low, high = np.quantile(np.log(values), [0.05, 0.95])
        return float(high - low)

    assert spread(flow) > 0.6 * 0.9 * np.log(10000 / 1500)
    share = found.seized["ports"].to_numpy(float) / flow
    assert np.corrcoef(np.log(flow), np.log(share))[0, 1] < -0.3
    assert "does not tell them apart" in text_of(found)


def test_the_worlds_that_are_kept_agree_with_the_record(tmp_path: Path) -> None:
    found = fitted()
    write_worlds(found, tmp_path / "worlds.csv")
    design = read_points(str(tmp_path / "worlds.csv"), 30, "world")
    assert len(design.worlds) == 30
    off = 0
    for values in design.worlds:
        at = {name: np.array([float(value)]) for name, value in values.items()}
        true = {
            k: np.array([v]) for k, v in border({n: float(v[0]) for n, v in at.items()}).items()
        }
        off += sum(
            not 0.93 * mark.low <= float(mark.of(true, at)[0]) <= 1.07 * mark.high for mark in MARKS
        )
    assert off <= 0.05 * 30 * len(MARKS)
    seized = pd.read_csv(tmp_path / "plausible_seizures.csv")
    assert len(seized) == len(pd.read_csv(tmp_path / "worlds.csv"))
    at = {name: float(value) for name, value in design.worlds[0].items()}
    assert seized["travellers"][0] == pytest.approx(
        border(at)["expected_traveller_firearms_seized"], rel=0.1
    )


def test_the_values_are_written_as_a_table(tmp_path: Path) -> None:
    found = fitted()
    write_values(values_of(found), tmp_path / "values.csv")
    table = pd.read_csv(tmp_path / "values.csv", index_col="parameter")
    assert set(table.index) == set(found.values)
    for name, value in found.values.items():
        assert table.loc[name, "value"] == pytest.approx(value, rel=0.005)
        assert table.loc[name, "low"] < table.loc[name, "high"]
        assert tuple(table.loc[name, ["searched_low", "searched_high"]]) == found.ranges[name]


def test_the_defaults_are_what_the_fit_found_and_keep_their_ranges() -> None:
    known = {one.name: one for one in read_values()}
    assert {*FREE, "smuggling.firearms_per_year"} <= set(known)
    for name, one in known.items():
        declared = catalogue()[name]
        assert declared.default == pytest.approx(one.value, rel=1e-9), name
        assert one.low <= one.value <= one.high, name
        assert declared.metadata["low"] <= one.low < one.high <= declared.metadata["high"], name
        assert "fit" in declared.metadata["source"].split("; "), name
    marked = {n for n, f in catalogue().items() if "fit" in f.metadata["source"].split("; ")}
    assert marked == set(known)
    lasting = {one.name for one in read_values() if one.finding != "found"}
    assert "smuggling.firearms_per_year" in lasting
    assert catalogue()["smuggling.firearms_per_year"].metadata["kind"] == "placeholder"


def test_the_fit_searches_what_its_experiment_says() -> None:
    text = (CONF / "experiment" / "fit.yaml").read_text(encoding="utf-8")
    varied = yaml.safe_load(text)["design"]["vary"]
    known = {one.name: (one.searched_low, one.searched_high) for one in read_values()}
    assert {*varied, *FREE} == set(known)
    assert all(known[name] == tuple(ends) for name, ends in varied.items())


def test_the_fit_comes_to_the_same_whatever_the_defaults_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = fitted().values
    other = {**catalogue()}
    for name in RANGES:
        moved = dataclasses.field(default=RANGES[name][0], metadata=other[name].metadata)
        other[name] = moved
    for module in (fit_record, fit_module):
        monkeypatch.setattr(module, "catalogue", lambda: other)
    assert fit(study()).values == pytest.approx(before, rel=1e-6)


def test_a_study_that_cannot_be_fitted_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match=r"run\.days = 28 is not a year"):
        fit(study(days=28.0))
    with pytest.raises(InputError, match="no point within the ranges agrees with the record"):
        fit(study(broken=True))
    empty = study()
    empty.design = empty.design.iloc[:0]
    with pytest.raises(InputError, match="no worlds; run experiment=fit"):
        fit(empty)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("smuggling.firearms_per_yea\n4\n", "did you mean smuggling.firearms_per_year"),
        (
            "smuggling.firearms_per_year\nmany\n",
            "row 2: smuggling.firearms_per_year = 'many' is not",
        ),
        ("inspection.d_prime\n-1\n", "row 2: inspection.d_prime = -1.0 is below 0"),
        ("inspection.d_prime\n", ": no rows"),
    ],
)
def test_a_wrong_table_of_worlds_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"own\.csv") as error:
        read_points(str(path), 10, "world")
    assert words in str(error.value)


def test_the_worlds_of_the_project_are_of_today_s_parameters_and_carry_the_flow_as_a_range() -> (
    None
):
    worlds = read_points(PLAUSIBLE, 1000, "world").worlds
    assert len(worlds) == 128
    low, high, _ = plausible_flow()
    assert high > 2.0 * low
    assert low < Smuggling().firearms_per_year < high
    assert f"{low:,.0f} to {high:,.0f} firearms a year" in what_is_not_known()


def test_a_study_says_whether_it_carries_the_range_of_the_flow() -> None:
    low, high, _ = plausible_flow()
    one = study()
    one.manifest["configuration"] = {"smuggling": {"firearms_per_year": 5200.0}}
    assert "The worlds of this study cover a range" in what_the_study_carries(one)
    one.design = one.design.iloc[:0]
    said = what_the_study_carries(one)
    assert f"{low:,.0f} to {high:,.0f} firearms a year" in said
    assert "uses one of them, 5,200" in said
    one.manifest["configuration"] = {"smuggling": {"network": "drugs"}}
    assert what_the_study_carries(one) == ""
