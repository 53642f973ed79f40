"""Images that stand in for those of a registry, under the same names, where none can be pulled."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from include.settings import ROOT
from tests.compose.engine import Engine, run

STANDINS = Path(__file__).parent / "standin"
BASE, SUITE = "tier1-standin:bookworm", "bookworm"
CERTIFICATES = Path("etc/ssl/certs/ca-certificates.crt")


def stand_in(engine: Engine) -> None:
    """Make them; what has not changed since the last time is in the engine's cache."""
    if not engine.docker("images", "--quiet", BASE).strip():
        _make_base(engine)
    for folder, name in names().items():
        # the classic builder: it knows no other base than those that are there
        env = engine.env | {"DOCKER_BUILDKIT": "0"}
        run(["docker", "build", "--tag", name, str(STANDINS / folder)], env)


def names() -> dict[str, str]:
    """Return which image each folder stands in for: those that the project's files name."""
    dockerfile, compose = (ROOT / "Dockerfile").read_text(), (ROOT / "docker-compose.yaml").read_text()
    [airflow] = re.findall(r"^ARG AIRFLOW_IMAGE=(\S+)$", dockerfile, re.MULTILINE)
    [postgres] = re.findall(r"\$\{TIER1_POSTGRES_IMAGE:-(\S+)\}", compose)
    return {"airflow": airflow, "postgres": postgres}


def _make_base(engine: Engine) -> None:
    """Import a Debian, which trusts whom this machine trusts."""
    with tempfile.TemporaryDirectory(prefix="debian-") as folder:
        root = Path(folder) / "root"
        run(["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, str(root)], engine.env)
        if (Path("/") / CERTIFICATES).exists():
            shutil.copyfile(Path("/") / CERTIFICATES, root / CERTIFICATES)
        with subprocess.Popen(["tar", "--directory", root, "--create", "."], stdout=subprocess.PIPE) as tar:
            subprocess.run(["docker", "import", "-", BASE], stdin=tar.stdout, env=engine.env, check=True)
