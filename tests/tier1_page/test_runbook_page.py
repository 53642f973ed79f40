"""The runbook is served where the log of a failed task links to."""

import re

import pytest
from fastapi.testclient import TestClient

from tier1_page.app import app
from tier1_page.markdown import to_html
from tier1_tasks import runbook


@pytest.fixture
def client(somebody):
    return TestClient(app)


def test_each_section_has_the_anchor_that_a_log_links_to(client):
    page = client.get("/runbook")
    assert page.status_code == 200
    anchors = set(re.findall(r'<h\d id="([^"]+)"', page.text))
    assert {entry.anchor for entry in runbook.entries()} <= anchors
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= anchors


def test_it_refers_to_nothing_that_is_not_served(client):
    targets = re.findall(r'(?:href|src)="([^"]+)"', client.get("/runbook").text)
    assert {it for it in targets if not it.startswith(("#", "https://"))} == set()


def test_without_the_file_it_is_said_where_it_is(client, monkeypatch, tmp_path):
    monkeypatch.setattr(runbook, "PAGE", tmp_path / "runbook.md")
    page = client.get("/runbook")
    assert page.status_code == 404
    assert "docs/how-to/runbook.md" in page.text


def test_a_link_to_another_page_is_named_and_html_is_escaped():
    assert str(to_html("[TLS](poolers.md#tls), [here](#it), <b>")) == (
        '<p><span title="docs/how-to/poolers.md#tls">TLS</span>, <a href="#it">here</a>, &lt;b&gt;</p>\n'
    )
