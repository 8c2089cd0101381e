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
from llvmlite import ir
from numba.core import cgutils, types
from numba.np.arrayobj import make_array

from sim.numerics.units import Floats

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
    """Compile a function into its callers: what is called often, or from one place.

    To hand over an array takes seven words, a tuple of them some hundred. LLVM does it (not Numba,
    which would work out the types of all of it together).
    """
    return cast(Function, numba.njit(forceinline=True, error_model="numpy")(function))


if TYPE_CHECKING:

    def int64(number: SupportsInt) -> int:
        """Make a whole number of 64 bits."""

else:
    int64 = np.int64


# What follows is plain to the type checker, and where nothing is compiled; what it is to Numba,
# which stands in its place below, cannot be said in types.


def borrowed(held: Held) -> Held:
    """Give an array, or a tuple with arrays, without counting references to it.

    Only compiled code can call it, on what its callers keep alive. Counting references (two atomic
    additions for every array at every call) took two fifths of the compiled engine's time. Where
    nothing is compiled, fields of an array's rows become attributes, as they are in compiled code.
    """
    plain: Any = held
    if isinstance(held, tuple):
        plain = held._make(borrowed(part) for part in held)  # type: ignore[attr-defined]
    elif isinstance(held, np.ndarray) and held.dtype.names:
        plain = held.view(np.recarray)
    return cast(Held, plain)


def first_of(numbers: Floats, room: tuple[float, ...]) -> tuple[float, ...]:
    """Give the first of an array, as many as there is room for.

    In compiled code they are held in registers, several in one (a vector).
    """
    return tuple(numbers[: len(room)].tolist())


def number_in(held: tuple[float, ...], place: int) -> float:
    """Give one of what is held; the place has to be in the code."""
    return held[place]


def put_in_order(moments: tuple[float, ...], moment: float) -> tuple[float, ...]:
    """Put a moment that is not before the first of others that ascend in place of the first.

    In compiled code there is no branch.
    """
    return tuple(sorted((*moments[1:], moment)))


def add_to(sums: tuple[float, ...], place: int, number: float) -> tuple[float, ...]:
    """Add a number to one of some sums."""
    return (*sums[:place], sums[place] + number, *sums[place + 1 :])


def any_of(held: tuple[float, ...]) -> bool:
    """Whether any of some numbers is not zero."""
    return any(held)


def put_back(held: tuple[float, ...], numbers: Floats) -> None:
    """Write what is held over the first of an array."""
    numbers[: len(held)] = held


if not TYPE_CHECKING and not numba.config.DISABLE_JIT:

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
    def _borrowed(typing_context, held):
        def build(context, builder, signature, arguments):
            return _without_pointers(context, builder, signature.args[0], arguments[0])

        return held(held), build

    class Held(types.Type):
        """Some numbers in a vector."""

        def __init__(self, count):
            self.count = count
            super().__init__(f"Held({count})")

    @numba.extending.register_model(Held)
    class _HeldModel(numba.extending.models.PrimitiveModel):
        def __init__(self, manager, kind):
            super().__init__(manager, kind, ir.VectorType(ir.DoubleType(), kind.count))

    def _spread(builder, number, count):
        """Vector of so many times a number."""
        one = ir.Constant(ir.VectorType(number.type, 1), [ir.Undefined])
        one = builder.insert_element(one, number, _INDEX(0))
        return builder.shuffle_vector(
            one, one, ir.Constant(ir.VectorType(_INDEX, count), [0] * count)
        )

    _INDEX = ir.IntType(32)

    def _vector_at(context, builder, kind, value, count):
        """Pointer to the first numbers of an array, as a vector."""
        array = make_array(kind)(context, builder, value)
        return builder.bitcast(array.data, ir.VectorType(ir.DoubleType(), count).as_pointer())

    @numba.extending.intrinsic
    def _first_of(typing_context, numbers, room):
        def build(context, builder, signature, arguments):
            count = signature.return_type.count
            address = _vector_at(context, builder, signature.args[0], arguments[0], count)
            return builder.load(address, align=8)

        return Held(room.count)(numbers, room), build

    @numba.extending.intrinsic
    def _put_back(typing_context, held, numbers):
        def build(context, builder, signature, arguments):
            count = signature.args[0].count
            address = _vector_at(context, builder, signature.args[1], arguments[1], count)
            builder.store(arguments[0], address, align=8)

        return types.void(held, numbers), build

    @numba.extending.intrinsic
    def _any_of(typing_context, held):
        def build(context, builder, signature, arguments):
            (held,), count = arguments, signature.args[0].count
            some = builder.fcmp_unordered("!=", held, ir.Constant(held.type, [0.0] * count))
            bits = ir.IntType(count)
            return builder.icmp_unsigned("!=", builder.bitcast(some, bits), bits(0))

        return types.boolean(held), build

    @numba.extending.intrinsic(prefer_literal=True)
    def _number_in(typing_context, held, place):
        def build(context, builder, signature, arguments):
            return builder.extract_element(arguments[0], _INDEX(signature.args[1].literal_value))

        return types.float64(held, place), build

    @numba.extending.intrinsic
    def _put_in_order(typing_context, moments, moment):
        def build(context, builder, signature, arguments):
            before, count = arguments[0], signature.args[0].count
            new = _spread(builder, arguments[1], count)
            following = ir.Constant(ir.VectorType(_INDEX, count), list(range(1, count + 1)))
            later = builder.shuffle_vector(before, new, following)
            value = builder.select(builder.fcmp_ordered("<", later, new), later, new)
            return builder.select(builder.fcmp_ordered(">", before, value), before, value)

        return moments(moments, moment), build

    @numba.extending.intrinsic
    def _add_to(typing_context, sums, place, number):
        def build(context, builder, signature, arguments):
            held, place, number = arguments
            count = signature.args[0].count
            places = ir.Constant(ir.VectorType(place.type, count), list(range(count)))
            here = builder.icmp_unsigned("==", _spread(builder, place, count), places)
            return builder.select(here, builder.fadd(held, _spread(builder, number, count)), held)

        return sums(sums, place, types.float64), build

    borrowed, first_of, put_back, any_of = _borrowed, _first_of, _put_back, _any_of
    number_in, put_in_order, add_to = _number_in, _put_in_order, _add_to


def is_compiled() -> bool:
    """Whether the compiled engine is in the cache, so that a run begins at once."""
    return any(cache_folder().rglob("*run_day*.nbc"))
