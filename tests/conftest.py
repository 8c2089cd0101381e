"""What the tests of every room share."""

import signal

import pytest

import sim  # noqa: F401  (before NumPy, whose loops it chooses)

# isort: split
import simpy
from hypothesis import settings

# A suite that was started in the background ignores Ctrl-C, and so would the programs it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples every time; no deadline, since the first call of an engine compiles it.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture
def env() -> simpy.Environment:
    """A clock at zero and nothing scheduled."""
    return simpy.Environment()


@pytest.fixture
def log() -> list[object]:
    """What a small process writes down, for one equality at the end."""
    return []
