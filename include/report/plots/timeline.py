"""When each task ran, with what the instance was behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from matplotlib.axes import Axes

from include.report.model import Report
from include.report.plots.drawing import COLOURS, FAINT, INK, day, figure, time_axis, to_svg
from include.report.plots.plot import Plot, cell
from include.report.spells import Spell, spells_of
from include.report.worth import about

NAME, TITLE = "timeline", "What ran when"
NOT_KNOWN = "When the tasks ran is not known."
_LANE, _AROUND = 17.0, 72.0  # points
_TINTS = (COLOURS[0], COLOURS[3], COLOURS[5])
_OF_STATE = {"success": COLOURS[2], "failed": COLOURS[1]}


@dataclass(frozen=True, slots=True)
class _Bar:
    task: str
    lane: str
    state: str
    began: datetime
    ended: datetime

    @property
    def seconds(self) -> float:
        return (self.ended - self.began).total_seconds()


def timeline(report: Report) -> Plot:
    """Draw the timeline of all tasks."""
    bars = _bars(report)
    if not bars:
        return Plot(NAME, TITLE, NOT_KNOWN)
    began, ended = _ends(bars)
    spells = spells_of(report, began, ended)
    return Plot(
        NAME,
        TITLE,
        _in_words(report, bars, spells),
        _drawn(bars, spells),
        (
            cell(0, "task", is_number=False),
            cell(1, "began (UTC)", is_number=False),
            cell(2, "took"),
            cell(3, "state", is_number=False),
        ),
        [(bar.task, f"{bar.began:%Y-%m-%d %H:%M:%S}", f"{bar.seconds:,.1f} s", bar.state) for bar in bars],
    )


def _bars(report: Report) -> list[_Bar]:
    bars: list[_Bar] = []
    for time in report.series.tasks if report.series else ():
        began = datetime.fromisoformat(time.began)
        ended = began + timedelta(seconds=time.seconds)
        state = report.tasks.get(time.task) or "not known"
        bars.append(_Bar(time.task, time.task.partition(" [")[0], state, began, ended))
    return bars


def _ends(bars: Sequence[_Bar]) -> tuple[datetime, datetime]:
    """Return from when to when tasks ran: a second at least, as what is empty cannot be drawn."""
    began = min(bar.began for bar in bars)
    return began, max(began + timedelta(seconds=1), *(bar.ended for bar in bars))


def _in_words(report: Report, bars: Sequence[_Bar], spells: Sequence[Spell]) -> str:
    began, ended = _ends(bars)
    longest = max(bars, key=lambda bar: bar.seconds)
    known = {bar.task for bar in bars}
    others = [task for task, state in report.tasks.items() if task not in known and state != "skipped"]
    words = [
        f"All of it took {about((ended - began).total_seconds())} from {began:%Y-%m-%d %H:%M:%S} UTC on; "
        f"{longest.task} took longest, {about(longest.seconds)}.",
        f"{report.parameters['instance_id']} was "
        + ", then ".join(f"{spell} ({about(spell.seconds)})" for spell in spells)
        + ".",
    ]
    if others:
        words.append(f"Not known is when these ran, if they did: {', '.join(others)}.")
    return " ".join(words)


def _drawn(bars: Sequence[_Bar], spells: Sequence[Spell]) -> str:
    named: set[str] = set()
    lanes = list(dict.fromkeys(bar.lane for bar in bars))
    began, ended = map(day, _ends(bars))
    narrowest = (ended - began) / 300  # to be seen at all
    drawing, axes = figure(_AROUND + _LANE * len(lanes))
    _draw_spells(axes, spells)
    for place, lane in enumerate(lanes):
        here = [bar for bar in bars if bar.lane == lane]
        height = 0.7 / len(here)
        for nth, bar in enumerate(here):
            axes.barh(
                place - 0.35 + height * (nth + 0.5),
                width=max(day(bar.ended) - day(bar.began), narrowest),
                left=day(bar.began),
                height=height,
                color=_OF_STATE.get(bar.state, INK),
                label=None if bar.state in named else bar.state,
            )
            named.add(bar.state)
    axes.set_yticks(range(len(lanes)), lanes)
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)
    time_axis(axes)
    drawing.legend(loc="outside lower center", ncols=3)
    return to_svg(drawing, NAME)


def _draw_spells(axes: Axes, spells: Sequence[Spell]) -> None:
    types = list(dict.fromkeys(spell.type for spell in spells if spell.is_usable))
    named: set[str] = set()
    for spell in spells:
        name = spell.type if spell.is_usable else "not usable"
        colour = _TINTS[types.index(spell.type) % len(_TINTS)] if spell.is_usable else FAINT
        label = None if name in named else name
        axes.axvspan(
            day(spell.began),
            day(spell.ended),
            color=colour,
            alpha=0.18 if spell.is_usable else 0.7,
            label=label,
            zorder=0,
        )
        named.add(name)
