"""What the tests of every room share."""

import signal
from pathlib import Path

import pytest

import sim  # noqa: F401  (before NumPy, whose loops it chooses)

# isort: split
import simpy
from hypothesis import settings

TESTS = Path(__file__).parent
# One process compiles the engine, which takes minutes; the others test what does not need it. Then
# the long files, so that none is left at the end for one process alone.
ORDER = (
    "backtest/test_stored_results.py",
    "architecture/test_tools.py",
    "architecture/*.py",
    "ui/test_brief.py",
    "ui/test_dashboard*.py",
    "equality/*.py",
    "behaviour/*.py",
    "pipeline/test_kill.py",
    "faults/*.py",
    "pipeline/*.py",
    "theory/*.py",
)


def rank(path: Path) -> int:
    """Place of a file of tests: that of the first pattern of ORDER that it fits."""
    inside = path.relative_to(TESTS)
    return next((k for k, pattern in enumerate(ORDER) if inside.match(pattern)), len(ORDER))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files in order; a file's own tests keep theirs."""
    items.sort(key=lambda item: rank(item.path))


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
