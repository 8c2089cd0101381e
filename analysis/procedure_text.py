"""What a procedure was asked for and came to, from the manifest, as plain text."""

from typing import Any

from analysis.compare_text import aligned
from sim.errors import InputError
from sim.results import Study


def precision_text(study: Study) -> str:
    """What precision was asked for, predicted and reached."""
    about = _procedure(study, "precision", "precision=5%")
    wanted = ", ".join(f"{metric} ± {how}" for metric, how in about["wanted"].items())
    predicted = about["predicted"]
    minutes = predicted.get("minutes")
    time = "" if minutes is None else f" and about {minutes:.3g} more minutes"
    rows = [["interval", "mean", "half-width", "wanted", ""]]
    rows += [
        [one["of"], f"{one['mean']:.5g}", f"{one['half_width']:.3g}", f"{one['wanted']:.3g}",
         "reached" if one["reached"] else "NOT reached"]
        for one in about["intervals"]
    ]  # fmt: skip
    return "\n".join(
        [
            f"Asked for: {wanted}; of {about['of']}.",
            f"Rule: {about['rule']}; together 95 %.",
            f"Predicted from a pilot of {about['pilot']}: {predicted.get('replications')} "
            f"replications{time}.",
            f"Run: {about['replications']} replications (at most {about['maximum']}).",
            *aligned(rows, right=(1, 2, 3)),
        ]
    )


def selection_text(study: Study) -> str:
    """Which scenario was selected, and what that took."""
    about = _procedure(study, "selection", "selection.metric=... selection.margin=...")
    counts: dict[str, int] = about["replications"]
    means: dict[str, float] = about["means"]
    rows = [["scenario", about["metric"], "replications", ""]]
    for name in sorted(counts, key=lambda name: -counts[name]):
        mark = "best" if name == about["best"] and about["decided"] else ""
        mark = mark or ("left" if name in about["left"] else "")
        rows.append([name, f"{means[name]:.5g}", str(counts[name]), mark])
    return "\n".join([*about["said"], *aligned(rows, right=(1, 2)), f"Rule: {about['rule']}."])


def _procedure(study: Study, name: str, command: str) -> dict[str, Any]:
    about: dict[str, Any] = study.manifest.get("procedure") or {}
    if about.get("procedure") != name:
        raise InputError(f"{study.folder}: the study was not run with {command}")
    return about
