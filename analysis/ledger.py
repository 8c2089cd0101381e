"""The ledger: where a difference in firearms delivered comes from, attempt by attempt.

An attempt is the same attempt in both worlds (`sim.model.smuggling.routes`), so the difference
between two scenarios is split exactly: every attempt that delivers more or less than in the
baseline is in one part, and the parts sum to the total difference, in each replication, market and
overall.

Two accounts are kept. *Counted* goes by what happened: an attempt delivers its load or does not.
*Expected* goes by each attempt's own chance of detection: it delivers load x (1 - chance). Both
have the same mean; the second leaves out the last throw of the dice and has far less noise.
"""

import numpy as np
import pandas as pd

from analysis.estimates import estimate
from analysis.language import gettext, in_language, pgettext
from analysis.values import BASELINE
from analysis.wording import aligned, shown
from sim.errors import InputError
from sim.numerics.units import Floats, Texts
from sim.results.reading import Study

PARTS = (
    "not_planned_arrest",
    "not_planned_supply",
    "not_planned_price",
    "not_planned_late",
    "not_planned",
    "deterred",
    "other_port",
    "out_of_ports",
    "into_ports",
    "other_way",
    "detection",
    "in_transit",
    "load",
)
"""Every part, in the order of the table."""

PAIRED = ["adversary", "world", "replication"]
COLUMNS = [
    "attempt_id", "kind", "market", "route", "region", "port_id", "lane", "load",
    "true_detection_share", "fate", "why",
]  # fmt: skip


def attempt_parts(
    baseline: pd.DataFrame, scenario: pd.DataFrame, *, expected: bool
) -> pd.DataFrame:
    """Put every attempt of one replication into one part.

    Parameters
    ----------
    baseline, scenario : pandas.DataFrame
        Rows of the table of attempts with the columns of `COLUMNS`; travellers are left out.
    expected : bool
        Whether to deliver load x (1 - chance of detection), not what happened to be delivered.

    Returns
    -------
    pandas.DataFrame
        One row an attempt: ``market``, ``part``, ``lost`` and ``gained`` (firearms no longer, or
        newly, delivered). An attempt whose load differs too has a second row, ``load``.
    """
    pair = _pair(baseline, scenario)
    before, after = (_delivered_share(pair, world, expected=expected) for world in ("_0", "_1"))
    old, new = (pair[f"load{world}"].to_numpy(float) for world in ("_0", "_1"))
    new = np.where(new == 0.0, old, new)
    old = np.where(old == 0.0, new, old)
    change = old * (after - before)
    frame = pd.DataFrame(
        {"market": pair["market"], "part": _part(pair, before, after), "change": change}
    )
    resized = (new - old) * after
    if np.any(resized):
        more = frame.assign(part="load", change=resized)
        frame = pd.concat([frame, more[resized != 0.0]], ignore_index=True)
    frame["lost"] = np.maximum(-frame["change"], 0.0)
    frame["gained"] = np.maximum(frame["change"], 0.0)
    return frame.drop(columns="change")


def _pair(baseline: pd.DataFrame, scenario: pd.DataFrame) -> pd.DataFrame:
    """Each attempt once, with its columns in both worlds; what is missing was not planned."""
    sides = [
        table.loc[table["kind"] == "trafficking"].drop(columns="kind").set_index("attempt_id")
        for table in (baseline, scenario)
    ]
    pair = sides[0].join(sides[1], how="outer", suffixes=("_0", "_1"))
    pair["market"] = pair["market_0"].fillna(pair["market_1"])
    for world in ("_0", "_1"):
        missing = pair[f"fate{world}"].isna()
        for column in ("fate", "route"):
            pair.loc[missing, f"{column}{world}"] = "not_planned"
        for column in ("why", "region", "port_id", "lane"):
            pair[f"{column}{world}"] = pair[f"{column}{world}"].fillna("")
        for column in ("load", "true_detection_share"):
            pair[f"{column}{world}"] = pair[f"{column}{world}"].fillna(0.0)
    return pair


