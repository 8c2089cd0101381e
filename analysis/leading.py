"""Which proposal a page tells in more detail: the one that keeps most firearms out."""

from analysis.compare import BASELINE, HEADLINE, Comparison, compare, headline_adversary
from sim.errors import InputError
from sim.metrics import PRIMARY_OUTCOME
from sim.results import Study


def leading(study: Study) -> str:
    """The proposal under which fewest firearms reach the market.

    Of those distinguishable from no effect, if there are any.
    """
    proposals = [
        one
        for one in compare(study, HEADLINE, headline_adversary(study))
        if one.metric == PRIMARY_OUTCOME and one.difference.count > 0
    ]
    if not proposals:
        raise InputError(f"{study.folder}: nothing to compare with {BASELINE!r}")
    chosen = [one for one in proposals if one.scenario not in study.bounds] or proposals
    return max(chosen, key=_weight).scenario


def _weight(one: Comparison) -> tuple[bool, float]:
    fall = one.fall.mean
    return one.distinguishable and fall > 0, fall
