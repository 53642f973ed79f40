"""The HTML report is one page that anybody can read anywhere, and says what the Markdown says."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from include.months import MonthRange
from include.report.build import build_report
from include.report.html import plots_of, to_html
from include.report.markdown import to_markdown
from include.report.model import Report
from include.report.model.series import Series
from tests.report.facts import CONTRADICTED, HOLDS, NO_PLAN, UNTOUCHED
from tests.report.reports import facts, failed_report, feature_series, full_report

FULL, FAILED = full_report(), failed_report()
CONTRADICTING = build_report(replace(facts(), validation=(HOLDS, CONTRADICTED), series=None))
REPORTS = pytest.mark.parametrize(
    "report",
    [FULL, FAILED, CONTRADICTING, build_report(UNTOUCHED), build_report(NO_PLAN)],
    ids=["succeeded", "failed", "a claim does not hold", "not resized", "nothing was planned"],
)
EMPTY = {"meta", "br", "link", "img", "input", "hr"}
REFERS = {"src", "href", "xlink:href", "srcset", "data", "action", "poster", "background", "ping"}


class Page(HTMLParser):
    """A page, taken apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)
        self.texts.append("\n")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"svg", "style"} & set(self.open):
            self.texts.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return squeezed("".join(self.texts))


def squeezed(text: str) -> str:
    return " ".join(text.split())


def words_of(markdown: str) -> list[str]:
    """Each line and each cell of a Markdown text, without its marks."""
    pieces = [piece for line in markdown.splitlines() for piece in line.removeprefix("* ").split(" | ")]
    plain = (re.sub(r"\*\*|^\s*(#+|\d+\.) |^\||\|$|:?-{3,}:?", "", piece) for piece in pieces)
    return [squeezed(piece.strip(" |")) for piece in plain if piece.strip(" |")]


@REPORTS
def test_its_words_are_those_of_the_markdown(report: Report) -> None:
    page = Page(to_html(report))
    said = squeezed(page.text.replace(":", " "))
    lacking = [it for it in words_of(to_markdown(report)) if squeezed(it.replace(":", " ")) not in said]
    assert lacking == []


@REPORTS
def test_it_is_well_formed_and_small_and_refers_to_nothing_outside(report: Report) -> None:
    text = to_html(report)
    page = Page(text)
    assert page.open == []
    assert len(text.encode()) < 500_000
    assert {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object", "base"} == set()
    referred = [value for _, them in page.elements for name, value in them.items() if name in REFERS]
    assert all(value and value.startswith("#") for value in referred)
    assert re.findall(r"url\((?!#)|@import|https?:", text) == []


@REPORTS
def test_every_name_in_the_page_is_there_once_and_whatever_refers_to_one_finds_it(report: Report) -> None:
    text = to_html(report)
    ids = [them["id"] for _, them in Page(text).elements if "id" in them]
    assert len(ids) == len(set(ids))
    referred = re.findall(r'(?:url\(#|href="#|aria-labelledby=")([^")]+)', text)
    assert set(referred) <= set(ids)


def test_all_six_plots_are_drawn_and_each_says_in_words_what_it_shows() -> None:
    page = Page(to_html(FULL))
    drawings = page.named("svg")
    assert len(drawings) == 6
    for plot, drawing in zip(plots_of(FULL), drawings, strict=True):
        assert drawing["role"] == "img"
        assert drawing["aria-labelledby"] == f"{plot.name}-says"
        assert re.search(r"\d", plot.says)
        assert plot.rows
        assert squeezed(plot.says) in page.text
    assert len(page.named("details")) == 6


def test_headings_go_down_step_by_step_and_headers_say_what_they_head() -> None:
    page = Page(to_html(FULL))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert {them.get("scope") for them in page.named("th")} == {"col", "row"}


def test_drawings_take_their_colours_from_the_page() -> None:
    drawings = "".join(re.findall(r"<svg.*?</svg>", to_html(FULL), re.DOTALL))
    assert "var(--ink)" in drawings
    assert re.findall(r"#[0-9a-f]{6}\b", drawings) == []


def test_of_a_run_that_failed_it_says_what_is_not_known_and_draws_nothing() -> None:
    page = Page(to_html(FAILED))
    assert page.named("svg") == []
    assert page.named("h1") == [{"class": "bad"}]
    assert "AWS did not answer, so that nobody knows what i-1 is now" in page.text
    assert (
        "Rows per second, NULLs by family and month, Basket indices, Arbitrage opportunities. "
        "Not drawn: stage_2_3 did not succeed."
    ) in page.text
    assert "Whether TIER 1 helps was not measured" in page.text


def test_whatever_comes_from_outside_is_escaped() -> None:
    nasty = "<script>alert(1)</script>"
    report = build_report(
        replace(
            facts(),
            run_id=nasty,
            tasks={**facts().tasks, nasty: "failed"},
            reasons={nasty: nasty},
            series=Series(unread=nasty),
        )
    )
    text = to_html(report)
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_names_within_a_drawing_are_escaped() -> None:
    series = facts().series
    assert series
    tasks = tuple(replace(it, task=f"<b>{it.task}") for it in series.tasks)
    text = to_html(build_report(replace(facts(), series=replace(series, tasks=tasks))))
    assert "<b>preflight" not in text
    assert "&lt;b&gt;preflight" in text


def test_a_report_that_an_older_version_has_stored_is_rendered() -> None:
    old = Report.from_json({"run_id": "old", "parameters": {"instance_id": "i-1"}, "problems": ["it rained"]})
    page = Page(to_html(old))
    assert page.named("svg") == []
    assert "it rained" in page.text
    assert "Not drawn: this report has no figures for it." in page.text


def test_a_stored_report_gives_the_same_page_each_time() -> None:
    stored = Report.from_json(FULL.to_json())
    assert to_html(stored) == to_html(FULL)


def test_many_years_are_still_a_small_page() -> None:
    features = feature_series(MonthRange.of_texts("1999-01", "2026-12"))
    full = facts()
    assert full.series
    report = build_report(replace(full, series=replace(full.series, features=features)))
    assert len(to_html(report).encode()) < 700_000
