"""The data room: counts, totals and shapes of the derived tables, and that they are derived."""

import datetime
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from sim.data import (
    DATA_FOLDER,
    Row,
    apportion,
    derive,
    fixed,
    read_source,
)
from sim.data.volumes import (
    fill,
    listing,
    main,
    read_counts,
    read_volumes,
)
from sim.places.calendar import COUNT, holiday_kind, month_number, rows_of
from sim.places.ports import read_ports, read_us_share

COLUMN_OF_CLASS = {"car": "cars", "truck": "trucks", "bus": "buses", "train": "trains"}

# Vehicles into Canada in 2005, as the README publishes them.
TOTALS_2005 = {"car": 30_467_882, "truck": 6_785_747, "bus": 153_705, "train": 21_870}

DAYS_A_WEEK = 7


def table(name: str) -> list[Row]:
    return rows_of(DATA_FOLDER / name)


@pytest.fixture(scope="module")
def ports() -> list[Row]:
    return table("ports.csv")


@pytest.fixture(scope="module")
def volumes() -> list[Row]:
    rows = read_volumes().astype(str)
    return [
        dict(zip(rows.columns, row, strict=True)) for row in rows.itertuples(index=False, name=None)
    ]


@pytest.fixture(scope="module")
def yearly(volumes: list[Row]) -> dict[tuple[str, str, str], float]:
    totals: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in volumes:
        totals[row["year"], row["port_id"], row["traffic_class"]] += float(row["vehicles"])
    return totals


def road_vehicles_2005(yearly: dict[tuple[str, str, str], float], port_id: str) -> float:
    return sum(yearly.get(("2005", port_id, kind), 0.0) for kind in ("car", "truck", "bus"))


# ---------------------------------------------------------------- ports


def test_139_ports_of_which_119_are_official(ports: list[Row]) -> None:
    assert len(ports) == 139
    assert Counter(port["in_119"] for port in ports) == {"1": 119, "0": 20}
    kinds = Counter(port["kind"] for port in ports if port["in_119"] == "0")
    assert kinds == {"ferry": 11, "rail": 9}


def test_port_ids_are_unique_and_sorted(ports: list[Row]) -> None:
    ids = [port["port_id"] for port in ports]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("column", "value", "count"),
    [
        ("one_officer", "1", 95),
        ("data_link", "0", 21),
        ("customs_database", "0", 62),
        ("open_24h", "1", 61),
        ("nexus", "1", 11),
        ("fast", "1", 3),
    ],
)
def test_counts_among_the_119(ports: list[Row], column: str, value: str, count: int) -> None:
    assert sum(port[column] == value for port in ports if port["in_119"] == "1") == count


def test_beyond_the_119_only_tiny_ferries_have_one_officer(
    ports: list[Row], yearly: dict[tuple[str, str, str], float]
) -> None:
    alone = {
        port["port_id"] for port in ports if port["in_119"] == "0" and port["one_officer"] == "1"
    }
    tiny = {
        port["port_id"]
        for port in ports
        if port["kind"] == "ferry" and road_vehicles_2005(yearly, port["port_id"]) < 10_000
    }
    assert alone == tiny
    assert alone


@pytest.mark.parametrize("column", ["data_link", "customs_database"])
def test_ports_without_are_the_smallest(
    ports: list[Row], yearly: dict[tuple[str, str, str], float], column: str
) -> None:
    traffic: dict[str, list[float]] = {"0": [], "1": []}
    for port in ports:
        if port["in_119"] == "1":
            traffic[port[column]].append(road_vehicles_2005(yearly, port["port_id"]))
    assert max(traffic["0"]) <= min(traffic["1"])


def test_every_cell_of_ports_is_filled(ports: list[Row]) -> None:
    assert not [(port["port_id"], key) for port in ports for key, cell in port.items() if not cell]


def test_hours_and_season_are_in_range(ports: list[Row]) -> None:
    for port in ports:
        opening, closing = int(port["open_hour"]), int(port["close_hour"])
        assert 0 <= opening < closing <= 24, port["port_id"]
        assert (port["open_24h"] == "1") == ((opening, closing) == (0, 24)), port["port_id"]
        assert 1 <= int(port["season_first_month"]) <= int(port["season_last_month"]) <= 12


def test_positions_are_along_the_border(ports: list[Row]) -> None:
    for port in ports:
        assert 41.5 < float(port["lat"]) < 64.5, port["port_id"]
        assert -141.5 < float(port["lon"]) < -66.0, port["port_id"]


