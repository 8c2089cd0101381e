"""Where the names of points go, so that none covers another."""

from collections.abc import Sequence

WIDTH, HEIGHT = 240.0, 330.0
"""Plot area in pixels for which names are placed."""

LETTER, LINE, GAP, MARK = 6.2, 14.0, 5.0, 6.0
"""Width of a letter, height of a line, distance to the point, half a marker, in pixels."""

SIDES = {"top right": (1, 1), "bottom right": (1, -1), "top left": (-1, 1), "bottom left": (-1, -1),
         "top center": (0, 1), "bottom center": (0, -1)}  # fmt: skip

Box = tuple[float, float, float, float]


def placed(
    points: Sequence[tuple[float, float]], names: Sequence[str], order: Sequence[int]
) -> dict[int, str]:
    """Find a side for the name of each point; a name that fits nowhere is left out.

    Parameters
    ----------
    points : sequence of (float, float)
        Places as shares of the plot area, from its lower left corner.
    names : sequence of str
    order : sequence of int
        Which points to name, the most important first.

    Returns
    -------
    dict
        Side by index of the point, as plotly calls it.
    """
    spots = [(x * WIDTH, y * HEIGHT) for x, y in points]
    taken = [(x - MARK, x + MARK, y - MARK, y + MARK) for x, y in spots]
    sides: dict[int, str] = {}
    for k in order:
        for side, (right, up) in SIDES.items():
            box = _box(spots[k], len(names[k]) * LETTER, right, up)
            others = [other for j, other in enumerate(taken) if j != k]
            if _inside(box) and not any(_overlap(box, other) for other in others):
                taken.append(box)
                sides[k] = side
                break
    return sides


def _box(spot: tuple[float, float], width: float, right: int, up: int) -> Box:
    x, y = spot
    left = x - width / 2 if right == 0 else x + GAP if right > 0 else x - GAP - width
    bottom = y + GAP if up > 0 else y - GAP - LINE
    return left, left + width, bottom, bottom + LINE


def _inside(box: Box) -> bool:
    left, right, bottom, top = box
    return left >= 0 and right <= WIDTH and bottom >= 0 and top <= HEIGHT


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
