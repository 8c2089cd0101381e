"""A study for people who work with tables and charts: data frames, plots, a short face."""

import html
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from analysis.charts.style import Chart
    from sim.results.reading import Study as Results

_CHARTS = {
    "firearms": ("forest", "firearms_difference"),
    "wait": ("forest", "wait_difference"),
    "hours": ("waits", "waits_by_hour"),
    "port_classes": ("waits", "waits_by_port_class"),
    "map": ("border_map", "border_map"),
    "convergence": ("convergence", "convergence"),
    "ranks": ("robustness", "rank_stability"),
    "regret": ("robustness", "regret"),
}
"""Charts by what they show, as function of a module of `analysis.charts`."""


class Study:
    """The results of a study.

    Attributes
    ----------
    results : sim.results.reading.Study
        The tables as they are on disk, with manifest and certificate.
    """

    def __init__(self, results: "Results") -> None:
        self.results = results

    @property
    def folder(self) -> Path:
        """The results folder."""
        return self.results.folder

    @property
    def scenarios(self) -> dict[str, str]:
        """Titles of the scenarios by name, in the order of the study."""
        return {name: self.results.title(name) for name in self.results.scenarios}

    def compare(
        self, metrics: str | Sequence[str] | None = None, adversary: str | None = None
    ) -> "pd.DataFrame":
        """Compare every scenario with the baseline.

        Parameters
        ----------
        metrics : str or sequence of str, optional
            Names of metrics; by default those of the headline; "all" for every one.
        adversary : str, optional
            One kind of smuggler; all that were simulated by default.

        Returns
        -------
        pandas.DataFrame
            One row for each scenario, kind of smuggler and metric: names and titles, unit,
            baseline, difference with its 95 % interval (low, high), replications, p (plain, and
            adjusted by Holm's method) and verdict.

        Raises
        ------
        InputError
            If there is no baseline, or a metric is not known.
        """
        from analysis.compare import compare
        from analysis.language import contraband_of
        from analysis.tables import differences

        _known("smuggler", adversary, self.results.adversaries)
        with contraband_of(self.results):
            return differences(
                self.results, compare(self.results, _names(self.results, metrics), adversary)
            )

    def summary(self, metrics: str | Sequence[str] | None = None) -> "pd.DataFrame":
        """Mean of every metric in every scenario, with its 95 % interval over replications.

        Parameters
        ----------
        metrics : str or sequence of str, optional
            As for `compare`.

        Returns
        -------
        pandas.DataFrame
            One row for each scenario, kind of smuggler and metric: names and titles, unit, mean,
            low, high, replications.
        """
        from analysis.language import contraband_of
        from analysis.tables import levels

        with contraband_of(self.results):
            return levels(self.results, _names(self.results, metrics))

    def verdicts(self, smallest: float | str | None = None) -> "pd.DataFrame":
        """What each proposal does to the firearms that reach the market, judged by one rule.

        Parameters
        ----------
        smallest : float or str, optional
            Smallest difference that matters, as a share of the baseline (0.01 or "1%"); the study's
            by default.
        """
        from analysis.language import contraband_of
        from analysis.verdicts import frame_of, share_of, verdicts

        if smallest is not None:
            smallest = share_of(str(smallest), "smallest")
        with contraband_of(self.results):
            return frame_of(verdicts(self.results, smallest))

    def costs(self) -> "pd.DataFrame":
        """What each scenario costs, and for each firearm kept from the market."""
        from analysis.costs import frame_of, prices
        from analysis.language import contraband_of

        with contraband_of(self.results):
            return frame_of(prices(self.results))

    def table(self, name: str, **only: Any) -> "pd.DataFrame":
        """Read one of the tables on disk (docs/results.md): summary, port_hours, attempts, ...

        Parameters
        ----------
        name : str
        **only
            scenario, adversary, world or columns to read; see `sim.results.reading.Study.table`.
        """
        from sim.results.schema import TABLES

        _known("table", name, TABLES)
        columns = {column.name for column in TABLES[name]}
        asked = only.get("columns")
        for column in [asked] if isinstance(asked, str) else asked or ():
            _known("column", column, columns)
        known: dict[str, Iterable[object]] = {
            "scenario": self.results.scenarios,
            "adversary": self.results.adversaries,
            "world": self.results.worlds,
            "columns": (),
        }
        for key, value in only.items():
            _known("argument", key, known)
            if key != "columns":
                _known(key, value, known[key])
        return self.results.table(name, **only)

    def plot(self, what: str = "firearms", language: str = "en") -> "Chart":
        """Draw a chart, a Plotly figure that carries its own numbers.

        Parameters
        ----------
        what : str
            firearms or wait (the difference that each proposal makes), hours, port_classes, map,
            convergence, or over several worlds or kinds of smuggler ranks and regret.
        language : str
            en or fr.

        Raises
        ------
        InputError
            If there is no such chart, or the study holds nothing to draw.
        """
        from importlib import import_module

        from analysis import charts
        from analysis.language import contraband_of, in_language
        from sim.errors import InputError

        if what not in _CHARTS:
            raise InputError.unknown("chart", what, _CHARTS, "plot")
        module, function = _CHARTS[what]
        draw: Callable[..., Chart] = getattr(import_module(f"{charts.__name__}.{module}"), function)
        with in_language(language), contraband_of(self.results):
            return draw(self.results)

    def brief(self, language: str = "en") -> Path:
        """Write the page for decision-makers into the results folder; return its path."""
        from analysis.brief import write_brief
        from analysis.language import contraband_of

        with contraband_of(self.results):
            return write_brief(self.results, None, language)

    def answer(self) -> str:
        """Say the finding in a sentence or two, with its certainty."""
        from analysis.compare import HEADLINE, compare
        from analysis.findings import answer
        from analysis.language import contraband_of

        with contraband_of(self.results):
            return answer(self.results, compare(self.results, HEADLINE))

    def _facts(self) -> str:
        about, runs = self.results.manifest, self.results.runs
        scenarios, ports = self.results.scenarios, len(about.get("ports", ()))
        return ", ".join(
            (
                f"{len(scenarios)} scenario{'s' * (len(scenarios) != 1)}",
                f"{ports} port{'s' * (ports != 1)}",
                f"{about.get('days', '?')} days from {about.get('start', '?')}",
                f"{runs['replication'].nunique()} replications",
            )
        )

    def __repr__(self) -> str:
        """Name the folder and what is in it, in one line."""
        return f"<Study {str(self.folder)!r}: {self._facts()}>"

    def _repr_html_(self) -> str:
        """Show the answer, the verdicts and the certificate."""
        held = self.results.certificate.get("held")
        checked = len(self.results.certificate.get("laws", ()))
        certificate = f"{checked} consistency checks {'passed' if held else 'NOT passed'}"
        parts = [f"<p><strong>{html.escape(str(self.folder))}</strong>: {self._facts()}</p>"]
        if len(self.results.scenarios) > 1 and "baseline" in self.results.scenarios:
            parts.append(f"<p>{html.escape(self.answer())}</p>")
            columns = ["scenario_title", "metric_title", "unit", "baseline", "difference"]
            table = self.compare()[[*columns, "low", "high"]].head(20)
            parts.append(table.to_html(index=False, float_format="{:,.4g}".format, border=0))
        return "\n".join([*parts, f"<p>{certificate}</p>"])


