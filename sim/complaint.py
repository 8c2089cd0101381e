"""What the configuration tool complains of, said in one line that a user can act on."""

import re
from collections.abc import Iterable

from sim.errors import InputError
from sim.parameters import catalogue

_WORDS = {"Float": "a number", "Integer": "a whole number", "Boolean": "true or false"}


def one_line(error: BaseException, known: Iterable[str]) -> str:
    """Say an error of Hydra or OmegaConf in one line.

    Parameters
    ----------
    error : BaseException
        What composing the configuration raised.
    known : iterable of str
        Names that can be given, besides those of parameters.

    Returns
    -------
    str
    """
    if isinstance(error, InputError):
        return str(error)
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    text = "\n".join(str(one) for one in chain)
    names = [*catalogue(), *known]
    unknown = _unknown_name(text)
    if unknown is not None:
        return str(InputError.unknown("name", unknown, names, "configuration"))
    option = re.search(r"Could not find '([^']*)/([^'/]*)'\n+Available options in '[^']*':", text)
    if option:
        group, choice = option.groups()
        listed = re.findall(r"^\t(\S+)$", text, flags=re.MULTILINE)
        return f"configuration: {group} = {choice!r} is not one of {', '.join(listed)}"
    wrong = re.search(r"Value '(.*?)' of type '\w+' could not be converted to (\w+)", text)
    wrong = wrong or re.search(r"Value '(.*?)' is not a valid (\w+)", text)
    place = re.search(r"full_key: (\S+)", text)
    if wrong and place:
        value, kind = wrong.groups()
        kind = {"bool": "Boolean", "int": "Integer", "float": "Float"}.get(kind, kind)
        return (
            f"configuration: {place[1]} = {value!r} is not {_WORDS.get(kind, 'a ' + kind.lower())}"
            + _unit(place[1])
        )
    lines = [next(iter(str(one).strip().splitlines()), "") for one in chain[:2]]
    said = [line for line in dict.fromkeys(lines) if line not in ("", "None")]
    return f"configuration: {': '.join(said) or type(error).__name__}"


def _unknown_name(text: str) -> str | None:
    """Find the dotted name that is not in the schema, if that is the complaint."""
    missing = re.search(r"Key '([^']*)' (?:is )?not in '", text)
    place = re.search(r"full_key: (\S+)", text)
    if missing:
        return place[1] if place else missing[1]
    override = re.search(r"Could not override '([^']*)'", text)
    if override:
        return override[1]
    group = re.search(r"No match in the defaults list", text) and re.search(
        r"In '[^']*'|'([^']*)'", text
    )
    return group[1] if group and group[1] else None


def _unit(name: str) -> str:
    field = catalogue().get(name)
    return f" ({field.metadata['unit']})" if field and field.metadata["unit"] else ""
