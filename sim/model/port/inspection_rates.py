"""The numbers an engine needs about inspection, as one row for each port.

A row is what the parameters come to at one port at one time. Interventions make new rows; the
engines know rows only, so that any parameter may change at any minute.
"""

from typing import NamedTuple

import numpy as np

from sim.model.conditions import Snapshot
from sim.model.port.layout import QUEUES
from sim.model.port.referral import KINDS, examined_shares, search_rate_per_s, selected_share
from sim.model.port.staffing import police_within
from sim.model.port.traffic import COMMERCIAL, LANES
from sim.numerics.units import Floats
from sim.parameters import PARAMETER
from sim.places.ports import Ports

N = len(LANES)
SERVICE_S = 0
PAPERWORK = SERVICE_S + N
DUTY = PAPERWORK + N
RANDOM = DUTY + N
SELECTIVE = RANDOM + N
# Chance that selection picks a trafficker or a traveller's firearm, each also under a long line.
PICK_TRAFFICKER = SELECTIVE + N
PICK_TRAFFICKER_HURRY = PICK_TRAFFICKER + N
PICK_TRAVELLER = PICK_TRAFFICKER_HURRY + N
PICK_TRAVELLER_HURRY = PICK_TRAVELLER + N
SECONDARY_S = PICK_TRAVELLER_HURRY + N
# Seconds beyond the onset after which 1 - 1/e of a lane's drivers turn round; none where infinite.
PATIENCE_S = SECONDARY_S + N
HURRY_QUEUE = PATIENCE_S + N
HURRY_SERVICE = HURRY_QUEUE + 1
WAIVE_QUEUE = HURRY_SERVICE + 1
LIMIT_S = WAIVE_QUEUE + 1
CLEARANCE_S = LIMIT_S + 1
LOOKOUT_HIT = CLEARANCE_S + 1
# Chance that somebody with something to hide withdraws when referred for examination.
WITHDRAWAL_SHARE = LOOKOUT_HIT + 1
KIND_S = WITHDRAWAL_SHARE + 1
KIND_RATE = KIND_S + len(KINDS)
# Cumulative shares of the kinds among discretionary examinations, of travellers and of trade.
KIND_TRAVELLER = KIND_RATE + len(KINDS)
KIND_COMMERCE = KIND_TRAVELLER + len(KINDS)
# Wait that is known at a control moment from which drivers turn round.
PATIENCE_FROM_S = KIND_COMMERCE + len(KINDS)
# Most booths that may open, by lane; a line has those of its first lane.
BOOTHS = PATIENCE_FROM_S + 1
# Load of an open booth, in officers, beyond which another opens: of travellers and of trade.
OPEN_LOAD = BOOTHS + N
WIDTH = OPEN_LOAD + QUEUES

INSPECTION = PARAMETER.inspection
PRIMARY = PARAMETER.primary


class LaneParameters(NamedTuple):
    """Which parameters hold in a lane, each one of `PARAMETER`.

    Attributes
    ----------
    service_s, paperwork_share, selective_share
    patience_min, booths
    referral
        Referral as a ratio of that in general lanes; None for 1.
    """

    service_s: float
    paperwork_share: float
    selective_share: float
    patience_min: float
    booths: float
    referral: float | None = None


TRAFFIC = PARAMETER.traffic
_TRAVELLERS = (INSPECTION.paperwork_share, INSPECTION.selective_share, TRAFFIC.patience_min)
_TRADE = (
    INSPECTION.paperwork_truck_share, INSPECTION.selective_truck_share, TRAFFIC.patience_truck_min,
)  # fmt: skip
LANE_PARAMETERS = {
    "car": LaneParameters(PRIMARY.car_s, *_TRAVELLERS, PRIMARY.car_booths),
    "nexus": LaneParameters(
        PRIMARY.nexus_s, *_TRAVELLERS, PRIMARY.nexus_booths, INSPECTION.nexus_referral
    ),
    "truck": LaneParameters(PRIMARY.truck_s, *_TRADE, PRIMARY.truck_booths),
    "fast": LaneParameters(PRIMARY.fast_s, *_TRADE, PRIMARY.fast_booths, INSPECTION.fast_referral),
    "bus": LaneParameters(PRIMARY.bus_s, *_TRAVELLERS, PRIMARY.bus_booths),
    "train": LaneParameters(PRIMARY.train_s, *_TRAVELLERS, PRIMARY.car_booths),
}

# Mean length of each kind of examination, and its chance to find what is there.
KIND_PARAMETERS = {
    "cursory": (INSPECTION.cursory_min, INSPECTION.cursory_find),
    "full": (INSPECTION.full_min, INSPECTION.full_find),
    "dog": (INSPECTION.dog_min, INSPECTION.dog_find),
    "imaging": (INSPECTION.imaging_min, INSPECTION.imaging_find),
    "intrusive": (INSPECTION.intrusive_min, INSPECTION.intrusive_find),
}


