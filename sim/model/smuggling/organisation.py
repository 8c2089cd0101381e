"""Trafficking organisations, their opportunities to make a trip, and their enrolment.

Opportunities are exogenous in identity and time (organisation, day, number, moment), so that the
same opportunity exists in every scenario; whether and how it is used depends on the conditions of
the day.

An enrolled organisation sends its trips through the trusted lane of a port that has one. An audit
of its firm may find that it smuggles; it then loses its enrolment for a time and uses the general
lanes. There is no other consequence: an audit examines books and seizes no load.
"""

import functools
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.model.port.traffic import CAR, FAST, NEXUS, TRUCK
from sim.model.smuggling.routes import AttemptOutcome
from sim.numerics import added, root_of
from sim.numerics.randomness import ARREST as ARREST_DRAW
from sim.numerics.randomness import (
    AUDIT,
    LOAD,
    MARKET,
    OPPORTUNITY,
    Streams,
    entity_number,
    poisson_counts,
    to_uniform,
)
from sim.numerics.units import DAY_S, DAYS_PER_YEAR, Floats, Whole
from sim.parameters import Contraband, Smuggling
from sim.places.network import Network, read_network, shares
from sim.places.ports import Ports, great_circle_km

# Steps of proportional fitting: far more than margins of this size need to converge.
STEPS = 200
# Steps of the golden ratio fill the unit interval evenly, however many they are.
GOLDEN = 0.6180339887498949
# Entity of the draws that concern all organisations.
NATIONAL = entity_number("organisations")


def trade_shares(network: Network, affinity_km: float) -> Floats:
    """Share of each source and market in the trade, shape (sources, markets).

    Sources and markets have their measured shares, and nearer pairs trade more: pairs begin with
    exp(-distance / affinity) and are fitted to both margins.

    Parameters
    ----------
    affinity_km : float
        Distance over which trade falls by a factor e, before the fit.

    References
    ----------
    .. [1] Deming and Stephan, "On a least squares adjustment of a sampled frequency table when the
       expected marginal totals are known", Annals of Mathematical Statistics 11, 1940.
    """
    km = np.array(
        [
            [great_circle_km(s.lat, s.lon, m.lat, m.lon) for m in network.markets]
            for s in network.sources
        ]
    )
    table = np.exp(-(km - km.min()) / affinity_km)
    table = np.maximum(table, 1e-300)
    rows, columns = shares(network.sources), shares(network.markets)
    for _ in range(STEPS):
        table *= (rows / np.maximum(table.sum(axis=1), 1e-300))[:, None]
        table *= (columns / np.maximum(table.sum(axis=0), 1e-300))[None, :]
    return np.asarray(table / table.sum())


def locations_of(table: Floats, start: float, uniform: Floats) -> tuple[Whole, Whole]:
    """Source and market of each organisation.

    Parameters
    ----------
    table : array of float, shape (sources, markets)
        Shares in the trade.
    start : float
        Where the even spread over markets begins, 0 to 1.
    uniform : array of float
        One quantile an organisation, for its source.
    """
    spread = np.mod(start + GOLDEN * np.arange(len(uniform)), 1.0)
    market = _at_quantile(table.sum(axis=0), spread)
    source = np.array(
        [_at_quantile(table[:, m], np.array([u]))[0] for m, u in zip(market, uniform, strict=True)]
    )
    return source, market


def sizes_of(table: Floats, source: Whole, market: Whole) -> Floats:
    """Share of each organisation in the trade, so that sources and markets have theirs.

    A location without an organisation leaves its share to the others.
    """
    size = np.full(len(source), 1.0 / len(source))
    for _ in range(STEPS):
        for location, wanted in ((source, table.sum(axis=1)), (market, table.sum(axis=0))):
            now = np.bincount(location, size, len(wanted))
            size *= np.divide(wanted, now, out=np.zeros_like(wanted), where=now > 0)[location]
            size /= size.sum()
    return size


