"""Verdicts: the rule over a thousand made-up studies, and the table that it makes of one."""

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy import stats

from analysis.__main__ import main
from analysis.compare import compare
from analysis.effects import headline_effects
from analysis.equivalence import (
    DEPENDS,
    INCREASES,
    NO_DIFFERENCE,
    NOT_RESOLVED,
    REDUCES,
    joint_errors,
    joint_intervals,
    read_off,
)
from analysis.language import in_language
from analysis.outcomes import span
from analysis.verdicts import frame_of, limits, over_horizons, share_of, verdicts, verdicts_text
from sim.errors import InputError
from sim.results.reading import Study, read_study
from sim.results.schema import PRIMARY_OUTCOME, SMALLEST_DIFFERENCE
from tests import synthetic_study

STUDIES, PROPOSALS, REPLICATIONS = 1000, 28, 5
LEVEL = 7000.0
SMALLEST = 0.01
Array = npt.NDArray[np.float64]


def made(effects: npt.ArrayLike, spread: npt.ArrayLike, seed: int) -> tuple[Array, Array]:
    """Paired differences and baselines of many studies, whose noise is in part common to all.

    ``effects`` and ``spread``, the standard deviation of one replication, are shares of the
    baseline by proposal.
    """
    draws = np.random.default_rng(seed)
    shape = (STUDIES, PROPOSALS, REPLICATIONS)
    common = draws.standard_normal((STUDIES, 1, REPLICATIONS))
    noise = math.sqrt(0.3) * common + math.sqrt(0.7) * draws.standard_normal(shape)
    share = np.asarray(effects)[..., None] + np.asarray(spread)[..., None] * noise
    baseline = LEVEL * (1 + 0.02 * draws.standard_normal((STUDIES, 1, REPLICATIONS)))
    return LEVEL * share, np.broadcast_to(baseline, shape)


def resolving(limit: float) -> float:
    """Standard deviation of a replication at which half of the joint interval is ``limit``."""
    tail = 1 - 0.025 / PROPOSALS
    return limit * math.sqrt(REPLICATIONS) / float(stats.t.ppf(tail, REPLICATIONS - 1))


SPREADS = resolving(SMALLEST) * np.geomspace(0.1, 10, PROPOSALS)
"""Some proposals are known to a tenth of what matters, and some to ten times that."""

OTHER_SPREADS = {
    "all alike": np.full(PROPOSALS, 3.0),
    "tenfold": np.geomspace(1, 10, PROPOSALS),
    "two groups": np.r_[np.full(20, 0.3), np.full(8, 9.0)],
    "one apart": np.r_[np.full(27, 0.3), 30.0],
}
"""In detection limits; what the shared variances are made for, and what they are not."""


def judged(differences: Array, baseline: Array, family: int) -> tuple[Array, Array, npt.NDArray]:
    _, low, high = joint_intervals(differences, baseline, family)
    return low, high, read_off(low, high, SMALLEST)


def test_a_study_of_nothing_claims_an_effect_in_one_of_twenty_at_most() -> None:
    _, _, words = judged(*made(np.zeros(PROPOSALS), SPREADS, 1), PROPOSALS)
    false = np.isin(words, (REDUCES, INCREASES)).any(axis=1).mean()
    assert false <= 0.05


def test_intervals_that_hold_one_by_one_would_claim_an_effect_in_most_studies() -> None:
    """The test above can fail: this is what it is there to notice."""
    _, _, words = judged(*made(np.zeros(PROPOSALS), SPREADS, 1), 1)
    assert np.isin(words, (REDUCES, INCREASES)).any(axis=1).mean() > 0.3


@pytest.mark.parametrize("spreads", OTHER_SPREADS.values(), ids=[*OTHER_SPREADS])
@pytest.mark.parametrize("replications", [3, 5])
def test_shared_variances_claim_no_more_whatever_the_spreads(
    spreads: Array, replications: int
) -> None:
    samples, baseline = made(np.zeros(PROPOSALS), spreads * resolving(SMALLEST), 6)
    samples, baseline = samples[..., :replications], baseline[..., :replications]
    _, low, high = joint_intervals(samples, baseline, PROPOSALS)
    assert ((low > 0) | (high < 0)).any(axis=1).mean() <= 0.055  # chance of 1,000: 0.007


