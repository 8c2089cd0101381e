"""The front page says no more than the table of verdicts, in either language, with few digits."""

import dataclasses
import html
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis import cards
from analysis.charts.style import name_of
from analysis.costs import COMPONENTS, NOT_ESTIMABLE, Price
from analysis.dot_table import axis_over
from analysis.equivalence import DEPENDS, REDUCES, VERDICTS, read_off
from analysis.estimates import Estimate
from analysis.front_page import by_proposal, main_verdicts
from analysis.front_words import (
    OTHER_AIM,
    cost_a_year,
    group_of,
    perhaps_small_of,
    rest_of,
    sentence,
    tiles,
    trust,
)
from analysis.language import in_language, pgettext
from analysis.outcomes import HORIZONS, RUN
from analysis.validate import held_in_other_runs, inside, validate
from analysis.verdicts import Verdict
from analysis.wording import number, rounded
from sim.results.reading import Study, read_study
from tests import synthetic_study

PROPOSALS = ("more_officers", "more_searches", "better_training", "close_ports", "nexus_expansion")
LEVEL = 6400.0


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read_study(synthetic_study.write(tmp_path_factory.mktemp("study"), replications=2))


def drawn(seed: int) -> list[Verdict]:
    """Verdicts of made-up effects over three horizons, by the rule of all pages."""
    chance = np.random.default_rng(seed)
    result = []
    for name in PROPOSALS:
        mean = float(chance.normal(0.0, 3.0))
        for horizon in (pgettext("horizon", code) for code in HORIZONS):
            half = float(chance.gamma(2.0, 0.6))
            verdict = str(read_off((mean - half) / 100, (mean + half) / 100, 0.01))
            if chance.random() < 0.1:
                verdict = DEPENDS
            result.append(
                Verdict(
                    name, "flow" if name == "nexus_expansion" else "firearms", False, verdict,
                    verdict, horizon, mean - half, mean, mean + half, 0.5, 1e6, "",
                )
            )  # fmt: skip
            mean *= 0.7
    return result


