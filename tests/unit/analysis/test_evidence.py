"""The stamp of a proposal follows from the scores by the written rule."""

import pytest

from analysis.evidence import (
    ILLUSTRATIVE,
    RESEMBLES,
    SUPPORTED,
    WELL_SUPPORTED,
    read_scores,
    stamp,
)
from sim.errors import InputError
from sim.scenario.reading import names

GOOD = {
    "predicted.coverage90": 0.9, "predicted.skill": 0.1, "exemption_2012.record": 10.0,
    "exemption_2012.middle": 12.0, "exemption_2012.low50": 8.0, "exemption_2012.high50": 15.0,
    "exemption_2012.low90": 2.0, "exemption_2012.high90": 30.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "level"),
    [
        ({}, WELL_SUPPORTED),
        ({"predicted.skill": -0.1}, SUPPORTED),
        ({"exemption_2012.record": 25.0}, SUPPORTED),
        ({"exemption_2012.record": 25.0, "exemption_2012.low90": -5.0}, ILLUSTRATIVE),
        ({"exemption_2012.record": 35.0}, ILLUSTRATIVE),
        ({"exemption_2012.record": -1.0}, ILLUSTRATIVE),
        ({"predicted.coverage90": 0.5}, ILLUSTRATIVE),
        ({"predicted.coverage90": 1.0}, ILLUSTRATIVE),
    ],
)
def test_the_rule(changed: dict[str, float], level: str) -> None:
    assert stamp("higher_exemption", GOOD | changed).level == level


def test_what_nothing_resembles_is_illustrative_and_the_weakest_decides() -> None:
    assert stamp("etrace", GOOD).level == ILLUSTRATIVE
    assert stamp("higher_exemption+etrace", GOOD).level == ILLUSTRATIVE
    assert set(RESEMBLES) <= set(names())
    with pytest.raises(InputError, match="unknown scenario 'etrac'"):
        stamp("etrac", GOOD)


def test_every_proposal_has_a_stamp_from_the_scores_on_file() -> None:
    scores = read_scores()
    for name in names():
        assert stamp(name, scores).why
