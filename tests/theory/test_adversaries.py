"""The adversary ensemble: limits, curves and bounds that hold whatever the border is."""

import dataclasses
import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.model.smuggling.adversary import (
    Adversary,
    Learning,
    Options,
    QuantalResponse,
    Static,
    Threshold,
    WorstCase,
    willing,
)
from sim.model.smuggling.routes import Attempt, AttemptOutcome, Route
from sim.numerics.randomness import Streams
from sim.numerics.units import DAY_S
from sim.parameters import Smuggling
from sim.records import PORT, TRAFFICKING

ROUTES = 8
SMUGGLING = Smuggling()

Floats = np.ndarray


def learner(
    smuggling: Smuggling = SMUGGLING, kinds: tuple[int, ...] = (*(0,) * ROUTES, 9)
) -> Learning:
    alike = np.equal.outer(kinds, kinds)
    return Learning(smuggling, alike, lambda route: route.port, Streams(5, 0))


def ensemble() -> dict[str, Adversary]:
    return {
        "static": Static(),
        "quantal_response": QuantalResponse(),
        "learning": learner(),
        "threshold": Threshold(),
        "worst_case": WorstCase(),
    }


def gumbel(random: np.random.Generator, count: int = ROUTES + 1) -> Floats:
    return random.gumbel(size=count)


def options(
    value: Floats,
    loss: Floats,
    noise: Floats,
    true: Floats | None = None,
    risk_tolerance_quantile: float = 0.5,
) -> Options:
    """Some routes and no trip."""
    count = len(value)
    made = np.append(np.ones(count), 0.0)
    return Options(
        organisation=3,
        numbers=np.arange(count + 1),
        value=np.append(value, 0.0),
        stake=6.0 * made,
        believed=np.append(loss, 0.0),
        habit=made / count,
        prior=np.zeros(count + 1),
        noise=noise,
        risk_tolerance_quantile=risk_tolerance_quantile,
        chance_before=lambda: np.append(loss, 0.0),
        chance_true=lambda: np.append(loss if true is None else true, 0.0),
    )


def random_options(seed: int) -> Options:
    random = np.random.default_rng(seed)
    count = int(random.integers(1, ROUTES))
    loss = random.uniform(0.0, 1.0, count) ** 2
    true = np.clip(loss * random.uniform(0.5, 2.0, count), 0.0, 1.0)
    value = random.normal(0.5, 1.0, count)
    return options(value, loss, gumbel(random, count + 1), true, float(random.uniform()))


# ------------------------------------------------------------------ quantal response


def shares(utility: np.ndarray, rationality: float) -> np.ndarray:
    """Chance that each option is taken, by its utility and lambda."""
    weight = np.exp(rationality * (utility - utility.max()))
    return np.asarray(weight / weight.sum())


@pytest.mark.parametrize("rationality", [0.0, 1e-12, 1e-9])
def test_lambda_to_zero_is_uniform(rationality: float) -> None:
    utility = np.array([3.0, -1.0, 0.5, 0.0])
    assert np.allclose(shares(utility, rationality), 0.25, atol=1e-8)


