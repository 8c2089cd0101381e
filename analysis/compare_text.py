"""The comparison as plain text for a terminal."""

from collections.abc import Sequence

import pandas as pd

from analysis.compare import Comparison, family, metric_of, values
from analysis.contraband import named
from analysis.estimates import estimate
from analysis.language import tell
from analysis.wording import period, probability, shown
from sim.results import Study


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Lay rows of cells out in columns two spaces apart; ``right`` are flushed right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if k in right else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def text_of(study: Study, comparisons: Sequence[Comparison]) -> str:
    """One block a metric: the baseline, then every scenario's difference to it."""
    table = values(study).loc["baseline"]
    several = len({one.adversary for one in comparisons}) > 1
    lines: list[str] = []
    for name in dict.fromkeys(one.metric for one in comparisons):
        metric = metric_of(name)
        base = estimate(table[name])
        own = [one for one in comparisons if one.metric == name]
        scale = max([abs(base.mean), *(abs(one.difference.mean) for one in own)])
        level = shown(base.mean, base.low, base.high, unit=metric.unit, beside=scale)
        known = ", known to the model only" if metric.model_only else ""
        lines.append(f"{tell(metric.title)}{period(metric.unit, study.days)} [{level.unit}]{known}")
        lines.append(f"  baseline {level.value} {level.interval}".rstrip())
        block = _block(own, several, scale)
        lines += [f"  {line}" for line in block]
        lines.append("")
    return "\n".join([*lines, *_notes(comparisons)])


def _block(comparisons: list[Comparison], several: bool, level: float) -> list[str]:
    """One metric's table; ``level`` is the largest number, which sets the scale of all."""
    head = ["scenario", *(["smugglers"] if several else []), "difference", "95 % interval"]
    rows = [[*head, "p (Holm)", "finding"]]
    for one in comparisons:
        unit, found = metric_of(one.metric).unit, one.difference
        text = shown(found.mean, found.low, found.high, unit=unit, signed=True, beside=level)
        smugglers = [one.adversary] if several else []
        finding = "" if one.difference.count == 0 else _short(one)
        cells = [one.scenario, *smugglers, text.value, text.interval, probability(one.p_holm)]
        rows.append([*cells, finding])
    first = 2 if several else 1
    return aligned(rows, right=(first, first + 1, first + 2))


def _short(one: Comparison) -> str:
    """The verdict without the numbers, which stand beside it."""
    return one.verdict if one.difference.identical else one.verdict.split(": ")[0]


def _notes(comparisons: Sequence[Comparison]) -> list[str]:
    counts = sorted({one.difference.count for one in comparisons})
    several = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else str(counts[0])
    if counts[-1] < 2:
        return ["One replication: differences without intervals or tests."]
    return [
        f"Paired differences, scenario minus baseline, over {several} replications on common",
        "random numbers. 95 % intervals by Student's t, each for itself; p-values after Holm's",
        f"correction over the {family(comparisons)} comparisons of a metric. Shares in per cent,",
        "differences in points.",
    ]


def frame_of(comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """The comparisons as a table, one row each, in the units of the results."""
    return pd.DataFrame(
        [
            {
                "scenario": one.scenario,
                "adversary": one.adversary,
                "metric": one.metric,
                "unit": named(metric_of(one.metric).unit),
                "baseline": one.baseline,
                "difference": one.difference.mean,
                "low": one.difference.low,
                "high": one.difference.high,
                "replications": one.difference.count,
                "p": one.difference.p,
                "p_holm": one.p_holm,
                "verdict": one.verdict,
            }
            for one in comparisons
        ]
    )
