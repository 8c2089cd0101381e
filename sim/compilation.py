"""How the model's arithmetic is compiled, and where the compiled code is kept.

Numba's own cache notices a change in the file of a function, but not in the files of the functions
it calls. The cache folder here is therefore named by a digest of every source file that holds
compiled code, so a change in any of them starts a fresh folder.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numba.extending
from llvmlite import ir
from numba.np.arrayobj import make_array

Function = TypeVar("Function", bound=Callable[..., Any])

COMPILED_SOURCES = (
    "compilation.py",
    "randomness.py",
    "model/traffic.py",
    "model/roster.py",
    "model/referral.py",
    "model/examination.py",
    "engine/settings.py",
    "engine/day.py",
    "engine/compiled.py",
    "engine/booths.py",
    "engine/lineup.py",
    "engine/inspection.py",
    "engine/secondary.py",
    "model/port.py",
    "records.py",
)


def cache_folder() -> Path:
    """Folder of the compiled code of exactly these sources.

    Returns
    -------
    pathlib.Path
        A folder below the user's cache folder (``XDG_CACHE_HOME`` or ``~/.cache``), or below the
        temporary folder where that cannot be written.
    """
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for name in COMPILED_SOURCES:
        source = here / name
        if source.exists():
            digest.update(source.read_bytes())
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


numba.config.CACHE_DIR = str(cache_folder())


def compiled(function: Function) -> Function:
    """Compile a function with Numba, exactly (no fast-math), and keep the result on disk."""
    return numba.njit(cache=True, error_model="numpy")(function)  # type: ignore[no-any-return]


def inlined(function: Function) -> Function:
    """Compile a small function into its callers, so that their loops can be vectorised."""
    return numba.njit(inline="always", error_model="numpy")(function)  # type: ignore[no-any-return]


@numba.extending.intrinsic
def borrowed(typing_context: Any, array: Any) -> Any:
    """Give an array that its callers keep alive, without counting references to it.

    Counting them (two atomic additions for every array at every call) took two fifths of the compiled
    engine's time.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = make_array(signature.args[0])(context, builder, arguments[0])
        held.meminfo = ir.Constant(held.meminfo.type, None)
        held.parent = ir.Constant(held.parent.type, None)
        return held._getvalue()

    return array(array), build
