"""The brief in a browser: two languages, a phone and a desk, and everything that can be clicked."""

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, TimeoutError

from analysis.brief import write_brief
from sim.results.reading import Study, read_study
from sim.scenario.reading import names
from tests import synthetic_study
from tests.catalogues import texts

HOSTILE = "<img src=http://192.0.2.1/a onerror=alert(1)></script><b>more"
WIDTHS = (360, 1440)
PNG = b"\x89PNG\r\n\x1a\n"

# Text of charts that is drawn beyond their edges, where it is cut off.
CLIPPED = """() => [...document.querySelectorAll("[data-chart]")].flatMap(chart => {
  const frame = chart.getBoundingClientRect();
  return [...chart.querySelectorAll("svg text")].filter(text => {
    const box = text.getBoundingClientRect();
    return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
  }).map(text => chart.dataset.chart + ": " + text.textContent);
})"""

FRONT_END = """() => scrollY
  + document.querySelector(".front.two-thirds").getBoundingClientRect().bottom"""

# What a reader sees, without parts that say of themselves that they are in English.
SEEN = """() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll("script, style, [lang=en]").forEach(one => one.remove());
  const labels = [...copy.querySelectorAll("[aria-label]")].map(one => one.ariaLabel);
  return [document.title, copy.textContent, ...labels].join("\\n");
}"""

