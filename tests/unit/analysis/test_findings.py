"""What the answer says: words of the glossary, and no more digits than anyone could notice."""

import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.compare import Comparison, compare
from analysis.estimates import Estimate
from analysis.findings import _price, answer
from analysis.headline import leading, question
from analysis.language import in_language
from analysis.values import DERIVED
from sim.results.reading import Study, read_study
from sim.results.schema import METRICS, PRIMARY_OUTCOME
from tests import synthetic_study
from tests.catalogues import texts

SECOND = 1 / 60


def wait(low: float, high: float, p: float) -> Comparison:
    mean = (low + high) / 2
    difference = Estimate(mean, low, high, 5, p, identical=False)
    return Comparison("one", "static", "mean_wait_min", 4.6, difference, p, 365)


@pytest.mark.parametrize("p", [0.001, 0.9])
def test_less_than_a_second_is_said_in_words_whether_it_is_chance_or_not(p: float) -> None:
    comparison = wait(-0.5 * SECOND, 0.9 * SECOND, p)
    assert _price([comparison], comparison) == "It changes the mean wait by less than a second."


@pytest.mark.parametrize(
    ("low", "high", "p", "expected"),
    [
        (-0.5 * SECOND, 2.0 * SECOND, 0.9, "not distinguishable from none"),
        (2.0 * SECOND, 4.0 * SECOND, 0.001, "longer"),
        (-4.0 * SECOND, -2.0 * SECOND, 0.001, "shorter"),
    ],
)
def test_more_than_a_second_is_said_with_its_interval(
    low: float, high: float, p: float, expected: str
) -> None:
    comparison = wait(low, high, p)
    sentence = _price([comparison], comparison)
    assert expected in sentence
    assert "[" in sentence


# Of the same opportunities, a proposal that deters many and for which officers stop fewer: what
# pressure at the source does. By the glossary it keeps 320 out and stops 18 fewer.
KEPT_OUT, MORE_STOPPED = 320.0, -18.0
OF_STOPPING = {"firearms_stopped", "expected_firearms_stopped", "true_interdicted_share"}
STOPPING = re.compile(r"\bstop(s|ped|ping)?\b|\bintercept|\bseiz", re.IGNORECASE)
STOPPING_FRENCH = re.compile(r"arrêt|intercept|saisi", re.IGNORECASE)


def deterring(proposals: int, sign: float = 1.0) -> Study:
    """A study whose first proposals deter; noise differs between replications, not in sign."""
    rows = []
    for k, scenario in enumerate(["baseline", *(f"deter_{k}" for k in range(1, 4))]):
        own = 1.0 if 0 < k <= proposals else 0.0
        for replication in range(5):
            noise = own * 0.1 * k * (replication - 2)
            levels = {
                "firearms_planned": 7000.0,
                PRIMARY_OUTCOME: 6500.0 - sign * own * (KEPT_OUT + k) + noise,
                "expected_firearms_stopped": 300.0 + own * MORE_STOPPED,
            }
            rows += [
                (scenario, "static", 0, replication, name, "firearms", "all", "all", value)
                for name, value in levels.items()
            ]
    keys = ["scenario", "adversary", "world", "replication", "metric", "unit", "port_group"]
    summary = pd.DataFrame(rows, columns=[*keys, "class", "value"])
    return Study(Path("memory"), {"schema": 2, "days": 365, "points": []}, {}, summary)


def answered(study: Study, language: str = "en") -> str:
    with in_language(language):
        return answer(study, compare(study))


def test_the_answer_is_true_by_the_glossary() -> None:
    """What is deterred reaches no market, and nobody stopped it."""
    sentence = answered(deterring(1))
    assert sentence.startswith(
        "Firearms that reach the market: of 3 proposals, 1 reduces them and 2 make no difference "
        "that matters (less than 1 %). The largest effect is that of deter 1: −4.94 % "
        "[−4.94, −4.94] of the baseline, −321.00 [−321.20, −320.80] a year; verdict: reduces."
    )
    assert not STOPPING.search(sentence)
    french = answered(deterring(1), "fr")
    assert french.startswith(
        "Armes à feu qui atteignent le marché\xa0: sur 3 propositions, 1 les rédui"
    )
    assert "−321,00 [−321,20; −320,80] par année" in french
    assert not STOPPING_FRENCH.search(french)


NOTHING_MATTERS = "make no difference that matters (less than 1 %)."


