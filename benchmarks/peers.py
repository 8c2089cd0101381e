"""Nanoseconds per vehicle of other simulators on one multi-port workload.

The workload is the same for every simulator: ``ports`` independent ports, each an
M/M/4 queue with one first-come-first-served line, Poisson arrivals at 0.8 of capacity
and exponential service of mean 60 s. A run starts empty and stops at the horizon at
which ``vehicles`` vehicles are expected over all the ports. A vehicle counts once its
service has ended by the horizon, and its wait runs from its arrival to the start of
its service. Nothing else is recorded on purpose.

Every function here builds its model, runs it and returns the vehicles served and
their mean wait, so the time of a call includes building the model. Each is called once
on a small workload before it is timed, which leaves compilation out of the figures.

A simulator whose package is missing is reported as not installed. Each mean wait is held against
the Erlang C formula, within a tolerance that follows from the length of the run (see
`wait_tolerance_s`).
"""

# The peers are optional and mostly untyped, so their absence is not a typing error.
# mypy: disable-error-code="import-not-found,import-untyped,misc,untyped-decorator"

import gc
import math
import random
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

SERVERS = 4
UTILISATION = 0.8
MEAN_SERVICE_S = 60.0
ARRIVAL_RATE = UTILISATION * SERVERS / MEAN_SERVICE_S
PORTS = 8
SEED = 20_260
REPEATS = 3
WARM_UP_VEHICLES = 200

# A measured mean wait agrees when it is within this share of the formula plus this many
# standard errors. The share covers the empty start and the unfinished vehicles.
BIAS_SHARE = 0.02
STANDARD_ERRORS = 3.0

Simulator = Callable[[int, int, int], tuple[int, float]]


def horizon_s(vehicles: int, ports: int) -> float:
    """Return the horizon at which a number of arrivals is expected.

    Parameters
    ----------
    vehicles : int
        Arrivals expected over all the ports.
    ports : int
        Number of ports.

    Returns
    -------
    float
        Horizon in seconds.
    """
    return vehicles / (ports * ARRIVAL_RATE)


def plain_simpy(vehicles: int, ports: int, seed: int) -> tuple[int, float]:
    """Simulate the workload in SimPy, one process per vehicle and one resource per port.

    This is the form of SimPy's own examples. A form with one process per server that
    takes arrival times from a store needs about two thirds of the time.

    Parameters
    ----------
    vehicles : int
        Arrivals expected over all the ports.
    ports : int
        Number of ports.
    seed : int
        Seed of the draws.

    Returns
    -------
    vehicles_served : int
        Vehicles whose service ended by the horizon.
    mean_wait_s : float
        Their mean wait in seconds.
    """
    import simpy

    draw = random.Random(seed).expovariate
    service_rate = 1.0 / MEAN_SERVICE_S
    env = simpy.Environment()
    waits: list[float] = []

    def vehicle(booths: Any) -> Any:
        arrived = env.now
        with booths.request() as turn:
            yield turn
            wait = env.now - arrived
            yield env.timeout(draw(service_rate))
        waits.append(wait)

    def arrivals(booths: Any) -> Any:
        while True:
            yield env.timeout(draw(ARRIVAL_RATE))
            env.process(vehicle(booths))

    for _ in range(ports):
        env.process(arrivals(simpy.Resource(env, capacity=SERVERS)))
    env.run(until=horizon_s(vehicles, ports))
    return len(waits), math.fsum(waits) / len(waits)


def ciw_network(vehicles: int, ports: int, seed: int) -> tuple[int, float]:
    """Simulate the workload in Ciw, one node per port, in floating-point arithmetic.

    Ciw always writes a full data record per vehicle; the waits are read from those.

    Parameters
    ----------
    vehicles : int
        Arrivals expected over all the ports.
    ports : int
        Number of ports.
    seed : int
        Seed of the draws.

    Returns
    -------
    vehicles_served : int
        Vehicles whose service ended by the horizon.
    mean_wait_s : float
        Their mean wait in seconds.
    """
    import ciw

    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=ARRIVAL_RATE)] * ports,
        service_distributions=[ciw.dists.Exponential(rate=1.0 / MEAN_SERVICE_S)] * ports,
        number_of_servers=[SERVERS] * ports,
        routing=ciw.routing.NetworkRouting(routers=[ciw.routing.Leave() for _ in range(ports)]),
    )
    simulation = ciw.Simulation(network, exact=False)
    simulation.simulate_until_max_time(horizon_s(vehicles, ports), progress_bar=False)
    waits = [record.waiting_time for record in simulation.get_all_records(only=["service"])]
    return len(waits), math.fsum(waits) / len(waits)


