"""Single draws by identity, for what happens one at a time."""

from typing import NamedTuple

from sim.randomness import TWO_32, Streams


class Key(NamedTuple):
    """Identity of something that happened: the keys of all its draws."""

    entity: int
    day: int
    number: int


def uniforms(
    streams: Streams, purpose: int, entity: int, day: int = 0, number: int = 0
) -> tuple[float, float, float, float]:
    """Return the four numbers between 0 and 1 of one identity and purpose.

    They are those of `Streams.uniforms`.
    """
    a, b, c, d = streams.words(purpose, entity, day, 1, number)
    return (
        (a.item() + 0.5) / TWO_32,
        (b.item() + 0.5) / TWO_32,
        (c.item() + 0.5) / TWO_32,
        (d.item() + 0.5) / TWO_32,
    )
