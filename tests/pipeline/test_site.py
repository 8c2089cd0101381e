"""The site of documents is built as it is published: a broken link or reference is an error."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_in_the_site(site: Path) -> None:
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"README"}
    assert pages <= {path.stem for path in site.glob("*.html")}
    assert {"index", "contributing", "changelog", "data"} <= {p.stem for p in site.glob("*.html")}


def test_every_link_leads_to_a_file_of_the_site(site: Path) -> None:
    broken = []
    for page in site.glob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"]*)"', page.read_text(encoding="utf-8")):
            path = target.partition("#")[0].partition("?")[0]
            if path and "://" not in path and not path.startswith(("data:", "mailto:")):
                whole = site / path.removeprefix("/")
                if not (whole.exists() or path == "."):
                    broken.append(f"{page.name}: {target}")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|img|link)[^>]*(?:src|href)="https?://', text)


def test_the_reference_has_every_public_name(site: Path) -> None:
    text = (site / "api.html").read_text(encoding="utf-8")
    for name in ("run", "Study", "register_port", "Adversary", "Metric"):
        assert f'id="border.{name}"' in text
    assert "Returns" in text


def test_the_examples_are_in_the_how_to_pages(site: Path) -> None:
    assert "second-bridge" in (site / "how-to-port.html").read_text(encoding="utf-8")