def carried_out_share(snapshot: Snapshot, armed_share: float) -> Floats:
    """Share of the referrals of traffickers, on suspicion or by a lookout, that are carried out.

    An unarmed officer without police within reach lets some who look dangerous pass; some run when
    they are referred, and are gone unless police meet them.

    Parameters
    ----------
    snapshot : Snapshot
        Parameters in force.
    armed_share : float
        Officers who are armed.

    Returns
    -------
    array of float, shape (ports,)
    """
    value, danger = snapshot.at_ports, snapshot.parameters.danger
    police = (
        value(PARAMETER.danger.police_present_share),
        value(PARAMETER.danger.police_response_min),
    )
    alone = (1.0 - armed_share) * (1.0 - police_within(*police, danger.within_reach_min))
    gone = danger.runs_share * (1.0 - police_within(*police, danger.runner_caught_min))
    return np.asarray((1.0 - value(INSPECTION.avoided_share) * alone) * (1.0 - gone))


def rates_without_referral(
    ports: Ports, snapshot: Snapshot, duty_share: float, armed_share: float = 0.0
) -> Floats:
    """Work out the settings of every port, but for those that `set_referral` writes.

    Parameters
    ----------
    ports : Ports
    snapshot : Snapshot
        Parameters in force.
    duty_share : float
        Share of cars sent to pay duty (`sim.model.port.referral.collection`).
    armed_share : float
        Officers who are armed by now.

    Returns
    -------
    array of float, shape (ports, WIDTH)
    """
    rows = np.zeros((len(ports), WIDTH))
    value = snapshot.at_ports
    linked = ports.data_link | (value(PARAMETER.database.link_everywhere) > 0)
    coverage = np.where(
        ports.customs_database,
        value(PARAMETER.database.query_coverage),
        value(PARAMETER.database.query_coverage_without),
    )
    queried = np.where(linked, coverage, 0.0)
    carried_out = carried_out_share(snapshot, armed_share)
    rows[:, SERVICE_S:PAPERWORK] = (
        _by_lane(snapshot, "service_s") + (value(PRIMARY.query_s) * queried)[:, None]
    )
    rows[:, PAPERWORK:DUTY] = _by_lane(snapshot, "paperwork_share")
    rows[:, DUTY:RANDOM] = [duty_share if name in ("car", "nexus") else 0.0 for name in LANES]
    rows[:, PATIENCE_S:HURRY_QUEUE] = 60.0 * _by_lane(snapshot, "patience_min")
    rows[:, BOOTHS:OPEN_LOAD] = _by_lane(snapshot, "booths")
    rows[:, PATIENCE_FROM_S] = 60.0 * value(TRAFFIC.patience_from_min)
    rows[:, OPEN_LOAD:WIDTH] = value(PARAMETER.staffing.booth_load)[:, None]
    rows[:, HURRY_QUEUE] = value(PRIMARY.hurry_queue)
    rows[:, HURRY_SERVICE] = value(PRIMARY.hurry_service)
    rows[:, WAIVE_QUEUE] = value(PARAMETER.duty.waive_queue)
    rows[:, LIMIT_S] = 60.0 * value(INSPECTION.examination_limit_min)
    rows[:, CLEARANCE_S] = 60.0 * value(INSPECTION.clearance_min)
    acted_on = 1.0 - value(PARAMETER.database.lookout_miss_share)
    rows[:, LOOKOUT_HIT] = queried * acted_on * carried_out
    rows[:, WITHDRAWAL_SHARE] = value(INSPECTION.withdrawal_share)
    _kinds(rows, snapshot)
    return rows


def _by_lane(snapshot: Snapshot, what: str) -> Floats:
    """Values of a parameter of each lane, or 1 for none, shape (ports, lanes)."""

    def make() -> Floats:
        names = [getattr(LANE_PARAMETERS[lane], what) for lane in LANES]
        none = np.ones(len(snapshot.closed))
        return np.stack(
            [none if name is None else snapshot.at_ports(name) for name in names], axis=1
        )

    return snapshot.once(what, make)


