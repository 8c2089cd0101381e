"""The browser's own form controls as Dash components.

Those that come with Dash 4 (dropdown, slider, checklist, date) do not pass the accessibility rules.
``analysis/assets/controls.js`` draws these.
"""

from collections.abc import Sequence
from typing import Any

from dash.development.base_component import Component

Id = str | dict[str, str]
Option = tuple[str, str]
"""A value and what it is called."""


class _Control(Component):
    """What the controls share: a label, a note under it, and a value."""

    _namespace = "border_controls"
    _valid_wildcard_attributes: list[str] = []  # noqa: RUF012 (Dash asks for a list)
    available_wildcard_properties: list[str] = []  # noqa: RUF012

    def __init__(self, **properties: Any) -> None:
        self._prop_names = ["id", "label", "note", "value", *properties]
        self.available_properties = self._prop_names
        super().__init__(**properties)  # type: ignore[no-untyped-call]


def _options(options: Sequence[Option]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in options]


class Choice(_Control):
    """One of several: a ``select``.

    Parameters
    ----------
    id : str or dict of str
    label : str
    options : sequence of (str, str)
        Values and what they are called.
    value : str
        The value chosen at first.
    note : str
        What stands under the control.
    """

    _type = "Choice"

    def __init__(
        self, id: Id, label: str, options: Sequence[Option], value: str, note: str = ""
    ) -> None:
        super().__init__(
            id=id, label=label, options=_options(options), value=value, note=note, disabled=False
        )


class Boxes(_Control):
    """Any of several: check boxes in a ``fieldset``. The value is a list.

    Parameters
    ----------
    id : str or dict of str
    label : str
    options : sequence of (str, str)
        Values and what they are called.
    value : sequence of str
        The values ticked at first.
    note : str
        What stands under the control.
    """

    _type = "Boxes"

    def __init__(
        self, id: Id, label: str, options: Sequence[Option], value: Sequence[str], note: str = ""
    ) -> None:
        super().__init__(
            id=id, label=label, options=_options(options), value=list(value), note=note
        )


class Chips(_Control):
    """What is chosen as chips, each with a button that drops it, and a list to add from.

    Parameters
    ----------
    id : str or dict of str
    label : str
    options : sequence of (str, str, str)
        Values, what they are called, and the group in which they are listed.
    value : sequence of str
        The values chosen at first, in their order.
    add, drop : str
        What the list says before anything is taken from it, and what a chip's button does.
    """

    _type = "Chips"

    def __init__(
        self,
        id: Id,
        label: str,
        options: Sequence[tuple[str, str, str]],
        value: Sequence[str],
        add: str,
        drop: str,
    ) -> None:
        listed = [{"value": name, "label": title, "group": group} for name, title, group in options]
        super().__init__(
            id=id, label=label, options=listed, value=list(value), note="", add=add, drop=drop
        )


class Roster(_Control):
    """Officers on duty by hour and weekday, in fields that can be edited.

    Parameters
    ----------
    id : str
    label : str
    usual : sequence of sequence of float
        Officers on duty of 24 hours of seven days, Monday first.
    value : sequence of (int, int, int)
        Weekday, hour and officers of the fields that were changed.
    days : sequence of str
        Names of the days.
    hour, reset : str
        Head of the first column, and what the button that undoes all changes says.
    """

    _type = "Roster"

    def __init__(
        self,
        id: Id,
        label: str,
        usual: Sequence[Sequence[float]],
        value: Sequence[tuple[int, int, int]],
        days: Sequence[str],
        hour: str,
        reset: str,
    ) -> None:
        super().__init__(
            id=id, label=label, usual=[[round(one, 1) for one in day] for day in usual],
            value=[list(one) for one in value], days=list(days), hour=hour, reset=reset, note="",
        )  # fmt: skip


class Amount(_Control):
    """A number: a slider, and a field beside it for who would rather type.

    Parameters
    ----------
    id : str or dict of str
    label : str
    value, low, high, step : float
        Number at first, bounds, and distance of two marks of the slider, in the unit.
    unit : str
        What stands beside the control.
    times : float
        What the number is multiplied with where it is shown: 100 for per cent.
    """

    _type = "Amount"

    def __init__(
        self,
        id: Id,
        label: str,
        value: float,
        low: float,
        high: float,
        step: float,
        unit: str = "",
        times: float = 1.0,
    ) -> None:
        super().__init__(
            id=id, label=label, value=value, min=low, max=high, step=step, unit=unit, note="",
            times=times,
        )  # fmt: skip


class EntryField(_Control):
    """A word or a date; it counts when the field is left or Enter is pressed.

    Parameters
    ----------
    id : str or dict of str
    label : str
    value : str
    kind : str
        Type of the ``input``: text or date.
    note : str
        What stands under the control.
    low, high : str, optional
        First and last date.
    longest : int
        Most characters.
    """

    _type = "Entry"

    def __init__(
        self,
        id: Id,
        label: str,
        value: str,
        kind: str = "text",
        note: str = "",
        low: str | None = None,
        high: str | None = None,
        longest: int = 60,
    ) -> None:
        bounds = {name: at for name, at in (("min", low), ("max", high)) if at is not None}
        super().__init__(
            id=id, label=label, value=value, kind=kind, note=note, longest=longest, **bounds
        )