def _at_quantile(weights: Floats, uniform: Floats) -> Whole:
    reached = np.cumsum(weights)
    return np.minimum(
        np.searchsorted(reached / reached[-1], uniform, side="right"), len(weights) - 1
    )


class Opportunity(NamedTuple):
    """One chance to make a trip.

    Attributes
    ----------
    source, market : str
        State and province.
    entity, day, number : int
        Identity: the keys of its draws.
    time_s : float
        When it would arrive at the border, in seconds since the run began.
    load : int
        Firearms.
    deep, commercial : bool
        Hidden deep in the vehicle; goes in a truck.
    lookout : bool
        Whether a lookout on it is active when it arrives.
    willingness_quantile : float
        Quantile, 0 to 1: it is used where the share of opportunities worth a trip is above it.
    avoids : int
        Port at which the load turned back before, or -1.
    """

    organisation: int
    source: str
    market: str
    entity: int
    day: int
    number: int
    time_s: float
    load: int
    deep: bool
    commercial: bool
    lookout: bool = False
    willingness_quantile: float = 0.0
    avoids: int = -1

    @property
    def attempt_id(self) -> str:
        """Identity of the attempt, the same in every scenario."""
        return f"o{self.organisation}/{self.day}/{self.number}"


@functools.lru_cache(maxsize=64)
def load_scale(smuggling: Smuggling) -> float:
    """Scale of the load distribution that gives the mean load (see `load_of`), in firearms.

    A mean that no scale reaches gives the least or the greatest that is tried.
    """
    uniform = (np.arange(20000) + 0.5) / 20000

    def excess(scale: float) -> float:
        return float(load_of(uniform, scale, smuggling).mean() - smuggling.load_mean)

    if excess(1e-6) >= 0.0:
        return 1e-6
    if excess(1e6) <= 0.0:
        return 1e6
    return root_of(excess, 1e-6, 1e6, xtol=1e-4)


def load_of(uniform: Floats, scale: float, smuggling: Smuggling) -> Floats:
    """Loads at quantiles: one and a Lomax (heavy-tailed) number, whole, at most the largest."""
    extra = scale * ((1.0 - uniform) ** (-1.0 / smuggling.load_tail) - 1.0)
    return np.minimum(1.0 + np.floor(extra), smuggling.load_maximum)


@functools.lru_cache(maxsize=8)
def _trade(network: str, affinity_km: float) -> Floats:
    return trade_shares(read_network(network), affinity_km)


# Organisations kept in a process: those of the points and repetitions that run in step.
MOST_ORGANISATIONS = 64
# Days of opportunities kept: those of the points and repetitions that run in step.
MOST_DAYS = 64


class _Placed(NamedTuple):
    """Where organisations are, and how large.

    Attributes
    ----------
    reached : array of float, shape (organisations,)
        Their shares in the trade, summed up.
    """

    source: tuple[str, ...]
    market: tuple[str, ...]
    reached: Floats


@functools.lru_cache(maxsize=MOST_ORGANISATIONS)
def _placed(network: str, affinity_km: float, organisations: int, streams: Streams) -> _Placed:
    """Place organisations, once for all points of a replication. Nothing may write into it."""
    locations, table = read_network(network), _trade(network, affinity_km)
    start = streams.uniforms(OPPORTUNITY, NATIONAL, 0, 1)[1, 0]
    entities = [entity_number(f"organisation/{i}") for i in range(organisations)]
    uniform = [streams.uniforms(OPPORTUNITY, entity, 0, 1)[0, 0] for entity in entities]
    source, market = locations_of(table, float(start), np.array(uniform))
    return _Placed(
        tuple(locations.source_ids[i] for i in source),
        tuple(locations.market_ids[i] for i in market),
        np.cumsum(sizes_of(table, source, market)),
    )