def salabim_network(vehicles: int, ports: int, seed: int) -> tuple[int, float]:
    """Simulate the workload in salabim with a queue and four clerks per port.

    This is the queue-and-clerks form of the package's own bank example. Processes are
    generators, and trace, animation and queue monitors are off. The form in which each
    vehicle requests a resource takes about twice as long per vehicle.

    Parameters
    ----------
    vehicles : int
        Arrivals expected over all the ports.
    ports : int
        Number of ports.
    seed : int
        Seed of the draws.

    Returns
    -------
    vehicles_served : int
        Vehicles whose service ended by the horizon.
    mean_wait_s : float
        Their mean wait in seconds.
    """
    import salabim

    draw = random.Random(seed).expovariate
    service_rate = 1.0 / MEAN_SERVICE_S
    env = salabim.Environment(trace=False, yieldless=False)
    waits: list[float] = []

    class Vehicle(salabim.Component):
        """A vehicle in line; its creation is its arrival."""

    class Booth(salabim.Component):
        """A server that takes the first vehicle in line or sleeps."""

        def process(self, line: Any) -> Any:
            while True:
                while not line:
                    yield self.passivate()
                wait = env.now() - line.pop().creation_time()
                yield self.hold(draw(service_rate))
                waits.append(wait)

    class Arrivals(salabim.Component):
        """The source of one port; it wakes the first sleeping booth."""

        def process(self, line: Any, booths: Sequence[Any]) -> Any:
            while True:
                yield self.hold(draw(ARRIVAL_RATE))
                Vehicle(env=env).enter(line)
                for booth in booths:
                    if booth.ispassive():
                        booth.activate()
                        break

    for _ in range(ports):
        line = salabim.Queue(monitor=False, env=env)
        booths = [Booth(line=line, env=env) for _ in range(SERVERS)]
        Arrivals(line=line, booths=booths, env=env)
    env.run(till=horizon_s(vehicles, ports))
    return len(waits), math.fsum(waits) / len(waits)


@lru_cache(maxsize=1)
def _cimba_classes() -> tuple[Any, Any]:
    """Return the Cimba port and border classes, declared once so they compile once.

    Returns
    -------
    port : type
        Model of one port.
    border : type
        Model that owns the ports.
    """
    import cimba

    class Port(cimba.Model):
        """A port: one line of arrival times and four identical booths."""

        line: cimba.Store[float]
        gap: cimba.Param[float] = 1.0 / ARRIVAL_RATE
        service: cimba.Param[float] = MEAN_SERVICE_S
        served: cimba.Output[float]
        waited: cimba.Output[float]

        @cimba.on_start
        def begin(self) -> None:
            self.served = 0.0
            self.waited = 0.0

        @cimba.process
        def arrivals(self) -> None:
            while True:
                cimba.hold(cimba.random.exponential(self.gap))
                self.line.put(cimba.now())

        @cimba.process(copies=SERVERS)
        def booth(self) -> None:
            while True:
                arrived = self.line.get()
                wait = cimba.now() - arrived
                cimba.hold(cimba.random.exponential(self.service))
                self.waited += wait
                self.served += 1.0

    class Border(cimba.Model):
        """All the ports, in one trial on one clock."""

        ports: list[Port]

    return Port, Border


def cimba_network(vehicles: int, ports: int, seed: int) -> tuple[int, float]:
    """Simulate the workload in Cimba, all ports in one trial on one worker.

    Parameters
    ----------
    vehicles : int
        Arrivals expected over all the ports.
    ports : int
        Number of ports.
    seed : int
        Seed of the draws.

    Returns
    -------
    vehicles_served : int
        Vehicles whose service ended by the horizon.
    mean_wait_s : float
        Their mean wait in seconds.

    Raises
    ------
    RuntimeError
        If the engine reports that the trial failed.
    """
    import cimba

    port_class, border_class = _cimba_classes()
    border = border_class()
    border.ports = [port_class() for _ in range(ports)]
    window = cimba.Window(duration=horizon_s(vehicles, ports))
    results = cimba.Experiment(border, window=window, seed=seed).run(workers=1)
    if results.failed.any():
        raise RuntimeError(f"the Cimba trial failed: {results.failure_reasons.ravel()[0]}")
    served = math.fsum(float(results[port].served.values.item()) for port in border.ports)
    waited = math.fsum(float(results[port].waited.values.item()) for port in border.ports)
    return int(served), waited / served


