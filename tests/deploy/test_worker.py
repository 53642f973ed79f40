"""The worker on the instance: what is packed for it is what runs here, and its files agree."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from include.settings import ROOT

WORKER = ROOT / "deploy/worker"
UNIT = (WORKER / "tier1-worker.service").read_text()
INSTALL = (WORKER / "install.sh").read_text()
SECRET = "AIRFLOW__API_AUTH__JWT_SECRET"  # noqa: S105 - its name
PARAMETER = "/tier1/worker-secret"
INSTANCE = "i-08a8fa9a42491827c"


def variables(file: str) -> dict[str, str]:
    lines = (WORKER / file).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def setting(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)


# ---- the archive


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with all that is packed, in small."""
    top = tmp_path / "checkout"
    for name in ("dags/plan.py", "plugins/hook/at.py", "include/sum.py", "tests/test_sum.py", "README.md"):
        write(top / name, f"# {name}\n")
    write(top / ".gitignore", "build/\n__pycache__/\n")
    write(top / "deploy/worker/install.sh", "#!/bin/sh\n").chmod(0o755)
    shutil.copy(WORKER / "archive.py", top / "deploy/worker")
    for name in ("requirements.txt", "requirements-uv.txt"):
        write(top / name, "one==1\n")
    git(top, "init", "--quiet")
    git(top, "add", ".")
    return top


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def git(top: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=top, check=True)


def pack(top: Path) -> bytes:
    subprocess.run([sys.executable, top / "deploy/worker/archive.py"], check=True, stdout=subprocess.DEVNULL)
    return (top / "build/tier1-worker.tar.gz").read_bytes()


def packed(top: Path) -> dict[str, bytes]:
    pack(top)
    with tarfile.open(top / "build/tier1-worker.tar.gz") as archive:
        return {it.name: archive.extractfile(it).read() for it in archive}  # type: ignore[union-attr]


def test_the_same_code_makes_the_same_archive_whoever_packs_it_and_when(checkout):
    before = pack(checkout)
    for path in checkout.rglob("*.py"):
        os.utime(path, (1, 1))
        path.chmod(0o600)
    assert pack(checkout) == before


def test_another_byte_makes_another_archive(checkout):
    before = pack(checkout)
    write(checkout / "include/sum.py", "# another\n")
    assert pack(checkout) != before


def test_what_is_packed_is_what_runs_here_committed_or_not(checkout):
    write(checkout / "include/sum.py", "# changed\n")
    write(checkout / "include/new.py", "# new\n")
    write(checkout / "include/__pycache__/sum.pyc", "bytecode")
    write(checkout / "tier1.toml", "shards = 4\n")
    (checkout / "plugins/hook/at.py").unlink()
    found = packed(checkout)
    assert sorted(found) == [
        "dags/plan.py",
        "deploy/worker/archive.py",
        "deploy/worker/install.sh",
        "include/new.py",
        "include/sum.py",
        "requirements-uv.txt",
        "requirements.txt",
        "tier1.toml",
    ]
    assert found["include/sum.py"] == b"# changed\n"


def test_what_the_unit_and_the_script_use_is_in_the_archive(tmp_path):
    copy = tmp_path / "checkout"
    git(tmp_path, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(copy))
    shutil.copytree(WORKER, copy / "deploy/worker", dirs_exist_ok=True)
    names = set(packed(copy))
    folders = {str(parent) for name in names for parent in Path(name).parents}
    used = re.findall(r"/opt/tier1/current/([\w./-]+)", UNIT + (WORKER / "defaults.env").read_text())
    used += re.findall(r"\$(?:release|3)/([\w./-]*\.\w+)", INSTALL)
    assert len(used) > 6
    assert [it for it in used if not it.startswith("venv/") and it not in names | folders] == []


# ---- the unit and its files


def test_a_stop_ends_tasks_and_worker_before_systemd_kills_them():
    drain = variables("defaults.env")
    ends = int(drain["AIRFLOW__EDGE__DRAIN_TIMEOUT_SEC"]) + int(drain["AIRFLOW__EDGE__DRAIN_KILL_GRACE_SEC"])
    assert 0 < ends < int(setting("TimeoutStopSec")[0]) <= 60
    assert setting("KillMode") == ["mixed"]


def test_a_worker_that_ended_is_started_again_for_ever():
    assert setting("Restart") == ["always"]
    assert setting("StartLimitIntervalSec") == ["0"]
    assert setting("WantedBy") == ["multi-user.target"]


def test_the_settings_of_the_installation_win_over_those_of_the_code():
    defaults, site, *secret = setting("EnvironmentFile")
    assert defaults.endswith("/deploy/worker/defaults.env")
    assert site == "/etc/tier1/worker.env"
    assert secret == ["-/etc/tier1/secret.env", "-/run/tier1-worker.env"]


