"""Shares of a choice, summed over loads in compiled code, against their formulas in NumPy."""

import itertools

import numpy as np
import pytest

from sim.model.expected.choices import by_best, by_logit, by_tolerance
from sim.numerics.units import Flags, Floats

RATIONALITY = 2.0
SOURCE = np.random.default_rng(1)
COUNT, CARRIAGES, PATTERNS, LOADS, OPTIONS = 4, 2, 5, 3, 7
VALUE = SOURCE.normal(0.0, 3.0, (COUNT, CARRIAGES, 1, LOADS, OPTIONS))
# Of some organisations the best option is so much better that the others vanish beside it.
VALUE[0] *= 400.0
MILD = slice(1, None)
STAKE = SOURCE.random(VALUE.shape)
LOSS = SOURCE.random((COUNT, CARRIAGES, OPTIONS))
ACCEPTING = np.where(LOSS > 0.1, (0.1 / LOSS) ** 2, 1.0)
ACCEPTING[..., -1] = 1.0
PRIOR = SOURCE.normal(0.0, 1.0, LOSS.shape)
USABLE = SOURCE.random((COUNT, CARRIAGES, PATTERNS, 1, OPTIONS)) < 0.6
USABLE[..., -1] = True
SHARE = np.ones(USABLE.shape[:3])
WEIGHTS = SOURCE.random((2, LOADS))


def softmax(score: Floats, usable: Flags) -> Floats:
    score = np.where(usable, score, -np.inf)
    weight = np.exp(score - score.max(axis=-1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


def by_levels() -> Floats:
    """Integrate the logit among the options accepted, over all tolerances."""
    accepting = np.where(USABLE[MILD], ACCEPTING[MILD, :, None, None], 0.0)
    share = np.zeros((*accepting.shape[:3], LOADS, OPTIONS))
    levels = np.unique(np.append(accepting, 0.0))
    for low, high in itertools.pairwise(levels):
        share += (high - low) * softmax(
            RATIONALITY * VALUE[MILD] + PRIOR[MILD][:, :, None, None],
            USABLE[MILD] & (accepting >= high),
        )
    return share


UTILITY = VALUE - LOSS[:, :, None, None] * STAKE
BEST = np.where(USABLE, UTILITY, -np.inf).argmax(axis=-1)


@pytest.mark.parametrize(
    ("taken", "share"),
    [
        pytest.param(
            by_logit(
                (VALUE, STAKE), LOSS, PRIOR, RATIONALITY, USABLE, SHARE, WEIGHTS, np.arange(COUNT)
            ),
            softmax(RATIONALITY * UTILITY + PRIOR[:, :, None, None], USABLE),
            id="logit",
        ),
        pytest.param(
            by_tolerance(
                VALUE[MILD],
                ACCEPTING[MILD],
                PRIOR[MILD],
                RATIONALITY,
                USABLE[MILD],
                SHARE[MILD],
                WEIGHTS,
            ),
            by_levels(),
            id="tolerance",
        ),
        pytest.param(
            by_best(VALUE, STAKE, LOSS[None], USABLE, SHARE, WEIGHTS)[0],
            (np.arange(OPTIONS) == BEST[..., None]).astype(float),
            id="best",
        ),
    ],
)
def test_shares_are_those_of_the_formula(taken: Floats, share: Floats) -> None:
    expected = np.einsum("wl,icplo->wicpo", WEIGHTS, share)
    np.testing.assert_allclose(taken, expected, rtol=1e-12, atol=1e-14)
