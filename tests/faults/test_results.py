"""Results folders are what was written, or are refused in one line."""

import copy
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.charts.border_map import border_map
from analysis.compare import compare, text_of
from analysis.exhibits import BORDER, exhibits
from sim.errors import InputError
from sim.files import export
from sim.progress import Status, read_status, write_status
from sim.results.reading import read_study
from sim.results.tables import values_over_all
from sim.results.writing import MADE_FROM, file_facts, is_written, stamp_stale
from sim.scenario.point import Label
from sim.study.spec import check_folder
from tests.synthetic_study import EFFECTS, write

STRANGE = st.one_of(
    st.sampled_from(
        [None, True, "seven", "7", -1, 0, 1e999, float("nan"), 10**30, [], [1], {}, {"a": 1}, [[]],
         "2005-02-30", "\u202e\n"]
    ),
    st.text(max_size=8),
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "study"
    write(folder, replications=2)
    return folder


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "study"))


def places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a manifest where a value stands."""
    if path:
        yield path
    if isinstance(content, dict):
        for key, value in content.items():
            yield from places(value, (*path, key))
    elif isinstance(content, list):
        for key, value in enumerate(content[:2]):
            yield from places(value, (*path, key))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_manifest_is_read_or_refused(made: Path, tmp_path: Path, data: st.DataObject) -> None:
    folder = tmp_path / "strange"
    if not folder.exists():
        shutil.copytree(made, folder)
    content = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    changed = copy.deepcopy(content)
    path = data.draw(st.sampled_from([*places(content)]))
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = data.draw(STRANGE)
    (folder / "manifest.json").write_text(json.dumps(changed), encoding="utf-8")
    try:
        there = read_study(folder)
        assert there.days is None or 0 <= there.days <= 36_600
        for scenario in ("baseline", "more_officers"):
            assert isinstance(there.title(scenario), str)
        assert isinstance(there.bounds, frozenset)
        line = str(folder)
    except InputError as error:
        line = str(error)
    assert str(folder) in line
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize(
    "text", ["", "[", "[" * 100_000, "null", "[]", '"x"', "\ufeff{}", "{}", '{"schema": "1"}']
)
@pytest.mark.parametrize("name", ["manifest.json", "certificate.json"])
def test_strange_json_is_one_line(study: Path, name: str, text: str) -> None:
    (study / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_study(study)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["manifest.json", "certificate.json", "summary.parquet"])
def test_a_folder_in_place_of_a_file_is_one_line(study: Path, name: str) -> None:
    (study / name).unlink()
    (study / name).mkdir()
    with pytest.raises(InputError):
        read_study(study)


@pytest.mark.parametrize("change", ["doubled", "infinite", "rows"])
def test_a_table_that_was_changed_is_refused(study: Path, change: str) -> None:
    path = study / "summary.parquet"
    table = pq.read_table(path)
    if change == "rows":
        table = table.slice(0, table.num_rows - 1)
    else:
        values = pc.multiply(table["value"], 2.0 if change == "doubled" else float("inf"))
        table = table.set_column(table.schema.get_field_index("value"), "value", values)
    pq.write_table(table, path)
    with pytest.raises(InputError, match="damaged"):
        read_study(study)


def described(study: Path, name: str) -> None:
    """Have the manifest describe a file as it is now."""
    manifest = json.loads((study / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][name] = file_facts(study / name, (study / name).stat().st_size)
    (study / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_an_infinite_value_is_none_though_the_manifest_describes_it(study: Path) -> None:
    path = study / "summary.parquet"
    table = pq.read_table(path)
    values = pc.multiply(table["value"], float("inf"))
    place = table.schema.get_field_index("value")
    pq.write_table(table.set_column(place, "value", values), path)
    described(study, path.name)
    with pytest.raises(InputError, match="is infinite"):
        assert read_study(study).scenarios


def test_what_the_manifest_does_not_describe_is_not_read(study: Path) -> None:
    shutil.copyfile(study / "attempts.parquet", study / "design.parquet")
    with pytest.raises(InputError, match=r"design\.parquet: damaged .*does not describe it"):
        assert read_study(study).design.empty
    manifest = json.loads((study / "manifest.json").read_text(encoding="utf-8"))
    for change in ({"files": {}}, {"files": None}, {}):
        less = {key: value for key, value in manifest.items() if key != "files"} | change
        (study / "manifest.json").write_text(json.dumps(less), encoding="utf-8")
        with pytest.raises(InputError, match=r"manifest\.json: damaged"):
            read_study(study)


@pytest.mark.parametrize("content", ["[]", "{", '{"days": {}, "scenarios": 7}', "[" * 10_000])
def test_studies_are_listed_whatever_their_manifests_are(
    study: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from border.__main__ import main

    (study / "manifest.json").write_text(content, encoding="utf-8")
    os.mkfifo(study.with_name("pipe"))
    (study.parent / "other").mkdir()
    os.mkfifo(study.parent / "other" / "manifest.json")
    assert main(["ls", str(study.parent)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize("name", ["attempts", "port_hours", "officer_hours"])
def test_a_flipped_bit_is_noticed_when_the_table_is_read(study: Path, name: str) -> None:
    path = study / f"{name}.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_study(study).table(name)


def test_a_table_of_another_study_is_refused(made: Path, study: Path, tmp_path: Path) -> None:
    write(tmp_path / "other", {**EFFECTS, "more_officers": (5.0, -2.0)}, replications=2)
    shutil.copyfile(tmp_path / "other" / "summary.parquet", study / "summary.parquet")
    with pytest.raises(InputError, match=r"of another study|the manifest says"):
        read_study(study)


@pytest.mark.parametrize("files", [[], 7, "x", [{}]])
def test_a_folder_whose_manifest_is_strange_is_not_done(study: Path, files: Any) -> None:
    manifest = json.loads((study / "manifest.json").read_text(encoding="utf-8"))
    manifest["content_hash"] = "x"
    (study / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert is_written(study, "x")
    (study / "manifest.json").write_text(json.dumps(manifest | {"files": files}), encoding="utf-8")
    assert not is_written(study, "x")


def test_an_older_version_is_named(study: Path) -> None:
    manifest = json.loads((study / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {"schema": 1, "code_version": "0.0.9 (abc)"}
    (study / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(InputError, match=r"version '1', made by 0\.0\.9 \(abc\); .*again"):
        read_study(study)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["state", "total", "done", "left_s", "workers", "pid", "updated"]),
       value=STRANGE)  # fmt: skip
def test_any_progress_is_said_or_refused(tmp_path: Path, name: str, value: Any) -> None:
    write_status(tmp_path, Status("running", "x", 3, 1, updated="2005-01-01T00:00:00+00:00"))
    path = tmp_path / "progress.json"
    content = json.loads(path.read_text(encoding="utf-8")) | {name: value}
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        assert str(read_status(tmp_path))
        line = ""
    except InputError as error:
        line = str(error)
    assert len(line.splitlines()) <= 1


def test_the_jobs_of_an_array_have_a_status(tmp_path: Path) -> None:
    for member in ("0-of-3", "2-of-3"):
        write_status(tmp_path, Status("done", "x", 9, 3), member)
    assert str(read_status(tmp_path)).startswith("x (2 jobs of an array have begun): done, 3 of 9")


def test_nothing_to_compare_is_an_answer(tmp_path: Path) -> None:
    write(tmp_path / "alone", {"baseline": (0.0, 0.0)}, replications=2)
    alone = read_study(tmp_path / "alone")
    said = text_of(alone, compare(alone))
    assert said == (
        "nothing to compare: the study holds the baseline alone (compare=[more_officers] adds a "
        "proposal)"
    )


def test_a_page_of_older_tables_is_stamped_once(tmp_path: Path) -> None:
    page = tmp_path / "brief.html"
    page.write_text(
        f'<html lang="fr"><head>{MADE_FROM.format("old")}</head><body>x</body></html>', "utf-8"
    )
    own = tmp_path / "mine.html"
    own.write_text("<html><body>x</body></html>", "utf-8")
    for _ in range(2):
        stamp_stale(tmp_path, "new")
    assert page.read_text("utf-8").count('role="alert"') == 1
    assert "remplac" in page.read_text("utf-8")
    assert "alert" not in own.read_text("utf-8")
    stamp_stale(tmp_path, "old")
    assert page.read_text("utf-8").count('role="alert"') == 1


@pytest.mark.parametrize("what", ["pipe", "endless", "folder", "deep", "circle"])
def test_what_stands_in_place_of_what_is_kept_is_not_waited_for(study: Path, what: str) -> None:
    from analysis.kept import FILE, content, keep

    path = study / FILE
    if what == "deep":
        path.write_text("[" * 100_000, encoding="utf-8")
    elif what in ("pipe", "folder"):
        (os.mkfifo if what == "pipe" else os.mkdir)(path)
    else:
        path.symlink_to("/dev/zero" if what == "endless" else FILE)
    assert [*content(study)] == ["of"]
    keep(study, "x", 1)
    kept = "x" in content(study)
    assert kept == (what in ("deep", "circle"))
    if what == "pipe":
        assert path.is_fifo()


WORDS = {
    "compare --metric mean_wait_min --metric mean_wait_min": "",
    "ledger more_officers --adversary bogus": "unknown smuggler 'bogus'",
    "ledger more_officers --market bogus": "unknown market 'bogus'",
    "compare --csv DIR/summary.parquet": "a results folder consists of it",
    "compare --csv DIR/manifest.json": "a results folder consists of it",
    "compare --csv DIR": "is a folder; name a file in it",
    "compare --csv DIR/none/x.csv": "DIR/none/x.csv: No such file",
    "brief --out DIR/summary.csv": "not replaced",
    "validate --write DIR/certificate.json": "a results folder consists of it",
}


@pytest.mark.parametrize("words", WORDS)
def test_what_is_named_for_a_study_is_there_or_is_refused(
    words: str, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from analysis.__main__ import main

    before = {path.name: path.read_bytes() for path in study.iterdir()}
    command, *rest = words.replace("DIR", str(study)).split(" ")
    status = main([command, str(study), *rest])
    said = capsys.readouterr().err.replace(str(study), "DIR")
    if not WORDS[words]:
        assert (status, said) == (0, "")
        return
    assert status == 2
    assert said.count("\n") == 1
    assert WORDS[words] in said
    assert {path.name: path.read_bytes() for path in study.iterdir()} == before


FOREIGN = {
    "manifest.json": '{"name": "a page", "start_url": "/"}',
    "store/cart.js": "export default {}",
    "summary.csv": "mine",
    "plan.json": "{}",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_folder_that_uses_the_names_of_ours_is_not_ours(name: str, tmp_path: Path) -> None:
    (tmp_path / "readme").write_text("mine")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(FOREIGN[name])
    with pytest.raises(InputError, match="holds other files and no results"):
        check_folder(tmp_path)


@pytest.mark.parametrize("name", ["manifest.json", "certificate.json", "summary.parquet", "store"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_what_stands_in_place_of_a_file_of_a_study_is_named_before_anything_runs(
    name: str, make: Callable[[Path], None], study: Path
) -> None:
    check_folder(study)
    path = study / name
    path.unlink(missing_ok=True)
    make(path)
    if name == "store" and make is os.mkdir:
        check_folder(study)
        return
    with pytest.raises(InputError, match=f"{name} in it is .*; move it away|holds other files"):
        check_folder(study)


def test_what_is_exported_goes_through_links_and_into_pipes_and_replaces_neither(
    tmp_path: Path,
) -> None:
    whole, link, pipe = (tmp_path / name for name in ("whole.csv", "link.csv", "pipe"))
    link.symlink_to(whole)
    export(link, "é\r\n")
    assert link.is_symlink()
    assert whole.read_bytes() == "é\r\n".encode()
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="pipe"):  # nobody reads, and nobody is waited for
        export(pipe, "x")
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    export(pipe, "x")
    assert os.read(reading, 9) == b"x"
    os.close(reading)
    with pytest.raises(OSError, match="No space"):
        export(Path("/dev/full"), "x")
    assert not Path("/dev/full").is_file()


def test_what_was_edited_is_kept_beside_what_is_made_anew(
    study: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from analysis.brief import write_brief
    from analysis.tables import write_tables

    text, page = study / "differences.csv", study / "brief.html"
    for _ in range(2):
        write_tables(read_study(study))
        write_brief(read_study(study))
    stamp_stale(study, "another")  # what the program itself puts into a page is no edit
    write_brief(read_study(study))
    assert not [*study.glob("*.edited*")]
    for name in ("differences.edited.csv", "differences.edited-2.csv"):
        text.write_text(f"mine: {name}", encoding="utf-8")
        write_tables(read_study(study))
        assert (study / name).read_text("utf-8") == f"mine: {name}"
        assert f"differences.csv is not as this program wrote it, so it is kept as {name}" in (
            caplog.text
        )
    page.write_text(page.read_text("utf-8").replace("<body>", "<body>mine", 1), "utf-8")
    write_brief(read_study(study))
    assert "<body>mine" in (study / "brief.edited.html").read_text("utf-8")
    assert "<body>mine" not in page.read_text("utf-8")
    assert len([*study.glob("*.edited*")]) == 3


@pytest.mark.parametrize("change", ["empty", "huge", "gap", "none"])
def test_figures_that_no_study_has_are_refused_though_the_manifest_describes_them(
    study: Path, change: str
) -> None:
    path = study / "summary.parquet"
    table = pq.read_table(path)
    figure = {"huge": 1e308, "gap": None, "none": float("nan")}.get(change)
    rows = table.slice(0, 0) if change == "empty" else table
    values = pa.array([figure] * rows.num_rows, pa.float64())
    rows = rows.set_column(rows.schema.get_field_index("value"), "value", values)
    pq.write_table(rows, path)
    described(study, path.name)
    manifest = json.loads((study / "manifest.json").read_text(encoding="utf-8"))
    manifest["rows"]["summary"] = rows.num_rows
    (study / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(InputError, match=r"summary\.parquet: damaged"):
        assert read_study(study).scenarios
    label = Label("baseline", "static", 0)
    with pytest.raises(InputError, match=r"summary\.parquet: damaged"):
        values_over_all(study, label)


def test_a_study_that_keeps_no_hours_has_a_page_without_their_charts(study: Path) -> None:
    path = study / "port_hours.parquet"
    pq.write_table(pq.read_table(path).slice(0, 0), path)
    described(study, path.name)
    manifest = json.loads((study / "manifest.json").read_text(encoding="utf-8"))
    manifest["rows"]["port_hours"] = 0
    (study / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert exhibits(read_study(study), BORDER) == []
    with pytest.raises(InputError, match="no hours of ports are kept"):
        border_map(read_study(study))
