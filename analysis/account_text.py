"""The ledger and the prices of proposals as plain text for a terminal."""

from collections.abc import Sequence

import pandas as pd

from analysis.compare_text import aligned
from analysis.contraband import named
from analysis.costs import Price
from analysis.language import tell
from analysis.wording import shown
from sim.results import Study

MILLION = 1e6


def ledger_text(
    study: Study, scenario: str, parts: pd.DataFrame, account: str, noise: float
) -> str:
    """Say where the difference of one scenario comes from.

    Parameters
    ----------
    parts : pandas.DataFrame
        See `analysis.ledger.ledger`.
    account : str
        "expected" or "counted".
    noise : float
        See `analysis.ledger.noise_ratio`.
    """
    rows = [["", "no longer delivered", "newly delivered", "net", "95 % interval"]]
    for part in parts.to_dict("records"):
        if part["part"] != "total" and part["lost"] == 0.0 == part["gained"]:
            continue
        net = shown(part["net"], part["low"], part["high"], unit="firearms", signed=True)
        cells = [f"{part[column]:,.1f}" for column in ("lost", "gained")]
        rows.append([tell(part["title"]), *cells, net.value, net.interval])
    lines = aligned(rows, right=(1, 2, 3, 4))
    span = "" if study.days is None else f" in {study.days:g} days"
    return "\n".join(
        [
            f"{named('Trafficked firearms delivered')} [{net.unit}]{span}, {study.title(scenario)} "
            "against the baseline",
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


def costs_text(study: Study, prices: Sequence[Price]) -> str:
    """Cost of every scenario, and for each firearm kept out."""
    several = len({one.adversary for one in prices}) > 1
    head = ["scenario", *(["smugglers"] if several else [])]
    for_each = named("for each firearm")
    rows = [[*head, "programme", "pay", "delay", "duty forgone", "total", for_each]]
    for one in prices:
        parts = [
            (-part.mean if name == "duty_collected_cad" else part.mean) / MILLION
            for name, part in one.components.items()
        ]
        each = one.per_firearm
        price = "not estimable"
        if each.estimable:
            low, high = each.low / MILLION, each.high / MILLION
            price = f"{each.value / MILLION:,.3g} [{low:,.3g}, {high:,.3g}]"
        cells = [f"{part:+,.2f}" for part in (*parts, one.total.mean / MILLION)]
        rows.append([one.scenario, *([one.adversary] if several else []), *cells, price])
    first = len(head)
    span = "" if study.days is None else f" over {study.days:g} days"
    return "\n".join(
        [
            f"Cost in million CAD{span}, scenario minus baseline",
            *(f"  {line}" for line in aligned(rows, right=tuple(range(first, first + 6)))),
            named("For each firearm kept from the market (expected),")
            + " with Fieller's interval;",
            named("not estimable where the interval of the firearms spans zero."),
        ]
    )
