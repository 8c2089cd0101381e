"""What draws the charts in a browser: the part of plotly.js that they need.

Charts here have axes; maps are projected before they are drawn. The part of plotly.js for such
charts is a third of the whole, and so is the time that a browser takes to read it.
"""

from pathlib import Path

PLOTLYJS = Path(__file__).with_name("assets") / "plotly-cartesian.min.js"


def plotlyjs() -> str:
    """The script, to be put into a page that has no network."""
    return PLOTLYJS.read_text(encoding="utf-8")
