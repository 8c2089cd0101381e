"""A made-up study of a design: a known function of what was varied, in memory."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from sim.design.design import Design
from sim.results.reading import Study
from sim.results.schema import PRIMARY_OUTCOME


def made(
    design: Design,
    outcome: Callable[[Mapping[str, float]], float],
    metric: str = PRIMARY_OUTCOME,
    adversaries: tuple[str, ...] = ("static",),
) -> Study:
    """Study whose scenario ``proposal`` differs from the baseline by a function of the world.

    Where the points of the design are scenarios, it is they that differ from it.
    """
    rows = []
    for adversary in adversaries:
        for world, values in enumerate([None, *design.worlds]):
            effect = 0.0 if values is None else outcome(values)
            rows += [("baseline", adversary, world, 0, metric, "", "all", "all", 100.0)]
            if design.role == "world":
                rows += [("proposal", adversary, world, 0, metric, "", "all", "all", 100 + effect)]
        if design.role == "scenario":
            for scenario, values in zip(design.scenarios, design.values, strict=True):
                level = 100 + outcome(values)
                rows += [(scenario.name, adversary, 0, 0, metric, "", "all", "all", level)]
    keys = ["scenario", "adversary", "world", "replication", "metric", "unit", "port_group"]
    summary = pd.DataFrame(rows, columns=[*keys, "class", "value"])
    manifest = {"schema": 2, "days": 365, "design": design.about}
    study = Study(Path("memory"), manifest, {}, summary)
    study.__dict__["design"] = pd.DataFrame(design.table())
    return study
