"""What the pages show of a finished study: the answer, a table, a picture, the baseline."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from analysis.brief import write_brief
from analysis.compare import HEADLINE, Comparison, compare, family
from analysis.effects import effect_in_words, smallest_difference
from analysis.exhibits import AGAINST, BORDER, plotlyjs
from analysis.front_page import front_page
from analysis.language import in_language
from analysis.validate import markdown_of, validate
from analysis.values import BASELINE, metric_of, values
from analysis.verdicts import limit_lines, verdicts
from analysis.wording import number, shown
from docs.markdown import table
from sim.errors import InputError
from sim.results.reading import Study, read_study
from sim.results.schema import PRIMARY_OUTCOME

HERE = Path(__file__).resolve().parent
README = HERE.parent / "README.md"
FINDINGS = HERE / "findings.md"
START = HERE / "README.md"
PICTURE = HERE / "images" / "brief.png"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

SHOWN = (
    PRIMARY_OUTCOME,
    "expected_firearms_stopped",
    "firearms_seized_highway",
    "mean_wait_min",
    "within_standard_share",
)
MILLION = 1e6
FEW = 4

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PICTURE_SIZE = "1440,980"
COLOURS = 64
"""Of a picture of text: a third of the bytes, and no difference to the eye."""
IMAGE_WIDTH = 900
"""Of a chart alone, as the brief hands it out (`analysis/templates/brief.js`)."""
SECONDS = 120
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--virtual-time-budget=8000",
)  # fmt: skip


def write_figures(folder: Path) -> Iterator[str]:
    """Write what the pages show of a study; yield what was written."""
    study = read_study(folder)
    comparisons = compare(study, HEADLINE)
    front = front_page(study, comparisons)
    answered = ["", f"> {front.sentence} {front.rest}", ""]
    for page, lines in (
        (README, answered),
        (START, answered),
        (FINDINGS, [*answered, *_differences(study, comparisons)]),
    ):
        _fill(page, lines)
        yield page.relative_to(HERE.parent).as_posix()
    for language, name in (("en", "baseline.md"), ("fr", "baseline.fr.md")):
        with in_language(language):
            baseline = markdown_of(study, validate(study))
        (HERE / name).write_text(baseline, encoding="utf-8")
        yield f"docs/{name}"
    yield take_picture(write_brief(study), PICTURE, PICTURE_SIZE)
    yield from _gallery(study)


def _fill(page: Path, lines: list[str]) -> None:
    """Put lines in the place that a page has for figures."""
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise InputError(f"{page.name}: it has no place for figures ({BEGIN} to {END})")
    block = "\n".join([BEGIN, *lines, END])
    page.write_text(
        re.sub(f"{BEGIN}.*?{END}", lambda _: block, text, flags=re.DOTALL), encoding="utf-8"
    )


def _differences(study: Study, comparisons: list[Comparison]) -> list[str]:
    """A row for each scenario, and how to read it."""
    by_name = {(one.scenario, one.metric): one for one in comparisons}
    metrics = [name for name in SHOWN if any(name == metric for _, metric in by_name)]
    cost = values(study)["programme_cost_cad"].groupby("scenario").mean()
    rows = [
        (
            study.title(scenario) + (" (extreme case)" if scenario in study.bounds else ""),
            *(_cell(by_name[scenario, metric]) for metric in metrics),
            _verdict(by_name.get((scenario, PRIMARY_OUTCOME))),
            number(cost[scenario] / MILLION, 1, signed=True),
        )
        for scenario in dict.fromkeys(one.scenario for one in comparisons)
    ]
    head = ["proposal", *(_head(study, name, comparisons) for name in metrics)]
    head += ["verdict", "cost, million CAD"]
    configuration = study.manifest.get("configuration_hash", "unknown")
    count = study.runs.groupby("scenario")["replication"].nunique().min()
    return [
        *table(head, rows),
        "",
        *(f"{line}\n" for line in _limits(study)),
        f"Differences to the baseline with 95 % intervals, from {count} replications of",
        f"{study.days:g} days on common random numbers (configuration {configuration}). Bold:",
        "the verdict is *reduces* or *increases*, by intervals that hold for all proposals at",
        "once; in the other columns, distinguishable from no effect after Holm's correction over",
        f"the {family(comparisons)} comparisons of a column. Cost is an entry of the scenario's "
        + "file, not a result."
        + (" So few replications cannot show much." if count < FEW else ""),
        "",
    ]


def _head(study: Study, name: str, comparisons: list[Comparison]) -> str:
    metric = metric_of(name)
    level = values(study).loc[BASELINE][name].mean()
    text = shown(level, unit=metric.unit)
    unit = "points" if metric.unit == "share" else metric.unit
    return f"{metric.title}, {unit} (baseline {text.value}{' %' if text.unit == '%' else ''})"


def _cell(one: Comparison) -> str:
    found = one.difference
    if found.identical:
        return "identical"
    text = shown(found.mean, found.low, found.high, unit=metric_of(one.metric).unit, signed=True)
    words = f"{text.value} {text.interval}".strip()
    return f"**{words}**" if one.distinguishable else words


def _verdict(one: Comparison | None) -> str:
    if one is None or one.effect is None or not one.effect.verdict:
        return ""
    return "identical" if one.difference.identical else effect_in_words(one.effect)


def _limits(study: Study) -> list[str]:
    try:
        return limit_lines(verdicts(study), smallest_difference(study))
    except InputError:  # one replication
        return []


def _gallery(study: Study) -> Iterator[str]:
    """Photograph the charts of a study, as one has them alone."""
    with tempfile.TemporaryDirectory() as scratch:
        for name, draw in (AGAINST | BORDER).items():
            chart = draw(study)
            figure = chart.titled()
            if chart.aspect:
                margin = figure.layout.margin
                figure.layout.height = round(IMAGE_WIDTH * chart.aspect) + margin.t + margin.b
            page = Path(scratch) / f"{name}.html"
            drawn = figure.to_html(
                full_html=False, include_plotlyjs=False, config={"staticPlot": True}
            )
            page.write_text(
                '<!doctype html><meta charset="utf-8"><style>body { margin: 0 }</style>'
                f"<script>{plotlyjs()}</script>{drawn}",
                encoding="utf-8",
            )
            size = f"{IMAGE_WIDTH},{figure.layout.height}"
            yield take_picture(page, PICTURE.with_name(f"{name}.png"), size)


def take_picture(page: Path, picture: Path, size: str) -> str:
    """Photograph the head of a page with a browser, if there is one."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return f"no picture: none of {', '.join(BROWSERS)} is installed"
    picture.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        taken = Path(scratch) / picture.name
        done = subprocess.run(
            [browser, *QUIET, f"--user-data-dir={scratch}/profile", f"--window-size={size}",
             f"--screenshot={taken}", page.resolve().as_uri()],
            capture_output=True, text=True, check=False, timeout=SECONDS,
            env={**os.environ, "HOME": scratch},
        )  # fmt: skip
        if not taken.is_file():
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            return f"no picture: {last}"
        with Image.open(taken) as image:
            image.quantize(COLOURS).save(picture, optimize=True)
    return f"docs/images/{picture.name}"