@functools.lru_cache(maxsize=MOST_DAYS)
def _opportunities(
    place: tuple[str, float, int, Streams], share: float, smuggling: Smuggling, day: int
) -> list[tuple[float, Opportunity]]:
    """Opportunities of a day, the same in most points of a replication.

    Each with the quantile below which its load is hidden deep.
    """
    placed, streams = _placed(*place), place[-1]
    rate = share * smuggling.firearms_per_year / smuggling.load_mean / DAYS_PER_YEAR
    first = streams.uniforms(OPPORTUNITY, NATIONAL, day, 1)[0, 0]
    count = int(poisson_counts(first, rate))
    if count == 0:
        return []
    when = streams.uniforms(OPPORTUNITY, NATIONAL, day, count, first=1)
    what = streams.uniforms(LOAD, NATIONAL, day, count, first=1)
    willingness = streams.uniforms(MARKET, NATIONAL, day, count, first=1)[0]
    loads = load_of(what[0], load_scale(smuggling), smuggling)
    organisation = np.searchsorted(placed.reached[:-1], when[0], side="right")
    columns = organisation, day * DAY_S + when[1] * DAY_S, loads, what[1], what[2], willingness
    return [
        (
            deep,
            Opportunity(
                organisation=of,
                source=placed.source[of],
                market=placed.market[of],
                entity=NATIONAL,
                day=day,
                number=number,
                time_s=time_s,
                load=int(load),
                deep=False,
                commercial=truck < smuggling.commercial_share,
                willingness_quantile=willing,
            ),
        )
        for number, (of, time_s, load, deep, truck, willing) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True), start=1
        )
    ]


def chance_of_arrest(police_present: Any, smuggling: Smuggling) -> Any:
    """Chance that a courier who is caught leads to the arrest of the organisation.

    ``police_present`` is the chance that police are there, who question him or follow the load.
    """
    more = smuggling.police_arrest_share - smuggling.arrest_share
    return smuggling.arrest_share + police_present * more


class Organisations:
    """All organisations of one replication, and their opportunities day by day.

    Not all opportunities are used; a higher price brings more of them into use
    (`sim.model.smuggling.market`).

    Parameters
    ----------
    smuggling : Smuggling
        The baseline.
    streams : Streams
    share : float
        Share of the trade that the run simulates, 0 to 1.
    used_share : float
        Share of the opportunities that are used in the baseline, 0 to 1.
    """

    def __init__(
        self,
        smuggling: Smuggling,
        streams: Streams,
        share: float = 1.0,
        used_share: float = 1.0,
    ) -> None:
        self.streams = streams
        self.smuggling = smuggling
        self.share = share / used_share
        self.network = read_network(smuggling.network)
        self.national = NATIONAL
        self.entity = [entity_number(f"organisation/{i}") for i in range(smuggling.organisations)]
        self.trade = _trade(smuggling.network, smuggling.affinity_km)
        self.place = smuggling.network, smuggling.affinity_km, smuggling.organisations, streams
        self.source, self.market, self.reached = _placed(*self.place)
        self.arrests: list[tuple[int, float]] = []
        self._gaps: dict[int, list[tuple[float, float]]] = {}

    def arrest(self, organisation: int, at_s: float) -> None:
        """Take an organisation out of action until it is replaced.

        It returns when a successor has replaced it or its members have served their sentence,
        whichever is first. An organisation in custody cannot be arrested again. ``at_s`` is in
        seconds since the run began.
        """
        if not self.in_action(organisation, at_s):
            return
        days = min(self.smuggling.replacement_days, self.smuggling.sentence_years * DAYS_PER_YEAR)
        self._gaps.setdefault(organisation, []).append((at_s, at_s + days * DAY_S))
        self.arrests.append((organisation, at_s))

    def in_action(self, organisation: int, at_s: float) -> bool:
        """Whether an organisation is active at a moment."""
        gaps = self._gaps.get(organisation)
        return gaps is None or not any(start <= at_s < end for start, end in gaps)

    def past_share(self) -> Floats:
        """Share of each organisation in the deliveries before the run, shape (organisations,)."""
        return np.asarray(np.diff(self.reached, prepend=0.0) / self.reached[-1])

    def away_s(self, end_s: float) -> float:
        """Time out of action from the start of the run to a moment, in organisation-seconds."""
        gaps = [gap for of_one in self._gaps.values() for gap in of_one]
        return added(max(min(end, end_s) - max(start, 0.0), 0.0) for start, end in gaps)

    def on_outcomes(self, outcomes: list[AttemptOutcome], at_s: float) -> None:
        """Arrest some organisations whose courier was caught (see `Border.observers`)."""
        for outcome in outcomes:
            attempt = outcome.attempt
            if outcome.stopped:
                day, index = map(int, attempt.attempt_id.split("/")[1:])
                drawn = self.streams.uniforms(ARREST_DRAW, self.national, day, 1, index)[0, 0]
                if drawn < attempt.arrest_share:
                    self.arrest(attempt.organisation, at_s)

    def opportunities(
        self, day: int, smuggling: Smuggling, deep_share: float | None = None
    ) -> list[Opportunity]:
        """Opportunities of one day, in order of their number.

        ``deep_share`` of the loads are hidden deep today; if not given, that of the parameters.
        """
        self.smuggling = smuggling
        deep_share = smuggling.deep_share if deep_share is None else deep_share
        drawn = _opportunities(self.place, self.share, smuggling, day)
        return [
            one._replace(deep=True) if quantile < deep_share else one for quantile, one in drawn
        ]