def counts_in(text: str) -> list[int]:
    return [int(word) for word in re.findall(r"\b(\d+)\b(?! ?%|[,.]?\d)", text)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_sentence_says_what_the_table_says_and_no_more(study: Study, language: str) -> None:
    """Over 200 made-up studies: how many reduce, which most, between what ends, and what else."""
    with in_language(language):
        for seed in range(200):
            judged = drawn(seed)
            chosen, every = main_verdicts(judged), by_proposal(judged)
            text = sentence(study, chosen, LEVEL, every)
            fewer = [one for one in chosen if one.verdict == REDUCES]
            lasting = sum(spans[-1].verdict == REDUCES for spans in every.values())
            if fewer or lasting:
                over = {"en": "in the long run", "fr": "à long terme"}[language]
                assert re.search(rf"; {over}, ({lasting or 'none|aucune'}) ", text)
            named = [one.proposal for one in chosen if name_of(study, one.proposal) in text]
            if not fewer:
                assert named == []
                assert "%" not in text
            else:
                best = min(fewer, key=lambda one: one.mean)
                assert named == [best.proposal]
                for end in (best.low, best.mean, best.high):
                    assert rounded(-end * LEVEL / 100) in text
                last = every[best.proposal][-1]
                assert (f"({last.words})" in text) == (last.verdict != REDUCES)
                for one in (best, last):  # in words: no telegram such as "Long run: −5.2 %"
                    digits = 1 if abs(one.mean) < 10 else 0
                    assert number(abs(one.mean), digits) in text
                    assert f"{one.horizon[0].upper()}{one.horizon[1:]}" not in text
            maybe = sum(one.high > -1.0 for one in fewer)
            small = perhaps_small_of(chosen, 0.01)
            assert small in text
            counted = counts_in(re.sub(r"1.%", "", small))
            assert (counted == [maybe] if len(fewer) > 1 else not counted) if maybe else not small
            rest = rest_of(chosen, 0.01)
            groups = [group_of(one) for one in chosen]
            wanted = [groups.count(code) for code in (*VERDICTS, OTHER_AIM) if code != REDUCES]
            assert sum(counts_in(rest.replace("1 %", "").replace("1\xa0%", ""))) == sum(wanted)
            assert len(fewer) + sum(wanted) == len(PROPOSALS)


def test_a_tile_praises_only_what_reduces(study: Study) -> None:
    """The largest measured and the largest of Canada alone are reductions, and not said twice."""
    told = 0
    study = read_study(study.folder)
    about = {name: {"evidence": 3 - k % 2, "actor": "canada"} for k, name in enumerate(PROPOSALS)}
    vars(study)["files"] = study.files | about
    for seed in range(200):
        chosen = main_verdicts(drawn(seed))
        fewer = [name_of(study, one.proposal) for one in chosen if one.verdict == REDUCES]
        for tile in tiles(study, chosen, {}, LEVEL):
            if tile.words.startswith("a year: the most "):
                told += 1
                named = [title for title in fewer[1:] if f", “{title}”." in tile.words]
                assert len(named) == 1, tile
    assert told > 8


def test_the_page_counts_what_was_fitted_apart_from_what_was_not(study: Study) -> None:
    """Also the rows that only other runs can have; by subject, since one is matched and one not."""
    free = [*validate(study, "independent"), *held_in_other_runs()]
    for row in free:
        assert row.target.source.startswith("C") == ("seized" in row.target.title)
    seized = [row for row in free if row.target.source.startswith("C")]
    waits = [row for row in free if row not in seized]
    held = [inside(rows) for rows in (free, waits, seized)]
    fitted = inside(validate(study, "fitted"))
    said = [counts_in(line) for line in trust(study)]
    assert [held[0][1], held[0][0], *held[1], *held[2]] in said
    assert [fitted[1], fitted[0]] in said
    assert len(waits) == 7
    of_the_dashboard = dataclasses.replace(study, made=study.summary_of())  # without single classes
    assert trust(of_the_dashboard) == trust(study)


def test_a_proposal_that_never_claimed_to_stop_firearms_is_not_shown_as_a_failure() -> None:
    one = next(v for v in drawn(0) if v.proposal == "nexus_expansion")
    for verdict in VERDICTS:
        silent = verdict in ("no_difference", "not_resolved")
        judged = dataclasses.replace(one, verdict=verdict)
        assert (group_of(judged) == OTHER_AIM) == silent


@pytest.mark.parametrize(
    ("value", "text"),
    [(6438.0, "6,400"), (0.0, "0"), (337.2, "340"), (-8.94, "−8.9"), (0.0123, "0.012")],
)
def test_a_count_has_two_digits_that_matter(value: float, text: str) -> None:
    assert rounded(value) == text


@pytest.mark.parametrize("seed", range(20))
def test_every_effect_stands_inside_the_axis_and_zero_too(seed: int) -> None:
    judged = drawn(seed)
    axis = axis_over(judged, 0.01)
    assert axis.low <= -axis.smallest < 0.0 < axis.smallest <= axis.high
    for one in judged:
        assert axis.low <= one.mean <= axis.high
        places = [axis.at(value) for value in (one.low, one.mean, one.high)]
        assert places == sorted(places)


def test_the_sheet_is_the_front_page_alone(study: Study, tmp_path: Path) -> None:
    from analysis.brief import page

    sheet, whole = page(study, sheet=True), page(study)
    start, end = sheet.index('<header class="front">'), sheet.index("</aside>")
    assert sheet[start:end] in whole
    assert "<script" not in sheet
    assert len(sheet) < 100_000


def seen(page: str) -> dict[str, str]:
    """What stands on the first screen: its sentences, and its table without drawings."""
    start = page[page.index("<body") : page.index('<main id="main">')]
    start = re.sub(r"(?s)<svg.*?</svg>|<span class=\"spoken\">.*?</span>|<nav.*?</nav>", "", start)
    table = start[start.index("<table") : start.index("</table>")]
    words = start.replace(table, "")
    words = re.sub(r"</(p|li|h1|h2)>", ". ", words)
    return {
        name: " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
        for name, text in (("words", words), ("table", table))
    }


def reading(text: str, vowels: str) -> tuple[float, float]:
    """Words a sentence and syllables a word, a group of vowels being one."""
    sentences = [part for part in re.split(r"[.!?]+\s", text) if re.search(r"[^\W\d]", part)]
    words = re.findall(r"[^\W\d_]+", text.lower())
    beats = [
        max(1, len(re.findall(f"[{vowels}]+", re.sub(r"(?<=..)es?$", "", word)))) for word in words
    ]
    return len(words) / len(sentences), sum(beats) / len(words)


def test_the_first_screen_reads_easily_and_has_few_numbers(study: Study) -> None:
    """Flesch-Kincaid grade at most 10; in French at least 50 by Kandel and Moles (1958)."""
    from analysis.brief import page

    english, french = (seen(page(study, language)) for language in ("en", "fr"))
    length, syllables = reading(english["words"], "aeiouy")
    assert 0.39 * length + 11.8 * syllables - 15.59 <= 10
    length, syllables = reading(french["words"], "aeiouyàâéèêëîïôùûœ")
    assert 207 - 1.015 * length - 73.6 * syllables >= 50
    for screen, comma in ((english, ","), (french, "\u202f")):
        numbers = re.findall(rf"\d[\d.,{comma}]*", screen["table"])
        assert len(numbers) <= 120
        digits = [re.sub(r"\D", "", number).strip("0") for number in numbers]
        assert max(map(len, digits)) <= 3


def test_what_is_paid_once_counts_once_though_the_run_is_a_week(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 5 million for a college a week of a part of the border bears one: not 52 a year."""
    zero = Estimate(0.0, 0.0, 0.0, 4, 1.0, identical=True)
    components = {
        **dict.fromkeys(COMPONENTS, zero),
        "programme_cost_cad": dataclasses.replace(zero, mean=1e6),
        "officer_pay_cad": dataclasses.replace(zero, mean=1e5),
    }
    total = dataclasses.replace(zero, mean=1.1e6)
    price = Price("p", "static", components, total, zero, NOT_ESTIMABLE, {}, 0.0, 0.0)
    costs = [{"cad_once": 5e6, "cad_per_year": 0.0}]
    about = {"days": 7, "points": [{"name": "p", "costs": costs}]}
    study = Study(Path(), about, {}, pd.DataFrame())
    monkeypatch.setattr("analysis.front_words.prices_of", lambda study: {"p": price})
    monkeypatch.setattr("analysis.front_words.horizons", lambda study: [RUN])
    one = SimpleNamespace(proposal="p", cost_cad=1.1e6)
    assert cost_a_year(study, one) == pytest.approx(1e6 + 1e5 * 365.25 / 7, rel=0.01)
    assert cards._cost(study, price) == (
        "6.2\N{NO-BREAK SPACE}million CAD a year: programme +1.0; officers’ pay +5.2."
    )
