"""How the model's arithmetic is compiled, and where the compiled code is kept.

Numba's own cache notices a change in the file of a function, but not in the files of the functions
it calls. The cache folder here is therefore named by a digest of every source file that holds
compiled code, so a change in any of them starts a fresh folder.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsInt, TypeVar, cast

import numba
import numba.extending
import numpy as np
import numpy.typing as npt
from numba.core import cgutils
from numba.np.arrayobj import make_array

Function = TypeVar("Function", bound=Callable[..., Any])
Array = TypeVar("Array", bound=npt.NDArray[Any])

_HOLDS = re.compile(r"^from sim\.numerics\.compilation import", re.MULTILINE)
_TAKEN = re.compile(r"^from sim\.([\w.]+) import (\([^)]*\)|[^\n]*)", re.MULTILINE)


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
        A folder below the user's cache folder (``XDG_CACHE_HOME`` or ``~/.cache``), or below the
        temporary folder where that cannot be written.
    """
    digest = hashlib.sha256()
    for path in compiled_sources():
        digest.update(path.read_bytes())
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for base in (home, Path(tempfile.gettempdir())):
        folder = base / "border-interdiction" / digest.hexdigest()[:16]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix="border-interdiction-"))


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

    def int64(number: SupportsInt) -> int:
        """Make a whole number of 64 bits."""

    def borrowed(array: Array) -> Array:
        """Give an array that its callers keep alive, without counting references to it.

        Only compiled code can call it. Counting references (two atomic additions for every array
        at every call) took two fifths of the compiled engine's time.
        """

elif numba.config.DISABLE_JIT:
    int64 = np.int64

    def borrowed(array):
        """Give the array; the fields of its rows are attributes, as they are in compiled code."""
        return array.view(np.recarray) if array.dtype.names else array

else:
    int64 = np.int64

    @numba.extending.intrinsic
    def borrowed(typing_context, array):
        """Give the array with its two reference-counted pointers, to memory and parent, empty."""

        def build(context, builder, signature, arguments):
            held = make_array(signature.args[0])(context, builder, arguments[0])
            held.meminfo = cgutils.get_null_value(held.meminfo.type)
            held.parent = cgutils.get_null_value(held.parent.type)
            return held._getvalue()

        return array(array), build


def is_compiled() -> bool:
    """Whether the compiled engine is in the cache, so that a run begins at once."""
    return any(cache_folder().rglob("*run_day*.nbc"))