def erlang_c_wait_s() -> float:
    """Return the mean wait in line of the workload by the Erlang C formula.

    Returns
    -------
    float
        Mean wait in seconds.
    """
    load = UTILISATION * SERVERS
    queued = load**SERVERS / math.factorial(SERVERS) / (1.0 - UTILISATION)
    short = math.fsum(load**n / math.factorial(n) for n in range(SERVERS))
    delayed = queued / (short + queued)
    return delayed * MEAN_SERVICE_S / (SERVERS * (1.0 - UTILISATION))


def wait_standard_error_s(vehicles: int, states: int = 200) -> float:
    """Return the standard error of a mean wait over a run of the workload.

    The line is a birth-death process, so the asymptotic variance of its time-average
    length has a closed form [1]_; Little's law turns the length into a wait.

    Parameters
    ----------
    vehicles : int
        Vehicles over all the ports and repeats.
    states : int, optional
        States kept of the birth-death process.

    Returns
    -------
    float
        Standard error in seconds.

    References
    ----------
    .. [1] W. Whitt, "Asymptotic formulas for Markov processes with applications to
       simulation", Operations Research 40(2), 1992, pp. 279-291.
    """
    weights = [1.0]
    for n in range(1, states):
        weights.append(weights[-1] * ARRIVAL_RATE * MEAN_SERVICE_S / min(n, SERVERS))
    total = math.fsum(weights)
    mean_line = ARRIVAL_RATE * erlang_c_wait_s()
    variance = 0.0
    tail = 0.0
    for n in range(states - 1, 0, -1):
        tail += (max(n - SERVERS, 0) - mean_line) * weights[n] / total
        variance += 2.0 * tail**2 / (ARRIVAL_RATE * weights[n - 1] / total)
    # The time observed over all ports is vehicles / ARRIVAL_RATE.
    return math.sqrt(variance / (vehicles * ARRIVAL_RATE))


def wait_tolerance_s(vehicles: int) -> float:
    """Return how far a mean wait may lie from the formula and still agree with it.

    Parameters
    ----------
    vehicles : int
        Vehicles over all the ports and repeats.

    Returns
    -------
    float
        Tolerance in seconds.
    """
    return BIAS_SHARE * erlang_c_wait_s() + STANDARD_ERRORS * wait_standard_error_s(vehicles)


def measure(
    function: Simulator,
    vehicles: int,
    ports: int = PORTS,
    seed: int = SEED,
    repeats: int = REPEATS,
) -> dict[str, Any]:
    """Time one simulator on the workload and check its mean wait.

    Parameters
    ----------
    function : callable
        Simulator to call with the vehicles, the ports and a seed.
    vehicles : int
        Arrivals expected in each repeat.
    ports : int, optional
        Number of ports.
    seed : int, optional
        Seed of the first repeat; each further repeat adds one.
    repeats : int, optional
        Number of timed calls.

    Returns
    -------
    dict
        With the keys ``engine``, ``status`` (``"measured"`` or ``"not installed"``),
        ``ns_per_vehicle`` (of the fastest repeat), ``ns_per_vehicle_repeats``,
        ``seconds`` of processor time (of the slowest repeat), ``vehicles`` and
        ``mean_wait_s`` (over all repeats), ``expected_wait_s``, ``tolerance_s`` and
        ``agrees``. An engine that is not installed has only the first two and
        ``missing``, the module's name.
    """
    engine = getattr(function, "__name__", repr(function))
    try:
        function(WARM_UP_VEHICLES, ports, seed)
    except ModuleNotFoundError as error:
        return {"engine": engine, "status": "not installed", "missing": error.name}
    seconds: list[float] = []
    counts: list[int] = []
    waits: list[float] = []
    for repeat in range(repeats):
        gc.collect()
        began = time.process_time()
        served, mean_wait = function(vehicles, ports, seed + repeat)
        seconds.append(time.process_time() - began)
        counts.append(served)
        waits.append(served * mean_wait)
    total = sum(counts)
    mean_wait = math.fsum(waits) / total
    expected = erlang_c_wait_s()
    tolerance = wait_tolerance_s(total)
    costs = [1e9 * spent / count for spent, count in zip(seconds, counts, strict=True)]
    return {
        "engine": engine,
        "status": "measured",
        "ns_per_vehicle": min(costs),
        "ns_per_vehicle_repeats": costs,
        "seconds": max(seconds),
        "vehicles": total,
        "mean_wait_s": mean_wait,
        "expected_wait_s": expected,
        "tolerance_s": tolerance,
        "agrees": abs(mean_wait - expected) <= tolerance,
    }
