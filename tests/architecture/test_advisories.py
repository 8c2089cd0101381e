"""Pinned packages are held against known advisories, from a list that needs no network.

The list was put together by hand on 2026-11-28, the newest advisory that is known here for each
package; it is not complete. Each line was held against what ``read_in`` names: 19 against the CVE
record itself, the others against a copy. ``make audit`` asks the database.
"""

import csv
import re
from pathlib import Path

from packaging.version import Version

HERE = Path(__file__).resolve().parent
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE | re.IGNORECASE)


def pinned() -> list[tuple[str, Version]]:
    return [
        (name.lower().replace("_", "-"), Version(version))
        for path in sorted(HERE.parents[1].glob("requirements*.txt"))
        for name, version in PINNED.findall(path.read_text(encoding="utf-8"))
    ]


def advisories() -> dict[str, tuple[Version, str]]:
    with (HERE / "advisories.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["package"]: (Version(row["fixed_in"]), row["advisory"])
            for row in csv.DictReader(file)
        }


def test_no_pinned_package_has_a_known_fault() -> None:
    known = advisories()
    found = [
        f"{name} {version}: {known[name][1]}, fixed in {known[name][0]}"
        for name, version in pinned()
        if name in known and version < known[name][0]
    ]
    assert found == []


def test_the_list_is_about_packages_that_are_pinned() -> None:
    names = {name for name, _ in pinned()}
    assert len(names) > 50
    assert set(advisories()) <= names
    with (HERE / "advisories.csv").open(encoding="utf-8", newline="") as file:
        assert all(row["read_in"] for row in csv.DictReader(file))
