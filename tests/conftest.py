"""What the tests of every room share."""

import pytest
import simpy
from hypothesis import settings

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
