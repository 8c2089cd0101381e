"""Verdicts over year 1, year 3 and the long run, from the expected layer's table."""

import numpy as np
import pandas as pd
import pytest

from analysis.compare import compare
from analysis.equivalence import DEPENDS, INCREASES, NO_DIFFERENCE, REDUCES
from analysis.language import in_language
from analysis.outcomes import horizons, kinds, outcome
from analysis.paired_table import paired_table
from analysis.values import values
from analysis.verdicts import (
    confirmation,
    confirmation_line,
    frame_of,
    over_horizons,
    robust_line,
    verdicts,
    verdicts_text,
)
from sim.errors import InputError
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME
from tests.unit.analysis.test_verdicts import LEVEL, study_of

EFFECTS = {  # per cent in year 1, year 3, the long run
    "baseline": (0.0, 0.0, 0.0),
    "fades": (-4.0, -2.0, -0.5),
    "grows": (-0.3, -2.5, -5.0),
    "backfires": (0.5, 2.0, 3.0),
}
SMUGGLERS = ("quantal_response", "static", "learning")


def expected(replications: int = 5, worlds: int = 0, noise: float = 2.0) -> pd.DataFrame:
    """A made-up table of the expected layer; against static smugglers effects turn round."""
    draws = np.random.default_rng(3)
    rows = []
    for replication in range(replications):
        for kind in SMUGGLERS:
            level = LEVEL + 30 * draws.standard_normal()
            for name, effects in EFFECTS.items():
                for horizon, effect in zip(("year_1", "year_3", "long_run"), effects, strict=True):
                    turned = -effect if (kind, name) == ("static", "grows") else effect
                    chance = noise * draws.standard_normal() if effect else 0.0
                    value = level * (1 + turned / 100) + chance
                    rows += [
                        (name, kind, w, replication, horizon, value) for w in range(worlds + 1)
                    ]
    keys = ["scenario", "adversary", "world", "replication", "horizon", "value"]
    return pd.DataFrame(rows, columns=keys)


def study(table: pd.DataFrame | None = None, **manifest: object) -> Study:
    """Agents of one kind, whose year says nothing, and the expected layer of three kinds."""
    made = study_of(
        {(name, "quantal_response", 0): [LEVEL + 500.0 * k for k in range(5)] for name in EFFECTS},
        **manifest,
    )
    made.derived["expected"] = expected() if table is None else table
    return made


def test_the_horizons_are_judged_each_by_itself() -> None:
    made = study()
    assert horizons(made) == ["year_1", "year_3", "long_run"]
    found = {(one.proposal, one.horizon): one for one in over_horizons(made)}
    assert len(found) == 9
    assert [found["fades", h].verdict for h in ("year 1", "year 3", "long run")] == [
        REDUCES, REDUCES, NO_DIFFERENCE,
    ]  # fmt: skip
    assert found["backfires", "long run"].verdict == INCREASES
    assert found["fades", "year 1"].mean == pytest.approx(-4, abs=0.1)
    table = frame_of(over_horizons(made))
    assert list(table["horizon"].unique()) == ["year 1", "year 3", "long run"]
    text = verdicts_text(made, over_horizons(made))
    assert "year 1, year 3 and long run" in text
    assert "verdict long run" in text


def test_what_a_verdict_depends_on_is_said_once_with_the_horizons_that_it_holds_for() -> None:
    made = study()
    every = over_horizons(made)
    notes = {one.horizon: one.note for one in every if one.proposal == "grows" and one.note}
    lines = [line for line in verdicts_text(made, every).splitlines() if line.startswith("grows,")]
    assert len(lines) == len(set(notes.values())) > 0
    for horizon, note in notes.items():
        (line,) = [line for line in lines if line.endswith(f": {note}.")]
        assert horizon in line
    (alone,) = [one for one in verdicts(made, horizon="long_run") if one.proposal == "grows"]
    assert f"\ngrows: {alone.note}." in verdicts_text(made, verdicts(made, horizon="long_run"))
    with in_language("fr"):
        (alone,) = [one for one in verdicts(made, horizon="long_run") if one.proposal == "grows"]
        assert "selon le modèle de contrebandiers «" in alone.note


