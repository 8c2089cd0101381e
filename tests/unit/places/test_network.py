"""Sources and markets are data, and wrong data is refused in one line."""

from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.model.smuggling.organisation import locations_of, sizes_of, trade_shares
from sim.places.network import known_networks, read_network, shares

HEAD = "role,id,name,weight,lat,lon,source"
GOOD = ["source,A,Alpha,10,40,-80,assumed", "market,B,Beta,5,45,-75,assumed"]


def table(tmp_path: Path, *rows: str, head: str = HEAD) -> str:
    path = tmp_path / "own.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return str(path)


def test_a_table_of_ones_own_is_read(tmp_path: Path) -> None:
    network = read_network(table(tmp_path, *GOOD))
    assert network.source("A").weight == 10.0
    assert network.market_ids == ("B",)


@pytest.mark.parametrize("name", known_networks())
def test_every_network_of_the_project_is_read(name: str) -> None:
    network = read_network(name)
    assert shares(network.sources).sum() == pytest.approx(1.0)
    assert shares(network.markets).sum() == pytest.approx(1.0)


def test_the_record_of_2004_is_what_the_cable_says() -> None:
    """Washington 70, Texas 60, Florida 55, Ohio 59, Indiana 36; 783 of 1,135 were US-sourced."""
    network = read_network("handgun")
    found = {place.id: place.weight for place in (*network.sources, *network.markets)}
    wanted = {"WA": 70, "TX": 60, "FL": 55, "OH": 59, "IN": 36}
    wanted |= {"ON": 521, "BC": 179, "QC": 142, "AB": 133, "MB": 68}
    assert wanted.items() <= found.items()
    assert sum(place.weight for place in network.sources) == 783
    assert sum(place.weight for place in network.markets) == 1135


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "has no rows"),
        (GOOD[:1], "has no market"),
        (GOOD[1:], "has no source"),
        (["source,A,Alpha,-3,40,-80,x", GOOD[1]], "(id 'A'): weight = '-3' is below 0 traces"),
        (["source,A,Alpha,,40,-80,x", GOOD[1]], "(id 'A'): weight = '' is not a number (traces)"),
        (["source,A,Alpha,1,95,-80,x", GOOD[1]], "(id 'A'): lat = '95' is above 85 degrees"),
        (["source,A,Alpha,0,40,-80,x", GOOD[1]], "no source has a weight above 0 traces"),
        ([GOOD[0], *GOOD], "row 3: id 'A' appears twice (row 2 has it too)"),
        (["sauce,A,Alpha,1,40,-80,x", GOOD[1]], "role = 'sauce' is not one of source or market"),
    ],
)
def test_a_wrong_table_is_refused_in_one_line(
    rows: list[str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as error:
        read_network(table(tmp_path, *rows))
    assert "own.csv" in str(error.value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_column_and_a_missing_table_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"own\.csv: column name is missing \(found: role, id\)"):
        read_network(table(tmp_path, "source,A", head="role,id"))
    with pytest.raises(InputError, match="unknown network 'handgn'; did you mean handgun"):
        read_network("handgn")


@pytest.mark.parametrize("affinity_km", [500.0, 2000.0, 1e9])
def test_the_trade_has_the_shares_of_the_record(affinity_km: float) -> None:
    network = read_network("handgun")
    trade = trade_shares(network, affinity_km)
    np.testing.assert_allclose(trade.sum(axis=1), shares(network.sources), atol=1e-6)
    np.testing.assert_allclose(trade.sum(axis=0), shares(network.markets), atol=1e-6)
    if affinity_km == 1e9:
        apart = np.outer(shares(network.sources), shares(network.markets))
        np.testing.assert_allclose(trade, apart, rtol=1e-4)
    else:
        near, far = (network.source_ids.index(name) for name in ("WA", "FL"))
        pacific = network.market_ids.index("BC")
        odds = trade[near, pacific] / trade[near].sum() / (trade[far, pacific] / trade[far].sum())
        assert odds > 2.0


def test_few_organisations_still_have_the_markets_of_the_record() -> None:
    network = read_network("handgun")
    trade = trade_shares(network, 2000.0)
    source, market = locations_of(trade, 0.3, np.random.default_rng(1).random(60))
    size = sizes_of(trade, source, market)
    found = np.bincount(market, size, len(network.markets))
    np.testing.assert_allclose(found, shares(network.markets), atol=1e-6)
    found = np.bincount(source, size, len(network.sources))
    np.testing.assert_allclose(found, shares(network.sources), atol=0.02)