@pytest.mark.parametrize(
    ("study", "english", "french"),
    [
        (deterring(3), "3 reduce them.", "3 les réduisent."),
        (deterring(0), f"3 {NOTHING_MATTERS}", "3 ne font aucune différence notable"),
        (deterring(3, -1.0), "3 increase them.", "3 les augmentent."),
    ],
    ids=["several", "none", "more reach the market"],
)
def test_the_answer_counts_every_proposal(study: Study, english: str, french: str) -> None:
    start = "Firearms that reach the market: of 3 proposals, "
    assert answered(study).startswith(start + english)
    assert f"sur 3 propositions, {french}" in answered(study, "fr")


def wide(sizes: dict[str, tuple[float, float]]) -> Study:
    """Proposals with a fall in firearms and the noise of a replication."""
    rows = [
        (name, "static", 0, k, PRIMARY_OUTCOME, "", "all", "all", 6500.0 - fall + noise * (k - 2))
        for name, (fall, noise) in {"baseline": (0.0, 0.0), **sizes}.items()
        for k in range(5)
    ]
    keys = ["scenario", "adversary", "world", "replication", "metric", "unit", "port_group"]
    summary = pd.DataFrame(rows, columns=[*keys, "class", "value"])
    return Study(Path("memory"), {"schema": 2, "days": 365}, {}, summary)


def test_the_largest_effect_is_told_whatever_its_verdict() -> None:
    """What is large and open is not passed over for what is small and sure, nor called nothing."""
    study = wide({"open": (600.0, 300.0), "sure": (300.0, 5.0), "small": (10.0, 5.0)})
    said = answered(study)
    assert "1 reduces them, 1 makes no difference" in said
    assert "and 1 is not resolved." in said
    assert re.search(r"The largest effect is that of open: −9 %.*; verdict: not resolved\.", said)
    assert re.search(r"The largest reduction that is resolved is that of sure: −4\.6", said)
    assert leading(study) == "open"


def test_the_largest_reduction_is_the_one_that_is_told() -> None:
    assert "The largest effect is that of deter 3" in answered(deterring(3))
    assert leading(deterring(3)) == "deter_3"


def test_stopped_is_said_of_seized_and_intercepted_only() -> None:
    """Each title of a metric, and each message of a page, that says stopped is about these."""
    metrics = {**METRICS, **{name: metric for name, (metric, _) in DERIVED.items()}}
    stop = re.compile(r"\bstop(s|ped|ping)?\b")
    titled = {name for name, metric in metrics.items() if stop.search(metric.title)}
    assert titled == OF_STOPPING
    assert {name for name in metrics if "stopped" in name} <= OF_STOPPING
    assert DERIVED["firearms_stopped"][1] == ("firearms_seized_ports", "firearms_intercepted_away")
    titles = {metrics[name].title for name in OF_STOPPING}
    messages = {
        text.replace("{contraband}", "firearms")
        for forms in texts("en").values()
        for text in forms
        if "{contraband}" in text and stop.search(text.lower())
    }
    assert messages == titles


def test_kept_out_is_a_difference_and_no_level() -> None:
    words = ("kept", "keep", "out of the market")
    assert not [name for name, one in METRICS.items() if any(w in one.title for w in words)]
    assert not [name for name in METRICS if "kept" in name]
    comparison = next(
        one
        for one in compare(deterring(1))
        if one.metric == PRIMARY_OUTCOME and one.scenario == "deter_1"
    )
    assert comparison.difference.mean == pytest.approx(-(KEPT_OUT + 1))
    fall = comparison.fall
    assert fall.low < fall.mean < fall.high
    assert fall.mean == -comparison.difference.mean


@pytest.mark.parametrize(
    ("ports", "days", "asked", "in_french"),
    [
        (139, 365, "Canada’s land border, 2005: what", "Frontière du Canada, 2005\xa0:"),
        (
            4,
            7,
            "Canada’s land border, 2005 (4 ports, 7 days): what",
            "(4 points d’entrée, 7 jours)",
        ),
        (1, 365, "Canada’s land border, 2005 (1 port, 365 days): what", "(1 point d’entrée, 365"),
        (139, 28, "Canada’s land border, 2005 (139 ports, 28 days): what", "(139 points d’entrée,"),
    ],
)
def test_a_study_of_a_part_does_not_ask_for_the_whole(
    tmp_path: Path, ports: int, days: int, asked: str, in_french: str
) -> None:
    names = [f"port-{k}" for k in range(ports)]
    study = read_study(synthetic_study.write(tmp_path / "part", ports=names, days=days))
    assert question(study).startswith(asked)
    with in_language("fr"):
        assert in_french in question(study)
