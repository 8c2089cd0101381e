"""Away from the ports: where trips go when one way becomes harder, and what three proposals do."""

import datetime
import functools
from collections import Counter

import numpy as np
import pytest

from sim.model.border import Border
from sim.model.smuggling.adversary import ADVERSARIES
from sim.model.smuggling.routes import Attempt
from sim.records import (
    AIR,
    BETWEEN_PORTS,
    NOT_MADE,
    NOT_PLANNED,
    PORT,
    POST,
    WATER,
)
from sim.scenario.intervention import Intervention, Scenario
from sim.scenario.reading import read
from tests.behaviour.scene import FEW, border, numbers, officer_h, point, setting, trip_of

# Many trips in a few days, and nobody is arrested, so that only the choice of route could differ.
MANY = {
    "smuggling.firearms_per_year": 2e6,
    "smuggling.load_mean": 4.0,
    "smuggling.arrest_share": 0.0,
    "smuggling.price_cad": 3250.0,  # with the margin of 2018-19 most opportunities are used
    "smuggling.acquisition_cad": 750.0,
}
DAYS = 10


def run(scenario: str | Scenario, adversary: str = "quantal_response") -> Border:
    chosen = read(scenario) if isinstance(scenario, str) else scenario
    return border(point(FEW, DAYS, chosen, MANY, {"smuggling.adversary": adversary}))


@functools.cache
def trips(scenario: str | Scenario, adversary: str = "quantal_response") -> list[Attempt]:
    decided = run(scenario, adversary).attempts_of_day.trips
    return [trip for trip in decided if trip.route.kind != NOT_PLANNED]


def moves(
    scenario: str | Scenario, adversary: str = "quantal_response"
) -> Counter[tuple[str, str]]:
    """Trips that go another way than in the baseline, by kind of route before and after."""
    before = {row.attempt_id: row.route for row in trips("baseline", adversary)}
    after = {row.attempt_id: row.route for row in trips(scenario, adversary)}
    both = before.keys() & after.keys()  # the others are those of the arrested
    assert len(both) > 0.9 * len(before)
    return Counter(
        (before[name].kind, after[name].kind)
        for name in both
        if before[name][:3] != after[name][:3]
    )


def stopped_share(scenario: str | Scenario, kind: str) -> float:
    """Mean chance of interception of the trips of a kind away from the ports."""
    return float(np.mean([row.route.loss for row in trips(scenario) if row.route.kind == kind]))


def test_there_are_trips_of_every_kind_of_route() -> None:
    kinds = Counter(row.route.kind for row in trips("baseline"))
    assert set(kinds) == {PORT, BETWEEN_PORTS, WATER, POST, AIR, NOT_MADE}
    for row in trips("baseline"):
        assert (row.route.region != "") == (row.route.kind in (BETWEEN_PORTS, WATER))
        assert (row.route.port >= 0) == (row.route.kind == PORT) == (row.number >= 0)


def test_trips_are_intercepted_as_often_as_the_law_says() -> None:
    away = [row for row in trips("baseline") if row.route.kind not in (PORT, NOT_MADE)]
    chance = np.array([row.route.loss for row in away])
    intercepted = sum(row.intercepted for row in away)
    assert abs(intercepted - chance.sum()) < 4.0 * np.sqrt(np.sum(chance * (1.0 - chance)))


@pytest.mark.parametrize(
    ("parameter", "value", "kind"),
    [
        ("patrol.land_sensor_share", 0.9, BETWEEN_PORTS),
        ("patrol.water_sensor_share", 0.9, WATER),
        ("patrol.post_loss", 0.9, POST),
        ("patrol.air_loss", 0.9, AIR),
    ],
)
def test_a_way_that_becomes_harder_loses_trips_to_all_others(
    parameter: str, value: float, kind: str
) -> None:
    moved = moves(setting(parameter, value))
    assert {before for before, _ in moved} == {kind}
    gone = {after for _, after in moved}
    assert PORT in gone
    if kind in (BETWEEN_PORTS, WATER):
        assert {BETWEEN_PORTS, WATER} - {kind} <= gone
        assert {POST, AIR} & gone
    left = sum(row.route.kind == kind for row in trips(setting(parameter, value)))
    assert left < 0.5 * sum(row.route.kind == kind for row in trips("baseline"))


