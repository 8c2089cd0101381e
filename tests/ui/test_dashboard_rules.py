"""What the dashboard must not do, without a browser: addresses, strangers, files."""

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.compare import compare
from analysis.dashboard import (
    address,
    home_page,
    mix,
    pair_page,
    port_page,
    results_page,
    studies_page,
)
from analysis.dashboard.app import make_app
from analysis.dashboard.folders import Folders
from analysis.dashboard.frame import AppState, refusal
from analysis.dashboard.hours import change_of
from analysis.dashboard.levers import levers, offered
from analysis.dashboard.library import Entry, Library
from analysis.dashboard.live import LONGEST_S, MOST_WAITING, UNSEEN_S, Live, clean, quoted
from analysis.dashboard.mix import MIX, mixed, write_scenario, yaml_of
from analysis.dashboard.mix_answer import between, in_year_1
from analysis.dashboard.mix_callbacks import request_of
from analysis.dashboard.running import words_of
from analysis.language import in_language, metric_title
from analysis.values import BASELINE, headline_adversary
from sim.errors import InputError
from sim.parameters import Parameters
from sim.progress import Status, write_status
from sim.results.reading import Study
from sim.scenario import reading as scenario_files
from tests import synthetic_study
from tests.catalogues import pattern

PROPOSALS = sorted(offered())


@pytest.fixture
def app_state(tmp_path: Path) -> AppState:
    synthetic_study.write(tmp_path / "runs" / "sound", replications=2)
    return AppState.of(Folders.of([tmp_path / "runs"]))


def test_a_view_survives_its_address() -> None:
    view = address.View(
        page="mix", lang="fr", study="a b/ü", mix=("more_officers",), days=28, replications=7,
        lever=(("more_officers.0", 0.123456789),), closed=("sarnia", "abercorn"),
        start=datetime.date(2011, 4, 1), scenarios=("<b>&=", "x+y"),
        roster=((4, 17, 40), (6, 0, 3)), begin=True, budget=12.5, vehicles="trucks", weekdays="4-6",
    )  # fmt: skip
    parts = urlsplit(address.href(view))
    assert address.read(parts.path, f"?{parts.query}") == (view, [])


@given(st.text(max_size=200), st.text(max_size=400))
def test_no_address_raises(path: str, search: str) -> None:
    view, complaints = address.read(path, search)
    assert view.page in address.PAGES
    assert all("\n" not in line for line in complaints)


@given(st.lists(st.tuples(st.sampled_from([*address.READERS]), st.text(max_size=30))))
def test_no_field_raises(pairs: list[tuple[str, str]]) -> None:
    view, _ = address.read("/mix", address.encoded(pairs))
    assert address.read("/mix", address.query(view)) == (view, [])


@pytest.mark.parametrize(
    ("search", "name", "field"),
    [
        ("?study=%00", "the-address-asks-for-which", "study"),
        ("?days=1e9", "the-address-asks-for-which", "days"),
        ("?replications=-4", "the-address-asks-for-which", "replications"),
        ("?nothing=1", "the-address-has-an-unknown", "nothing"),
        ("?" + "a" * 30_000, "the-address-cannot-be-read", ""),
    ],
)
def test_what_an_address_cannot_ask_for_gets_a_sentence(search: str, name: str, field: str) -> None:
    _, (complaint,) = address.read("/", search)
    assert pattern(name, **({"name": field} if field else {})).search(complaint)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "127.0.0.1:8050"}, 200),
        ({"Host": "localhost:8050"}, 200),
        ({"Host": "evil.example:8050"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "127.0.0.1:8050", "Origin": "http://evil.example"}, 403),
        ({"Host": "127.0.0.1:8050", "Origin": "http://127.0.0.1:8050"}, 200),
    ],
)
def test_strangers_are_refused(app_state: AppState, headers: dict[str, str], status: int) -> None:
    answer = make_app(app_state).server.test_client().get("/", headers=headers)
    assert answer.status_code == status
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_link_of_another_site_begins_nothing(app_state: AppState) -> None:
    browser = make_app(app_state).server.test_client()
    where = "/mix?begin=True&mix=more_officers&mix=etrace"
    for site, shown in (("cross-site", 302), ("same-site", 302), ("none", 200)):
        headers = {"Host": "127.0.0.1:8050", "Sec-Fetch-Site": site}
        answer = browser.get(where, headers=headers)
        assert answer.status_code == shown, site
        if shown == 302:
            assert answer.headers["Location"] == "/mix?mix=more_officers&mix=etrace"


