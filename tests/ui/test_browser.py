"""The fixtures themselves: what a page must not do is noticed."""

from pathlib import Path

import pytest

PAGE = "<!doctype html><html lang='en'><title>t</title><main><h1>t</h1>{}</main></html>"


def test_a_quiet_page_passes(visit, axe, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE.format("<p>text</p>"), encoding="utf-8")
    assert axe(visit(path)) == []


def test_what_axe_forbids_is_noticed(visit, axe, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE.format("<button></button>"), encoding="utf-8")
    assert any(line.startswith("button-name") for line in axe(visit(path)))


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<img alt='' src='http://192.0.2.1/a.png'>", "asked for http://192.0.2.1/a.png"),
        ("<script>console.error('broken')</script>", "console error: broken"),
        ("<script>undefined_name()</script>", "page error"),
    ],
)
def test_a_request_or_an_error_fails_the_visit(
    visit, tmp_path: Path, body: str, complaint: str
) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE.format(body), encoding="utf-8")
    visit(path).wait_for_load_state("networkidle")
    assert len(visit.complaints) == 1
    assert visit.complaints[0].startswith(complaint)
    visit.complaints.clear()
