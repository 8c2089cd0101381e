"""What is run, edited and kept at the dashboard, in a browser: mixes, a port, the library."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from analysis.dashboard.live import Live
from analysis.language import metric_title
from sim.progress import Status, write_status
from tests.catalogues import pattern
from tests.ui.dashboard_server import ROOT, fields, settled, study_line

SLOW_MS = 120_000


def test_from_the_answer_to_minutes_before_and_after_in_two_clicks(visit, address: str) -> None:
    page = settled(visit(f"{address}?around=abercorn&replications=3"))
    page.locator("table.decision a").first.click()
    page.locator(".doors a").first.click()
    page.locator("#mix-shown .tiles", has_text="min").wait_for(timeout=SLOW_MS)
    page.locator("#waits-figure .main-svg").first.wait_for(timeout=SLOW_MS)
    assert "begin" not in fields(page)
    assert len(fields(page)["run"]) == 1


def test_a_mix_is_dragged_run_live_shared_saved_and_exported(
    visit, address: str, runs: Path
) -> None:
    page = settled(visit(f"{address}mix?around=abercorn&replications=3"))
    page.locator("#mix-proposals-add").select_option("more_searches")
    slider = page.locator("#mix-levers input[type=range]").first
    slider.wait_for(timeout=SLOW_MS)
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.locator("#mix-yaml", has_text="2.05").wait_for(state="attached", timeout=SLOW_MS)
    page.keyboard.press("Control+Enter")
    page.locator("#mix-words", has_text=pattern("done-replications", total=6)).wait_for(
        timeout=SLOW_MS
    )
    assert page.locator("#mix-shown .tiles li").count() == 4
    asked = fields(page)
    assert asked["lever"] == ["more_searches.0:2.05"]
    assert len(asked["run"]) == 1

    page.locator("summary", has_text=pattern("save-and-export")).click()
    page.locator("#mix-save-name").fill("own_searches")
    page.locator("#mix-save").click()
    command = page.locator("#mix-command")
    command.wait_for(timeout=SLOW_MS)
    for word in ("compare=[own_searches]", "abercorn", "run.replications=3", "run.days=7"):
        assert word in command.inner_text()
    text = (runs / "scenarios" / "own_searches.yaml").read_text()
    assert "2.05" in text
    assert "twice" not in text
    for kind, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        with page.expect_download() as waiting:
            page.locator(f"#mix-{kind}").click()
        assert Path(waiting.value.path()).read_bytes().startswith(start)
    page.locator("#mix-save-name").fill("../x")
    page.locator("#mix-save").click()
    page.locator("#mix-saved", has_text=pattern("a-name-has-small-letters")).wait_for(
        timeout=SLOW_MS
    )

    again = settled(visit(page.url))
    again.locator("#mix-shown .tiles li").nth(3).wait_for(timeout=SLOW_MS)
    assert again.locator("#mix-levers input[type=number]").first.input_value() == "2.05"

    page.locator("#mix-levers input[type=number]").first.fill("3")
    page.locator(".notice", has_text=pattern("the-controls-have-changed-since")).wait_for(
        timeout=SLOW_MS
    )


def test_the_year_of_the_traffic_is_chosen_and_kept_in_the_address(visit, address: str) -> None:
    page = settled(visit(f"{address}mix?mix=more_officers&around=abercorn&replications=2"))
    page.locator("#mix-year").select_option("2019")
    page.wait_for_url(lambda url: "year=2019" in url and "start=2019-07-04" in url)


def test_ports_are_closed_from_list_and_map(visit, address: str) -> None:
    page = settled(visit(f"{address}mix?around=abercorn&closed=abercorn"))
    points = page.locator("#mix-map .scatterlayer .point")
    points.first.wait_for(timeout=SLOW_MS)
    assert page.locator("#mix-closed input:checked").count() == 1
    page.locator("#mix-map .legendtext", has_text=pattern("closed")).wait_for(timeout=SLOW_MS)
    crosses = page.locator("#mix-map .scatterlayer .trace").nth(4).locator(".point")
    crosses.first.click(force=True)
    page.locator("#mix-map .legendtext", has_text=pattern("closed")).wait_for(
        state="detached", timeout=SLOW_MS
    )
    assert page.locator("#mix-closed input:checked").count() == 0
    page.locator("summary", has_text=pattern("list-of-ports")).click()
    page.locator("#mix-closed input[value=abercorn]").check()
    page.locator("#mix-yaml", has_text="abercorn").wait_for(state="attached", timeout=SLOW_MS)


def test_a_run_is_cancelled_and_what_is_done_is_kept(visit, address: str, runs: Path) -> None:
    page = settled(visit(f"{address}mix?mix=more_searches&where=Ontario&days=91&replications=150"))
    page.locator("#mix-run").click()
    page.locator("#mix-shown .tiles").wait_for(timeout=SLOW_MS)
    page.locator("#mix-cancel").click()
    page.locator("#mix-words", has_text=pattern("stopped-at-of-replications-which")).wait_for(
        timeout=SLOW_MS
    )
    name = fields(page)["run"][0]
    status = json.loads((runs / "live" / name / "progress.json").read_text())
    assert status["state"] == "interrupted"
    assert 2 <= status["done"] < 300
    shutil.rmtree(runs / "live" / name)


def test_a_port_with_an_edited_roster_shows_minutes_before_and_after(
    visit, axe, address: str
) -> None:
    page = settled(visit(f"{address}port?port=abercorn&mix=more_officers&replications=2"))
    page.locator("#port-run").click()
    page.locator("#port-words", has_text=pattern("done-replications", total=4)).wait_for(
        timeout=SLOW_MS
    )
    page.reload()  # the run has told the roster
    settled(page)
    cell = page.locator("#port-duty input").nth(17 * 7 + 4)
    cell.wait_for(timeout=SLOW_MS)
    cell.fill("2")
    page.locator("#port-yaml", has_text="2005-07-08").wait_for(state="attached", timeout=SLOW_MS)
    assert fields(page)["roster"] == ["4-17:2"]
    page.locator("#port-run").click()
    page.locator("#port-words", has_text=pattern("done-replications", total=4)).wait_for(
        timeout=SLOW_MS
    )
    assert page.locator("#port-shown .tiles li").count() == 4
    page.locator("#waits-figure .ytitle", has_text="[min]").wait_for(timeout=SLOW_MS)
    page.locator("#booths-figure .main-svg").first.wait_for(timeout=SLOW_MS)
    assert axe(page) == []
    for officers, words in (("-3", "roster-negative"), ("900", "roster-too-many")):
        cell.fill(officers)
        page.locator("#port-trouble .refused", has_text=pattern(words)).wait_for(timeout=SLOW_MS)


def test_a_port_that_cannot_be_is_refused_in_a_sentence(visit, address: str) -> None:
    page = settled(visit(f"{address}port?port=gone&start=2005-13-01"))
    page.locator(".notice", has_text=pattern("there-is-no-port", name="gone")).first.wait_for(
        timeout=SLOW_MS
    )
    page.locator(
        ".notice", has_text=pattern("the-address-asks-for-which", name="start")
    ).first.wait_for(timeout=SLOW_MS)
    assert page.locator("#port-port").input_value() == ""


def test_a_study_is_named_and_pinned_and_a_live_run_deleted(
    visit, axe, address: str, runs: Path
) -> None:
    title = 'Été « d\'essai » "2" <b>'
    page = settled(visit(f"{address}studies?study=one"))
    page.locator("#library-title").fill(title)
    page.locator("#library-title").press("Enter")
    page.locator("#library-said", has_text=pattern("noted")).wait_for(timeout=SLOW_MS)
    page.locator("#library-pin").click()
    page.locator("#library-said", has_text=pattern("now-pinned")).wait_for(timeout=SLOW_MS)
    page.locator("#studies-shown", has_text=title).wait_for(timeout=SLOW_MS)
    assert axe(page) == []
    assert page.locator("#library-delete").is_hidden()
    home = settled(visit(f"{address}results"))
    assert home.locator("#results-study").input_value() == "one"
    page.locator("#library-pin").click()
    page.locator("#library-said", has_text=pattern("now-unpinned")).wait_for(timeout=SLOW_MS)
    page.locator("#library-title").fill("")  # the other tests know it by its folder
    page.locator("#library-title").press("Enter")
    page.locator("#studies-shown tr a", has_text="one").first.wait_for(timeout=SLOW_MS)

    Live(runs / "live").make("ownrun")
    (runs / "live" / "ownrun" / "store").mkdir(parents=True)
    page = settled(visit(f"{address}studies?study=live/ownrun"))
    page.locator("#library-delete").click()
    page.locator("#library-gone").click()
    page.wait_for_url(lambda url: "ownrun" not in url)
    assert not (runs / "live" / "ownrun").exists()


def test_a_study_that_runs_elsewhere_is_watched(visit, address: str, runs: Path) -> None:
    folder = runs / "elsewhere"
    (folder / "store").mkdir(parents=True)
    write_status(folder, Status("running", "elsewhere", 40, 10, execution="pool"))
    page = settled(visit(f"{address}studies"))
    row = page.locator("tr", has_text="elsewhere")
    row.locator("progress").wait_for(timeout=SLOW_MS)
    assert row.locator("progress").get_attribute("value") == "10"
    write_status(folder, Status("interrupted", "elsewhere", 40, 12))
    stopped = row.filter(has_text=pattern("stopped-at-of-replications-which", done=12, total=40))
    stopped.wait_for(timeout=SLOW_MS)
    shutil.rmtree(folder)
    page.locator("tr a", has_text="one").click()
    page.locator(".about", has_text=study_line("one")).wait_for(timeout=SLOW_MS)


def test_a_study_that_is_not_whole_shows_what_it_has_come_to(
    visit, axe, address: str, runs: Path
) -> None:
    folder = runs / "growing"
    words = ["ports=[abercorn]", "run.days=7", "run.replications=3", "compare=[more_officers]"]
    command = [sys.executable, "-m", "sim", *words, f"study.dir={folder}"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    manifest = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").unlink()
    page = settled(visit(f"{address}studies?metric=mean_wait_min"))
    page.locator("a", has_text=pattern("see-it-grow", name="growing")).click()
    page.locator(
        "#growing-shown .about", has_text=pattern("of-replications-are-there-the", done=6, total=6)
    ).wait_for(timeout=SLOW_MS)
    page.locator("#growing-shown caption", has_text=metric_title("mean_wait_min")).wait_for(
        timeout=SLOW_MS
    )
    page.locator("#growing-shown .main-svg").first.wait_for(timeout=SLOW_MS)
    assert "min [" in page.locator("#growing-shown tbody td").first.inner_text()
    assert axe(page) == []
    (folder / "manifest.json").write_bytes(manifest)
    page.locator("#growing-shown a", has_text=pattern("this-study-is-whole-now")).click()
    page.locator(".about", has_text=study_line("growing")).wait_for(timeout=SLOW_MS)
    shutil.rmtree(folder)
