"""What every page shares: folders and runs, the head, the way to other pages, what went wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import Dash, State, html

from analysis.assumptions import assumptions
from analysis.dashboard import address
from analysis.dashboard.address import IN_HEAD, View, href, query
from analysis.dashboard.arrivals import Arrivals
from analysis.dashboard.folders import Folders
from analysis.dashboard.live import Live
from analysis.language import LANGUAGES, gettext, in_language
from sim.errors import InputError, what_failed
from sim.results.reading import Study

Answer = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class AppState:
    """What the pages share.

    Attributes
    ----------
    folders : Folders
    live : Live
    arrivals : Arrivals
        What has arrived of live runs, read once for all pages.
    """

    folders: Folders
    live: Live
    arrivals: Arrivals = field(default_factory=Arrivals)

    @classmethod
    def of(cls, folders: Folders) -> "AppState":
        """Make the desk of these folders; nothing is started yet."""
        return cls(folders, Live(folders.live))


def answering(app: Dash, page: str) -> Callable[..., Callable[[Answer], Answer]]:
    """Register what a page answers: it is given the view of its address, and speaks its language.

    The decorator takes outputs, inputs and states, and whether to answer as the page opens.
    """

    def answers(*places: Any, opening: bool = False) -> Callable[[Answer], Answer]:
        first = "initial_duplicate" if opening else True

        def register(answer: Answer) -> Answer:
            @app.callback(*places, State("page-query", "children"), prevent_initial_call=first)
            def read(*given: Any) -> Any:
                view, _ = address.read(f"/{page}", given[-1])
                with in_language(view.lang):
                    return answer(view, *given[:-1])

            return answer

        return register

    return answers


def attributes(**words: str) -> dict[str, Any]:
    """Attributes whose names have a hyphen: ``aria_label`` is aria-label."""
    return {name.replace("_", "-"): word for name, word in words.items()}


Children = list[Any]
LANGUAGE_NAMES = {"en": "English", "fr": "Français"}


def page_names() -> dict[str, str]:
    """Pages of the head by what they are called."""
    return {
        "home": gettext("nav-proposals"),
        "mix": gettext("nav-try"),
        "port": gettext("nav-port"),
        "packages": gettext("nav-packages"),
        "studies": gettext("nav-library"),
        "results": gettext("nav-measures"),
        "pair": gettext("compare-two"),
    }


def link(words: Any, target: str, kind: str = "go") -> html.A:
    """A link to another view, which is opened without loading the page again."""
    return html.A(words, href=target, className=kind)


def framed(view: View, content: Children, complaints: Sequence[str] = ()) -> Children:
    """A whole page: head, navigation, what the address got wrong, and the content."""
    names = page_names()
    assert tuple(names) == IN_HEAD
    links = []
    for page, words in names.items():
        current = "home" if view.page == "card" else view.page
        here = attributes(aria_current="page") if page == current else {}
        way = html.A(
            words, href=href(view, page), className="go", **attributes(data_page=page), **here
        )
        links.append(html.Li(way))
    languages = []
    for code in LANGUAGES:
        here = attributes(aria_current="true") if code == view.lang else {}
        languages.append(
            html.A(
                LANGUAGE_NAMES[code],
                href=href(view.replaced(lang=code)),
                lang=code,
                className="go",
                **attributes(data_language=code),
                **here,
            )
        )
    return [
        html.A(gettext("skip-to-the-content"), href="#main", className="skip"),
        html.Header(
            [
                html.P(gettext("guns-at-the-border"), className="name"),
                html.Nav(html.Ul(links), **attributes(aria_label=gettext("pages"))),
                html.Div(languages, className="languages", lang=view.lang),
            ]
        ),
        html.P(
            gettext("the-server-does-not-answer"),
            id="lost",
            className="notice",
            role="alert",
            hidden=True,
        ),
        html.Main([*notices(complaints), *content], id="main", tabIndex="-1"),
        html.Footer(gettext("findings-are-conditional-on-stated")),
        html.Div(query(view), id="page-query", hidden=True),
    ]  # fmt: skip


def notices(sentences: Sequence[str]) -> Children:
    """Sentences on what is wrong with an address."""
    if not sentences:
        return []
    return [
        html.Div([html.P(sentence) for sentence in sentences], className="notice", role="status")
    ]


def why(error: InputError | OSError) -> str:
    """What is wrong, in words: an error of the system without its number."""
    return what_failed(error) if isinstance(error, OSError) else str(error)


def refusal(error: InputError | OSError) -> html.Div:
    """What cannot be shown, and why."""
    return html.Div([html.P(line) for line in why(error).splitlines()[:3]],
                    className="notice refused", role="alert")  # fmt: skip


def stamp() -> Children:
    """The mark of findings that stand mostly on guesses."""
    assumed = assumptions()
    if not assumed.illustrative:
        return []
    words = gettext(
        "of-the-parameters-that-decide",
        guesses=assumed.mattering["placeholder"],
        all=sum(assumed.mattering.values()),
    )
    return [
        html.P(
            [html.Strong(gettext("illustrative"), className="stamp"), " ", words],
            className="illustrative",
        )
    ]


def study_line(study: Study, name: str) -> html.P:
    """One line on how a study was made."""
    runs = int(study.runs.groupby(["scenario", "adversary"])["replication"].nunique().max())
    words = gettext(
        "study-scenarios-replications-days-from",
        name=name,
        scenarios=len(study.scenarios),
        replications=runs,
        days=f"{study.days:g}" if study.days else "?",
        start=str(study.manifest.get("start", "?"))[:10],
    )
    return html.P(words, className="about")