def _delivered_share(pair: pd.DataFrame, world: str, *, expected: bool) -> Floats:
    """Share of the load that is delivered in one of the worlds."""
    fate = pair[f"fate{world}"]
    if not expected:
        return np.asarray(fate == "passed", float)
    made = np.asarray(fate.isin(("passed", "seized", "intercepted")), float)
    return np.asarray(made * (1.0 - pair[f"true_detection_share{world}"].to_numpy(float)))


def _part(pair: pd.DataFrame, before: Floats, after: Floats) -> Texts:
    """Part of each attempt.

    A trip that is not planned in one world is there because of that; else one that is deterred in
    one world; else one on its way at the end; else one that goes another way; else detection.
    """
    state = {}
    for world in ("_0", "_1"):
        fate = pair[f"fate{world}"].to_numpy(str)
        why = pair[f"why{world}"].to_numpy(str)
        unplanned = np.where(why == "", "not_planned", np.char.add("not_planned_", why))
        state[world] = np.where(
            fate == "not_planned",
            unplanned,
            np.where(np.isin(fate, ("deterred", "in_transit")), fate, ""),
        )
    way = {
        world: (
            pair[f"route{world}"]
            .str.cat([pair[f"{place}{world}"] for place in ("port_id", "lane", "region")], sep="/")
            .to_numpy(str)
        )
        for world in ("_0", "_1")
    }
    at_port = {world: (pair[f"route{world}"] == "port").to_numpy() for world in ("_0", "_1")}
    moved = np.select(
        [way["_0"] == way["_1"], at_port["_0"] & at_port["_1"], at_port["_0"], at_port["_1"]],
        ["detection", "other_port", "out_of_ports", "into_ports"],
        "other_way",
    )
    # The state of the world that delivers less says why; in the other it is empty.
    less = np.where(after < before, state["_1"], state["_0"])
    other = np.where(after < before, state["_0"], state["_1"])
    ended = np.where(less != "", less, other)
    return np.asarray(np.where(ended != "", ended, moved))


def by_replication(
    study: Study,
    scenario: str,
    adversary: str | None = None,
    market: str | None = None,
    *,
    expected: bool = True,
) -> pd.DataFrame:
    """Parts of the difference between a scenario and the baseline, one replication at a time.

    Parameters
    ----------
    study : Study
    scenario : str
    adversary, market : str, optional
        Only this one.
    expected : bool
        See `attempt_parts`.

    Returns
    -------
    pandas.DataFrame
        adversary, world, replication, part, lost, gained, net (gained - lost), in firearms.

    Raises
    ------
    InputError
        If the study has no such scenario, no baseline, or kept no attempts.
    """
    scenarios = study.scenarios
    for name in (BASELINE, scenario):
        if name not in scenarios:
            raise InputError.unknown("scenario", name, scenarios, str(study.folder))
    if adversary is not None and adversary not in study.adversaries:
        raise InputError.unknown("smuggler", adversary, study.adversaries, str(study.folder))
    tables = [_attempts(study, name, adversary) for name in (BASELINE, scenario)]
    if any(table.empty for table in tables) and study.manifest.get("detail", "all") != "all":
        raise InputError(
            f"{study.folder}: no attempts of {scenario} were kept, so there is no ledger"
        )
    if market is not None:
        markets = sorted({str(name) for table in tables for name in table["market"]})
        if markets and market not in markets:
            raise InputError.unknown("market", market, markets, str(study.folder))
    groups = [dict(list(table.groupby(PAIRED))) for table in tables]
    rows = []
    for key in _pairs(study, scenario, adversary):
        before, after = (
            group.get(key, table[:0]) for group, table in zip(groups, tables, strict=True)
        )
        parts = attempt_parts(before, after, expected=expected)
        if market is not None:
            parts = parts[parts["market"] == market]
        sums = parts.groupby("part")[["lost", "gained"]].sum().reindex(PARTS, fill_value=0.0)
        rows.append(sums.reset_index().assign(**dict(zip(PAIRED, key, strict=True))))
    table = pd.concat(rows, ignore_index=True)
    table["net"] = table["gained"] - table["lost"]
    order = pd.Categorical(table["part"], PARTS, ordered=True)
    table = table.assign(part=order).sort_values([*PAIRED, "part"], ignore_index=True)
    return table.astype({"part": str})[[*PAIRED, "part", "lost", "gained", "net"]]