def test_a_folder_with_a_strange_manifest_is_listed(app_state: AppState, tmp_path: Path) -> None:
    for name, content in (("deep", "[" * 100_000), ("odd", '{"ports": 5, "days": []}')):
        (tmp_path / "runs" / name).mkdir()
        (tmp_path / "runs" / name / "manifest.json").write_text(content, encoding="utf-8")
    assert {"deep", "odd", "sound"} == {*app_state.folders.finished()}
    assert app_state.folders.opening() in app_state.folders.finished()


ODD = [
    "étude « d’été »", "deux\u00a0points\u202f: fin", "<b>", "50 % %s {0}", "a+b&c=d#e?f",
    "new\nline", "'\"", "x" * 240, f"{'d' * 150}/{'e' * 150}",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD, ids=range(len(ODD)))
def test_a_study_of_any_name_is_opened_by_its_link(tmp_path: Path, name: str) -> None:
    synthetic_study.write(tmp_path / name, replications=2)
    folders = Folders.of([tmp_path])
    link = urlsplit(address.href(address.View(study=folders.opening())))
    view, complaints = address.read(link.path, link.query)
    assert (view.study, complaints) == (name, [])
    assert folders.study(view.study).folder == tmp_path / name


def test_a_name_that_is_no_text_hides_no_other_study(app_state: AppState) -> None:
    root = app_state.folders.roots[0]
    shutil.copytree(os.fsencode(root / "sound"), os.fsencode(root) + b"/octet\xff")
    assert [*app_state.folders.paths()] == ["sound"]


def test_folders_of_the_same_name_hide_no_study_of_each_other(tmp_path: Path) -> None:
    for part in ("a", "b"):
        synthetic_study.write(tmp_path / part / "runs" / "same", replications=2)
    folders = Folders.of([tmp_path / "a" / "runs", tmp_path / "b" / "runs"])
    assert {*folders.paths().values()} == {tmp_path / part / "runs" / "same" for part in "ab"}


def test_what_is_pinned_counts_though_another_study_was_named(app_state: AppState) -> None:
    root = app_state.folders.roots[0]
    synthetic_study.write(root / "named", replications=2)
    folders = Folders.of([root / "named"])
    assert folders.opening() == "named"
    folders.pin("sound")
    assert folders.opening() == "sound"


def test_what_is_paid_once_counts_once_in_a_year_of_a_week(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Live, "begin", lambda self, name, words: None)
    live = Live(tmp_path)
    shares = {"more_officers": 1.0, "gun_runner": 0.0}
    for proposal, share in shares.items():
        name = live.start(request_of(address.View(page="mix", mix=(proposal,))))
        facts = live.facts(name)
        assert (facts["days"], facts["once_share"]) == (7, share)
        study = Study(tmp_path, facts, {}, pd.DataFrame())
        assert in_year_1(study, "officer_pay_cad") == pytest.approx(365.25 / 7, rel=0.01)
        whole = in_year_1(study, "programme_cost_cad")
        assert whole == pytest.approx(1.0 if share else 365.25 / 7, rel=0.01)


