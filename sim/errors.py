"""Errors that a user can mend, and the doors of the program: one line, no traceback."""

import argparse
import atexit
import codecs
import contextlib
import difflib
import errno
import gc
import math
import os
import select
import signal
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable
from typing import NoReturn, Self

FEW = 6
"""Names that are listed where none is near to the one that was given."""


class InputError(ValueError):
    """Something in a configuration, scenario, table or command line is wrong."""

    @classmethod
    def unknown(cls, what: str, name: object, known: Iterable[str], where: str) -> Self:
        """Say that a name is not known, with the nearest names that are.

        Parameters
        ----------
        what : str
            What the name is of: "parameter", "port".
        name : object
            As given.
        known : iterable of str
            Names that there are.
        where : str
            The file or command line that it came from.
        """
        names, word = list(known), str(name).lower().rstrip("s")
        near = difflib.get_close_matches(str(name), names, n=3)
        near = near or [one for one in names if len(word) > 3 and word in one][:3]
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        if not near and len(names) <= FEW:
            hint = f"; give one of {', '.join(names)}"
        return cls(f"{where}: unknown {what} {name!r}{hint}")


def check_within(
    name: str, value: float, low: float, high: float, unit: str = "", *, text: str = ""
) -> None:
    """Refuse a number outside its bounds, and one that is not finite.

    Parameters
    ----------
    name : str
        The field, after the file or command line that it came from.
    value : float
    low, high : float
        Bounds, inclusive; infinite where there is none.
    unit : str
    text : str
        The value as the user wrote it, for the message.

    Raises
    ------
    InputError
        With field, value, bound and unit in one line.
    """
    shown = text or value
    if not abs(value) < math.inf:
        raise InputError(
            f"{name} = {shown} is not a finite number" + (f" ({unit})" if unit else "")
        )
    if not low <= value <= high:
        side, bound = ("below", low) if value < low else ("above", high)
        limit = bound if isinstance(bound, int) else f"{bound:g}"
        raise InputError(f"{name} = {shown} is {side} {limit} {unit}".rstrip())


# ---------------------------------------------------------------- the doors: both command lines

BAD_INPUT = 2
LONGEST = 3_000
"""Letters of a line; a word of 100,000 is not said back."""
FAULT = 70
"""Exit status of a fault of the program itself."""
INTERRUPTED = 130
GRACE_S = 10.0
"""How long an interrupted program may tidy up before another interruption ends it at once."""
_PLAIN = {
    "−": "-", "–": "-", "—": "-", "\N{NON-BREAKING HYPHEN}": "-", "’": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "“": '"', "”": '"', "«": '"', "»": '"', "×": "x",
    "±": "+/-", "≤": "<=", "≥": ">=", "…": "...", "·": ".", "→": "->", "¶": "par. ", "œ": "oe",
    "Œ": "OE", "²": "2", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{THIN SPACE}": " ", "░": ".", "█": "#",
}  # fmt: skip
"""How a letter is written where the terminal does not have it: a minus must not be lost."""


class EndedError(KeyboardInterrupt):
    """Ctrl-C, or a signal that asks a program to end.

    Parameters
    ----------
    number : int
        Of the signal.
    """

    def __init__(self, number: int = signal.SIGINT) -> None:
        super().__init__()
        self.number = number


class _Interruptions:
    """Takes Ctrl-C, SIGTERM and SIGHUP: at once while nothing is kept, in good order after that."""

    def __init__(self) -> None:
        self.orderly = False
        self.first_s = -math.inf
        self.number = 0

    def __call__(self, number: int, frame: object) -> None:
        if not self.orderly:
            os.write(2, b"interrupted before anything was done\n")
            os._exit(128 + number)
        if self.first_s == -math.inf:
            self.first_s = time.monotonic()
            self.number = number
            raise EndedError(number)
        if time.monotonic() - self.first_s > GRACE_S:
            os._exit(128 + number)


_taken: _Interruptions | None = None
SEARCHED_EVERY = 50_000
"""Objects made between two searches for what refers only to itself."""


def take_interruptions() -> None:
    """End in one line, whenever this is interrupted: call it before anything slow is imported.

    A signal that whoever started the program had ignored (``nohup``) stays ignored. What is loaded
    stays to the end, so the search for what refers only to itself is rare, and none is the last.
    """
    global _taken
    gc.set_threshold(SEARCHED_EVERY, 20)
    atexit.register(gc.freeze)
    _open_streams()
    _taken = _Interruptions()
    sys.unraisablehook = _unraisable
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _taken)