def _pairs(study: Study, scenario: str, adversary: str | None) -> list[tuple[str, int, int]]:
    """Runs that scenario and baseline have in common: in some of them no attempt may be made."""
    runs = study.runs if adversary is None else study.runs[study.runs["adversary"] == adversary]
    keys = [
        set(runs.loc[runs["scenario"] == name, PAIRED].itertuples(index=False, name=None))
        for name in (BASELINE, scenario)
    ]
    return sorted(keys[0] & keys[1])


def _attempts(study: Study, scenario: str, adversary: str | None) -> pd.DataFrame:
    """Trafficking attempts of a scenario, with the keys of a pair."""
    table = study.table("attempts", [*PAIRED, *COLUMNS], scenario)
    table = table[table["kind"] == "trafficking"]
    return table if adversary is None else table[table["adversary"] == adversary]


def ledger(
    study: Study,
    scenario: str,
    adversary: str | None = None,
    market: str | None = None,
    *,
    expected: bool = True,
) -> pd.DataFrame:
    """Parts of a scenario's difference in firearms delivered, averaged over replications.

    Parameters
    ----------
    study, scenario, adversary, market, expected
        See `by_replication`.

    Returns
    -------
    pandas.DataFrame
        One row a part and one for the ``total``: part, title, lost, gained, net, low, high (95 %
        interval of net; NaN with one replication), unit.
    """
    rows = by_replication(study, scenario, adversary, market, expected=expected)
    rows = pd.concat([rows, _totals(rows).assign(part="total")], ignore_index=True)
    result = []
    for part in (*PARTS, "total"):
        chosen = rows[rows["part"] == part]
        net = estimate(chosen["net"])
        with in_language("en"):  # data, whose columns are in English in every language
            title = pgettext("ledger", part)
        result.append(
            {
                "part": part,
                "title": title,
                "lost": float(chosen["lost"].mean()),
                "gained": float(chosen["gained"].mean()),
                "net": net.mean,
                "low": net.low,
                "high": net.high,
                "unit": "firearms",
            }
        )
    return pd.DataFrame(result)


def noise_ratio(study: Study, scenario: str, adversary: str | None = None) -> float:
    """Variance of the counted total over that of the expected one, across replications.

    NaN with fewer than two replications, or where the expected total does not vary.
    """
    counted, expected = (
        float(
            _totals(by_replication(study, scenario, adversary, expected=account))["net"].var(ddof=1)
        )
        for account in (False, True)
    )
    return counted / expected if expected > 0.0 else float("nan")


def _totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Sums over the parts, one row a replication."""
    return rows.groupby(PAIRED, as_index=False)[["lost", "gained", "net"]].sum()


def ledger_text(
    study: Study, scenario: str, parts: pd.DataFrame, account: str, noise: float
) -> str:
    """Say where the difference of one scenario comes from.

    Parameters
    ----------
    study : Study
    scenario : str
    parts : pandas.DataFrame
        See `ledger`.
    account : str
        "expected" or "counted".
    noise : float
        See `noise_ratio`.
    """
    rows = [["", "no longer delivered", "newly delivered", "net", "95 % interval"]]
    for part in parts.to_dict("records"):
        if part["part"] != "total" and part["lost"] == 0.0 == part["gained"]:
            continue
        net = shown(part["net"], part["low"], part["high"], unit="firearms", signed=True)
        cells = [f"{part[column]:,.1f}" for column in ("lost", "gained")]
        rows.append([part["title"], *cells, net.value, net.interval])
    lines = aligned(rows, right=(1, 2, 3, 4))
    span = "" if study.days is None else f" in {study.days:g} days"
    return "\n".join(
        [
            f"{gettext('trafficked-firearms-delivered')} [{net.unit}]{span}, "
            f"{study.title(scenario)} against the baseline",
            "(expected: each attempt delivers its load times the chance that it is not detected)"
            if account == "expected"
            else "(counted: an attempt delivers its load or does not)",
            *(f"  {line}" for line in lines),
            "Each attempt is in one part; the parts sum to the total exactly.",
            *(
                [f"The count varies {noise:,.3g} times as much (variance)."]
                if noise == noise
                else []
            ),
        ]
    )
