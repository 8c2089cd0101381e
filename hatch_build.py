"""Builds the wheel: the folders of this tree under the one name ``border``.

In the tree, and in an editable installation, the packages are ``sim`` and ``analysis``, names that
other projects use too. A wheel installs ``border`` alone: ``border/sim``, ``border/analysis``,
``border/conf`` and ``border/scenarios``, and the imports between them say so. The code is the same
but for these lines, and the code digest of a study does not see them.
"""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("border", "sim", "analysis")
DATA = ("conf", "scenarios")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "local")
IMPORT = re.compile(r"^(\s*)(from|import) (sim|analysis)(?=[.\s])", re.MULTILINE)
BARE = re.compile(r"^\s*import (?:sim|analysis)(?:\.\w+)*\s*$", re.MULTILINE)


def under_one_name(text: str, where: str = "") -> str:
    """Give a module's text with its imports of ``sim`` and ``analysis`` as those of ``border``.

    Raises
    ------
    ValueError
        For ``import sim.room``, which binds a name that the installed package does not have.
    """
    if BARE.search(text):
        raise ValueError(f"{where}: write from sim import ..., not import sim")
    return IMPORT.sub(r"\1\2 border.\3", text)


def copy_packages(root: Path, target: Path) -> None:
    """Copy the tree into a folder as it is installed, which becomes the package ``border``."""
    shutil.copytree(root / "border", target, ignore=LEFT_OUT)
    for name in ("sim", "analysis", *DATA):
        shutil.copytree(root / name, target / name, ignore=LEFT_OUT)
    for path in target.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            under_one_name(text, str(path.relative_to(target))), encoding="utf-8", newline="\n"
        )


class CustomBuildHook(BuildHookInterface):
    """Gives the wheel the copied tree; an editable installation takes the tree itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Prepare what goes into the wheel."""
        if self.target_name != "wheel" or version == "editable":
            return
        self.made = Path(tempfile.mkdtemp(prefix="border-wheel-"))
        copy_packages(Path(self.root), self.made / "border")
        build_data["force_include"][str(self.made / "border")] = "border"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the copy."""
        if getattr(self, "made", None):
            shutil.rmtree(self.made, ignore_errors=True)