def test_a_unit_stands_in_the_head_of_a_table_or_in_its_cells(app_state: AppState) -> None:
    study = app_state.folders.study("sound")
    (row, *_) = (one for one in compare(study, ["delay_vehicle_h"]) if one.difference.mean)
    assert row.amount.endswith(" a year")
    assert row.in_table + " a year" == row.amount
    names = results_page.scenarios(study)
    words = str(results_page.shown(study, "delay_vehicle_h", headline_adversary(study), names))
    assert "a year]" in words.partition("tbody")[0]
    cells = re.findall(r"Td\(children='([^']*)'", words)
    assert row.in_table in cells
    assert not [cell for cell in cells if "a year" in cell]


def test_a_run_that_does_not_know_its_length_is_being_prepared() -> None:
    assert words_of(Status("running", "x", 0, 0)) == words_of(Status("preparing", "x", 0, 0))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("roster", [[4, 17, "2.5"]], "vendredi, 17 h\u00a0: «\u00a02.5\u00a0» n’est pas un nombre"),
        ("roster", [[4, 17, "abc"]], "vendredi, 17 h\u00a0: «\u00a0abc\u00a0» n’est pas un nombre"),
        ("replications", 0, "Nombre de paires de réplications (1–200)\u00a0: «\u00a00\u00a0» est"),
        ("start", "", "Date de début (1990–2060)\u00a0: «\u00a0\u00a0» est impossible"),
    ],
)
def test_what_a_control_cannot_hold_is_said_in_the_words_of_the_page(
    field: str, value: object, words: str
) -> None:
    controls = port_page.CONTROLS
    usual = {"port": "abercorn", "start": "2005-07-04", "days": "7", "replications": 2, "mix": []}
    values = {**usual, "roster": [], "vehicles": "", "weekdays": "", "run": "", field: value}
    given = [values[name] for name in controls.fields]
    view, (complaint,) = controls.read(*given, [], [], "?lang=fr")
    assert words in complaint
    assert (view.port, view.lang) == ("abercorn", "fr")


def test_a_lever_beyond_its_bounds_is_refused_in_its_own_words_and_unit() -> None:
    for place, words in (
        (10.0, "Extra officers: 1,000 % is above 500 %."),
        (-0.05, "−5 % is below 0"),
    ):
        with pytest.raises(InputError) as error:
            mixed(offered(), ["more_officers"], {"more_officers.0": place}, [])
        assert words in str(error.value).replace("\u00a0", " ")


def test_live_runs_of_the_same_proposal_can_be_told_apart(
    monkeypatch: pytest.MonkeyPatch, app_state: AppState
) -> None:
    monkeypatch.setattr(Live, "begin", lambda self, name, words: None)
    live = app_state.live
    for times in (1.5, 3.0):
        view = address.View(
            page="mix", mix=("more_searches",), lever=(("more_searches.0", times),), where="Ontario"
        )
        request = request_of(view)
        name = live.start(request)
        live.path(name).mkdir()
        ports = [str(port) for port in mix.simulated("Ontario", "")]
        manifest = {"scenarios": {MIX: request.scenario.title}, "ports": ports, "days": 7}
        (live.path(name) / "manifest.json").write_text(json.dumps(manifest))
    live.path(name).joinpath("manifest.json").unlink()  # one has only begun
    (live.path(name) / "store").mkdir()
    words = str(studies_page.listed(address.View(page="studies"), app_state))
    for place in ("Searches on suspicion, cars and buses 1.5", "cars and buses 3", "Ontario ("):
        assert place in words


def test_what_is_noted_may_hold_the_spaces_of_french(tmp_path: Path) -> None:
    library = Library(tmp_path / "notes.json")
    note = 'Armes\u202f: «\u00a0essai\u00a0» <b> 100\u00a0% "x"'
    library.describe("a", Entry("été", note))
    assert library.entry("a") == Entry("été", note)
    for other in ("two\nlines", "\0", "\u2028"):
        with pytest.raises(InputError):
            library.describe("a", Entry("", other))


