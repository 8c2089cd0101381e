"""Make ``outline.json`` of Natural Earth lines: ``python -m analysis.assets.make_outline FILE``.

FILE is ``countries-50m.json`` of the npm package world-atlas 2.0.2, that is Natural Earth 4.1.0.
"""

import json
import sys
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from analysis.charts.border_map import lambert

OUTLINE = Path(__file__).with_name("outline.json")
CANADA, UNITED_STATES = "124", "840"
WEST, EAST, SOUTH, NORTH = -148.0, -52.0, 38.0, 68.0
"""Window of the map in degrees."""

TOLERANCE_KM = {"boundary": 1.5, "coast": 4.0}
"""How far a line may lie from the source's: less than a pixel at 1,400 pixels."""

SHORTEST_KM = 40.0
"""Islands with a shore shorter than this are left out."""

Line = list[list[float]]


def outline(topology: dict[str, Any]) -> dict[str, Any]:
    """Lines of the map: the boundary is what both countries share, the coast is the rest."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    places = [
        [(x * scale[0] + move[0], y * scale[1] + move[1]) for x, y in _summed(arc)]
        for arc in topology["arcs"]
    ]
    countries = {
        country["id"]: set(_arcs(country["arcs"]))
        for country in topology["objects"]["countries"]["geometries"]
        if country.get("id") in (CANADA, UNITED_STATES)
    }  # fmt: skip
    shared = countries[CANADA] & countries[UNITED_STATES]
    kinds = {"boundary": shared, "coast": set.union(*countries.values()) - shared}
    return {
        "source": "Natural Earth 4.1.0, 1:50m, public domain, by way of world-atlas 2.0.2",
        "unit": "degrees east and north, WGS84",
        **{
            kind: [
                line
                for arc in sorted(arcs)
                for part in _clipped(places[arc])
                if (line := _simple(part, TOLERANCE_KM[kind], kind == "coast"))
            ]
            for kind, arcs in kinds.items()
        },
    }


def _summed(arc: list[list[int]]) -> Iterator[tuple[int, int]]:
    """Places of an arc, which the file keeps as steps."""
    return zip(*(accumulate(axis) for axis in zip(*arc, strict=True)), strict=True)


def _arcs(nested: Any) -> Iterator[int]:
    """Numbers of the arcs of a shape; a negative one is walked backwards."""
    for arc in nested:
        if isinstance(arc, int):
            yield arc if arc >= 0 else ~arc
        else:
            yield from _arcs(arc)


def _clipped(places: list[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
    """Parts of a line that lie in the window."""
    part: list[tuple[float, float]] = []
    for lon, lat in places:
        if WEST <= lon <= EAST and SOUTH <= lat <= NORTH:
            part.append((lon, lat))
        elif part:
            yield part
            part = []
    if part:
        yield part


def _simple(part: list[tuple[float, float]], tolerance_km: float, islands: bool) -> Line:
    """A line with the fewest places that stay within the tolerance (Douglas and Peucker)."""
    degrees = np.array(part)
    flat = np.column_stack(lambert(degrees[:, 0], degrees[:, 1]))
    length = float(np.hypot(*np.diff(flat, axis=0).T).sum())
    if islands and length < SHORTEST_KM:
        return []
    kept, open_spans = {0, len(flat) - 1}, [(0, len(flat) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        if last - first < 2:
            continue
        chord, between = flat[last] - flat[first], flat[first + 1 : last] - flat[first]
        reach = float(np.hypot(*chord))
        away = (
            np.abs(between[:, 0] * chord[1] - between[:, 1] * chord[0]) / reach
            if reach > 0
            else np.hypot(*between.T)
        )
        far = int(away.argmax())
        if away[far] > tolerance_km:
            kept.add(first + 1 + far)
            open_spans += [(first, first + 1 + far), (first + 1 + far, last)]
    return [[round(x, 2) for x in part[k]] for k in sorted(kept)]


def main() -> None:
    """Write the lines."""
    topology = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    text = json.dumps(outline(topology), separators=(",", ":"), ensure_ascii=False)
    OUTLINE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