def test_one_region_for_each_province(ports: list[Row]) -> None:
    regions: dict[str, set[str]] = defaultdict(set)
    for port in ports:
        regions[port["region"]].add(port["province"])
    assert regions == {
        "Atlantic": {"NB", "NS"},
        "Quebec": {"QC"},
        "Ontario": {"ON"},
        "Prairie": {"MB", "SK", "AB"},
        "Pacific": {"BC", "YT"},
    }


# ---------------------------------------------------------------- volumes


@pytest.mark.parametrize(("traffic_class", "total"), TOTALS_2005.items())
def test_totals_of_2005(
    yearly: dict[tuple[str, str, str], float], traffic_class: str, total: int
) -> None:
    found = sum(
        value
        for (year, _, kind), value in yearly.items()
        if (year, kind) == ("2005", traffic_class)
    )
    # months without data are filled, which the published totals count as nothing
    assert found == pytest.approx(total, rel=3e-4)


@pytest.mark.parametrize("year", ["2005", "2019", "2024"])
def test_each_port_adds_up_to_its_source_year(
    yearly: dict[tuple[str, str, str], float], volumes: list[Row], year: str
) -> None:
    expected: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in (*read_source("ports.csv"), *read_source("ports_later.csv")):
        port_id = "st-stephen" if row["port_id"] == "st-stephen-3rd" else row["port_id"]
        for traffic_class, column in COLUMN_OF_CLASS.items():
            expected[year, port_id, traffic_class] += float(row[f"{column}_{year}"])
    expected = {key: value for key, value in expected.items() if value}
    filled = {
        (row["year"], row["port_id"], row["traffic_class"])
        for row in volumes
        if row["filled"] == "True"
    }
    fixed = {("2005", port, "car") for port in ("sombra", "stewart", "toronto-ferry")}
    found = {key: value for key, value in yearly.items() if key[0] == year and key not in filled}
    assert len(found) > 250
    assert fixed <= found.keys() or year != "2005"
    assert found == pytest.approx({key: expected[key] for key in found}, abs=0.06)


def test_twelve_months_each_and_none_negative(volumes: list[Row], ports: list[Row]) -> None:
    months: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in volumes:
        months[row["year"], row["port_id"], row["traffic_class"]].append(int(row["month"]))
        assert float(row["vehicles"]) >= 0
    assert all(
        found == list(range(1, 13 if key[0] < "2025" else 3)) for key, found in months.items()
    )
    assert {key[0] for key in months} == {str(year) for year in range(1996, 2026)}
    assert {port_id for _, port_id, _ in months} <= {port["port_id"] for port in ports}


def test_seasonal_ports_are_empty_out_of_season(ports: list[Row], volumes: list[Row]) -> None:
    seasons = {
        port["port_id"]: (int(port["season_first_month"]), int(port["season_last_month"]))
        for port in ports
    }
    seasonal = {port_id for port_id, months in seasons.items() if months != (1, 12)}
    assert {"little-gold", "chief-mountain", "yarmouth"} <= seasonal
    within = Counter[str]()
    for row in volumes:
        first, last = seasons[row["port_id"]]
        if first <= int(row["month"]) <= last:
            within[row["port_id"]] += float(row["vehicles"]) > 0
        else:
            assert float(row["vehicles"]) == 0, row
    assert all(within[port_id] for port_id in seasonal)


def test_trains_at_rail_sites_only(ports: list[Row], volumes: list[Row]) -> None:
    kind_of = {port["port_id"]: port["kind"] for port in ports}
    for row in volumes:
        assert (kind_of[row["port_id"]] == "rail") == (row["traffic_class"] == "train"), row


def test_busiest_ports_of_2005(ports: list[Row], yearly: dict[tuple[str, str, str], float]) -> None:
    ids = [port["port_id"] for port in ports]
    busiest = sorted(ids, key=lambda port_id: -road_vehicles_2005(yearly, port_id))[:5]
    assert busiest[0] == "windsor-ambassador"
    assert {"fort-erie", "sarnia", "windsor-tunnel"} <= set(busiest)


def test_more_cars_in_august_than_in_february(volumes: list[Row]) -> None:
    cars: dict[tuple[str, str], float] = defaultdict(float)
    for row in volumes:
        if row["traffic_class"] == "car":
            cars[row["year"], row["month"]] += float(row["vehicles"])
    assert all(cars[year, "8"] > 1.2 * cars[year, "2"] for year in ("2005", "2019", "2024"))