def test_shared_variances_are_worth_having_where_variances_are_alike() -> None:
    samples, _ = made(np.zeros(PROPOSALS), np.ones(PROPOSALS), 7)
    few = samples[..., :3]
    shared, times = joint_errors(few, PROPOSALS)
    alone = few.std(axis=-1, ddof=1) / math.sqrt(3)
    student = float(stats.t.ppf(1 - 0.025 / PROPOSALS, 2))
    assert np.median(times * shared) < np.median(student * alone) / 4


@pytest.mark.parametrize("sign", [-1, 1])
def test_twice_what_matters_is_noticed_where_the_study_claims_to_resolve_it(sign: int) -> None:
    for limit in (0.5, 1.0, 1.5):
        spread = np.full(PROPOSALS, resolving(limit * SMALLEST))
        low, high, words = judged(
            *made(np.full(PROPOSALS, 2 * sign * SMALLEST), spread, 2), PROPOSALS
        )
        claimed = (high - low) / 2 <= SMALLEST
        assert claimed.sum() > 500
        right = words[claimed] == (REDUCES if sign < 0 else INCREASES)
        assert right.mean() >= 0.9


def test_what_matters_is_called_nothing_in_one_study_of_twenty_at_most() -> None:
    """The baseline's mean, the unit of measure, is itself known to one part in a hundred here."""
    spread = np.geomspace(0.1, 2, PROPOSALS) * resolving(SMALLEST)
    _, _, words = judged(*made(np.full(PROPOSALS, 1.03 * SMALLEST), spread, 3), PROPOSALS)
    assert (words == NO_DIFFERENCE).any(axis=1).mean() <= 0.05


def test_no_verdict_contradicts_its_interval() -> None:
    effects = np.random.default_rng(4).normal(0, 2 * SMALLEST, PROPOSALS)
    low, high, words = judged(*made(effects, SPREADS, 5), PROPOSALS)
    assert set(np.unique(words)) == {REDUCES, INCREASES, NO_DIFFERENCE, NOT_RESOLVED}
    assert (high[words == REDUCES] < 0).all()
    assert (low[words == REDUCES] < -SMALLEST).all()
    assert (low[words == INCREASES] > 0).all()
    assert (high[words == INCREASES] > SMALLEST).all()
    nothing = words == NO_DIFFERENCE
    assert (np.maximum(-low, high)[nothing] <= SMALLEST).all()
    open_ = words == NOT_RESOLVED
    assert ((low <= 0) & (high >= 0))[open_].all()
    assert ((high - low)[open_] > SMALLEST).all()


def test_the_interval_by_hand() -> None:
    # Differences -1, -2, -3 of 100, four proposals: t(2, 1 - 0.05 / 8) = 8.8602.
    mean, low, high = joint_intervals([-1.0, -2.0, -3.0], [90.0, 100.0, 110.0], 4)
    reach = float(stats.t.ppf(1 - 0.05 / 8, 2)) / math.sqrt(3)
    assert reach == pytest.approx(8.8602 / math.sqrt(3), rel=1e-4)
    assert (mean, low, high) == pytest.approx((-0.02, (-2 - reach) / 100, (-2 + reach) / 100))


# ---------------------------------------------------------------- one study


def study_of(
    samples: dict[tuple[str, str, int], Iterable[float]], days: float = 365, **manifest: object
) -> Study:
    """A study of the primary outcome alone, by scenario, kind of smuggler and world."""
    rows = [
        (*key, replication, PRIMARY_OUTCOME, "firearms", "all", "all", value)
        for key, sample in samples.items()
        for replication, value in enumerate(sample)
    ]
    columns = ["scenario", "adversary", "world", "replication", "metric", "unit", "port_group"]
    summary = pd.DataFrame(rows, columns=[*columns, "class", "value"])
    return Study(Path("memory"), {"schema": 2, "days": days, **manifest}, {}, summary)