def read(folder: str | Path) -> Study:
    """Open a results folder.

    Parameters
    ----------
    folder : path

    Raises
    ------
    InputError
        If it is no results folder, is damaged, or was written by another version.
    """
    from sim.errors import InputError
    from sim.results.reading import read_study

    if not isinstance(folder, (str, Path)):
        raise InputError(f"read: {folder!r} is not the path of a results folder")
    return Study(read_study(folder))


def _known(what: str, word: object, known: Iterable[object]) -> None:
    """Refuse a word that is not one of those that are known; None is none."""
    from sim.errors import InputError

    if word is not None and word not in known:
        raise InputError.unknown(what, word, map(str, known), "study")


def _names(results: "Results", metrics: str | Sequence[str] | None) -> Sequence[str]:
    """Names of metrics, each once; refused where there are none, or one is not of the study."""
    from analysis.compare import HEADLINE
    from analysis.values import values
    from sim.errors import InputError

    if metrics is None:
        return HEADLINE
    known = [str(name) for name in values(results).columns]
    if isinstance(metrics, str):
        return known if metrics == "all" else _names(results, [metrics])
    names = list(dict.fromkeys(metrics)) if isinstance(metrics, Iterable) else []
    if not names:
        raise InputError(f"metrics = {metrics!r} names no metric")
    for name in names:
        if name is None or name not in known:
            raise InputError.unknown("metric", name, known, "metrics")
    return names