def test_the_command_line_names_only_variables_that_are_set_and_no_secret():
    (command,) = setting("ExecStart")
    known = {*variables("worker.env"), *variables("defaults.env"), "INSTANCE_ID"}
    named = set(re.findall(r"\$\{(\w+)\}", command))
    assert named == {"TIER1_STAGE_QUEUE", "INSTANCE_ID"}
    assert named <= known


def test_the_worker_may_write_to_the_folders_that_it_is_told_to_use():
    told = variables("defaults.env")
    assert told["AIRFLOW_HOME"] == f"/var/lib/{setting('StateDirectory')[0]}"
    assert told["NUMBA_CACHE_DIR"] == f"/var/cache/{setting('CacheDirectory')[0]}"
    assert f"--pid /run/{setting('RuntimeDirectory')[0]}/" in setting("ExecStart")[0]


def test_the_unit_leaves_to_tasks_what_they_need():
    """With the first, Airflow's supervisor did not find the task that it had started."""
    assert [setting(it) for it in ("ProtectProc", "ProcSubset", "MemoryDenyWriteExecute")] == [[], [], []]


@pytest.mark.parametrize("file", ["worker.env", "defaults.env"])
def test_no_secret_and_no_database_is_in_a_file_of_settings(file):
    held = variables(file)
    assert held
    assert [it for it in held if re.search("SECRET$|KEY|PASSWORD|SQL_ALCHEMY|DATABASE|CONN", it)] == []


@pytest.mark.parametrize("file", sorted(WORKER.iterdir()), ids=lambda it: it.name)
def test_no_file_names_an_index_of_packages(file):
    assert not re.search(r"--(extra-)?index|_INDEX|pypi\.", file.read_text())


# ---- the scripts


def test_the_script_is_one_that_bash_understands():
    subprocess.run(["bash", "-n", WORKER / "install.sh"], check=True)


def test_the_script_installs_nothing_without_its_hash():
    installs = re.findall(r"^.*\bpip install\b.*$", INSTALL, re.MULTILINE)
    assert len(installs) == 2
    assert [line for line in installs if "--require-hashes" not in line] == []


class Aws(BaseHTTPRequestHandler):
    """The metadata service of an instance, and SSM with one parameter."""

    def do_PUT(self) -> None:
        self.answer("token")

    def do_GET(self) -> None:
        known = {
            "instance-id": INSTANCE,
            "instance-type": "c7i.8xlarge",
            "placement/region": "us-east-1",
        }
        self.answer(known[self.path.removeprefix("/latest/meta-data/")])

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if asked["Name"] == PARAMETER and asked["WithDecryption"]:
            self.answer(json.dumps({"Parameter": {"Value": "s3cret\n"}}))
        else:
            self.answer(json.dumps({"__type": "ParameterNotFound"}), status=400)

    def answer(self, text: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its base class has it
        """Keep quiet."""


@pytest.fixture
def aws() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def prepare(file: Path, aws: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Run it as the unit does."""
    filled = {"AIRFLOW__EDGE__API_URL": "https://airflow.example.com", "TIER1_STAGE_QUEUE": "master"}
    found = {
        "PATH": os.environ["PATH"],
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": aws,
        "AWS_ENDPOINT_URL_SSM": aws,
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
    }
    return subprocess.run(
        [sys.executable, "-I", WORKER / "prepare.py", file],
        env={**found, **variables("worker.env"), **filled, **changed},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_worker_is_named_by_its_instance_and_gets_its_secret_from_ssm(tmp_path, aws):
    file = tmp_path / "worker.env"
    write(file, "of the last start").chmod(0o644)
    said = prepare(file, aws, SECRET_PARAMETER=PARAMETER)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    assert file.read_text() == f"INSTANCE_ID='{INSTANCE}'\n{SECRET}='s3cret'\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_secret_of_a_file_that_systemd_has_read_is_written_nowhere(tmp_path, aws):
    said = prepare(tmp_path / "worker.env", aws, **{SECRET: "s3cret"})
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "worker.env").read_text() == f"INSTANCE_ID='{INSTANCE}'\n"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"TIER1_STAGE_QUEUE": ""}, "TIER1_STAGE_QUEUE not set. Set it in /etc/tier1/worker.env."),
        ({}, "it has no secret. Name an SSM parameter"),
        ({"SECRET_PARAMETER": "/another"}, "cannot read the SSM parameter /another in us-east-1"),
    ],
)
def test_what_is_missing_is_said_and_the_worker_does_not_start(tmp_path, aws, changed, message):
    said = prepare(tmp_path / "worker.env", aws, **changed)
    assert said.returncode == 1
    assert message in said.stderr
    assert "Traceback" not in said.stderr
    assert not (tmp_path / "worker.env").exists()
