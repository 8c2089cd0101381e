"""One job of an array that a scheduler starts: which share of the tasks is its own.

There is no framework: every job composes the same study, does the tasks whose number leaves its own
index when divided by the number of jobs, and keeps them in the store that all share.
"""

from collections.abc import Mapping, Sequence

from sim.errors import InputError

# Where schedulers say which job this is, the first index of the array, and how many there are.
SCHEDULERS = {
    "Slurm": ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_COUNT"),
    "Kubernetes": ("JOB_COMPLETION_INDEX", "", "JOB_COMPLETIONS"),
}

OPTIONS = {"--task-index": "execution.index", "--task-count": "execution.count"}


def in_array(words: Sequence[str]) -> list[str]:
    """Read ``--task-index 3`` and ``--task-count 20`` as settings of the array.

    Parameters
    ----------
    words : sequence of str
        Of the command line.
    """
    taken: list[str] = []
    left = list(words)
    found = False
    while left:
        name, equals, value = left.pop(0).partition("=")
        setting = OPTIONS.get(name)
        if setting is None:
            taken.append(f"{name}{equals}{value}")
            continue
        if not equals:
            if not left:
                raise InputError(f"{name}: give a number, as in {name} 3")
            value = left.pop(0)
        found = True
        taken.append(f"{setting}={value}")
    return [*taken, "execution=array"] if found else taken


def place_in_array(
    index: int | None, count: int | None, environment: Mapping[str, str]
) -> tuple[int, int]:
    """Say which job of an array this is, and of how many.

    Parameters
    ----------
    index, count : int, optional
        As given; what is missing is asked of the scheduler.
    environment : mapping of str to str
        Variables that the scheduler sets.
    """
    for name, variables in SCHEDULERS.items():
        if variables[0] in environment:
            found, first, number = (_number(name, one, environment) for one in variables)
            if index is None and found is not None:
                index = found - (first or 0)
            count = number if count is None else count
            break
    if index is None or count is None:
        missing = "execution.index" if index is None else "execution.count"
        raise InputError(
            f"configuration: {missing} is missing, and no scheduler says it (SLURM_ARRAY_TASK_ID "
            "and SLURM_ARRAY_TASK_COUNT, or JOB_COMPLETION_INDEX and JOB_COMPLETIONS)"
        )
    return index, count


def _number(scheduler: str, variable: str, environment: Mapping[str, str]) -> int | None:
    text = environment.get(variable) if variable else None
    if text is None:
        return None
    if not text.isdigit():
        raise InputError(f"{variable} = {text!r}, set by {scheduler}, is not a whole number")
    return int(text)
