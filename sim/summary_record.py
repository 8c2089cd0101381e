"""Measures that the record of seizures is held against, by every attempt's own chance.

An expected value has far less noise than a count of seizures, so that a fit needs few years.
"""

from collections.abc import Iterator

import pandas as pd

from sim.model.booking import AIR, PORT, POST, TRAFFICKING
from sim.model.border import Border
from sim.model.traveller_firearms import PACIFIC


def record_measures(border: Border, attempts: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """Expected seizures of a replication that has ended, by kind and place."""
    chance = attempts["true_detection_share"]
    firearms = attempts["load"] * chance
    trafficked = attempts["kind"] == TRAFFICKING
    at_port = attempts["route"] == PORT
    elsewhere = trafficked & attempts["route"].isin((POST, AIR))
    travellers = float(firearms[~trafficked].sum())
    handguns = border.point.parameters.smuggling.traveller_handgun_share
    pacific = border.ports.ids[border.ports.region == PACIFIC].tolist()
    yield "expected_traveller_firearms_seized", travellers
    yield "expected_trafficking_seizures", float(chance[trafficked & at_port].sum())
    yield "expected_traveller_seizures", float(chance[~trafficked].sum())
    yield (
        "expected_handguns_seized",
        float(firearms[trafficked & at_port].sum()) + handguns * travellers,
    )
    yield (
        "expected_firearms_seized_pacific",
        float(firearms[at_port & attempts["port_id"].isin(pacific)].sum()),
    )
    yield "expected_firearms_seized_post_air", float(firearms[elsewhere].sum())