ENGLISH = re.compile(
    r"\b(the|of|and|with|from|are|which|wait|hours|firearms|ports|share|assumed)\b", re.I
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("study")
    points = [{"name": name, "bound": name == "arm_officers"} for name in synthetic_study.EFFECTS]
    adversaries = ("quantal_response", "static", "worst_case")
    return read_study(
        synthetic_study.write(folder, replications=4, adversaries=adversaries, points=points)
    )


@pytest.fixture(scope="module")
def briefs(study: Study) -> dict[str, Path]:
    return {language: write_brief(study, language=language) for language in ("en", "fr")}


def drawn(page: Page) -> Page:
    """Wait until every chart is there."""
    page.wait_for_selector("html[data-ready]", state="attached")
    return page


def taken(page: Page, control: Locator) -> tuple[str, bytes]:
    """Click, and return the file's name and content.

    Chromium drops one of many quick downloads now and then, so a second click is allowed.
    """
    for patience_ms in (5_000, 20_000):
        try:
            with page.expect_download(timeout=patience_ms) as waiting:
                control.click()
        except TimeoutError:
            continue
        return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()
    raise AssertionError(f"nothing to take from {control}")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_is_whole_accessible_and_fits(visit, axe, briefs, language, width) -> None:
    page = drawn(visit(briefs[language], width=width))
    charts = page.locator("[data-chart]")
    assert charts.count() >= 6
    assert page.locator("[data-chart] svg.main-svg").count() >= charts.count()
    assert page.locator("html").get_attribute("lang") == language
    assert visit.sideways(page) <= 0
    screens = {1440: 1024, 360: 5 * 800}  # one screen of a desk, five of a phone
    assert page.evaluate(FRONT_END) <= screens[width]
    assert page.evaluate(CLIPPED) == []
    assert page.locator(".modebar-btn").count() == 0
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert axe(page) == []


def test_no_english_is_left_in_the_french_page(visit, briefs) -> None:
    page = drawn(visit(briefs["fr"]))
    seen = page.evaluate(SEEN)
    assert sorted({found.lower() for found in ENGLISH.findall(seen)}) == []
    french = texts("fr")
    messages = [
        english
        for key, (english, *_) in texts("en").items()
        if key in french and french[key][0] != english and "{" not in english and " " in english
    ]
    # Whole words: "a part" is in "la part" as well.
    assert [text for text in messages if re.search(rf"\b{re.escape(text)}(?!\w)", seen)] == []
    ticks = page.locator("[data-chart] .xtick text, [data-chart] .ytick text").all_text_contents()
    assert any("," in tick for tick in ticks)
    assert not any(re.search(r"\d\.\d", tick) for tick in ticks)


def test_the_numbers_of_every_chart_and_of_the_table_can_be_taken(visit, briefs) -> None:
    page = drawn(visit(briefs["en"]))
    links = page.locator("a[download]")
    assert links.count() == page.locator("[data-chart]").count() + 1
    for link in links.all():
        name, content = taken(page, link)
        assert name == link.get_attribute("download")
        text = content.decode("utf-8-sig")
        head, *rows = list(csv.reader(io.StringIO(text)))
        assert rows
        assert all(len(row) == len(head) for row in rows)


def test_every_chart_can_be_taken_as_an_image(visit, briefs) -> None:
    page = drawn(visit(briefs["fr"]))
    for figure in page.locator("figure").all():
        finding = figure.locator("h3").inner_text().replace("\xa0", " ")
        for form in ("png", "svg"):
            name, content = taken(page, figure.locator(f"[data-save={form}]"))
            assert name.endswith(f".{form}")
            if form == "png":
                assert content.startswith(PNG)
                assert len(content) > 10_000
            else:
                text = " ".join(ElementTree.fromstring(content).itertext())
                words = text.replace("\xa0", " ")
                assert finding[:20] in words, finding
                assert "Source" in words


def test_the_table_sorts_by_every_column_and_by_keyboard(visit, briefs) -> None:
    page = visit(briefs["en"])
    tables = page.locator("table.differences")
    assert tables.count() == 2
    for k in range(2):
        sorts_by_every_column(page, tables.nth(k))


def sorts_by_every_column(page: Page, table: Locator) -> None:
    for column in range(1, table.locator("thead th").count()):
        head = table.locator("thead th").nth(column)
        for direction in ("descending", "ascending"):
            head.locator("button").focus()
            page.keyboard.press("Enter")
            if head.get_attribute("aria-sort") != direction:
                page.keyboard.press("Enter")
            assert head.get_attribute("aria-sort") == direction
            cells = table.locator(f"tbody tr td:nth-child({column + 1})")
            values = [float(one.get_attribute("data-order")) for one in cells.all()]
            assert values == sorted(values, reverse=direction == "descending")
        assert table.locator("th[aria-sort]").count() == 1
    table.locator("thead button").first.click()
    names = table.locator("tbody th").all_inner_texts()
    assert names == sorted(names, key=str.lower)


def test_a_name_with_markup_in_it_is_shown_as_text(visit, tmp_path: Path) -> None:
    effects = {"baseline": (0.0, 0.0), HOSTILE: (31.0, 1.4)}
    page = drawn(visit(write_brief(read_study(synthetic_study.write(tmp_path, effects, 3)))))
    assert page.locator("img").count() == 0
    assert page.locator("table.differences tbody th").all_inner_texts().count(HOSTILE) == 2
    assert page.locator("[data-chart] svg b, [data-chart] svg image[href^=http]").count() == 0


def test_one_replication_shows_no_interval(visit, axe, tmp_path: Path) -> None:
    page = drawn(visit(write_brief(read_study(synthetic_study.write(tmp_path, replications=1)))))
    assert page.locator(".interval", has_text="[").count() == 0
    assert page.locator(".cards", has_text="[").count() == 0
    bars = page.locator("[data-chart] .errorbar path").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().width > 10).length"
    )
    assert bars == 0
    assert axe(page) == []


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """As many proposals as a headline has, by their own names; as few of them matter as there."""
    named = ["baseline", *(name for name in names() if name != "baseline")][:29]
    effects = {name: (60.0 * k, 0.3 * k) if k < 12 else (0.5, 0.01) for k, name in enumerate(named)}
    return read_study(synthetic_study.write(tmp_path_factory.mktemp("large"), effects, 3))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_front_page_prints_on_one_sheet(visit, large, language) -> None:
    page = visit(write_brief(large, language=language, sheet=True))
    for size in ("A4", "Letter"):
        printed = page.pdf(format=size, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, size


def test_it_prints_as_a_paper_with_its_annexes_last(visit, large) -> None:
    """No chart is cut, nothing stays folded, and cards and sources follow the text."""
    page = drawn(visit(write_brief(large, language="fr")))
    page.emulate_media(media="print")
    assert not page.locator(".take").first.is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 730, "height": 900})  # the text of a letter page
    tops = page.locator("main > section").evaluate_all(
        "all => all.map(one => [one.classList.contains('annex'), one.getBoundingClientRect().top])"
    )
    text, annexes = ([top for kind, top in tops if kind == last] for last in (False, True))
    assert len(annexes) == 2
    assert max(text) < min(annexes)
    heights = page.locator("figure").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert max(heights) < 470, "half of a page, which would stay empty where it does not fit"
    table = page.locator("table.differences").first
    assert table.evaluate("one => one.scrollWidth <= one.parentElement.clientWidth")
    for shown in (table, page.locator("table.words").first, page.locator("table.decision")):
        display = shown.locator("thead").evaluate("one => getComputedStyle(one).display")
        assert display == "table-header-group", "a phone has no heads, a paper repeats them"
    assert page.locator("details.print:not([open])").count() == 0
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter", print_background=True)))
    assert 4 <= pages <= 15
