"""Canada's land border as a simulation: run studies, compare proposals, bring in your own.

    import border

    study = border.run("more_officers", ports=["sarnia"], days=7)
    study.compare()      # a tidy table: every proposal against the baseline
    study.plot()         # a chart
    study.summary()      # levels, with intervals

`run` simulates and returns a `Study`; `read` opens a results folder. `register_scenario`,
`register_port`, `register_adversary` and `register_metric` bring in what you have made; another
package can do so by entry points (groups ``border.scenarios`` and so on).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from border.extending import (
        register_adversary as register_adversary,
    )
    from border.extending import (
        register_metric as register_metric,
    )
    from border.extending import (
        register_port as register_port,
    )
    from border.extending import (
        register_scenario as register_scenario,
    )
    from border.running import run as run
    from border.study import Study as Study
    from border.study import read as read
    from sim.errors import InputError as InputError
    from sim.model.smuggling.adversary import Adversary as Adversary
    from sim.model.smuggling.adversary import Options as Options
    from sim.results.schema import Metric as Metric
    from sim.scenario.intervention import Scenario as Scenario

_PLACES = {
    "run": "border.running",
    "read": "border.study",
    "Study": "border.study",
    "register_adversary": "border.extending",
    "register_metric": "border.extending",
    "register_port": "border.extending",
    "register_scenario": "border.extending",
    "InputError": "errors",
    "Adversary": "model.smuggling.adversary",
    "Options": "model.smuggling.adversary",
    "Metric": "results.schema",
    "Scenario": "scenario.intervention",
}
"""Where each public name is: a module of this package, or of `sim`, under whichever name it is."""

__all__ = sorted([*_PLACES, "__version__"])


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is: a bare ``import border`` is instant."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    place = _PLACES[name]
    if not place.startswith("border."):
        from sim import errors

        place = f"{errors.__name__.rpartition('.')[0]}.{place}"
    return getattr(import_module(place), name)


def __dir__() -> list[str]:
    return [*globals(), *_PLACES]