def _open_streams() -> None:
    """Open standard streams that whoever started the program has closed (``>&-``).

    Else the next file that is opened takes their number, and what is said goes into it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)


def _unraisable(about: "sys.UnraisableHookArgs") -> None:
    """Say what got lost, but not an interruption: `heed_interruption` raises it again."""
    if not isinstance(about.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(about)


def keep_in_order() -> None:
    """From now on an interruption is an exception, since there is something to be kept."""
    if _taken is not None:
        _taken.orderly = True


def heed_interruption() -> None:
    """Raise an interruption again that got lost.

    An exception ends where compiled code calls back (the compiler does), and what was going on
    fails of something else, or goes on.

    Raises
    ------
    EndedError
    """
    if _taken is not None and _taken.number:
        raise EndedError(_taken.number)


def guarded(command: Callable[[], int], say: Callable[[str], object]) -> int:
    """Carry out a command; whatever happens, it ends with a line and a status.

    Parameters
    ----------
    command : callable
        Returns its exit status.
    say : callable
        Takes a line for the user.

    Returns
    -------
    int
        The command's own; 0 where the reader of the output has left (``| head``); 2 for what the
        user can mend; 128 and the number of the signal if interrupted; 70 for a fault of the
        program, whose trace goes to a file.
    """

    def tell(line: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # who should read it may have left
            say(line if len(line) <= LONGEST else f"{line[:LONGEST]}... (shortened)")

    try:
        if sys.platform.startswith("win"):  # locks and signals would do harm there
            raise InputError("Windows is not supported: use WSL or a container (docs/install.md)")
        status = command()
        sys.stdout.flush()
        return status
    except InputError as error:
        tell(str(error))
    except KeyboardInterrupt as error:
        tell("interrupted")
        return 128 + getattr(error, "number", signal.SIGINT)
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _nobody_reads():
            return 0
        tell(what_failed(error))
    except MemoryError as error:
        tell(f"not enough memory{_in_brackets(error)}: ask for less at a time, or for more memory")
    except RecursionError:
        tell("the input is nested too deeply to be read")
    except Exception as error:
        if _taken is not None and _taken.number:
            tell("interrupted")
            return 128 + _taken.number
        tell(f"fault of this program: {_kind(error)}; {_kept_trace()}")
        return FAULT
    return BAD_INPUT


def what_failed(error: OSError, place: object = "") -> str:
    """Say an error of the system in one line: which file or folder, and what is wrong.

    ``place`` is the file or folder, where the error does not name it.
    """
    name = error.filename or place
    why = error.strerror or _kind(error)
    if error.errno in (errno.ENOLCK, errno.EOPNOTSUPP):
        why += (
            ": this file system has no locks, so two runs could write there at once; name a folder "
            "on another (study.dir)"
        )
    if not name and error.errno == errno.ENOENT:
        return "the folder in which this was started is gone"
    return f"{name}: {why}" if name else f"{why} (standard output?)"


def _kind(error: BaseException) -> str:
    return f"{type(error).__name__}{_in_brackets(error)}"


def first_line(error: BaseException) -> str:
    """First line of what an error says; empty if it says nothing."""
    return next(iter(str(error).strip().splitlines()), "")


def _in_brackets(error: BaseException) -> str:
    words = first_line(error)[:200]
    return f" ({words})" if words else ""


def _kept_trace() -> str:
    """Leave the trace of the present exception in a file of the user's own, and say where."""
    import tempfile
    import traceback

    try:
        handle, name = tempfile.mkstemp(prefix="border-interdiction-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(traceback.format_exc())
    except OSError:
        return "its trace could not be kept"
    return f"its trace is in {name}, for those who mend it"


def _nobody_reads() -> bool:
    """Whether it is standard output whose reader has left; if so, close it for good."""
    try:
        number = sys.stdout.fileno()
        if hasattr(select, "poll"):
            asked = select.poll()
            asked.register(number, 0)
            if not any(event & (select.POLLERR | select.POLLHUP) for _, event in asked.poll(0)):
                return False
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)  # so that the interpreter has nothing to complain of at the end
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        return True
    return True


class Parser(argparse.ArgumentParser):
    """Reads options; what is wrong with them is said in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        """Refuse the words of the command line."""
        raise InputError(f"{message} ({self.prog} --help lists what there is)")


def write_plainly() -> None:
    """Write letters that the terminal does not have in a plain spelling, a minus as a hyphen."""
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = []
    for letter in error.object[error.start : error.end]:
        plain = _PLAIN.get(letter) or unicodedata.normalize("NFKD", letter)
        ascii_only = plain.encode("ascii", "ignore").decode("ascii")
        letters.append(ascii_only or "?")
    return "".join(letters), error.end
