"""The other side of the same crossings: ports and officers of the United States.

Southbound traffic is what the traffic table counts (northbound is taken from it). What is known of
the other side is its service times; the rest is assumed.
"""

import dataclasses

import numpy as np

from sim.geography import Ports
from sim.parameters import Parameters

SOUTHBOUND = "southbound"


def us_side(ports: Ports) -> Ports:
    """Ports as on the US side: linked to databases, and never with one officer alone (assumed)."""
    every = np.ones(len(ports), bool)
    return dataclasses.replace(
        ports, data_link=every, customs_database=every, one_officer=np.zeros(len(ports), bool)
    )


def us_officers(parameters: Parameters) -> Parameters:
    """Give parameters the service times of US officers."""
    primary = parameters.primary
    return dataclasses.replace(
        parameters,
        primary=dataclasses.replace(primary, car_s=primary.us_car_s, truck_s=primary.us_truck_s),
    )
