"""The dashboard's pages in a browser: every control, both languages, on a phone and a desk."""

import re

import pytest
from plotly.offline import get_plotlyjs_version

from analysis.exhibits import PLOTLYJS, plotlyjs
from analysis.language import metric_title
from tests.catalogues import pattern
from tests.ui.conftest import HOSTILE, WIDTHS
from tests.ui.dashboard_server import fields, settled, study_line

SLOW_MS = 120_000


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", "table.decision"),
        ("card?proposal=more_searches", "dl.card"),
        ("results", ".js-plotly-plot"),
        ("mix?mix=more_officers&closed=sarnia", "#mix-map .main-svg"),
        ("port?mix=more_officers", "#port-roster p"),
        ("packages", "#packages-shown table"),
        ("pair", "#pair-shown table"),
        ("studies", "#studies-shown table"),
    ],
)
def test_every_page_is_accessible_and_fits(
    visit, axe, address: str, name: str, shown: str, lang: str
) -> None:
    page = settled(visit(f"{address}{name}{'&' if '?' in name else '?'}lang={lang}"))
    page.locator(shown).first.wait_for(timeout=SLOW_MS)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page) == []
        assert visit.sideways(page) <= 0
    assert page.locator("html").get_attribute("lang") == lang
    assert page.title() != ""


def test_it_opens_on_the_last_study_and_loads_the_small_part_of_plotly(visit, address: str) -> None:
    page = settled(visit(f"{address}results"))
    assert page.locator("#results-study").input_value() == "sound"
    page.locator(".stamp", has_text=pattern("illustrative")).wait_for(timeout=SLOW_MS)
    page.locator("#results-figure .main-svg").first.wait_for(timeout=SLOW_MS)
    loaded = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    assert [one for one in loaded if "plotly" in one] == [f"{address}assets/{PLOTLYJS.name}"]
    head = plotlyjs()[:200]
    assert f"v{get_plotlyjs_version()}\n" in head  # what the package's figures are made for


def test_a_measure_changes_chart_table_and_address(visit, address: str) -> None:
    page = settled(visit(f"{address}results"))
    page.locator("#results-metric").select_option("mean_wait_min")
    page.locator("caption", has_text=metric_title("mean_wait_min")).wait_for(timeout=SLOW_MS)
    page.locator(".xtitle", has_text="[min]").wait_for(timeout=SLOW_MS)
    assert fields(page)["metric"] == ["mean_wait_min"]
    page.locator("a", has_text="Français").click()
    page.locator("html[lang=fr]").wait_for(timeout=SLOW_MS)
    assert fields(page)["metric"] == ["mean_wait_min"]
    page.reload()
    settled(page)
    assert page.locator("#results-metric").input_value() == "mean_wait_min"
    page.locator("nav a").nth(1).click()
    page.locator("#mix-proposals").wait_for(timeout=SLOW_MS)
    assert fields(page)["lang"] == ["fr"]


def test_scenarios_are_chosen_by_keyboard_and_kept_in_the_address(visit, address: str) -> None:
    page = settled(visit(f"{address}results"))
    page.locator("tbody tr").nth(4).wait_for(timeout=SLOW_MS)
    page.locator("summary").first.press("Enter")
    box = page.locator("#results-scenarios input").first
    box.focus()
    page.keyboard.press("Space")
    page.locator("tbody tr").nth(4).wait_for(state="detached", timeout=SLOW_MS)
    page.wait_for_url(re.compile(r"[?&]scenarios="), timeout=SLOW_MS)  # written after the table
    assert len(fields(page)["scenarios"]) == 4


def test_another_study_is_opened_from_the_list(visit, address: str) -> None:
    page = settled(visit(f"{address}results"))
    page.locator("#results-study").select_option("one")
    page.locator(".about", has_text=study_line("one")).wait_for(timeout=SLOW_MS)
    page.wait_for_url(re.compile(r"[?&]study=one\b"), timeout=SLOW_MS)
    page.locator("figcaption", has_text=pattern("one-replication-no-intervals-source")).wait_for(
        timeout=SLOW_MS
    )
    no_interval = page.locator("tbody tr").first.filter(has_not_text="[")
    no_interval.wait_for(timeout=SLOW_MS)
    page.go_back()
    page.locator(".about", has_text=study_line("sound")).wait_for(timeout=SLOW_MS)


def test_a_name_with_markup_is_shown_as_text(visit, address: str) -> None:
    page = settled(visit(f"{address}results?study=hostile"))
    page.locator("tbody th", has_text="onerror").wait_for(timeout=SLOW_MS)
    assert page.locator("img").count() == 0


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?study=uncertified", "not certified"),
        ("?study=damaged", "damaged"),
        ("?study=../../etc", pattern("there-is-no-study-here")),
        ("?metric=<script>", pattern("the-address-asks-for-which", name="metric")),
        ("results?scenarios=gone", pattern("this-study-has-no-scenario", name="gone")),
        ("etc/passwd", pattern("there-is-no-page")),
        ("mix?mix=gone", pattern("there-is-no-proposal", name="gone")),
        ("mix?mix=more_searches&lever=more_searches.0:1e12", "above"),
        ("mix?run=000000000000", pattern("no-run-was-begun-here")),
    ],
)
def test_a_stale_or_hostile_address_gets_a_sentence(
    visit, address: str, query: str, words: str | re.Pattern[str]
) -> None:
    page = settled(visit(address + query))
    page.locator(".notice", has_text=words).first.wait_for(timeout=SLOW_MS)
    assert "Traceback" not in page.content()
    assert page.locator("h1").count() == 1


def test_any_two_are_compared_within_a_study_and_across(visit, address: str) -> None:
    page = settled(visit(f"{address}pair?one=more_officers&two=more_searches"))
    page.locator("#pair-shown table").first.wait_for(timeout=SLOW_MS)
    paired, apart = pattern("second-minus-first-paired-by"), pattern("second-minus-first-the-two")
    page.locator("#pair-shown .note", has_text=paired).wait_for(timeout=SLOW_MS)
    page.locator("#pair-study-two").select_option("hostile")
    page.locator("#pair-shown .note", has_text=apart).wait_for(timeout=SLOW_MS)
    assert fields(page)["other"] == ["hostile"]
    page.locator("#pair-scenario-two").select_option(HOSTILE)
    page.locator("#pair-shown table").first.wait_for(timeout=SLOW_MS)
    page.locator("#pair-study-two").select_option("damaged")
    page.locator(".notice", has_text="damaged").first.wait_for(timeout=SLOW_MS)