NOISE = (-2.0, -1.0, 0.0, 1.0, 2.0)
BASE = [LEVEL + 10 * x for x in NOISE]


def shifted(percent: float, noise: float = 1.0) -> list[float]:
    """The baseline with an effect in per cent; ``noise`` differs between replications."""
    order = (1, -2, 2, -1, 0)
    return [base + LEVEL * percent / 100 + noise * x for base, x in zip(BASE, order, strict=True)]


def named(**effects: list[float]) -> Study:
    return study_of(
        {("baseline", "static", 0): BASE}
        | {(name, "static", 0): sample for name, sample in effects.items()}
    )


FIVE = {
    "less": shifted(-5), "more": shifted(3), "small": shifted(-0.4), "wide": shifted(-9, 400),
    "same": BASE,
}  # fmt: skip


def test_the_five_cases() -> None:
    table = {one.proposal: one for one in verdicts(named(**FIVE))}
    assert {name: one.verdict for name, one in table.items()} == {
        "less": REDUCES, "more": INCREASES, "small": NO_DIFFERENCE, "wide": NOT_RESOLVED,
        "same": NO_DIFFERENCE,
    }  # fmt: skip
    assert table["same"].identical
    assert "identical" in table["same"].note
    assert table["less"].mean == pytest.approx(-5)
    assert table["less"].share_of_worlds == 1
    assert table["same"].share_of_worlds == 0
    assert math.isnan(table["less"].cost_cad)


def test_the_table_says_what_the_rule_says_of_the_same_numbers() -> None:
    study = named(**FIVE)
    samples = np.array([*FIVE.values()]) - BASE
    ends = joint_intervals(samples, np.broadcast_to(BASE, samples.shape), 4)
    for one in verdicts(study):
        if not one.identical:
            expected = [100 * float(end[[*FIVE].index(one.proposal)]) for end in ends]
            assert (one.mean, one.low, one.high) == pytest.approx(expected)
    found = {c.scenario: c for c in compare(study, [PRIMARY_OUTCOME])}
    for one in verdicts(study):
        change = found[one.proposal].difference
        assert [100 * x / LEVEL for x in (change.low, change.mean, change.high)] == pytest.approx(
            [one.low, one.mean, one.high], abs=1e-9
        )
        assert found[one.proposal].distinguishable == (one.verdict in (REDUCES, INCREASES))
        sure = found[one.proposal].p_adjusted < 0.05
        assert sure == (not one.low <= 0 <= one.high)


def test_the_order_is_that_of_size_within_an_aim_with_bounds_last() -> None:
    about = [
        {"name": "less", "aim": "flow", "bound": False}, {"name": "more", "aim": "firearms"},
        {"name": "small", "aim": "firearms"}, {"name": "wide", "aim": "firearms"},
        {"name": "same", "aim": "firearms"}, {"name": "limit", "aim": "firearms", "bound": True},
    ]  # fmt: skip
    effects = FIVE | {"limit": shifted(-50)}
    samples = {(name, "static", 0): x for name, x in {"baseline": BASE, **effects}.items()}
    study = study_of(samples, points=about)
    order = [one.proposal for one in verdicts(study)]
    assert order == ["wide", "small", "same", "more", "limit", "less"]
    text = verdicts_text(study, verdicts(study))
    assert (
        text.index("Aimed at firearms")
        < text.index("limit (extreme case)")
        < text.index("Aimed at flow")
    )


def test_signs_that_differ_between_kinds_of_smuggler_are_said() -> None:
    kinds = {"quantal_response": (-5.0, 1), "static": (4.0, 1), "learning": (0.1, 100)}
    study = study_of(
        {("baseline", kind, 0): BASE for kind in kinds}
        | {("a", kind, 0): shifted(*effect) for kind, effect in kinds.items()}
        | {("b", kind, 0): shifted(-3) for kind in kinds}
    )
    a, b = verdicts(study)
    assert (a.proposal, a.verdict, a.words) == ("a", DEPENDS, "depends on the smugglers")
    assert "reduces under the smuggler model “quantal response”" in a.note
    assert "increases under the smuggler model “static”" in a.note
    assert a.share_of_worlds == pytest.approx(1 / 3)
    assert (b.verdict, b.share_of_worlds) == (REDUCES, 1)
    with in_language("fr"):
        assert verdicts(study)[0].words == "dépend des contrebandiers"


