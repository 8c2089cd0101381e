"""Points crossed: every scenario with every kind of smuggler in every world.

A scenario meets the same worlds, smugglers and random numbers as the baseline, so that whatever is
compared is compared within a pair.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from sim.intervention import Scenario
from sim.parameters import Parameters, check, check_value
from sim.point import Point

Values = Mapping[str, float | int | str]
"""Values of parameters by their dotted names."""


def changed(parameters: Parameters, values: Values, where: str) -> Parameters:
    """Parameters with some values changed, checked.

    Raises
    ------
    InputError
        If one is outside its bounds, or some contradict each other.
    """
    rooms: dict[str, dict[str, object]] = {}
    for name, value in values.items():
        check_value(name, value, where)
        room, field = name.split(".")
        rooms.setdefault(room, {})[field] = value
    made = dataclasses.replace(
        parameters,
        **{
            room: dataclasses.replace(getattr(parameters, room), **fields)
            for room, fields in rooms.items()
        },
    )
    check(made, where)
    return made


def crossed(
    base: Point,
    scenarios: Sequence[Scenario],
    adversaries: Iterable[str] = (),
    worlds: Sequence[Values] = (),
) -> tuple[Point, ...]:
    """Cross scenarios, kinds of smuggler and worlds.

    Parameters
    ----------
    base : Point
        Everything that all points share; its parameters are world 0.
    scenarios : sequence of Scenario
    adversaries : iterable of str
        Values of ``smuggling.adversary``; none for the one that ``base`` has.
    worlds : sequence of mapping
        Values that make worlds 1, 2 and so on.

    Returns
    -------
    tuple of Point
        By scenario, then smuggler, then world.
    """
    own = [base.parameters]
    own += [
        changed(base.parameters, values, f"world {number}")
        for number, values in enumerate(worlds, start=1)
    ]
    kinds = tuple(adversaries) or (base.parameters.smuggling.adversary,)
    for kind in kinds:
        check_value("smuggling.adversary", kind, "adversaries")
    by_kind = {kind: [_facing(one, kind) for one in own] for kind in kinds}
    return tuple(
        dataclasses.replace(base, scenario=scenario, parameters=parameters, world=world)
        for scenario in scenarios
        for kind in kinds
        for world, parameters in enumerate(by_kind[kind])
    )


def _facing(parameters: Parameters, adversary: str) -> Parameters:
    """Parameters with a kind of smuggler: the same object where it is theirs already."""
    if parameters.smuggling.adversary == adversary:
        return parameters
    smuggling = dataclasses.replace(parameters.smuggling, adversary=adversary)
    return dataclasses.replace(parameters, smuggling=smuggling)