def test_shares_approach_uniform_without_a_jump() -> None:
    utility = np.array([3.0, -1.0, 0.5, 0.0])
    gaps = [np.abs(shares(utility, x) - 0.25).max() for x in (1.0, 1e-1, 1e-2, 1e-3, 0.0)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[3] < 1e-3
    assert gaps[4] == 0.0


@given(st.lists(st.floats(-5.0, 5.0), min_size=2, max_size=6, unique=True))
def test_lambda_to_infinity_is_the_analytic_best_response(utility: list[float]) -> None:
    value = np.round(np.array(utility), 3)
    order = np.sort(value)
    if order[-1] - order[-2] < 1e-3:
        return
    best = np.zeros(len(value))
    best[np.argmax(value)] = 1.0
    assert np.abs(shares(value, 1e5) - best).max() < 1e-6
    noise = gumbel(np.random.default_rng(1), len(value) + 1)
    at = options(value, np.zeros(len(value)), noise)
    sharp = dataclasses.replace(SMUGGLING, rationality=1e5)
    wanted = int(np.argmax(np.append(value, 0.0)))
    if abs(order[-1]) > 1e-3:
        assert QuantalResponse().choose(at, at.believed, sharp) == wanted


@pytest.mark.parametrize("rationality", [0.0, 0.7, 3.0])
def test_noise_gives_the_shares_of_the_logit(rationality: float) -> None:
    random = np.random.default_rng(2)
    value, loss = np.array([1.0, 0.6, 0.9]), np.array([0.1, 0.0, 0.05])
    smuggling = dataclasses.replace(SMUGGLING, rationality=rationality)
    taken = np.zeros(4)
    for _ in range(6000):
        at = options(value, loss, gumbel(random, 4))
        taken[QuantalResponse().choose(at, at.believed, smuggling)] += 1
    expected = 6000 * shares(at.utility(at.believed), rationality)
    assert stats.chisquare(taken, expected).pvalue > 1e-4


# ------------------------------------------------------------------ threshold


def test_willingness_ignores_risk_below_the_level_then_falls_to_a_residue() -> None:
    level, residue = SMUGGLING.threshold_loss, SMUGGLING.threshold_residue
    risk = np.linspace(0.0, 1.0, 201)
    found = willing(risk, SMUGGLING)
    assert np.all(found[risk <= level] == 1.0)
    assert np.all(np.diff(found[risk > level]) < 0.0)
    assert np.all(found >= residue)
    assert willing(np.array([2.0 * level]), SMUGGLING)[0] == pytest.approx(
        residue + (1.0 - residue) / 2.0**SMUGGLING.threshold_steepness
    )


def test_anthonys_curve_is_the_level_over_the_risk() -> None:
    plain = dataclasses.replace(SMUGGLING, threshold_steepness=1.0, threshold_residue=0.0)
    risk = np.array([0.2, 0.5, 0.9])
    assert np.allclose(willing(risk, plain), plain.threshold_loss / risk)


@pytest.mark.parametrize("risk", [0.05, 0.2, 0.4, 0.9])
def test_trips_go_on_as_the_curve_says(risk: float) -> None:
    random = np.random.default_rng(6)
    made = 0
    eager = dataclasses.replace(SMUGGLING, rationality=1e6)
    for risk_tolerance_quantile in random.uniform(size=4000):
        at = options(
            np.ones(3),
            np.full(3, risk),
            gumbel(random, 4),
            risk_tolerance_quantile=float(risk_tolerance_quantile),
        )
        made += Threshold().choose(at, at.believed, eager) < 3
    wanted = float(willing(np.array([risk]), SMUGGLING)[0])
    assert made / 4000 == pytest.approx(wanted, abs=4.0 * np.sqrt(0.25 / 4000))


# ------------------------------------------------------------------ the SOAR result


@pytest.mark.parametrize("name", ["quantal_response", "threshold", "worst_case"])
def test_hardening_a_few_routes_changes_little_and_nearly_all_is_collapse(name: str) -> None:
    """RAND's SOAR: interdiction on a few routes moves trips, on nearly all of them ends trips."""
    adversary = ensemble()[name]

    def through(hardened: int) -> float:
        random = np.random.default_rng(8)
        loss = np.full(ROUTES, 0.04)
        loss[:hardened] = 0.9
        arrived = []
        for _ in range(1500):
            at = options(
                np.ones(ROUTES),
                loss,
                gumbel(random),
                risk_tolerance_quantile=float(random.uniform()),
            )
            best = adversary.choose(at, adversary.loss(at), SMUGGLING)
            arrived.append(0.0 if best == ROUTES else 1.0 - loss[best])
        return float(np.mean(arrived))

    passed = np.array([through(k) for k in range(ROUTES + 1)])
    assert passed[2] > 0.9 * passed[0]
    assert passed[ROUTES] < 0.15 * passed[0]
    # Most of the fall comes with the last few routes.
    assert passed[0] - passed[ROUTES // 2] < 0.35 * (passed[0] - passed[ROUTES])


# ------------------------------------------------------------------ worst case


@given(st.integers(0, 10**6))
def test_nobody_does_better_for_himself_than_the_worst_case(seed: int) -> None:
    at = random_options(seed)
    truth = at.utility(at.true)
    best = WorstCase()
    bound = truth[best.choose(at, best.loss(at), SMUGGLING)]
    for name, adversary in ensemble().items():
        if name != "static" or at.habit.any():
            taken = adversary.choose(at, adversary.loss(at), SMUGGLING)
            assert truth[taken] <= bound + 1e-12, name


# ------------------------------------------------------------------ static


def test_static_smugglers_see_neither_value_nor_risk() -> None:
    random = np.random.default_rng(9)
    noise = gumbel(random)
    one = options(np.ones(ROUTES), np.zeros(ROUTES), noise)
    other = options(random.normal(size=ROUTES), random.uniform(size=ROUTES), noise)
    assert Static().choose(one, one.believed, SMUGGLING) == Static().choose(
        other, other.believed, SMUGGLING
    )


# ------------------------------------------------------------------ learning


def outcome(
    route: int, stopped: bool, day: int = 0, index: int = 1, who: int = 3
) -> AttemptOutcome:
    return AttemptOutcome(
        Attempt(
            attempt_id=f"o{who}/{day}/{index}",
            number=0,
            kind=TRAFFICKING,
            organisation=who,
            market="ON",
            source="OH",
            route=Route(PORT, route),
            lane=0,
            time_s=day * DAY_S,
            load=1,
        ),
        stopped,
    )


ALONE = dataclasses.replace(SMUGGLING, news_share=0.0, learning_alike_share=0.0)


@functools.cache
def no_risk() -> Options:
    return options(np.ones(ROUTES), np.full(ROUTES, 0.05), np.zeros(ROUTES + 1))


def test_an_organisation_learns_from_its_own_losses_alone_if_nobody_tells() -> None:
    adversary = learner(ALONE)
    assert np.allclose(adversary.loss(no_risk())[:-1], 0.05)
    adversary.on_outcomes([outcome(2, True), outcome(2, False), outcome(5, False)], DAY_S)
    weight = ALONE.learning_prior_trips
    found = adversary.loss(no_risk())
    assert found[2] == pytest.approx((0.05 * weight + 1.0) / (weight + 2.0), rel=1e-6)
    assert found[5] == pytest.approx(0.05 * weight / (weight + 1.0), rel=1e-6)
    assert found[0] == pytest.approx(0.05)
    other = no_risk()._replace(organisation=4)
    assert np.allclose(adversary.loss(other)[:-1], 0.05)


def test_others_hear_with_the_chance_that_is_set() -> None:
    some = dataclasses.replace(ALONE, news_share=0.3)
    adversary = learner(some)
    trips = 200
    adversary.on_outcomes([outcome(1, True, index=k) for k in range(1, trips + 1)], DAY_S)
    heard = adversary.trips[:, 1]
    assert heard[3] == trips
    others = np.delete(heard, 3)
    assert others.mean() == pytest.approx(0.3 * trips, rel=0.05)
    assert np.std(others) == pytest.approx(np.sqrt(trips * 0.3 * 0.7), rel=0.4)


def test_what_is_learned_fades() -> None:
    adversary = learner(ALONE)
    adversary.on_outcomes([outcome(2, True)], DAY_S)
    fresh = adversary.losses[3, 2]
    adversary.on_outcomes([], DAY_S * (1.0 + ALONE.learning_days))
    assert adversary.losses[3, 2] == pytest.approx(fresh / np.e, rel=1e-9)


def test_a_loss_says_something_about_routes_of_the_same_kind_only() -> None:
    alike = dataclasses.replace(ALONE, learning_alike_share=0.25)
    adversary = learner(alike, (0, 0, 0, 0, 1, 1, 1, 1, 9))
    adversary.on_outcomes([outcome(1, True)], DAY_S)
    assert np.allclose(adversary.losses[3], [0.25, 1.0, 0.25, 0.25, 0, 0, 0, 0, 0])


def test_learning_is_told_nothing_of_the_settings() -> None:
    adversary = learner(ALONE)
    told = no_risk()._replace(
        believed=np.full(ROUTES + 1, 0.9), chance_true=lambda: np.full(ROUTES + 1, 0.9)
    )
    assert np.allclose(adversary.loss(told)[:-1], 0.05)


def test_with_many_trips_learning_comes_to_know_the_truth() -> None:
    random = np.random.default_rng(10)
    adversary = learner(dataclasses.replace(ALONE, learning_days=720.0))
    for day in range(400):
        lost = random.uniform(size=10) < 0.3
        adversary.on_outcomes([outcome(2, bool(x), day) for x in lost], (day + 1) * DAY_S)
    assert adversary.loss(no_risk())[2] == pytest.approx(0.3, abs=0.04)
