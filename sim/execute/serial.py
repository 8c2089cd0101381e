"""Carrying out chunks one after another in this process, for debugging."""

from collections.abc import Iterator

from sim.execute.chunk import Job, Outcome, carry_out
from sim.execute.chunks import Chunks
from sim.execute.execution import Say


class Serial:
    """One chunk after another."""

    def run(self, chunks: Chunks, job: Job, say: Say) -> Iterator[Outcome]:
        """Carry out chunks until none is left."""
        while chunk := chunks.take(workers=1):
            outcome = carry_out(chunk, job)
            chunks.learn(outcome, len(chunk))
            yield outcome