@pytest.mark.parametrize("percent", [-5.0, 4.0])
def test_an_effect_with_one_kind_and_none_at_all_with_another_is_a_dependence(
    percent: float,
) -> None:
    def judge(other: list[float]) -> tuple[str, str]:
        kinds = {"quantal_response": shifted(percent), "threshold": other}
        study = study_of(
            {("baseline", kind, 0): BASE for kind in kinds}
            | {("a", kind, 0): sample for kind, sample in kinds.items()}
            | {("b", kind, 0): shifted(-3) for kind in kinds}
        )
        one = next(one for one in verdicts(study) if one.proposal == "a")
        return one.verdict, one.note

    for none in (BASE, shifted(0.01, 0.5)):
        verdict, note = judge(none)
        assert verdict == DEPENDS
        assert ("reduces" if percent < 0 else "increases") in note
        assert "does nothing under the smuggler model “threshold”" in note
    # A small effect is not none, nor is one that is not known.
    for some in (shifted(percent / 10), shifted(0.0, 20)):
        assert judge(some)[0] == (REDUCES if percent < 0 else INCREASES)


def test_opposite_signs_of_effects_that_do_not_matter_are_no_dependence() -> None:
    def study(percent: float) -> Study:
        effects = {"quantal_response": -percent, "static": percent}
        return study_of(
            {("baseline", kind, 0): BASE for kind in effects}
            | {("a", kind, 0): shifted(effect) for kind, effect in effects.items()}
        )

    (one,) = verdicts(study(0.5))
    assert one.verdict == NO_DIFFERENCE
    (one,) = verdicts(study(1.5))
    assert one.verdict == DEPENDS


def test_a_sure_sign_of_a_size_that_may_not_matter_is_said() -> None:
    words = {
        one.proposal: one.words for one in verdicts(named(near=shifted(-1.2, 20), far=shifted(-3)))
    }
    assert words == {"near": "reduces, perhaps by less than matters", "far": "reduces"}


@pytest.mark.parametrize(("share", "word"), [(0.1, DEPENDS), (0.01, REDUCES)])
def test_what_counts_as_none_at_all_is_that_of_the_study(share: float, word: str) -> None:
    samples = {("baseline", kind, 0): BASE for kind in ("quantal_response", "static")}
    samples |= {("a", "quantal_response", 0): shifted(-3), ("a", "static", 0): shifted(-0.05, 0.5)}
    about = {"configuration": {"study": {"nothing_share": share}}}
    assert verdicts(study_of(samples, **about))[0].verdict == word


def test_signs_that_differ_between_worlds_are_said_where_replications_show_it() -> None:
    def worlds(replications: int) -> Study:
        return study_of(
            {("baseline", "static", w): BASE[:replications] for w in range(1, 7)}
            | {("a", "static", w): shifted(-4 if w % 2 else 4)[:replications] for w in range(1, 7)}
        )

    (one,) = verdicts(worlds(5))
    assert (one.verdict, one.words) == (DEPENDS, "depends on the world")
    assert "reduces in 3 of 6 worlds, increases in 3" in one.note
    (one,) = verdicts(worlds(1))
    assert one.verdict == NOT_RESOLVED
    assert one.share_of_worlds == 0.5


@pytest.mark.parametrize(
    ("days", "words"),
    [(365, "year 1"), (366, "year 1"), (30, "30 days"), (1096, "years 1 to 3"), (None, "the run")],
)
def test_the_horizon_is_the_length_of_the_run(days: float | None, words: str) -> None:
    assert span(days) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0", "--threshold = 0 is not above 0 and at most 1"),
        ("-1%", "--threshold = -0.01 is not above 0"),
        ("150%", "--threshold = 1.5 is not above 0 and at most 1"),
        ("nan", "--threshold = nan is not above 0"),
        ("some", "--threshold = 'some' is not a share such as 0.01 or 1%"),
    ],
)
def test_a_threshold_that_is_none_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words.replace("(", r"\(")) as error:
        share_of(text)
    assert "\n" not in str(error.value)


