"""The numbers an engine needs about inspection, as one row for each port.

A row is what the parameters come to at one port at one time. Interventions make new rows; the
engines know rows only, so that any parameter may change at any minute.
"""

from collections.abc import Callable

import numpy as np

from sim.model.port.referral import KINDS, search_rate_per_s, selected_share
from sim.model.port.traffic import COMMERCIAL, LANES
from sim.numerics.units import Floats
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
HURRY_QUEUE = SECONDARY_S + N
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
WIDTH = KIND_COMMERCE + len(KINDS)


def rates_by_port(
    ports: Ports, value: Callable[[str], Floats], duty_share: float, skill_gain: float
) -> Floats:
    """Work out the settings of every port.

    Parameters
    ----------
    ports : Ports
    value : callable
        Value of a parameter by dotted name, shape (ports,).
    duty_share : float
        Share of cars sent to pay duty (`sim.model.port.duty.collection`).
    skill_gain : float
        What training has added to d' so far.

    Returns
    -------
    array of float, shape (ports, WIDTH)
    """
    rows = np.zeros((len(ports), WIDTH))
    linked = ports.data_link | (value("database.link_everywhere") > 0)
    coverage = np.where(
        ports.customs_database,
        value("database.query_coverage"),
        value("database.query_coverage_without"),
    )
    queried = np.where(linked, coverage, 0.0)
    skill = value("primary.hurry_skill")
    for lane, name in enumerate(LANES):
        trade = bool(COMMERCIAL[lane])
        rows[:, SERVICE_S + lane] = value(f"primary.{name}_s") + value("primary.query_s") * queried
        suffix = "_truck_share" if trade else "_share"
        rows[:, PAPERWORK + lane] = value(f"inspection.paperwork{suffix}")
        rows[:, DUTY + lane] = duty_share if name in ("car", "nexus") else 0.0
        trusted = value(f"inspection.{name}_referral") if name in ("nexus", "fast") else 1.0
        rows[:, RANDOM + lane] = value("inspection.random_share") * trusted
        selective = value(f"inspection.selective{suffix}") * trusted
        rows[:, SELECTIVE + lane] = selective
        for column, sign in ((PICK_TRAFFICKER, "d_prime"), (PICK_TRAVELLER, "d_prime_traveller")):
            d_prime = value(f"inspection.{sign}") + skill_gain
            rows[:, column + lane] = selected_share(selective, d_prime)
            rows[:, column + N + lane] = selected_share(selective, d_prime * skill)
    rows[:, HURRY_QUEUE] = value("primary.hurry_queue")
    rows[:, HURRY_SERVICE] = value("primary.hurry_service")
    rows[:, WAIVE_QUEUE] = value("duty.waive_queue")
    rows[:, LIMIT_S] = 60.0 * value("inspection.examination_limit_min")
    rows[:, CLEARANCE_S] = 60.0 * value("inspection.clearance_min")
    rows[:, LOOKOUT_HIT] = queried * (1.0 - value("database.lookout_miss_share"))
    rows[:, WITHDRAWAL_SHARE] = value("inspection.withdrawal_share")
    _kinds(rows, value)
    _secondary_load(rows)
    return rows


def _kinds(rows: Floats, value: Callable[[str], Floats]) -> None:
    for kind, name in enumerate(KINDS):
        minutes = value(f"inspection.{name}_min")
        rows[:, KIND_S + kind] = 60.0 * minutes
        find = value(f"inspection.{name}_find")
        rows[:, KIND_RATE + kind] = [
            search_rate_per_s(p, m) for p, m in zip(find, minutes, strict=True)
        ]
    cursory, dog = value("inspection.cursory_share"), value("inspection.dog_share")
    imaging, intrusive = value("inspection.imaging_share"), value("inspection.intrusive_share")
    none = np.zeros(len(rows))
    travellers = [cursory, 1.0 - cursory - dog - intrusive, dog, none, intrusive]
    trade = [none, 1.0 - imaging - dog - intrusive, dog, imaging, intrusive]
    rows[:, KIND_TRAVELLER:KIND_COMMERCE] = np.cumsum(travellers, axis=0).T
    rows[:, KIND_COMMERCE:WIDTH] = np.cumsum(trade, axis=0).T


def _secondary_load(rows: Floats) -> None:
    """Officer seconds in secondary that a vehicle of each lane brings on average."""
    for lane in range(N):
        first = KIND_COMMERCE if COMMERCIAL[lane] else KIND_TRAVELLER
        shares = np.diff(rows[:, first : first + len(KINDS)], axis=1, prepend=0.0)
        examination = np.sum(shares * rows[:, KIND_S : KIND_S + len(KINDS)], axis=1)
        mandatory = rows[:, PAPERWORK + lane] + rows[:, DUTY + lane]
        random = rows[:, RANDOM + lane]
        chosen = random + (1.0 - random) * rows[:, SELECTIVE + lane]
        rows[:, SECONDARY_S + lane] = (
            mandatory * rows[:, CLEARANCE_S] + (1.0 - mandatory) * chosen * examination
        )