def test_harder_ports_send_trips_away_from_them() -> None:
    moved = moves(setting("inspection.selective_share", 0.5))
    away = Counter(after for before, after in moved.elements() if before == PORT != after)
    assert set(away) >= {BETWEEN_PORTS, WATER, POST}
    # Examinations undone at busy ports draw a few back.
    back = sum(n for (before, after), n in moved.items() if before != PORT == after)
    assert away.total() > 10 * back


def test_what_changes_away_from_the_ports_becomes_known_by_and_by() -> None:
    change = Intervention("patrol.land_sensor_share", "set", 0.9, start=datetime.date(2005, 7, 4))
    rows = trips(Scenario("later", interventions=(change,)))
    by_day: dict[int, float] = {
        int(row.time_s // 86400.0): row.route.believed_loss
        for row in rows
        if row.route.kind == BETWEEN_PORTS
    }
    true = {int(r.time_s // 86400.0): r.route.loss for r in rows if r.route.kind == BETWEEN_PORTS}
    assert true[2] < 0.1 < 0.4 < true[3]
    assert by_day[3] == pytest.approx(by_day[2])  # not before the next midnight
    later = [by_day[day] for day in sorted(by_day) if day >= 3]
    assert later == sorted(later)
    assert by_day[2] < by_day[9] < true[9]


# ------------------------------------------------------------------ the proposals


def test_broader_ibets_intercept_more_and_move_trips_to_the_ports() -> None:
    for kind in (BETWEEN_PORTS, WATER):
        assert stopped_share("broader_ibets", kind) > 1.3 * stopped_share("baseline", kind)
    moved = moves("broader_ibets")
    assert {before for before, _ in moved} <= {BETWEEN_PORTS, WATER}
    assert sum(n for (_, after), n in moved.items() if after == PORT) > 0
    assert stopped_share("broader_ibets", POST) == pytest.approx(stopped_share("baseline", POST))


def test_watching_the_water_moves_trips_to_land_and_ports_and_changes_nothing_on_land() -> None:
    assert stopped_share("marine_domain", WATER) > 2.0 * stopped_share("baseline", WATER)
    assert stopped_share("marine_domain", BETWEEN_PORTS) == pytest.approx(
        stopped_share("baseline", BETWEEN_PORTS)
    )
    moved = moves("marine_domain")
    assert {before for before, _ in moved} == {WATER}
    assert {BETWEEN_PORTS, PORT} <= {after for _, after in moved}


def test_longer_sentences_end_a_few_trips_and_start_none() -> None:
    moved = moves("longer_sentences")
    ended = sum(n for (_, after), n in moved.items() if after == NOT_MADE)
    assert ended > 0
    assert not any(before == NOT_MADE for before, _ in moved)
    made = sum(row.route.kind != NOT_MADE for row in trips("baseline"))
    # An elasticity of at most 0.2: severity matters less than certainty (E007, Z002).
    assert ended / made < 0.2 * np.log(3.0)
    for kind in (BETWEEN_PORTS, WATER, POST, AIR):
        assert stopped_share("longer_sentences", kind) == pytest.approx(
            stopped_share("baseline", kind), rel=1e-3
        )


@pytest.mark.parametrize("name", ["longer_sentences", "broader_ibets", "marine_domain"])
def test_static_smugglers_do_not_move_for_any_of_them(name: str) -> None:
    assert not moves(name, "static")


@pytest.mark.parametrize("name", ["longer_sentences", "broader_ibets", "marine_domain"])
def test_none_of_them_touches_officers_or_travellers(name: str) -> None:
    before, after = run("baseline"), run(name)
    assert officer_h(before, "shift_s") == officer_h(after, "shift_s")
    plain, changed = (numbers(point(FEW, DAYS, read(n), MANY)) for n in ("baseline", name))
    assert plain["withdrawals"] == changed["withdrawals"]
    assert plain["collections"] == pytest.approx(changed["collections"], rel=0.01)
    assert plain["mean_wait_min"] == pytest.approx(changed["mean_wait_min"], rel=0.02, abs=0.01)


# ------------------------------------------------------------------ the ensemble on the border


@pytest.mark.parametrize("adversary", ADVERSARIES)
def test_every_adversary_meets_the_same_opportunities(adversary: str) -> None:
    def identity(rows: list[Attempt]) -> list[tuple[object, ...]]:
        return [(row.attempt_id, row.time_s, row.load, row.deep, row.market) for row in rows]

    assert identity(trips("baseline", adversary)) == identity(trips("baseline"))


def test_the_worst_case_loses_less_than_who_does_not_know() -> None:
    """Of the trips that all make, the worst case runs the smallest true risk on average."""

    def mean_loss(adversary: str) -> float:
        beliefs = run("baseline", adversary).attempts_of_day.beliefs
        return float(
            np.mean(
                [
                    beliefs.true_loss(row.deep, row.lookout)[row.route.port, row.lane]
                    if row.route.kind == PORT
                    else row.route.loss
                    for row in trips("baseline", adversary)
                    if row.route.kind != NOT_MADE
                ]
            )
        )

    losses = {adversary: mean_loss(adversary) for adversary in ADVERSARIES}
    assert min(losses, key=losses.__getitem__) == "worst_case", losses


def test_nobody_does_better_for_himself_than_the_worst_case_on_the_same_draws() -> None:
    """Every trip of a border, decided by each adversary: expected utility under the truth."""
    ended = run("baseline")
    routes, beliefs = ended.attempts_of_day.routes, ended.attempts_of_day.beliefs
    smuggling = ended.point.parameters.smuggling
    open_ports = np.ones(len(FEW), bool)
    sums = dict.fromkeys(ADVERSARIES, 0.0)
    for day in range(3):
        for opportunity in ended.attempts_of_day.organisations.opportunities(day, smuggling):
            trips = [trip_of(opportunity, open_ports, smuggling)]
            (options,) = routes.options(trips, beliefs.perception(), smuggling, beliefs.true_loss)
            truth = options.utility(options.true)
            for name in ADVERSARIES:
                adversary = routes.adversary(name)
                taken = adversary.choose(options, adversary.loss(options), smuggling)
                assert truth[taken] <= truth.max()
                sums[name] += truth[taken]
            worst = routes.adversary("worst_case")
            best = worst.choose(options, worst.loss(options), smuggling)
            assert truth[best] == truth.max()
    assert all(sums[name] < sums["worst_case"] for name in ADVERSARIES if name != "worst_case")


def test_the_truth_of_the_worst_case_is_what_the_officers_do() -> None:
    """The law that the worst case knows against the chance that each attempt had."""
    # A short memory: what the lines do to examinations is that of the day before.
    changes = {"smuggling.adversary": "static", "smuggling.perception_days": 1.0}
    ended = border(point(FEW, DAYS, read("baseline"), MANY, changes))
    beliefs = ended.attempts_of_day.beliefs
    rows = [row for row in ended.attempts_of_day.trips if row.route.kind == PORT]
    assert len(rows) > 500
    known = [beliefs.true_loss(row.deep, row.lookout)[row.route.port, row.lane] for row in rows]
    seen = ended.attempts[[row.number for row in rows]]
    had = seen["p_found_on_lookout"] + seen["p_found_if_in_time"] * (seen["in_time"] > 0)
    # Both reckon with the spread of lengths; the trips are some 500, of chances that differ much.
    assert np.mean(known) / np.mean(had) == pytest.approx(1.0, abs=0.1)


def test_learners_find_out_by_losing() -> None:
    """A change that nobody announces shows in losses, and only then in routes."""
    change = Intervention("patrol.land_sensor_share", "set", 1.0, start=datetime.date(2005, 7, 4))
    later = Scenario("later", interventions=(change,))
    before = {row.attempt_id: row for row in trips("baseline", "learning")}
    rows = [
        (int(row.time_s // 86400.0), before[row.attempt_id].route.kind, row)
        for row in trips(later, "learning")
        if row.attempt_id in before
    ]

    def left(first: int, last: int) -> float:
        """Share of the trips that would go on land and do not."""
        land = [row for day, was, row in rows if first <= day <= last and was == BETWEEN_PORTS]
        assert len(land) > 20
        return float(np.mean([row.route.kind != BETWEEN_PORTS for row in land]))

    assert left(0, 3) == 0.0  # the first losses are of the third day, known after its midnight
    assert left(7, 9) > 0.0
    believed = {
        day: row.route.believed_loss for day, _, row in rows if row.route.kind == BETWEEN_PORTS
    }
    assert believed[9] > 1.5 * believed[2]
    assert believed[9] < 0.5  # some way from the truth still
