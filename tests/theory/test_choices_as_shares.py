"""Shares of a choice, summed over loads in compiled code, against their formulas in NumPy."""

import itertools

import numpy as np
import pytest

from sim.model.expected.choices import by_best, by_logit, by_tolerance, opened
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


def test_choices_of_one_menu_are_those_of_the_menu_alone() -> None:
    whose = np.array([2, 0, 2])
    terms = RATIONALITY, USABLE, SHARE, WEIGHTS
    loss = np.stack([LOSS[1], LOSS[0], LOSS[2]])
    together = by_logit((VALUE, STAKE), loss, PRIOR, *terms, whose)
    for k, menu in enumerate(whose):
        losses = np.repeat(loss[k : k + 1], COUNT, axis=0)
        alone = by_logit((VALUE, STAKE), losses, PRIOR, *terms, np.arange(COUNT))
        assert np.array_equal(together[:, k], alone[:, menu])
    assert not np.array_equal(together[:, 0], together[:, 2])


def test_each_case_of_the_best_option_is_that_of_its_loss_alone() -> None:
    cases = np.stack([LOSS, 3.0 * LOSS])
    together = by_best(VALUE, STAKE, cases, USABLE, SHARE, WEIGHTS)
    for case, loss in enumerate(cases):
        alone = by_best(VALUE, STAKE, loss[None], USABLE, SHARE, WEIGHTS)[0]
        assert np.array_equal(together[case], alone)
    assert not np.array_equal(together[0], together[1])


def test_hours_with_the_same_open_options_are_one_pattern() -> None:
    ports, hours, queues = 3, 24, 2
    is_open = SOURCE.random((hours, ports)) < 0.5
    takes = np.array([[True, True, False], [True, True, True]])
    in_time = SOURCE.random((ports, queues, hours))
    shape = (2, 2, 4)
    port, queue = SOURCE.integers(0, ports, shape), SOURCE.integers(0, queues, shape)
    at_port = np.ones(shape, bool)
    at_port[..., -1] = False
    exists = SOURCE.random(shape) < 0.8
    exists[..., -1] = True
    usable, share, examined = opened(is_open, takes, in_time, exists, at_port, port, queue)
    assert share.sum(axis=-1) == pytest.approx(1.0)
    for i, c in np.ndindex(2, 2):
        now = exists[i, c] & (~at_port[i, c] | (is_open & takes[c])[:, port[i, c]])
        patterns, which = np.unique(now, axis=0, return_inverse=True)
        assert (share[i, c] > 0.0).sum() == len(patterns) < hours
        for p, pattern in enumerate(patterns):
            (mine,) = np.flatnonzero(
                (usable[i, c, :, 0] == pattern).all(axis=1) & (share[i, c] > 0)
            )
            assert share[i, c, mine] == pytest.approx((which == p).mean())
            chance = in_time[port[i, c], queue[i, c]][:, which == p].sum(axis=1) / hours
            np.testing.assert_allclose(examined[i, c, mine], chance)