# ---------------------------------------------------------------- profiles


def test_weekday_factors_have_mean_one() -> None:
    factors: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in table("weekday_factors.csv"):
        factors[row["traffic_class"], row["month"]].append(float(row["factor"]))
    assert len(factors) == 4 * 12
    for week in factors.values():
        assert len(week) == DAYS_A_WEEK
        assert min(week) > 0
        assert sum(week) == pytest.approx(DAYS_A_WEEK, abs=1e-9)


def test_trucks_peak_midweek_and_cars_on_the_weekend() -> None:
    factor = {
        (row["traffic_class"], row["month"], int(row["weekday"])): float(row["factor"])
        for row in table("weekday_factors.csv")
    }
    for month in map(str, range(1, 13)):
        trucks = [factor["truck", month, day] for day in range(DAYS_A_WEEK)]
        cars = [factor["car", month, day] for day in range(DAYS_A_WEEK)]
        assert min(trucks[1:4]) > max(trucks[0], *trucks[4:])
        assert min(trucks) == trucks[6]
        assert max(cars) in cars[4:]


def test_a_month_is_the_count_of_the_opposite_port() -> None:
    rows = read_volumes()
    pembina = rows[(rows["port_id"] == "pelee-island") & (rows["year"] == 1998)]
    assert len(pembina) == 12
    cars = rows[(rows["traffic_class"] == "car") & (rows["year"] == 1998) & (rows["month"] == 7)]
    everywhere = sum(
        months[month_number(1998, 7)]
        for (measure, _), months in read_counts().items()
        if measure == "pv"
    )
    assert cars["vehicles"].sum() == pytest.approx(everywhere, rel=0.04)
    port = cars[cars["port_id"] == "osoyoos"]["vehicles"].item()
    assert port == read_counts()["pv", "3019"][month_number(1998, 7)]


def test_a_gap_is_filled_from_the_nearest_year_and_no_more_than_a_gap() -> None:
    counts = np.full(COUNT, 200)
    border = np.arange(COUNT) + 1000
    counts[100] = 0
    counts[200:230] = 0  # longer than two years: closed
    filled = fill(counts, border)
    assert filled.filled[100] == 88
    assert filled.counts[100] == round(200 * border[100] / border[88])
    assert (filled.filled >= 0).sum() == 1
    counts[:60] = 0
    late = fill(counts, border)
    assert late.filled[:60].tolist() == [60 + k % 12 for k in range(60)]


def test_filled_months_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "big-beaver", "--year", "2005"]) == 0
    out = capsys.readouterr().out
    assert "2005-08  car    code 3312 (big-beaver): 163 vehicles, from 2004-08" in out
    assert "no traffic from 2011 on" in out
    assert main(["--port", "nowhere"]) == 2
    assert main(["--year", "1990"]) == 2
    assert int(listing()[-1].split()[0]) == len(listing()) - 7


def test_a_closed_port_has_no_traffic() -> None:
    rows = read_volumes()
    assert rows[rows["port_id"] == "franklin-centre"]["year"].max() == 2010


@pytest.mark.parametrize(
    ("day", "province", "kind"),
    [
        ("2005-07-01", "ON", "single"),
        ("2019-07-01", "BC", "long_weekend"),
        ("2005-12-25", "QC", "christmas"),
        ("1998-12-26", "ON", "year_end"),
        ("2005-07-04", "ON", "us"),
        ("2005-11-11", "BC", "single"),
        ("2005-11-11", "QC", "us"),
        ("2005-08-01", "BC", "long_weekend"),
        ("2005-08-01", "QC", None),
    ],
)
def test_holidays_are_those_of_the_province_and_the_united_states(
    day: str, province: str, kind: str | None
) -> None:
    date = datetime.date.fromisoformat(day)
    assert holiday_kind(date, "CA+US", province) == kind
    assert holiday_kind(date, "none", province) is None


def test_car_weekday_ratios_are_those_measured_without_holidays() -> None:
    july = [day for day in read_source("cbsa_daily_travellers.csv") if day["date"][5:7] == "07"]
    measured = {
        weekday: np.mean(
            [
                int(day["land"])
                for day in july
                if day["weekday"] == weekday and day["date"][5:] not in ("07-01", "07-04")
            ]
        )
        for weekday in ("Sat", "Tue")
    }
    july = {
        int(row["weekday"]): float(row["factor"])
        for row in table("weekday_factors.csv")
        if (row["traffic_class"], row["month"]) == ("car", "7")
    }
    assert july[5] / july[1] == pytest.approx(measured["Sat"] / measured["Tue"], rel=1e-5)


