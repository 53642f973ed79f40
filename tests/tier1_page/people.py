"""Who asks for a page."""

import pytest
from airflow.api_fastapi.core_api import security
from airflow.api_fastapi.core_api.security import get_user

from tier1_page.app import app


@pytest.fixture
def somebody(monkeypatch):
    """Somebody who may see everything."""

    class AuthManager:
        def is_authorized_dag(self, **_):
            return True

    monkeypatch.setattr(security, "get_auth_manager", AuthManager)
    monkeypatch.setattr(security.DagModel, "get_team_name", lambda dag_id: None)
    monkeypatch.setitem(app.dependency_overrides, get_user, lambda: "somebody")