@functools.lru_cache(maxsize=MOST_DAYS)
def _audits(entities: tuple[int, ...], day: int, streams: Streams) -> tuple[float, Floats, Floats]:
    """Draws of a day, once for the points in step: the least that audits, those, and what finds."""
    entity = np.array(entities, np.int64)
    words = streams.words_of_several(AUDIT, entity, day, np.ones_like(entity))
    audited, found, _, _ = to_uniform(words)
    return float(audited.min()), audited, found


class Enrolment:
    """Enrolments of all organisations of one replication.

    Parameters
    ----------
    ports : Ports
    entities : list of int
        Numbers of the organisations, keys of their draws.
    trusted_share : float
        Share of them enrolled at the start.
    streams : Streams

    Attributes
    ----------
    lost : int
        Enrolments lost so far.
    """

    def __init__(
        self, ports: Ports, entities: list[int], trusted_share: float, streams: Streams
    ) -> None:
        self.streams = streams
        self.entities = tuple(entities)
        self.trusted_lane: dict[int, tuple[int, npt.NDArray[np.bool_]]] = {
            CAR: (NEXUS, ports.nexus),
            TRUCK: (FAST, ports.fast),
        }
        first = streams.first_words(AUDIT, np.array(entities, np.int64), 0, 0)
        self.enrolled = (first + 0.5) / 2.0**32 < trusted_share
        self.lost_until = np.full(len(entities), -np.inf)
        self.lost = 0

    def audit(self, day: int, rules: Contraband) -> None:
        """Audit on a day those who are enrolled."""
        rate = rules.audits_per_year / DAYS_PER_YEAR
        least, audited, found = _audits(self.entities, day, self.streams)
        if least >= rate:
            return
        enrolled = self.enrolled & (self.lost_until <= day)
        lost = np.flatnonzero(enrolled & (audited < rate) & (found < rules.audit_find))
        self.lost_until[lost] = day + rules.enrolment_lost_days
        self.lost += len(lost)

    def lanes(self, organisation: int, general: Whole, day: int) -> Whole:
        """Lane that a trip takes at each port: the trusted one, if it is enrolled and there is one.

        Parameters
        ----------
        general : array of int, shape (ports,)
            Lane that it takes without enrolment.
        """
        if not self.enrolled[organisation] or self.lost_until[organisation] > day:
            return general
        lanes = general.copy()
        for lane, (trusted, at_port) in self.trusted_lane.items():
            lanes[at_port & (general == lane)] = trusted
        return lanes
