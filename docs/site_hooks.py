"""What the site needs beside docs/: pages from elsewhere in the tree, and links to them."""

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
FROM_ELSEWHERE = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "sim/data/README.md": "data.md",
    "README.md": "README.md",
}
"""Pages of the tree, and under which name they are a page of the site."""

_LINK = re.compile(r"(?<=\]\()([^()\s]+)(?=\))")
_FENCED = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are not in docs/."""
    for source, name in FROM_ELSEWHERE.items():
        if name != "README.md":
            text = (ROOT / source).read_text(encoding="utf-8")
            files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Have every link lead to a page of the site; to a file that is none, only its name is left."""
    sources = {name: source for source, name in FROM_ELSEWHERE.items() if name != "README.md"}
    place = page.file.src_uri
    folder = (ROOT / sources.get(place, f"docs/{place}")).parent
    parts = _FENCED.split(markdown)
    for k in range(0, len(parts), 2):
        parts[k] = _LINK.sub(lambda link: _led(link[1], folder), parts[k])
        parts[k] = re.sub(r"\[([^\]]*)\]\(\)", r"\1", parts[k])
    return "".join(parts)


def _led(target: str, folder: Path) -> str:
    """Where a link of a page in a folder of the tree leads on the site; empty for nowhere."""
    if "://" in target or target.startswith(("#", "mailto:")):
        return target
    name, mark, heading = target.partition("#")
    try:
        path = (folder / name).resolve().relative_to(ROOT).as_posix()
    except ValueError:
        return target
    if path in FROM_ELSEWHERE:
        return f"{FROM_ELSEWHERE[path]}{mark}{heading}"
    if path.startswith("docs/") and (path.endswith((".md", ".png", ".svg"))):
        return f"{path.removeprefix('docs/')}{mark}{heading}"
    return "" if (ROOT / path).exists() else target
