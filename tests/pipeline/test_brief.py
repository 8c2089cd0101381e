"""The brief: one page, whole in itself, that says what the tables say and no more."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.assumptions import assumptions, given_values
from analysis.brief import page
from analysis.charts.convergence import convergence
from analysis.compare import compare
from analysis.effects import effect_in_words
from analysis.exhibits import AGAINST, BORDER
from analysis.fit.values import read_values
from analysis.language import gettext
from analysis.validate import validate
from sim.results.reading import Study, read_study
from sim.results.schema import PRIMARY_OUTCOME
from tests import synthetic_study
from tests.catalogues import pattern

write = synthetic_study.write
SHOWN = {**AGAINST, **BORDER}
CHARTS = {**SHOWN, "convergence": convergence}
HOSTILE = "<img src=http://x.test/a onerror=alert(1)></script><b>more"


class Page(HTMLParser):
    """Tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style"):
            self.text += data


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read_study(write(tmp_path_factory.mktemp("study")))


@pytest.fixture(scope="module")
def html(study: Study) -> str:
    return page(study)


def test_the_command_writes_the_page_and_prints_where(
    study: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["brief", str(study.folder)]) == 0
    assert capsys.readouterr().out == f"{study.folder / 'brief.html'}\n"
    assert main(["brief", str(study.folder), "--out", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").read_bytes() == (study.folder / "brief.html").read_bytes()
    assert (tmp_path / "page.html").stat().st_size < 7_000_000


def test_a_file_that_is_no_brief_is_not_replaced(
    study: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text("my own page")
    assert main(["brief", str(study.folder), "--out", str(path)]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert all(part in message for part in (str(path), "delete", "--out"))
    assert path.read_text() == "my own page"


def test_the_assumptions_have_the_values_of_the_study(tmp_path: Path) -> None:
    about = {"configuration": {"inspection": {"d_prime": 0.537}, "run": {"days": 365}}}
    (one,) = [
        one
        for one in assumptions(
            None, given_values(read_study(write(tmp_path / "study", **about)))
        ).ranked
        if one.name == "inspection.d_prime"
    ]
    assert (one.value, one.source) == ("0.537", gettext("set-in-this-study"))
    text = Page(page(read_study(tmp_path / "study"))).text
    assert text.count("0.537") == text.count(gettext("set-in-this-study")) == 1


def test_the_page_loads_nothing(html: str) -> None:
    for tag, attributes in Page(html).tags:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            address = attributes.get(name) or ""
            assert address.startswith(("#", "data:text/csv")) or not address, (tag, attributes)
    assert "default-src 'none'" in html
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_plotly_is_in_the_page_once(html: str) -> None:
    assert len(re.findall(r"\* plotly\.js [^\n]*v\d", html)) == 1
    assert html.count('"showSendToCloud":false') == 1
    assert html.count('<div id="chart-') == len(SHOWN) + 1  # and the strip of the history


def test_the_page_has_headings_captions_and_words_for_every_chart(html: str) -> None:
    parsed = Page(html)
    names = [tag for tag, _ in parsed.tags]
    assert names.count("h1") == 1
    assert names.count("caption") == names.count("table")
    images = [attributes for _, attributes in parsed.tags if attributes.get("role") == "img"]
    assert len(images) == len(SHOWN) + 1  # and the strip of the history
    assert all(attributes["aria-label"] for attributes in images)
    assert ("html", {"lang": "en"}) in parsed.tags
    ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_page_says_what_the_tables_say(study: Study, html: str) -> None:
    text = Page(html).text
    effects = [one for one in compare(study) if one.metric == PRIMARY_OUTCOME and one.effect]
    assert len(effects) == 5
    for one in effects:
        assert one.effect is not None
        assert effect_in_words(one.effect) in text
    assert pattern("of-proposals-so-many", all=5).search(text)
    assert pattern("detection-limit").search(text)
    assert pattern("shaded-and-bold-distinguishable-from", count=5).search(text)
    assert pattern("laws-such-as-vehicles-in", laws=3).search(text)
    assert pattern("front-threshold", smallest=1).search(text)
    assert text.count(gettext("card-what")) == 5


def test_names_of_scenarios_are_text_not_markup(tmp_path: Path) -> None:
    effects = {"baseline": (0.0, 0.0), HOSTILE: (31.0, 1.4)}
    study = read_study(write(tmp_path, effects, replications=3))
    html = page(study)
    assert "<img" not in html.replace("&lt;img", "")[html.index("<body>") :]
    parsed = Page(html[html.index("<body>") :])
    assert HOSTILE in parsed.text
    assert "img" not in [tag for tag, _ in parsed.tags]
    for chart in CHARTS.values():
        drawn = str(chart(study).titled().to_plotly_json())
        assert "<img" not in drawn
        assert "<b>" not in drawn


def test_the_baseline_alone_makes_a_page(tmp_path: Path) -> None:
    study = read_study(write(tmp_path, {"baseline": (0.0, 0.0)}, replications=2))
    text = Page(page(study)).text
    assert gettext("this-study-holds-no-proposal") in text
    assert gettext("what-every-proposal-changes") not in text


def test_a_bound_alone_makes_a_page(tmp_path: Path) -> None:
    effects = {"baseline": (0.0, 0.0), "search_all": (900.0, 40.0)}
    points = [{"name": name, "bound": name == "search_all"} for name in effects]
    text = Page(page(read_study(write(tmp_path, effects, replications=3, points=points)))).text
    assert pattern("front-none-reduces", count=0).search(text)


def test_one_replication_makes_a_page_that_claims_nothing(tmp_path: Path) -> None:
    effects = {"baseline": (0.0, 0.0), "more_searches": (31.0, 1.4)}
    text = Page(page(read_study(write(tmp_path, effects, replications=1)))).text
    assert gettext("one-replication-cannot-tell-an") in text
    assert gettext("one-replication-so-there-are") in text


def test_a_bound_is_no_proposal_and_does_not_set_the_scale(tmp_path: Path) -> None:
    effects = {"baseline": (0.0, 0.0), "more_searches": (31.0, 1.4), "search_all": (900.0, 40.0)}
    points = [{"name": name, "bound": name == "search_all"} for name in effects]
    study = read_study(write(tmp_path, effects, replications=4, points=points))
    text = Page(page(study)).text
    assert pattern("front-some-reduce", title="more searches").search(text)
    assert gettext("bound", title="search all") in text
    chart = AGAINST["firearms_difference"](study).figure
    assert chart.layout.xaxis.range[0] > -50
    assert chart.data[-1].text[0].startswith(("−8", "−9"))


def test_a_port_appears_for_traffic_waits_and_staffing_only(study: Study) -> None:
    allowed = {"port_id", "name", "province", "vehicles_per_day", "mean_wait_min"}
    for name, chart in CHARTS.items():
        table = chart(study).table
        if "port_id" in table.columns:
            assert name in BORDER
            assert set(table.columns) == allowed | {"officers_on_shift"}
            ids = table.iloc[:, 0].tolist()
            assert ids == sorted(ids)
        else:
            assert not any(port in table.to_csv() for port in synthetic_study.PORTS)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())
def test_a_chart_states_its_finding_units_and_source(study: Study, chart) -> None:
    drawn = chart(study)
    figure = drawn.titled()
    assert figure.layout.title.text
    assert drawn.finding.endswith(".")
    assert any("Source: " in (note.text or "") for note in figure.layout.annotations)
    assert len(drawn.table)
    axes = [figure.layout.xaxis.title.text, figure.layout.yaxis.title.text]
    if drawn.aspect is None:
        assert any("[" in (title or "") for title in axes)


def test_validation_holds_the_baseline_against_the_record(
    study: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "baseline.md"
    assert main(["validate", str(study.folder), "--write", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    seized = next(line for line in lines if line.startswith("firearms seized at highway"))
    assert "470 to 1,030" in seized
    assert "inside" in seized
    cars = next(line for line in lines if line.startswith("car arrivals"))
    assert "above" in cars
    rows = validate(study)
    table, _, others = out.read_text().partition("## What is held against the record elsewhere")
    others, _, fitted = others.partition("## What was fitted")
    assert table.count("\n| ") == len(rows) + 1
    assert fitted.count("\n| ") == len(read_values()) + 1
    assert len(lines) >= len(rows) + 1
    assert main(["validate", str(study.folder), "--lang", "fr", "--write", str(out)]) == 0
    french = out.read_text()
    assert "de 470 à 1\N{NARROW NO-BREAK SPACE}030" in french
    assert "au-dessus" in french
    assert not [word for word in ("inside", "(guess)", "baseline |", " to ") if word in french]
    below = others.count("\n| ") + len(read_values()) + 1
    assert french.count("\n| ") == len(rows) + 1 + below


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("nothing", "not a results folder"),
        ("damaged", "summary.parquet: damaged"),
        ("uncertified", "not certified"),
        ("language", "unknown language 'de'"),
    ],
)
def test_what_cannot_be_a_brief_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: str, words: str
) -> None:
    folder = tmp_path / "study"
    if harm != "nothing":
        effects = {"baseline": (0.0, 0.0), "more_searches": (31.0, 1.4)}
        write(folder, effects, replications=2, held=harm != "uncertified")
    if harm == "damaged":
        path = folder / "summary.parquet"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
    assert main(["brief", str(folder), "lang=de" if harm == "language" else "lang=fr"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert words in said.err
    assert not list(tmp_path.rglob("brief*"))
