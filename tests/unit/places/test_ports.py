"""The port table: kinds of port, distances, and what it refuses."""

from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.places.ports import DATA, PORT_KINDS, great_circle_km, read_ports

PORTS = read_ports(2005)


def test_every_kind_is_in_use_and_declared() -> None:
    assert set(PORTS.kind.tolist()) == set(PORT_KINDS)


def test_kinds_differ_in_what_the_model_asks_of_them() -> None:
    at = {kind: int(np.flatnonzero(PORTS.kind == kind)[0]) for kind in PORT_KINDS}
    assert not PORTS.takes_road_traffic[at["rail"]]
    assert PORTS.by_timetable[at["ferry"]]
    assert not PORTS.by_timetable[at["rail"]]
    assert [kind for kind in PORT_KINDS if PORTS.one_line[at[kind]]] == ["ferry", "rail"]
    assert all(PORTS.takes_road_traffic[at[kind]] for kind in ("road", "bridge", "tunnel", "ferry"))


def test_an_unknown_kind_is_refused_in_a_line(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    text = (DATA / "ports.csv").read_text(encoding="utf-8")
    table.write_text(text.replace(",tunnel,", ",canal,"), encoding="utf-8")
    wrong = r"mine\.csv: row \d+ \(port_id .*\): kind = 'canal' is not one of road, "
    with pytest.raises(InputError, match=wrong):
        read_ports(2005, table)


def test_distances_are_great_circles() -> None:
    assert great_circle_km(0.0, 0.0, 0.0, 90.0) == pytest.approx(np.pi / 2 * 6371.0)
    assert great_circle_km(49.0, -100.0, 49.0, -100.0) == 0.0
    assert np.array_equal(PORTS.distance_km.shape, (len(PORTS), len(PORTS)))
    windsor, sarnia = (
        int(np.flatnonzero(PORTS.ids == name)[0]) for name in ("windsor-ambassador", "sarnia")
    )
    assert 80.0 < PORTS.distance_km[windsor, sarnia] < 100.0
