"""Tables that people bring are read as their schema says, or refused in one line."""

import codecs
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.design.sampling import read_points
from sim.errors import InputError
from sim.files.brought import read_table
from sim.files.schemas import PortRow
from sim.places.network import read_network
from sim.places.ports import PORT_KINDS, PORT_SETS, read_ports

_HEAD = (
    "port_id,name,province,region,in_119,kind,lat,lon,us_port,us_state,open_hour,close_hour,"
    "season_first_month,season_last_month,commercial,nexus,fast,one_officer,data_link,"
    "customs_database,cars,trucks"
)
HEAD = _HEAD.split(",")
_GOOD = (
    "new-bridge;Théophile (Québec);ON;Ontario;1;bridge;42.99;-82.42;Port Huron;MI;0;24;1;12;yes;1;"
    "1;0;1;1;10000;500"
)
GOOD = _GOOD.split(";")
SECOND = ["sarnia", *GOOD[1:-2], "", ""]
WORDS = st.one_of(
    st.sampled_from(
        ["", " ", "nan", "inf", "-inf", "1e999", "1e12", "-1", "0.5", "1.5", "13", "YES", "maybe",
         "ROAD", "spaceport", "XX", "Ontario", "all", "official119", "a,b", "[a]", "../x", "con",
         "2011", "é", "a b", "\u202e", "1,5", "1 000", "=1+1", "null", "99999999999999999999",
         "SARNIA", "sarnia "]
    ),
    st.text(max_size=12),
)  # fmt: skip


def written(folder: Path, rows: list[list[str]], separator: str = ",", code: str = "utf-8") -> Path:
    path = folder / "mine.csv"
    lines = [separator.join(f'"{c}"' if separator in c else c for c in row) for row in rows]
    path.write_bytes("\r\n".join([*lines, ""]).encode(code, "replace"))
    return path


def refused(path: Path) -> str:
    """Read a table; give the line with which it is refused, or nothing once it has been checked."""
    try:
        table = read_table(path, PortRow, ["port_id"], {"kinds": PORT_KINDS, "taken": PORT_SETS})
    except InputError as error:
        line = str(error)
        assert line.startswith(path.name), line
        assert len(line.splitlines()) == 1, line
        assert len(line) < 500
        return line
    check(table.rows)
    return ""


def check(rows: list[PortRow]) -> None:
    """What the schema promises, said once more in other words."""
    ids = [row.port_id for row in rows]
    assert len({name.casefold().strip() for name in ids}) == len(ids)
    assert not {"all", "official119", "con", "2011", "null"} & set(ids)
    for row in rows:
        assert row.port_id.isascii()
        assert row.port_id == row.port_id.strip().lower()
        assert not set(row.port_id) & set(" ,[]{}/\\'\"$")
        assert row.kind in PORT_KINDS
        assert row.commercial in ("yes", "no", "limited")
        assert len(row.us_state) == len(row.province) == 2
        assert 41 <= row.lat <= 84
        assert -142 <= row.lon <= -52
        assert 0 <= row.open_hour < row.close_hour <= 24
        assert row.season_first_month in range(1, 13)
        assert row.season_last_month in range(1, 13)
        assert {row.in_119, row.nexus, row.fast, row.one_officer} <= {0, 1}
        for vehicles in (row.cars, row.trucks):
            assert vehicles is None or 0 <= vehicles <= 5e7


@settings(max_examples=350, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.sampled_from(HEAD), WORDS), min_size=1, max_size=3),
    separator=st.sampled_from([",", ";", "\t"]),
    code=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_any_cells_are_read_or_refused(
    tmp_path: Path, changes: list[tuple[str, str]], separator: str, code: str
) -> None:
    row = [*GOOD]
    for column, word in changes:
        row[HEAD.index(column)] = word
    refused(written(tmp_path, [HEAD, row, SECOND], separator, code))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.permutations(HEAD),
    drop=st.sampled_from(HEAD),
    instead=st.one_of(st.none(), WORDS, st.sampled_from(["car", "port id", "PORT_ID", "kind "])),
)
def test_any_header_is_read_or_refused(
    tmp_path: Path, header: list[str], drop: str, instead: str | None
) -> None:
    place = header.index(drop)
    row = [GOOD[HEAD.index(name)] for name in header]
    names = [*header]
    if instead is None:
        del names[place], row[place]
    else:
        names[place] = instead
    line = refused(written(tmp_path, [names, row]))
    if instead is None and drop not in ("cars", "trucks", "us_port"):
        assert drop in line


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    assert refused(path)
    for read in (lambda: read_network(str(path)), lambda: read_points(str(path), 5, "world")):
        with pytest.raises(InputError):
            read()


