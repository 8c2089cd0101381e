"""How tasks are dealt out: in chunks of about equal time, smaller ones towards the end.

A task may take milliseconds or minutes, so the first chunks are of one task and the next double
until they are of as many as are worth sending. What a worker that died had in hand comes back in
halves, until the task that kills its process stands alone and is given up.
"""

import itertools
import math
from collections import Counter, deque
from collections.abc import Iterable

from sim.execute.chunk import Failure, Outcome
from sim.execute.plan import Task

SHORTEST_S, LONGEST_S = 2.0, 20.0
"""A chunk takes at least and at most about this long."""
CHUNKS_PER_WORKER = 50
MOST_DEATHS = 3
"""Processes that a task may take with it before it is given up."""
LARGEST = 2000

Chunk = tuple[Task, ...]


class Chunks:
    """The tasks that are left.

    Parameters
    ----------
    tasks : iterable of Task
        Read as needed.
    count : int
        How many there are.
    """

    def __init__(self, tasks: Iterable[Task], count: int) -> None:
        self._tasks = iter(tasks)
        self._unread = count
        self._returned: deque[Chunk] = deque()
        self._alone: deque[Chunk] = deque()
        self._deaths: Counter[tuple[str, int]] = Counter()
        self._task_s = 0.0
        self._known = False
        self._dealt = 0

    def __bool__(self) -> bool:
        """Whether there is something left to take."""
        return self._unread > 0 or bool(self._returned) or bool(self._alone)

    def take(self, workers: int) -> Chunk:
        """Take the next chunk; empty if what is left has to run alone, or nothing is.

        Parameters
        ----------
        workers : int
            Number of those who take.
        """
        if self._returned:
            return self._returned.popleft()
        wanted = min(self._size(workers), self._unread)
        chunk = tuple(itertools.islice(self._tasks, wanted))
        self._unread = self._unread - len(chunk) if chunk or not wanted else 0
        self._dealt += len(chunk)
        return chunk

    def take_alone(self) -> Chunk:
        """Take a task that may have killed its process: nothing else must be at risk with it."""
        return self._alone.popleft() if self._alone else ()

    def learn(self, outcome: Outcome, size: int) -> None:
        """Note how long a chunk of some size took."""
        seconds = outcome.seconds / max(size, 1)
        self._task_s = seconds if not self._known else 0.7 * self._task_s + 0.3 * seconds
        self._known = True

    def give_back(self, chunk: Iterable[Task]) -> list[Failure]:
        """Take back what is not done of a chunk whose process died; list what is given up."""
        tasks = tuple(chunk)
        for task in tasks:
            self._deaths[task.key, task.replication] += 1
        if len(tasks) > 1:
            middle = len(tasks) // 2
            self._returned.extend((tasks[:middle], tasks[middle:]))
            return []
        failures = []
        for task in tasks:
            deaths = self._deaths[task.key, task.replication]
            if deaths >= MOST_DEATHS:
                why = f"its process died {deaths} times (too little memory?)"
                failures.append(Failure(task.label, why))
            elif deaths > 1:
                self._alone.append((task,))
            else:
                self._returned.append((task,))
        return failures

    def _size(self, workers: int) -> int:
        if not self._known:
            return 1
        whole_s = self._unread * self._task_s
        target_s = min(max(whole_s / (workers * CHUNKS_PER_WORKER), SHORTEST_S), LONGEST_S)
        worth = target_s / max(self._task_s, 1e-6)
        fair = self._unread / (2 * workers)
        soon = self._dealt + 1  # whoever watches sees the first results at once
        return max(1, min(math.ceil(fair), int(worth), LARGEST, soon))