def set_referral(
    rows: Floats,
    snapshot: Snapshot,
    skill_gain: float = 0.0,
    armed_share: float = 0.0,
    searches: Floats | float = 1.0,
) -> None:
    """Write the settings that depend on how many are searched, and how well they are picked.

    Parameters
    ----------
    rows : array of float, shape (ports, WIDTH)
        With all other settings under the snapshot.
    snapshot : Snapshot
        Parameters in force.
    skill_gain : float
        What training has added to d' so far.
    armed_share : float
        Officers who are armed by now.
    searches : array of float, shape (ports,), or float
        Random and selective referral as a ratio of what is set: what officers' freed time allows
        (`sim.model.port.plans`).
    """
    value = snapshot.at_ports
    trusted = np.reshape(searches, (-1, 1)) * _by_lane(snapshot, "referral")
    rows[:, RANDOM:SELECTIVE] = np.minimum(value(INSPECTION.random_share)[:, None] * trusted, 1.0)
    selective = np.minimum(_by_lane(snapshot, "selective_share") * trusted, 1.0)
    rows[:, SELECTIVE:PICK_TRAFFICKER] = selective
    # A chance for each: on ordinary suspicion and under a long line, of one and of the other.
    d_prime = np.array([value(INSPECTION.d_prime), value(INSPECTION.d_prime_traveller)])
    d_prime += skill_gain
    d_prime = np.array([d_prime, d_prime * value(PRIMARY.hurry_skill)])
    picked = selected_share(selective, d_prime[..., None])
    picked[:, 0] *= snapshot.once(
        "carried out", lambda: carried_out_share(snapshot, armed_share), armed_share
    )[:, None]
    rows[:, PICK_TRAFFICKER:SECONDARY_S] = picked.transpose(2, 1, 0, 3).reshape(len(rows), -1)
    chosen = examined_shares(rows[:, RANDOM:SELECTIVE], selective)
    cleared_s, not_mandatory, examined_s = snapshot.once("secondary", lambda: _in_secondary(rows))
    rows[:, SECONDARY_S:PATIENCE_S] = cleared_s + not_mandatory * chosen * examined_s


def mandatory_s(rows: Floats) -> Floats:
    """Officer seconds of clearance that a vehicle brings on average, shape (ports, lanes)."""
    share = rows[:, PAPERWORK : PAPERWORK + N] + rows[:, DUTY : DUTY + N]
    return np.asarray(share * rows[:, CLEARANCE_S, None])


def bound_s(rows: Floats) -> Floats:
    """Officer seconds that a vehicle takes whatever is searched: booth and clearance."""
    return np.asarray(rows[:, SERVICE_S : SERVICE_S + N] + mandatory_s(rows))


def _kinds(rows: Floats, snapshot: Snapshot) -> None:
    value, cv = snapshot.at_ports, snapshot.parameters.inspection.secondary_cv
    for kind, name in enumerate(KINDS):
        minutes, find = (value(parameter) for parameter in KIND_PARAMETERS[name])
        rows[:, KIND_S + kind] = 60.0 * minutes
        # In most points a kind is the same everywhere.
        alike = bool(np.all(find == find[:1]) and np.all(minutes == minutes[:1]))
        pairs = zip(find[: 1 if alike else None].tolist(), minutes.tolist(), strict=False)
        rows[:, KIND_RATE + kind] = [search_rate_per_s(p, m, cv) for p, m in pairs]
    cursory, dog = value(INSPECTION.cursory_share), value(INSPECTION.dog_share)
    imaging, intrusive = value(INSPECTION.imaging_share), value(INSPECTION.intrusive_share)
    none = np.zeros(len(rows))
    travellers = [cursory, 1.0 - cursory - dog - intrusive, dog, none, intrusive]
    look = value(INSPECTION.cursory_truck_share)
    trade = [look, 1.0 - look - imaging - dog - intrusive, dog, imaging, intrusive]
    rows[:, KIND_TRAVELLER:KIND_COMMERCE] = np.cumsum(travellers, axis=0).T
    rows[:, KIND_COMMERCE:PATIENCE_FROM_S] = np.cumsum(trade, axis=0).T


def _in_secondary(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Clearance that a vehicle brings, share without any, and length of an examination, by lane."""
    travellers, trade = (
        np.sum(shares * rows[:, KIND_S:KIND_RATE], axis=1) for shares in shares_of_kinds(rows)
    )
    examined_s = np.where(np.asarray(COMMERCIAL, bool), trade[:, None], travellers[:, None])
    mandatory = rows[:, PAPERWORK:DUTY] + rows[:, DUTY:RANDOM]
    return mandatory * rows[:, CLEARANCE_S, None], 1.0 - mandatory, examined_s


def shares_of_kinds(rows: Floats) -> tuple[Floats, Floats]:
    """Shares of the kinds among discretionary examinations, of travellers and of trade.

    Parameters
    ----------
    rows : array of float, shape (ports, WIDTH)

    Returns
    -------
    travellers, trade : array of float, shape (ports, kinds)
    """
    shares = rows[:, KIND_TRAVELLER:KIND_COMMERCE], rows[:, KIND_COMMERCE:PATIENCE_FROM_S]
    travellers, trade = (cumulative.copy() for cumulative in shares)
    for alone, cumulative in zip((travellers, trade), shares, strict=True):
        alone[:, 1:] -= cumulative[:, :-1]
    return travellers, trade