def test_a_threshold_below_what_the_study_resolves_is_said_with_the_figure() -> None:
    study = named(less=shifted(-5), small=shifted(-0.4, 20))
    table = verdicts(study)
    ends = limits(table)
    assert ends is not None
    assert ends[1] > ends[0]
    assert "this study cannot resolve" not in verdicts_text(study, verdicts(study, 0.03), 0.03)
    text = verdicts_text(study, verdicts(study, 0.0001), 0.0001)
    (line,) = [line for line in text.splitlines() if "this study cannot resolve" in line]
    assert "0.01 %" in line
    assert f"{ends[1]:.2g}" in line


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ({("a", "static", 0): BASE}, "there is no scenario 'baseline' to compare with"),
        ({("baseline", "static", 0): BASE}, "nothing to compare with 'baseline'"),
        (
            {("baseline", "static", 0): [7000.0], ("a", "static", 0): [6900.0]},
            "one replication gives no interval and so no verdict; run.replications = 1 is below 2",
        ),
    ],
)
def test_what_cannot_be_judged_is_refused_in_one_line(
    samples: dict[tuple[str, str, int], list[float]], words: str
) -> None:
    with pytest.raises(InputError, match=words) as error:
        verdicts(study_of(samples))
    assert "\n" not in str(error.value)


def test_the_smallest_difference_is_that_of_the_study_unless_another_is_given() -> None:
    about = {"configuration": {"study": {"smallest_difference": 0.001}}}
    samples = {("baseline", "static", 0): BASE, ("a", "static", 0): shifted(-0.4)}
    assert verdicts(study_of(samples))[0].verdict == NO_DIFFERENCE
    assert SMALLEST_DIFFERENCE == 0.01
    assert verdicts(study_of(samples, **about))[0].verdict == REDUCES
    assert verdicts(study_of(samples, **about), 0.01)[0].verdict == NO_DIFFERENCE


def test_a_border_without_firearms_has_no_effects() -> None:
    nothing = [0.0] * 5
    (one,) = verdicts(study_of({(name, "static", 0): nothing for name in ("baseline", "a")}))
    assert one.identical


def test_the_command_prints_and_writes_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    effects = {name: synthetic_study.EFFECTS[name] for name in ("baseline", "more_officers")}
    folder = synthetic_study.write(tmp_path / "study", effects, replications=3)
    path = tmp_path / "verdicts.csv"
    assert main(["verdicts", str(folder), "--csv", str(path)]) == 0
    assert "Detection limit" in capsys.readouterr().out
    table = pd.read_csv(path)
    assert list(table)[:9] == [
        "proposal", "aim", "verdict", "horizon", "low", "mean", "high", "share_of_worlds",
        "cost_cad",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(table, frame_of(over_horizons(read_study(folder))))
    assert list(table["horizon"]) == ["year 1", "year 3", "long run"]
    cost = table[table["horizon"] == "year 1"].set_index("proposal")["cost_cad"]
    assert cost["more_officers"] == pytest.approx(25.5e6)
    assert main(["verdicts", str(folder), "--threshold", "0.1%"]) == 0
    said = capsys.readouterr().out
    assert main(["verdicts", str(folder), "--threshold", "0.001"]) == 0
    assert capsys.readouterr().out == said
    assert main(["verdicts", str(folder), "--threshold", "-1"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_every_kind_of_smuggler_is_judged_by_itself() -> None:
    kinds = ("quantal_response", "static")
    study = study_of(
        {(name, kind, 0): BASE for name in ("baseline",) for kind in kinds}
        | {(name, "static", 0): shifted(-2) for name in ("a", "b")}
        | {("a", "quantal_response", 0): shifted(-3)}
    )
    families = {key: effect.family for key, effect in headline_effects(study).items()}
    assert families == {("a", "static"): 2, ("b", "static"): 2, ("a", "quantal_response"): 1}
