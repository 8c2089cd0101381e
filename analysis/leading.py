"""Which proposal a page tells in more detail: the one that stops most."""

from analysis.compare import BASELINE, HEADLINE, STOPPED, Comparison, compare, headline_adversary
from sim.errors import InputError
from sim.results import Study


def leading(study: Study) -> str:
    """The proposal that stops most: of those distinguishable from no effect, if there are any."""
    proposals = [
        one
        for one in compare(study, HEADLINE, headline_adversary(study))
        if one.metric == STOPPED and one.difference.count > 0
    ]
    if not proposals:
        raise InputError(f"{study.folder}: nothing to compare with {BASELINE!r}")
    chosen = [one for one in proposals if one.scenario not in study.bounds] or proposals
    return max(chosen, key=_weight).scenario


def _weight(one: Comparison) -> tuple[bool, float]:
    more = one.distinguishable and one.difference.mean > 0
    return more, one.difference.mean
