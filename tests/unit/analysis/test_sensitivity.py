"""Indices, boxes and heat maps find what was put in, and refuse what they were not made for."""

import builtins
import dataclasses
import math
import re
from collections.abc import Mapping

import pandas as pd
import pytest

from analysis.charts.heat_map import heat_map
from analysis.charts.prim_box import prim_box
from analysis.discovery import prim
from analysis.language import in_language, parameter_text
from analysis.sensitivity import morris, sobol, two_way
from sim.design.design import Factor
from sim.design.from_config import DesignConfig, design_of
from sim.design.sampling import worlds
from sim.errors import InputError
from tests.made_design import made

A, B, C = "smuggling.price_cad", "duty.rate", "primary.car_s"
FACTORS = tuple(Factor(name, -math.pi, math.pi) for name in (A, B, C))


def ishigami(values: Mapping[str, float]) -> float:
    a, b, c = (values[name] for name in (A, B, C))
    return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


def in_the_ishigami_cube(asked: DesignConfig):
    """A design over the parameters' own ranges, moved to where the function lives."""
    made_of = design_of(asked)
    values = tuple(
        {one.name: one.value(float(place)) for one, place in zip(FACTORS, row, strict=True)}
        for row in made_of.places
    )
    return dataclasses.replace(made_of, factors=FACTORS, values=values)


def test_sobol_indices_are_those_of_a_function_that_is_known() -> None:
    design = in_the_ishigami_cube(DesignConfig("sobol", vary=[A, B, C], points=1024))
    table = sobol(made(design, ishigami)).set_index("parameter")
    # Ishigami and Homma (1990), by hand: V1/V, V2/V, V3/V and their totals.
    assert table["first"].to_dict() == pytest.approx({A: 0.314, B: 0.442, C: 0.0}, abs=0.03)
    assert table["total"].to_dict() == pytest.approx({A: 0.558, B: 0.442, C: 0.244}, abs=0.03)
    assert table.index[0] == A


def test_elementary_effects_of_a_plane_are_its_slopes() -> None:
    design = design_of(DesignConfig("morris", vary={A: [0, 1], B: [0, 0.5], C: [1, 2]}))
    study = made(design, lambda values: 3 * values[A] - 8 * values[B])
    table = morris(study).set_index("parameter")
    assert table["mu_star"].to_dict() == pytest.approx({A: 3.0, B: 4.0, C: 0.0})
    assert table["mu"].to_dict() == pytest.approx({A: 3.0, B: -4.0, C: 0.0})
    assert table["sigma"].max() < 1e-9
    assert table.index[0] == B


def test_whole_numbers_do_not_disturb_elementary_effects() -> None:
    design = design_of(DesignConfig("morris", vary=["traffic.neighbours", B]))
    table = morris(made(design, lambda values: values["traffic.neighbours"]))
    assert table["parameter"].iloc[0] == "traffic.neighbours"


def corner(values: Mapping[str, float]) -> float:
    return 1.0 if values[A] > 3000 and values[B] < 0.2 else 0.0


def test_a_box_is_found_where_the_cases_are() -> None:
    factors = (Factor(A, 2000, 3500), Factor(B, 0.12, 0.3), Factor(C, 30, 90))
    box = prim(made(worlds(500, factors=factors), corner), threshold=0.5, above=True)
    limits = box.limits.set_index("parameter")
    assert set(limits.index[:2]) == {A, B}
    assert limits.loc[A, "low"] == pytest.approx(3000, abs=60)
    assert limits.loc[A, "high"] == 3500
    assert limits.loc[B, "high"] == pytest.approx(0.2, abs=0.02)
    assert box.density > 0.9
    assert box.coverage > 0.9
    assert box.base == pytest.approx(1 / 3 * 0.08 / 0.18, abs=0.05)


def test_too_few_cases_make_no_box() -> None:
    with pytest.raises(InputError, match="0 of 64 points are at or above 9; a box needs"):
        prim(made(worlds(64), lambda _: 0.0), threshold=9, above=True)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: object, **more: object):
        if name.startswith("ema_workbench"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    factors = (Factor(A, 2000, 3500), Factor(B, 0.12, 0.3))
    with pytest.raises(InputError, match="install the extra 'study'"):
        prim(made(worlds(400, factors=factors), corner), threshold=0.5, above=True)


def test_a_heat_map_has_the_cells_of_a_grid() -> None:
    share, scale = "inspection.selective_share", "staffing.officers_scale"
    design = design_of(DesignConfig("grid", vary={share: [0.01, 0.02, 0.04], scale: [0.9, 1.1]}))
    study = made(design, lambda values: 1000 * values[share] + values[scale])
    cells = two_way(study, share, scale)
    assert len(cells) == 6
    (value,) = cells.loc[(cells["x_value"] == 0.02) & (cells["y_value"] == 1.1), "value"]
    assert value == pytest.approx(21.1)


def test_a_heat_map_of_worlds_has_slices_and_takes_the_two_that_matter() -> None:
    factors = (Factor(A, 2000, 3500), Factor(B, 0.12, 0.3), Factor(C, 30, 90))
    study = made(worlds(500, factors=factors), lambda v: v[C] - v[A] / 100)
    cells = two_way(study)
    assert {cells["x"].iloc[0], cells["y"].iloc[0]} == {A, C}
    assert len(cells) == 25
    assert cells["points"].sum() == 500


@pytest.mark.parametrize("draw", [heat_map, prim_box])
def test_a_chart_of_a_design_speaks_the_language_that_is_set(draw) -> None:
    factors = (Factor(A, 2000, 3500), Factor(B, 0.12, 0.3), Factor(C, 30, 90))
    study = made(worlds(400, factors=factors), lambda v: v[C] - v[A] / 100)
    with in_language("fr"):
        french = parameter_text(C, "")[0]
        chart = draw(study)
    assert f"«\xa0{french}\xa0»" in chart.finding
    said = f"{chart.alt} {chart.figure.layout.xaxis.title.text}".replace("<br>", " ")
    assert re.findall(r"\b(the|of|where|is|range|points are)\b", said) == []


@pytest.mark.parametrize("method", [morris, sobol])
def test_a_study_without_a_design_is_refused(method) -> None:
    study = made(worlds(20), lambda _: 0.0)
    study.__dict__["design"] = study.design[:0]
    with pytest.raises(InputError, match="has no design"):
        method(study)


@pytest.mark.parametrize("method", [morris, sobol])
def test_a_design_made_for_something_else_is_refused(method) -> None:
    with pytest.raises(InputError, match="the design is worlds; this needs design="):
        method(made(worlds(20), lambda _: 0.0))


def test_a_design_that_is_not_complete_is_refused() -> None:
    design = design_of(DesignConfig("morris", vary=[A, B], trajectories=4))
    study = made(design, lambda values: values[A])
    short = study.summary[study.summary["world"] != 5]
    study = dataclasses.replace(study, made=pd.DataFrame(short))
    study.__dict__["design"] = pd.DataFrame(design.table())
    with pytest.raises(InputError, match="11 of the 12 points of the design are there"):
        morris(study)


def test_a_parameter_that_was_not_varied_is_refused_by_name() -> None:
    study = made(worlds(64, factors=FACTORS), lambda values: values[A])
    with pytest.raises(InputError, match=r"unknown parameter 'primary.truck_s'"):
        two_way(study, "primary.truck_s", A)
