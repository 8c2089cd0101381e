"""The terms on which intelligence works at a moment, before the run and in it."""

import datetime

from sim.geography import Ports
from sim.intervention import Scenario
from sim.model.conditions import Conditions
from sim.parameters import Intelligence, Parameters


class Terms:
    """Parameters of intelligence at a moment.

    A proposal without a date begins with the run: it does not hold in the warm-up, else a study of
    it would begin with its results.

    Parameters
    ----------
    conditions : Conditions
        Of the run.
    ports : Ports
    parameters : Parameters
    scenario : Scenario
    start : datetime.date
        First day of the run.
    """

    def __init__(
        self,
        conditions: Conditions,
        ports: Ports,
        parameters: Parameters,
        scenario: Scenario,
        start: datetime.date,
    ) -> None:
        self.conditions = conditions
        dated = tuple(one for one in scenario.interventions if one.start is not None)
        before = Scenario(scenario.name, interventions=dated)
        self.before = Conditions(ports, ports, parameters, before, start)

    def __call__(self, seconds: float) -> Intelligence:
        """Parameters in force at a moment, in seconds since the run began."""
        conditions = self.before if seconds < 0.0 else self.conditions
        return conditions.at(seconds).parameters.intelligence
