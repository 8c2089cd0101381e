"""What Hydra and OmegaConf refuse, in one line that names field, value and unit."""

from collections.abc import Iterator

from hydra.errors import MissingConfigException, OverrideParseException
from omegaconf import BooleanNode, DictConfig, FloatNode, IntegerNode
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    MissingMandatoryValue,
    OmegaConfBaseException,
    ValidationError,
)

from sim.config.schema import SOURCE, known_names
from sim.errors import InputError
from sim.parameters import catalogue

_EXPECTED: dict[type, str] = {
    FloatNode: "a number",
    IntegerNode: "a whole number",
    BooleanNode: "true or false",
    DictConfig: "a group of values",
}


def explain(error: BaseException) -> str:
    """Say an error of Hydra or OmegaConf in one line.

    Parameters
    ----------
    error : BaseException
        What composing the configuration raised. What it is about is read from its attributes and
        those of its causes, never from its words.

    Returns
    -------
    str
    """
    if isinstance(error, InputError):
        return str(error)
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, MissingConfigException) and cause.options:
            group, _, choice = str(cause.missing_cfg_file).rpartition("/")
            return f"{SOURCE}: {group} = {choice!r} is not one of {', '.join(cause.options)}"
        if isinstance(cause, OverrideParseException):
            problem = _first_line(cause.__cause__ or cause)
            return f"{SOURCE}: {cause.override!r} is not NAME=VALUE as Hydra reads it: {problem}"
        if isinstance(cause, OmegaConfBaseException) and cause.full_key:
            return _about_value(cause, cause.full_key)
    lines = [_first_line(cause) for cause in causes[:2]]
    words = [line for line in dict.fromkeys(lines) if line not in ("", "None")]
    return f"{SOURCE}: {': '.join(words) or type(error).__name__}"


def _about_value(error: OmegaConfBaseException, name: str) -> str:
    """Say what is wrong with the value of a name, or with the name."""
    if isinstance(error, (ConfigKeyError, ConfigAttributeError)):
        names = [*catalogue(), *known_names(), "experiment"]
        return str(InputError.unknown("name", name, names, SOURCE))
    if isinstance(error, MissingMandatoryValue):
        return f"{SOURCE}: {name} is missing"
    expected = _EXPECTED.get(type(error.child_node))
    if isinstance(error, ValidationError) and expected:
        value = "null" if error.value is None else repr(error.value)
        return f"{SOURCE}: {name} = {value} is not {expected}{_unit(name)}"
    return f"{SOURCE}: {name}: {_first_line(error)}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Walk from an error to the first one that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), "")


def _unit(name: str) -> str:
    field = catalogue().get(name)
    return f" ({field.metadata['unit']})" if field and field.metadata["unit"] else ""
