"""How plots are drawn: small SVGs that take their colours and their font from the page around them."""

import io
import re
from collections.abc import Iterable
from datetime import datetime
from threading import Lock

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure

WIDTH = 420.0
"""In points: text of a good size both on a phone and on half of a desktop's page."""

# Stand-ins, which become variables of the page's style.
INK, FAINT = "#0b0101", "#0b0102"
COLOURS = tuple(f"#0c{number:02d}0{number}" for number in range(1, 9))
_VARIABLES = {INK: "var(--ink)", FAINT: "var(--faint)"} | {
    colour: f"var(--c{number})" for number, colour in enumerate(COLOURS, start=1)
}

_ELEMENT = re.compile(r"<[^>]+>")
_LONG_NUMBER = re.compile(r"(\.\d\d)\d+")
_REFERRED_TO = r"[mp][0-9a-f]{10}"  # markers and clipping paths, as matplotlib names them
_DROPPED = re.compile(rf' id="(?!{_REFERRED_TO}")[^"]*"| font-family: [^;"]*;|<style.*?</style>', re.DOTALL)

mpl.rcParams.update(
    {
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": "tier1",  # the same report gives the same page
        "font.size": 10.5,
        "text.color": INK,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": FAINT,
        "xtick.color": INK,
        "ytick.color": INK,
        "legend.frameon": False,
        "legend.fontsize": 9.5,
        "lines.linewidth": 1.3,
        "patch.linewidth": 0.0,
    }
)
_lock = Lock()  # matplotlib is not made for threads, and pages are


def figure(height: float = 250.0) -> tuple[Figure, Axes]:
    """Make an empty drawing of this height, in points."""
    made = Figure(figsize=(WIDTH / 72, height / 72), layout="constrained")
    return made, made.subplots()


def time_axis(axes: Axes) -> None:
    """Label the times below, in UTC, as briefly as can be."""
    locator = AutoDateLocator(minticks=3, maxticks=6)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.margins(x=0)


def day(moment: datetime) -> float:
    """Return a time as it is drawn: in days."""
    return float(date2num(moment))


def days(times: Iterable[str]) -> list[float]:
    """Return times of a report as they are drawn."""
    return [day(datetime.fromisoformat(time)) for time in times]


def to_svg(drawing: Figure, name: str) -> str:
    """Return the drawing as an element of a page of HTML, in which `{name}-says` says what it shows.

    Args:
        drawing: the drawing.
        name: sets the names within it apart from those in other drawings of the page.
    """
    written = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with _lock:
        drawing.savefig(written, format="svg", metadata=nothing, transparent=True)
    text = written.getvalue()
    text = _DROPPED.sub("", text[text.index("<g id=") : text.rindex("</svg>")])
    text = re.sub(rf"\b({_REFERRED_TO})\b", rf"{name}-\1", text).replace("xlink:href", "href")
    text = _ELEMENT.sub(lambda found: _LONG_NUMBER.sub(r"\1", " ".join(found[0].split())), text)
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    width, height = drawing.get_size_inches() * 72
    lines = "".join(line.strip() for line in text.splitlines())
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-labelledby="{name}-says">{lines}</svg>'
    )