def test_an_error_of_the_system_is_said_without_its_number(app_state: AppState) -> None:
    error = OSError(30, "Read-only file system", "/studies/live")
    assert "'/studies/live: Read-only file system'" in str(refusal(error))


def test_notes_that_are_damaged_go_aside(tmp_path: Path) -> None:
    library = Library(tmp_path / "notes.json")
    library.path.write_text('{"pinned": "a", ', encoding="utf-8")
    library.pin("b")
    assert library.pinned == "b"
    assert "pinned" in (tmp_path / "notes.damaged").read_text(encoding="utf-8")


def test_only_what_was_found_under_the_roots_is_read(app_state: AppState, tmp_path: Path) -> None:
    synthetic_study.write(tmp_path / "elsewhere", replications=2)
    (tmp_path / "runs" / "link").symlink_to(tmp_path / "elsewhere")
    assert [*app_state.folders.paths()] == ["sound"]
    for name in ("../elsewhere", "link", str(tmp_path / "elsewhere"), "sound/../../elsewhere"):
        with pytest.raises(InputError, match="no study"):
            app_state.folders.study(name)


def test_a_study_that_is_written_again_is_read_again(app_state: AppState) -> None:
    first = app_state.folders.study("")
    assert app_state.folders.study("sound") is first
    synthetic_study.write(app_state.folders.path("sound"), replications=3)
    assert app_state.folders.study("").summary["replication"].max() == 2


@pytest.mark.parametrize("what", ["file", "nowhere"])
def test_what_is_no_folder_of_results_is_refused(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=what):
        Folders.of([tmp_path / what])


@pytest.mark.parametrize("name", PROPOSALS)
def test_every_proposal_has_levers_within_bounds_and_keeps_as_a_file(
    name: str, tmp_path: Path
) -> None:
    proposal = offered()[name]
    for lever in levers(name, proposal):
        assert lever.low <= lever.value <= lever.high
        assert lever.step > 0
        assert lever.label
    mix = mixed(offered(), [name], {}, [])
    path = write_scenario(mix, tmp_path, "kept")
    again = scenario_files.read("kept", path.parent)
    assert again.interventions == mix.interventions
    assert again.costs == mix.costs


def test_levers_at_both_ends_can_be_run() -> None:
    for name, proposal in offered().items():
        for lever in levers(name, proposal):
            for place in (lever.low, lever.high):
                mixed(offered(), [name], {lever.name: place}, []).check(Parameters())


def test_a_mix_closes_ports_beside_those_that_its_proposals_close(tmp_path: Path) -> None:
    mix = mixed(offered(), ["close_ports"], {}, ["sarnia"])
    closings = [one for one in mix.interventions if one.operation == "close"]
    assert len(closings) == 1
    assert "sarnia" in closings[0].where.ports
    assert len(closings[0].where.ports) > 10
    write_scenario(mix, tmp_path, "closing")


def test_a_name_that_is_taken_by_another_scenario_is_refused(tmp_path: Path) -> None:
    write_scenario(mixed(offered(), ["more_officers"], {}, []), tmp_path, "mine")
    write_scenario(mixed(offered(), ["more_officers"], {}, []), tmp_path, "mine")
    with pytest.raises(InputError, match="already"):
        write_scenario(mixed(offered(), ["more_searches"], {}, []), tmp_path, "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_a_mix_with_numbers_of_its_own_takes_no_name_whose_words_tell_of_others(
    tmp_path: Path,
) -> None:
    write_scenario(mixed(offered(), ["more_searches"], {}, []), tmp_path, "more_searches")
    own = mixed(offered(), ["more_searches"], {"more_searches.0": 1.5}, [])
    with pytest.raises(InputError, match="already"):
        write_scenario(own, tmp_path, "more_searches")
    with pytest.raises(InputError, match="already"):
        write_scenario(own, tmp_path, "more_officers")
    write_scenario(own, tmp_path, "my_more_searches")


