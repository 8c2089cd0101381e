"""How the model's arithmetic is compiled, and where the compiled code is kept.

Numba's own cache notices a change in the file of a function, but not in the files of the functions
it calls. The cache folder here is therefore named by a digest of every source file that holds
compiled code, so a change in any of them starts a fresh folder.
"""

import atexit
import contextlib
import hashlib
import logging
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsInt, TypeVar, cast

import numba
import numba.extending
import numpy as np
from numba.core import cgutils, types
from numba.np.arrayobj import make_array

LOG = logging.getLogger(__name__)

Function = TypeVar("Function", bound=Callable[..., Any])
Held = TypeVar("Held")

_HOLDS = re.compile(r"^from (?:border\.)?sim\.numerics\.compilation import", re.MULTILINE)
_TAKEN = re.compile(r"^from (?:border\.)?sim\.([\w.]+) import (\([^)]*\)|[^\n]*)", re.MULTILINE)


def compiled_sources() -> list[Path]:
    """Files that decide what is compiled: those with compiled code, and those with its constants.

    A file holds compiled code if it imports this module. Numba freezes a constant into the code
    that uses it, so the modules from which such a file takes names in capitals count as well.
    """
    here = Path(__file__).parents[1]
    sources = {Path(__file__)}
    for path in here.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if not _HOLDS.search(text):
            continue
        sources.add(path)
        for module, names in _TAKEN.findall(text):
            if any(name.isupper() for name in re.findall(r"\w+", names)):
                sources.add(here.joinpath(*module.split(".")).with_suffix(".py"))
    return sorted(sources)


def cache_folder() -> Path:
    """Folder of the compiled code of exactly these sources.

    Returns
    -------
    pathlib.Path
        A folder below ``NUMBA_CACHE_DIR`` where that is set, the user's cache folder
        (``XDG_CACHE_HOME`` or ``~/.cache``), or one of the user's own in the temporary folder. What
        is read from it is run, so it has to be the user's own. Where there is none, one that this
        process and those that it starts share, and that goes with it.
    """
    digest = hashlib.sha256()
    for path in compiled_sources():
        digest.update(path.read_bytes())
    for base in _bases():
        folder = base / "border-interdiction" / digest.hexdigest()[:16]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK) and _is_own(folder):
                return folder
        except OSError:
            continue
    shared = Path(tempfile.mkdtemp(prefix="border-interdiction-"))
    os.environ["NUMBA_CACHE_DIR"] = str(shared)  # for the processes that this one starts
    atexit.register(shutil.rmtree, shared, ignore_errors=True)
    LOG.warning(
        "no folder can keep the compiled engine, so each run compiles it again; name one with "
        "NUMBA_CACHE_DIR"
    )
    folder = shared / "border-interdiction" / digest.hexdigest()[:16]
    folder.mkdir(parents=True)
    return folder


def _bases() -> Iterator[Path]:
    """Folders that may keep the compiled code, the best first."""
    if named := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(named)
    if named := os.environ.get("XDG_CACHE_HOME"):
        yield Path(named)
    else:
        with contextlib.suppress(RuntimeError):  # a user whom the machine does not know
            yield Path.home() / ".cache"
    mine = Path(tempfile.gettempdir()) / f"border-interdiction-{_user()}"
    with contextlib.suppress(OSError):
        mine.mkdir(mode=0o700, exist_ok=True)
        if _is_own(mine):
            yield mine


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _is_own(folder: Path) -> bool:
    """Whether nobody but the user can have put something into a folder."""
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True
    return about.st_uid == os.getuid() and not about.st_mode & stat.S_IWOTH


_numba_settings: Any = numba.config
_numba_settings.CACHE_DIR = str(cache_folder())


def compiled(function: Function) -> Function:
    """Compile a function with Numba, exactly (no fast-math), and keep the result on disk."""
    return cast(Function, numba.njit(cache=True, error_model="numpy")(function))


