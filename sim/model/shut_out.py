"""Which travellers arrive at a port while it is shut."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from sim.engine.day import World, new_guests
from sim.model.opening import Opening
from sim.model.traffic import LANES, draw_lane_day, most_vehicles

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Rows = npt.NDArray[np.void]


def shut_out(
    port: int, day: int, opening: Opening, cumulative: Floats, cells: Whole, world: World
) -> Iterator[Rows]:
    """Draw a shut port's own vehicles of a day, and find those who cannot be admitted.

    Yields
    ------
    Rows
        One group a lane, with the moments at which they would have arrived.
    """
    for lane in range(len(LANES)):
        expected = float(cumulative[port, lane, cells[port]])
        if expected <= 0.0 or world.line_of_lane[port, lane] < 0:
            continue
        room = int(most_vehicles(np.asarray(expected)))
        time_s = np.empty(room)
        words = [np.empty(room, np.uint32) for _ in range(4)]
        count = draw_lane_day(
            world.seed, world.replication, int(world.entity[port, lane]), day,
            bool(world.timetabled[lane]), cumulative[port, lane], int(cells[port]),
            world.gap_table, 0, time_s, *words,
        )  # fmt: skip
        shut = np.flatnonzero(~opening.open_at(port, time_s[:count]))
        if len(shut) == 0:
            continue
        guests = new_guests(len(shut))
        guests["lane"][:] = lane
        guests["line"][:] = world.line_of_lane[port, lane]
        guests["time_s"][:] = time_s[shut]
        guests["service_word"][:] = words[1][shut]
        guests["search_word"][:] = words[2][shut]
        guests["mandatory_word"][:] = words[3][shut]
        guests["entity"][:] = world.entity[port, lane]
        guests["day"][:] = day
        guests["index"][:] = shut
        guests["attempt"][:] = -1
        guests["search_factor"][:] = 1.0
        yield guests