def test_yaml_holds_no_code() -> None:
    text = yaml_of(mixed(offered(), PROPOSALS[:1], {}, ["sarnia"]))
    assert "!!" not in text


@pytest.mark.parametrize("name", ["plain", "with space", "it's", "back\\slash", "a,b=[c]"])
def test_a_path_is_one_word_of_the_command_line(tmp_path: Path, name: str) -> None:
    from hydra.core.override_parser.overrides_parser import OverridesParser

    path = tmp_path / name
    override = OverridesParser.create().parse_override(f"study.dir={quoted(path)}")
    assert override.value() == str(path)


def test_old_live_runs_go_and_one_that_runs_stays(tmp_path: Path) -> None:
    for k in range(6):
        run = tmp_path / f"run{k}"
        Live(tmp_path).make(run.name)
        run.mkdir()
        write_status(run, Status("running" if k == 0 else "interrupted", run.name, 4, 2))
        asked = tmp_path / ".asked" / run.name
        for path in (*asked.iterdir(), asked, run / "progress.json", run):
            os.utime(path, (1000 + k, 1000 + k))
    (tmp_path / "silent").mkdir()  # has only just begun
    assert clean(tmp_path, kept=2) == ["run1", "run2", "run3"]
    left = {path.name for path in tmp_path.iterdir()} - {".asked"}
    assert left == {"run0", "run4", "run5", "silent"}
    assert {path.name for path in (tmp_path / ".asked").iterdir()} == left - {"silent"}
    assert clean(tmp_path / "gone") == []


def test_what_the_program_did_not_make_stays(tmp_path: Path) -> None:
    for folder in ("site1", ".asked/site1", "site2", ".asked/site3"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "important.txt").write_text("data")
    runs = Live(tmp_path)
    runs.make("site1")  # was there, so it is not the program's
    runs.make("site2")  # its results folder was there
    for path in (*tmp_path.rglob("*"), *tmp_path.iterdir()):
        os.utime(path, (1000, 1000))
    assert clean(tmp_path, kept=0) == ["site2"]
    assert len([*tmp_path.rglob("important.txt")]) == 4


def test_a_scenario_written_by_hand_is_not_replaced_by_the_same_mix(tmp_path: Path) -> None:
    mix = mixed(offered(), ["more_officers"], {}, [])
    path = write_scenario(mix, tmp_path, "mine")
    path.write_text("# why this mix\n" + path.read_text())
    write_scenario(mix, tmp_path, "mine")
    assert path.read_text().startswith("# why this mix\n")


def test_a_live_run_has_the_traffic_of_the_year_that_was_chosen() -> None:
    view, complaints = address.read("/mix", "mix=more_officers&year=2019&start=2019-07-04")
    assert complaints == []
    assert "year=2019" in request_of(view).settings
    assert request_of(view).setting != request_of(view.replaced(year=2005)).setting
    view, complaints = address.read("/mix", "year=1990")
    assert (view.year, len(complaints)) == (2005, 1)


def edited(*roster: tuple[int, int, int], days: int = 7) -> address.View:
    return address.View(page="port", port="abercorn", roster=roster, days=days)


def test_an_edited_roster_is_that_many_officers_on_these_days_and_hours() -> None:
    usual = port_page.OnDuty([[2.0] * 24 for _ in range(7)], 2, 1)
    changes = port_page.changes_of(edited((4, 17, 3), (4, 18, 3), (5, 0, 1), days=28), usual)
    assert len(changes) == 8  # four Fridays, of which two hours are one change, and four Saturdays
    assert {(one.value, one.where.ports) for one in changes} == {
        (1.5, ("abercorn",)), (0.5, ("abercorn",)),
    }  # fmt: skip
    first = changes[0]
    assert (first.start, first.end) == (
        datetime.datetime(2005, 7, 8, 17), datetime.datetime(2005, 7, 8, 19),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "words"),
    [((4, 17, -1), "below 0 officers"), ((4, 17, 4), "above 3 officers"), ((0, 3, 1), "nobody")],
)
def test_a_roster_that_cannot_be_is_refused_in_one_line(
    cell: tuple[int, int, int], words: str
) -> None:
    usual = [[2.0] * 24 for _ in range(7)]
    usual[0][3] = 0.0
    with pytest.raises(InputError, match=words) as refused:
        port_page.scenario_of(edited(cell), port_page.OnDuty(usual, 2, 1))
    assert "\n" not in str(refused.value)


