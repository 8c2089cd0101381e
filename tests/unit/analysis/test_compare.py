"""Paired differences: against textbook formulas, by hand, and in the long run."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.__main__ import main
from analysis.compare import (
    Comparison,
    compare,
    corrected,
    family,
    frame_of,
    holm,
    text_of,
)
from analysis.estimates import estimate, estimates
from analysis.values import KEYS, by_traffic, values
from analysis.wording import number, shown
from sim.errors import InputError
from sim.results.reading import Study, read_study
from tests import synthetic_study

write, EFFECTS = synthetic_study.write, synthetic_study.EFFECTS


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read_study(write(tmp_path_factory.mktemp("study")))


def small(numbers: dict[str, list[float]], metric: str = "mean_wait_min") -> Study:
    """A study of one metric, in memory."""
    rows = [
        (name, "static", 0, replication, metric, "", "all", "all", value)
        for name, sample in numbers.items()
        for replication, value in enumerate(sample)
    ]
    columns = ["scenario", "adversary", "world", "replication", "metric", "unit", "port_group"]
    summary = pd.DataFrame(rows, columns=[*columns, "class", "value"])
    return Study(Path("memory"), {"schema": 2, "days": 365}, {}, summary)


def one(numbers: dict[str, list[float]], metric: str = "mean_wait_min") -> Comparison:
    (comparison,) = compare(small(numbers, metric), [metric])
    return comparison


def test_interval_and_p_are_those_of_the_paired_t_test() -> None:
    baseline, proposal = [5.0, 6.5, 4.2, 7.7, 5.1], [5.9, 7.1, 4.0, 9.1, 6.2]
    comparison = one({"baseline": baseline, "proposal": proposal})
    expected = stats.ttest_rel(proposal, baseline)
    interval = expected.confidence_interval(0.95)
    assert comparison.difference.p == pytest.approx(expected.pvalue, rel=1e-12)
    assert comparison.difference.low == pytest.approx(interval.low, rel=1e-12)
    assert comparison.difference.high == pytest.approx(interval.high, rel=1e-12)


def test_interval_by_hand() -> None:
    # Differences 1, 2, 3: mean 2, standard error 1/sqrt(3), t(2, 0.975) = 4.30265.
    comparison = one({"baseline": [0.0, 0.0, 0.0], "proposal": [1.0, 2.0, 3.0]})
    assert comparison.difference.mean == 2.0
    assert comparison.difference.high == pytest.approx(2 + 4.302652729911275 / math.sqrt(3))


def test_pairs_are_matched_by_replication_not_by_row() -> None:
    made = small({"baseline": [1.0, 2.0, 3.0], "proposal": [1.5, 2.5, 3.5]})
    shuffled = made.summary.iloc[[0, 2, 1, 5, 3, 4]]
    (comparison,) = compare(Study(made.folder, made.manifest, {}, shuffled), ["mean_wait_min"])
    assert (comparison.difference.low, comparison.difference.mean, comparison.difference.high) == (
        0.5,
        0.5,
        0.5,
    )


def test_only_replications_of_both_are_compared() -> None:
    comparison = one({"baseline": [1.0, 2.0, 3.0, 99.0], "proposal": [2.0, 3.5, 4.0]})
    assert comparison.difference.count == 3
    assert comparison.baseline == 2.0


def test_no_difference_on_any_replication_is_said() -> None:
    comparison = one({"baseline": [1.0, 2.0], "proposal": [1.0, 2.0]})
    assert comparison.verdict == "identical on every replication"
    assert comparison.difference.p == 1.0


def test_one_replication_has_no_interval_and_says_so() -> None:
    comparison = one({"baseline": [5.0], "proposal": [6.0]})
    assert math.isnan(comparison.difference.low)
    assert math.isnan(comparison.p_adjusted)
    assert comparison.verdict == "+1.00 min on one replication, so no interval"
    study = small({"baseline": [5.0], "proposal": [6.0]})
    assert "without intervals" in text_of(study, compare(study, ["mean_wait_min"]))


def test_a_constant_difference_needs_no_chance_to_explain_it() -> None:
    comparison = one({"baseline": [1.0, 2.0], "proposal": [3.0, 4.0]})
    assert comparison.difference.p == 0.0
    assert comparison.verdict == "longer mean wait: +2.00 min [2.00, 2.00]"


def test_holm_by_hand() -> None:
    def made(p: float, metric: str = "arrivals") -> Comparison:
        sample = estimate(pd.Series([1.0, 2.0]))
        blank = {"scenario": "a", "adversary": "b", "metric": metric, "baseline": 0.0}
        changed = type(sample)(1.0, 0.0, 2.0, 2, p, False)
        return Comparison(**blank, difference=changed, p_adjusted=math.nan, days=None)

    comparisons = corrected(
        [made(0.01), made(0.04), made(0.03), made(math.nan), made(0.02, "released")]
    )
    # Sorted 0.01, 0.03, 0.04 times 3, 2, 1, never falling.
    assert [comparison.p_adjusted for comparison in comparisons[:3]] == pytest.approx(
        [0.03, 0.06, 0.06]
    )
    assert math.isnan(comparisons[3].p_adjusted)
    # Another metric is another question, with a correction of its own.
    assert comparisons[4].p_adjusted == pytest.approx(0.02)
    assert family(comparisons) == 3


@pytest.mark.parametrize("count", [1, 2, 5, 79])
def test_holm_is_that_of_statsmodels(count: int) -> None:
    p = np.round(np.random.default_rng(count).random(count) ** 3, 2)  # with ties and zeros
    assert holm(p).tolist() == multipletests(p, method="holm")[1].tolist()


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    draws = np.random.default_rng(20050101)
    hits, studies = 0, 2000
    for _ in range(studies):
        common = draws.normal(0, 50, 10)
        difference = pd.Series(common + 3 + draws.normal(0, 2, 10) - common)
        interval = estimate(difference)
        hits += interval.low <= 3 <= interval.high
    assert abs(hits / studies - 0.95) < 4 * math.sqrt(0.95 * 0.05 / studies)


def test_effects_that_were_put_in_come_out(study: Study) -> None:
    comparisons = {(c.metric, c.scenario): c for c in compare(study)}
    for scenario, (guns, wait) in EFFECTS.items():
        if scenario == "baseline":
            continue
        stopped = comparisons["expected_firearms_stopped", scenario]
        assert stopped.difference.mean == pytest.approx(guns, abs=1.0)
        longer = comparisons["mean_wait_min", scenario].difference
        assert longer.mean == pytest.approx(wait, abs=0.15)
    assert comparisons["firearms_stopped", "arm_officers"].difference.identical


def test_stopped_is_the_sum_of_its_parts(study: Study) -> None:
    table = values(study)
    parts = table["firearms_seized_ports"] + table["firearms_intercepted_away"]
    pd.testing.assert_series_equal(table["firearms_stopped"], parts, check_names=False)


def test_smugglers_are_compared_kind_by_kind() -> None:
    made = small({"baseline": [1.0, 2.0], "proposal": [2.0, 4.0]})
    other = made.summary.assign(adversary="worst_case")
    other.loc[other["scenario"] == "proposal", "value"] += 10
    both = Study(made.folder, made.manifest, {}, pd.concat([made.summary, other]))
    comparisons = compare(both, ["mean_wait_min"])
    assert [c.difference.mean for c in comparisons] == [1.5, 11.5]


def test_a_kind_of_smuggler_without_a_baseline_is_not_compared() -> None:
    made = small({"baseline": [1.0, 2.0], "proposal": [2.0, 4.0]})
    other = made.summary.assign(adversary="worst_case")
    other = other[other["scenario"] == "proposal"]
    both = Study(made.folder, made.manifest, {}, pd.concat([made.summary, other]))
    verdicts = [c.verdict for c in compare(both, ["mean_wait_min"])]
    assert verdicts[1] == "no replication in common with the baseline"


def test_over_several_worlds_the_worlds_are_counted() -> None:
    made = small({"baseline": [0.0, 0.0], "proposal": [1.0, 3.0]})
    rows = [made.summary.assign(world=k, value=made.summary["value"] * (k + 1)) for k in range(3)]
    (comparison,) = compare(
        Study(made.folder, made.manifest, {}, pd.concat(rows)), ["mean_wait_min"]
    )
    assert (comparison.difference.count, comparison.difference.mean) == (3, 4.0)


def test_without_a_baseline_nothing_is_compared() -> None:
    with pytest.raises(InputError, match="no scenario 'baseline'"):
        compare(small({"proposal": [1.0]}), ["mean_wait_min"])


def test_a_metric_that_is_not_known_is_named() -> None:
    with pytest.raises(InputError, match=r"unknown metric 'mean_wait'; did you mean mean_wait_min"):
        compare(small({"baseline": [1.0]}), ["mean_wait"])


def test_a_value_that_is_there_twice_is_damage() -> None:
    made = small({"baseline": [1.0, 2.0]})
    twice = Study(made.folder, made.manifest, {}, pd.concat([made.summary] * 2))
    with pytest.raises(InputError, match="twice"):
        values(twice)


@pytest.mark.parametrize(
    ("given", "unit", "text"),
    [
        ((12.0, 8.0, 16.0), "firearms", "+12 [8, 16]"),
        ((1.3449, 1.246, 1.444), "min", "+1.34 min [1.25, 1.44]"),
        ((-553004.0, -605921.0, -500087.0), "vehicle-hours", "−550,000 [−610,000, −500,000]"),
        ((0.0271, 0.0262, 0.0279), "share", "+2.71 points [2.62, 2.79]"),
        ((-2.1e6, -2.4e6, -1.8e6), "CAD", "−2.10 million CAD [−2.40, −1.80]"),
        ((-0.004, -0.3, 0.3), "firearms", "0.00 [−0.30, 0.30]"),
    ],
)
def test_numbers_have_the_digits_their_interval_supports(
    given: tuple[float, float, float], unit: str, text: str
) -> None:
    assert str(shown(*given, unit=unit, signed=True)) == text


def test_numbers_are_rounded_to_hundreds_and_have_no_negative_zero() -> None:
    assert number(12345.6, -2) == "12,300"
    assert number(-0.04, 1, signed=True) == "0.0"


def test_one_table_keeps_one_scale() -> None:
    made = small({"baseline": [9e6, 9.1e6], "proposal": [9.002e6, 9.104e6]}, "duty_collected_cad")
    text = text_of(made, compare(made, ["duty_collected_cad"]))
    assert "[million CAD]" in text
    assert "+0.003" in text


def test_terminal_table_is_aligned_and_says_its_correction(
    study: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "differences.csv"
    assert main(["compare", str(study.folder), "--csv", str(out)]) == 0
    text = capsys.readouterr().out
    assert "correction over the 5 comparisons of a metric" in text
    assert "known to the model only" in text
    blocks = [block.splitlines()[2:] for block in text.split("\n\n")[:-1]]
    for head, *rows in blocks:
        place = max(head.find("finding"), head.find("verdict"))
        assert all(row[place - 1] == " " and row[place] != " " for row in rows)
    assert len(pd.read_csv(out)) == len(frame_of(compare(study))) == 45


@pytest.mark.parametrize("command", ["compare", "brief", "validate"])
def test_a_bad_folder_is_one_line_and_exit_2(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(tmp_path)]) == 2
    spoken = capsys.readouterr()
    assert spoken.out == ""
    assert spoken.err.count("\n") == 1
    assert "not a results folder" in spoken.err


def test_intervals_hold_where_replications_share_their_traffic() -> None:
    """Coverage under a strong effect of the traffic that the replications on it have in common."""
    random, shared, repeated, trials = np.random.default_rng(5), 6, 10, 500
    numbers = np.arange(shared * repeated)
    covered = {"by traffic": 0, "as if independent": 0}
    for _ in range(trials):
        change = random.normal(size=shared)[numbers % shared] + 0.5 * random.normal(
            size=len(numbers)
        )
        keys = [("more", "static", 0, number) for number in numbers.tolist()]
        index = pd.MultiIndex.from_tuples(keys, names=KEYS)
        table = pd.DataFrame({"firearms_passed": 7.0 + change}, index=index)
        for name, rows in (
            ("by traffic", by_traffic(table, shared)), ("as if independent", table)
        ):  # fmt: skip
            (found,) = estimates(rows)
            assert found.mean == pytest.approx(7.0 + change.mean())
            covered[name] += found.low <= 7.0 <= found.high
    assert covered["by traffic"] / trials == pytest.approx(0.95, abs=0.03)
    assert covered["as if independent"] / trials < 0.7