def test_hour_shares_add_up_to_one() -> None:
    shares: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in table("hour_profiles.csv"):
        shares[row["traffic_class"], row["day_kind"]].append(float(row["share"]))
    assert len(shares) == 4 * 2
    for day in shares.values():
        assert len(day) == 24
        assert min(day) > 0
        assert sum(day) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("traffic_class", "day_kind", "hours"),
    [
        ("car", "weekday", range(15, 19)),
        ("car", "weekend", range(13, 20)),
        ("truck", "weekday", range(14, 18)),
    ],
)
def test_peak_hour(traffic_class: str, day_kind: str, hours: range) -> None:
    shares = {
        int(row["hour"]): float(row["share"])
        for row in table("hour_profiles.csv")
        if (row["traffic_class"], row["day_kind"]) == (traffic_class, day_kind)
    }
    assert max(shares, key=shares.__getitem__) in hours


# ---------------------------------------------------------------- regions


def test_fifteen_regions_share_the_ports_of_the_line(ports: list[Row]) -> None:
    regions = table("regions.csv")
    assert len(regions) == 15
    line = [port for port in ports if port["kind"] != "rail" and float(port["lat"]) < 52.0]
    far = {"toronto-ferry", "yarmouth"}
    assert sum(int(region["ports"]) for region in regions) == len(line) - len(far)
    assert [float(region["lon"]) for region in regions] == sorted(
        float(region["lon"]) for region in regions
    )


def test_the_line_is_somewhat_shorter_than_the_true_one() -> None:
    # International Boundary Commission: 6,416 km without Alaska; crow flight cuts corners.
    regions = table("regions.csv")
    total = sum(int(region["land_km"]) + int(region["water_km"]) for region in regions)
    assert 0.75 * 6416 < total < 6416
    along_49 = [r for r in regions if r["region"] in ("okanagan", "kootenay", "rocky-mountain")]
    # 10.9 degrees of longitude on the 49th parallel, give or take the way to a neighbour's port.
    assert sum(int(r["land_km"]) for r in along_49) == pytest.approx(10.9 * 73.2, rel=0.05)


# ---------------------------------------------------------------- sources and derivation


def test_sources_are_complete() -> None:
    facts = read_source("facts.csv")
    assert len({fact["id"] for fact in facts}) == len(facts) == 477
    assert len(read_counts()) > 200
    assert {len(months) for months in read_counts().values()} == {COUNT}


def test_stored_tables_are_as_derived() -> None:
    assert derive.main(["--check"]) == 0


def test_writing_elsewhere_gives_the_same_tables(tmp_path: Path) -> None:
    derive.write_tables(tmp_path)
    for name in derive.TABLES:
        assert (tmp_path / name).read_bytes() == (DATA_FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", list(derive.TABLES))
def test_check_names_the_file_that_differs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    derive.write_tables(tmp_path)
    with (tmp_path / name).open("a") as file:
        file.write("\n")
    monkeypatch.setattr(derive, "DATA_FOLDER", tmp_path)
    assert derive.main(["--check"]) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith(f"{name} differs")
    assert complaint.count("\n") == 1


def test_check_names_a_missing_file(tmp_path: Path) -> None:
    assert derive.first_difference(tmp_path) == "ports.csv"


def test_apportion_hands_out_everything_and_breaks_ties_to_the_earlier_place() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(7, [0, 5, 0]) == [0, 7, 0]
    assert sum(apportion(1_000_003, [0.1, 0.7, 12.5, 3.3])) == 1_000_003


def test_fixed_keeps_leading_zeros_of_the_decimals() -> None:
    assert fixed(125, 1) == "12.5"
    assert fixed(1_000_042, 6) == "1.000042"


def test_the_share_of_us_residents_is_that_of_2005_in_2005_and_fell_when_the_border_closed() -> (
    None
):
    ratio = read_us_share()
    months = slice(month_number(2005, 1), month_number(2006, 1))
    cars = read_ports(2005).monthly_vehicles[:, 0].sum(axis=0)
    assert np.average(ratio[months], weights=cars) == pytest.approx(1.0)
    summer = np.average(ratio[months][5:8], weights=cars[5:8])
    assert summer > 1.1
    assert ratio[month_number(2020, 8)] < 0.5 * ratio[month_number(2019, 8)]