def test_home_is_the_pinned_study_or_the_newest_of_the_whole_border(app_state: AppState) -> None:
    folders = app_state.folders
    root = folders.roots[0]
    synthetic_study.write(root / "border", replications=2)
    manifest = json.loads((root / "border" / "manifest.json").read_text())
    manifest["ports"] = [f"port{k}" for k in range(139)]
    manifest |= {"days": 365, "scenarios": {"baseline": "", "more_searches": ""}}
    (root / "border" / "manifest.json").write_text(json.dumps(manifest))
    os.utime(root / "border" / "manifest.json", (1000, 1000))
    assert folders.opening() == "border"  # though the other is newer
    folders.library.pin("sound")
    assert folders.opening() == "sound"
    folders.library.pin("gone")
    assert folders.opening() == "border"
    for page in ("home", "card", "results", "packages", "pair"):
        with in_language("fr"):
            (words,) = home_page.stands_in(address.View(page=page), folders)
        assert words == "L’étude épinglée gone n’existe plus; border est affichée à sa place."
    folders.library.path.write_text("[damaged")
    assert folders.library.entry("sound").title == ""


def test_a_damaged_study_is_not_home_and_the_sound_one_that_is_says_so(app_state: AppState) -> None:
    folders = app_state.folders
    newest = folders.roots[0] / "newest"
    synthetic_study.write(newest, replications=2)
    (newest / "summary.parquet").write_bytes(b"damaged")
    assert next(iter(folders.finished())) == "newest"
    assert folders.opening() == "sound"
    (shown,) = home_page.stands_in(address.View(), folders)
    assert "This is sound, since another study cannot be shown: " in shown
    assert "newest/summary.parquet: damaged" in shown
    assert home_page.stands_in(address.View(study="sound"), folders) == []
    folders.library.pin("newest")
    assert folders.opening() == "sound"
    shutil.rmtree(folders.path("sound"))
    assert folders.opening() == "newest", "what is wrong is shown where there is no other"


NEVER = {"up": "../sound/manifest.json", "manifest": "manifest.json", "store": "store", "none": ""}


@pytest.mark.parametrize("name", NEVER.values(), ids=NEVER)
def test_no_file_but_briefs_and_tables_is_handed_out(app_state: AppState, name: str) -> None:
    client = make_app(app_state).server.test_client()
    headers = {"Host": "127.0.0.1:8050"}
    (app_state.folders.path("sound") / "brief.html").write_text("<h1>brief</h1>")
    with client.get("/file?study=sound&name=brief.html", headers=headers) as there:
        assert (there.status_code, there.data) == (200, b"<h1>brief</h1>")
    asked = {"study": "sound", "name": name}
    assert client.get("/file", query_string=asked, headers=headers).status_code == 404


def test_what_the_program_did_not_make_is_not_deleted(tmp_path: Path) -> None:
    runs = Live(tmp_path)
    (tmp_path / "theirs").mkdir()
    with pytest.raises(InputError, match="not made by"):
        runs.remove("theirs")
    runs.make("ours")
    runs.remove("ours")
    assert [path.name for path in tmp_path.iterdir() if path.name != ".asked"] == ["theirs"]
    runs.close()


def test_a_saved_mix_tells_of_its_own_numbers() -> None:
    plain = mixed(offered(), ["more_searches"], {}, [])
    assert plain.summary == offered()["more_searches"].summary
    own = mixed(offered(), ["more_searches"], {"more_searches.0": 1.5}, [])
    assert "1.5" in own.summary
    assert own.expected == ""


