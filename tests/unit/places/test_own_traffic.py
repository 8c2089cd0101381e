"""Traffic of one's own, beside a port table: rows of port, month, measure and value."""

import shutil
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.places.calendar import month_number
from sim.places.ports import DATA, TRAFFIC_CLASSES, TRAFFIC_FILE, read_ports

HEAD = "port,month,measure,value\n"


def table(folder: Path, rows: str) -> Path:
    made = folder / "ports.csv"
    shutil.copy(DATA / "ports.csv", made)
    (folder / TRAFFIC_FILE).write_text(HEAD + rows, encoding="utf-8")
    return made


def test_counts_take_the_place_of_the_projects(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "sarnia,2005-07,Personal Vehicles,12345\n"
        "SARNIA,Aug 2005,trucks,678\n"
        "Sarnia,09/01/2005,Buses,9\n"
        "sarnia,2005-07,Bus Passengers,400\n"
        "sarnia,2005-07,Train Passengers,400\n",
    )
    said: list[str] = []
    before, after = read_ports(2005), read_ports(2005, path, said)
    place = list(after.ids).index("sarnia")
    assert after.monthly_vehicles[place, TRAFFIC_CLASSES.index("car"), 6] == 12345
    assert after.monthly_vehicles[place, TRAFFIC_CLASSES.index("truck"), 7] == 678
    assert after.monthly_vehicles[place, TRAFFIC_CLASSES.index("bus"), 8] == 9
    assert (after.monthly_vehicles != before.monthly_vehicles).sum() == 3
    assert after.dated_vehicles[place, 0, month_number(2005, 7)] == 12345
    used = "3 counts of traffic, 2005-07 to 2005-09, beside ports.csv are used"
    assert f"{TRAFFIC_FILE}: {used}" in said


def test_without_the_file_nothing_changes(tmp_path: Path) -> None:
    path = table(tmp_path, "")
    (tmp_path / TRAFFIC_FILE).unlink()
    assert (read_ports(2005, path).monthly_vehicles == read_ports(2005).monthly_vehicles).all()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("sarni,2005-07,Trucks,1\n", "unknown port 'sarni'; did you mean sarnia"),
        ("sarnia,2005-13,Trucks,1\n", "is not a month such as 2005-07"),
        ("sarnia,July,Trucks,1\n", "is not a month such as 2005-07"),
        ("sarnia,1995-07,Trucks,1\n", "month = 1995-07 is not within 1996-01"),
        ("sarnia,2005-07,Lorries,1\n", "is not one of Personal Vehicles"),
        ("sarnia,2005-07,Trucks,-1\n", "value"),
        ("sarnia,2005-07,Trucks,many\n", "value"),
        ("sarnia,2005-07,Trucks,1\nsarnia,2005-07,Truck,2\n", "twice"),
        ("sarnia,2005-07,Trucks,1\nSarnia (Blue Water Bridge),2005-07,Trucks,2\n", "appears twice"),
        ("sarnia,01/07/2005,Trucks,1\n", "is not a month such as 2005-07"),
        ("", "has no rows"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_ports(2005, table(tmp_path, rows))
    assert says in str(caught.value)
    assert str(caught.value).startswith(TRAFFIC_FILE)
    assert "\n" not in str(caught.value)


def test_a_name_that_two_ports_have_is_no_port(tmp_path: Path) -> None:
    made = table(tmp_path, "Twin,2005-07,Trucks,1\n")
    names = ("Sarnia (Blue Water Bridge)", "Windsor (Ambassador Bridge)")
    text = made.read_text(encoding="utf-8")
    for name in names:
        assert name in text
        text = text.replace(name, "Twin")
    made.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"port 'Twin' is the name of sarnia, windsor-ambassador"):
        read_ports(2005, made)


def test_what_is_no_file_is_not_left_unread(tmp_path: Path) -> None:
    made = table(tmp_path, "")
    (tmp_path / TRAFFIC_FILE).unlink()
    (tmp_path / TRAFFIC_FILE).mkdir()
    with pytest.raises(InputError, match=f"{TRAFFIC_FILE}: is a folder"):
        read_ports(2005, made)
