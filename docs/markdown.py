"""Tables and anchors of Markdown pages."""

from collections.abc import Iterable, Sequence


def escaped(text: str) -> str:
    """Text that may stand in a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return lines + [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows]


def anchor(heading: str) -> str:
    """Name under which a heading can be linked to, as code forges make it."""
    kept = [letter for letter in heading.lower() if letter.isalnum() or letter in " -_"]
    return "".join(kept).replace(" ", "-")


def plain(value: object) -> str:
    """A value as a person writes it: 40,000 and 0.013, never 4e4."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        text = f"{value:,.6f}".rstrip("0").rstrip(".") if value != int(value) else f"{value:,.0f}"
        return text.replace("-", "−")
    return str(value)