def inlined(function: Function) -> Function:
    """Compile a small function into its callers, so that their loops can be vectorised."""
    return cast(Function, numba.njit(inline="always", error_model="numpy")(function))


# What follows has a plain face for the type checker: what it is to Numba cannot be said in types.
if TYPE_CHECKING:
    from sim.numerics.units import Floats

    def int64(number: SupportsInt) -> int:
        """Make a whole number of 64 bits."""

    def borrowed(held: Held) -> Held:
        """Give an array, or a tuple with arrays, without counting references to it.

        Only compiled code can call it, on what its callers keep alive. Counting references (two
        atomic additions for every array at every call) took two fifths of the compiled engine's
        time.
        """

    def first_of(moments: Floats, room: tuple[float, ...]) -> tuple[float, ...]:
        """Give the first of an array, as many as there is room for."""

    def put_in_order(moments: tuple[float, ...], moment: float) -> tuple[float, ...]:
        """Put a moment among others that ascend, in place of the first of them.

        In compiled code they are held in registers and put in order without a branch.
        """

elif numba.config.DISABLE_JIT:
    int64 = np.int64

    def borrowed(held):
        """Give the same; fields of an array's rows are attributes, as they are in compiled code."""
        if isinstance(held, tuple):
            return held._make(borrowed(part) for part in held)
        with_fields = isinstance(held, np.ndarray) and held.dtype.names
        return held.view(np.recarray) if with_fields else held

    def first_of(moments, room):
        """Give the first of an array, as many as there is room for."""
        return tuple(moments[: len(room)].tolist())

    def put_in_order(moments, moment):
        """Put a moment among others that ascend, in place of the first of them."""
        return tuple(sorted((*moments[1:], moment)))

else:
    int64 = np.int64

    def _without_pointers(context, builder, kind, value):
        """Empty the two reference-counted pointers of an array, to memory and parent."""
        if isinstance(kind, types.BaseTuple):
            for place, part in enumerate(kind):
                old = builder.extract_value(value, place)
                new = _without_pointers(context, builder, part, old)
                value = builder.insert_value(value, new, place)
        elif isinstance(kind, types.Array):
            array = make_array(kind)(context, builder, value)
            array.meminfo = cgutils.get_null_value(array.meminfo.type)
            array.parent = cgutils.get_null_value(array.parent.type)
            value = array._getvalue()
        return value

    @numba.extending.intrinsic
    def borrowed(typing_context, held):
        """Give an array, or a tuple with arrays, without counting references to it."""

        def build(context, builder, signature, arguments):
            return _without_pointers(context, builder, signature.args[0], arguments[0])

        return held(held), build

    @numba.extending.intrinsic
    def first_of(typing_context, moments, room):
        """Give the first of an array, as many as there is room for."""

        def build(context, builder, signature, arguments):
            array = make_array(signature.args[0])(context, builder, arguments[0])
            held = arguments[1]
            for place in range(signature.args[1].count):
                address = builder.gep(array.data, [context.get_constant(types.intp, place)])
                held = builder.insert_value(held, builder.load(address), place)
            return held

        return room(moments, room), build

    @numba.extending.intrinsic
    def put_in_order(typing_context, moments, moment):
        """Put a moment among others that ascend, in place of the first of them."""

        def build(context, builder, signature, arguments):
            held, new = arguments
            count = signature.args[0].count
            before = [builder.extract_value(held, place) for place in range(count)]
            for place in range(count):
                value = new
                if place + 1 < count:
                    later = builder.fcmp_ordered("<", before[place + 1], new)
                    value = builder.select(later, before[place + 1], new)
                if place > 0:
                    earlier = builder.fcmp_ordered(">", before[place], value)
                    value = builder.select(earlier, before[place], value)
                held = builder.insert_value(held, value, place)
            return held

        return moments(moments, moment), build


def is_compiled() -> bool:
    """Whether the compiled engine is in the cache, so that a run begins at once."""
    return any(cache_folder().rglob("*run_day*.nbc"))
