"""Who asks for a page, and what the instance is meanwhile."""

import pytest
from airflow.api_fastapi.core_api import security
from airflow.api_fastapi.core_api.security import get_user

from tier1_page.app import app
from tier1_page.live.model import Instance
from tier1_page.live.offered import Offered
from tier1_page.view import Trouble

SMALL_NOW = Offered(Instance(instance_id="i-1", type="t3.2xlarge", state="running", size="small"), ())
NOT_SEEN = Offered(None, (Trouble(what="The instance", why="AWS does not answer"),))


@pytest.fixture
def somebody(monkeypatch):
    """Somebody who may see everything."""

    class AuthManager:
        def is_authorized_dag(self, **_):
            return True

    monkeypatch.setattr(security, "get_auth_manager", AuthManager)
    monkeypatch.setattr(security.DagModel, "get_team_name", lambda dag_id: None)
    monkeypatch.setitem(app.dependency_overrides, get_user, lambda: "somebody")