def test_found_means_the_same_for_a_pair_as_in_the_study(tmp_path: Path) -> None:
    synthetic_study.write(tmp_path / "one", replications=6)
    study = Folders.of([tmp_path]).study("one")
    kind = headline_adversary(study)
    (row,) = pair_page.compare_two(
        (study, "baseline", kind), (study, "more_searches", kind), ["mean_wait_min"]
    )
    told = [one for one in compare(study, ["mean_wait_min"]) if one.scenario == "more_searches"]
    assert row in told


def test_sums_of_other_lengths_are_by_the_day_and_of_other_ports_left_out(tmp_path: Path) -> None:
    synthetic_study.write(tmp_path / "year", replications=3, days=365)
    synthetic_study.write(tmp_path / "week", replications=3, days=7)
    synthetic_study.write(tmp_path / "port", replications=3, days=365, ports=["sarnia"])
    folders = Folders.of([tmp_path])
    year, week, port = (folders.study(name) for name in ("year", "week", "port"))
    by_day = pair_page.result((year, "baseline"), (week, "baseline"))
    assert "differ in length. Totals are compared by the day." in str(by_day)
    kind = headline_adversary(year)
    (row,) = pair_page.compare_two(
        (year, "baseline", kind), (week, "baseline", kind), ["delay_vehicle_h"]
    )
    mean = year.summary_of().query("scenario == 'baseline' and metric == 'delay_vehicle_h'")
    assert row.baseline == pytest.approx(mean["value"].mean() / 365)
    other = str(pair_page.result((year, "baseline"), (port, "baseline")))
    assert "differ in ports" in other
    assert metric_title("delay_vehicle_h") not in other
    assert metric_title("mean_wait_min") in other


def test_runs_that_nobody_watches_or_that_take_too_long_are_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    live = Live(tmp_path)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        monkeypatch.setattr("analysis.dashboard.live.spawn", pytest.fail)
        live._running = {"run": process}
        live._seen_s, live._begun_s = {"run": 0.0}, {"run": 0.0}
        assert live.beyond_limits(UNSEEN_S) == []
        assert live.beyond_limits(UNSEEN_S + 1.0) == ["run"]
        live._seen_s["run"] = LONGEST_S
        assert live.beyond_limits(LONGEST_S) == []
        assert live.beyond_limits(LONGEST_S + 1.0) == ["run"]
        live._running["second"] = process  # no more than two at once, so nothing begins
        live._queue.extend((f"other{number}", []) for number in range(MOST_WAITING))
        with pytest.raises(InputError):
            live.begin("another", [])
        process.kill()


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [(4.849, 4.851, "4.8 → 4.8"), (4.84, 4.87, "4.8 → 4.9"), (6.2, 4.1, "6.2 → 4.1")],
)
def test_a_number_changes_no_more_than_its_difference_does(
    before: float, after: float, shown: str
) -> None:
    runs = pd.MultiIndex.from_product(
        [[BASELINE, MIX], range(2)], names=["scenario", "replication"]
    )
    change = change_of(pd.Series([before, before, after, after], index=runs))
    assert between(change, 1) == shown


def test_what_the_server_says_reaches_a_pipe_while_it_runs(tmp_path: Path) -> None:
    """A department reads the log of its container."""
    command = [sys.executable, "-m", "analysis", "dashboard", str(tmp_path), "--port", "0"]
    environment = {**os.environ}
    environment.pop("PYTHONUNBUFFERED", None)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    watch = threading.Timer(60.0, process.kill)
    watch.start()
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("dashboard: http://127.0.0.1:")
        assert "border run experiment=headline makes one" in process.stdout.readline()
    finally:
        process.terminate()
        process.communicate(timeout=60)
        watch.cancel()