def test_kinds_of_smuggler_are_those_of_the_expected_layer() -> None:
    made = study()
    assert kinds(made) == [*SMUGGLERS]
    found = {one.proposal: one for one in verdicts(made, horizon="long_run")}
    assert found["grows"].verdict == DEPENDS
    assert "static" in found["grows"].note
    assert found["grows"].share_of_worlds == pytest.approx(2 / 3)
    assert found["fades"].share_of_worlds == 1
    # Against static smugglers the best is fades (-0.5 %), and grows adds 5 %.
    assert found["grows"].regret == pytest.approx(0.055 * LEVEL, rel=0.02)


def test_the_safest_choice_is_said_first() -> None:
    made = study()
    line = robust_line(made, verdicts(made))
    assert "fades is the safest choice" in line
    assert "in 3 of 3" in line
    assert "Better than nothing in all of them: fades." in line
    assert line in verdicts_text(made, over_horizons(made))


def test_the_table_of_the_brief_shows_the_horizons_side_by_side() -> None:
    made = study()
    table = paired_table(made, compare(made))
    (_, heads), (_, others) = table.parts
    titles = [head.title for head in heads if head.name.startswith("verdict")]
    assert titles == ["year 1", "year 3", "long run"]
    (fades,) = [row for row in table.rows if row.title.lower().startswith("fades")]
    assert fades.cells["verdict_year_1"].distinguishable
    assert not fades.cells["verdict_long_run"].distinguishable
    assert all(head.name in row.cells for row in table.rows for head in heads[:4])
    assert not {head.name for head in heads} & {head.name for head in others}


def test_every_other_page_takes_year_1_from_the_same_table() -> None:
    made = study()
    mean = outcome(made).loc["fades", "quantal_response"].mean()
    assert values(made).loc["fades", PRIMARY_OUTCOME].mean() == pytest.approx(mean)


def test_an_unknown_horizon_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match="horizon") as error:
        verdicts(study(), horizon="year_2")
    assert "\n" not in str(error.value)


def test_a_lever_that_starts_after_the_horizon_is_named() -> None:
    change = {"parameter": "x", "start": "2007-03-01"}
    about = [{"name": "fades", "interventions": [change], "costs": []}]
    made = study(start="2005-01-01", points=about)
    (one,) = [one for one in verdicts(made) if one.proposal == "fades"]
    assert one.note == (
        "its first change begins on 2007-03-01, and year 1 ends on 2006-01-01: nothing can show yet"
    )
    (later,) = [one for one in verdicts(made, horizon="year_3") if one.proposal == "fades"]
    assert later.note == ""


def test_the_largest_reduction_is_measured_where_it_was_not_chosen() -> None:
    made = study(expected(replications=8))
    found = confirmation(made)
    assert found is not None
    assert (found.proposal, found.chosen_on, found.fresh) == ("fades", 4, 4)
    assert found.confirmed
    assert "Confirmed: fades" in confirmation_line(made)
    assert confirmation(study(expected(replications=3))) is None
    assert "Fewer than four" in confirmation_line(study(expected(replications=3)))


def test_the_winner_of_noise_is_not_confirmed() -> None:
    """Ten proposals without effect: what is fresh says none, what was chosen on says some."""
    draws = np.random.default_rng(5)
    biased, fresh, confirmed = [], [], 0
    for _ in range(60):
        rows = {(f"p{k}", "static", 0): LEVEL + 50 * draws.standard_normal(8) for k in range(10)}
        made = study_of({("baseline", "static", 0): [LEVEL] * 8} | rows)
        found = confirmation(made)
        assert found is not None
        means = {name[0]: 100 * (x[:4] / LEVEL - 1).mean() for name, x in rows.items()}
        biased.append(min(means.values()))
        fresh.append(found.estimate.mean)
        confirmed += found.confirmed
    assert np.mean(biased) < -0.3
    assert abs(np.mean(fresh)) < 0.15
    assert confirmed <= 3