RIGHT = {
    "a mark": ("utf-8-sig", ",", GOOD),
    "semicolons": ("utf-8", ";", GOOD),
    "tabs, as Unicode text": ("utf-16", "\t", GOOD),
    "decimal commas": ("utf-8-sig", ";", [c.replace("42.99", "42,99") for c in GOOD]),
    "Windows-1252": ("cp1252", ",", GOOD),
    "groups of thousands": ("utf-8", ";", [*GOOD[:-2], "10 000", "500"]),
}


@pytest.mark.parametrize("how", RIGHT)
def test_what_spreadsheets_save_is_read(tmp_path: Path, how: str) -> None:
    code, separator, row = RIGHT[how]
    path = written(tmp_path, [HEAD, row, SECOND, [""] * len(HEAD)], separator, code)
    notes: list[str] = []
    table = read_ports(2005, path, notes)
    assert table.name.tolist()[0] == "Théophile (Québec)"
    assert table.lat[0] == 42.99
    assert table.monthly_vehicles[0, 0].sum() == pytest.approx(10_000)
    assert any("Windows-1252" in line for line in notes) == (code == "cp1252")


@pytest.mark.parametrize(("first", "last", "open_in"), [(11, 3, 5), (6, 5, 12), (5, 9, 5)])
def test_a_season_may_go_over_the_new_year(
    tmp_path: Path, first: int, last: int, open_in: int
) -> None:
    row = [*GOOD]
    row[HEAD.index("season_first_month")], row[HEAD.index("season_last_month")] = (
        str(first),
        str(last),
    )
    cars = read_ports(2005, written(tmp_path, [HEAD, row])).monthly_vehicles[0, 0]
    assert (cars > 0).sum() == open_in
    assert cars.sum() == pytest.approx(10_000)
    assert cars[first - 1] > 0 < cars[last - 1]


WRONG = {
    "car": "unknown column 'car'; did you mean cars?",
    "short": "row 2: has 10 cells, the header 22",
    "quote": "is a quotation mark not closed?",
    "twice": "row 3: port_id 'new-bridge' appears twice (row 2 has it too)",
    "nothing": "has no rows",
    "workbook": "is a workbook of a spreadsheet",
    "gzip": "is compressed (gzip), not a text",
    "a title above": "row 3 seems to be the header",
    "merged cells above": "row 2 seems to be the header",
    "many columns": "row 1: has 9999 columns, more than 1000",
    "an underscore": "row 2 (port_id 'new-bridge'): cars = '1_0' is not a number",
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, fault: str) -> None:
    rows = {
        "car": [[*HEAD[:-2], "car", "trucks"], GOOD],
        "short": [HEAD, GOOD[:10]],
        "quote": [HEAD, ['"new', *GOOD[1:]]],
        "twice": [HEAD, GOOD, GOOD],
        "nothing": [HEAD],
        "workbook": [["PK\x03\x04"]],
        "gzip": [["\x1f\x8b"]],
        "a title above": [["Ports of 2005"], [""], HEAD, GOOD],
        "merged cells above": [["Ports", "", "Vehicles"], HEAD, GOOD],
        "many columns": [[f"c{number}" for number in range(9999)], GOOD],
        "an underscore": [HEAD, [*GOOD[:-2], "1_0", "5"]],
    }[fault]
    code = "latin-1" if fault == "gzip" else "utf-8"
    assert WRONG[fault] in refused(written(tmp_path, rows, code=code))


def test_a_pipe_a_folder_and_an_endless_file_are_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert "is not a regular file" in refused(pipe)
    assert "is a folder" in refused(tmp_path)
    assert "is not a regular file" in refused(Path("/dev/zero"))
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.write(codecs.BOM_UTF8)
        file.truncate(30_000_000)
    assert "is larger than" in refused(large)
