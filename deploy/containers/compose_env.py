"""Write what docker-compose.yaml needs, once: `.env`, `tier1.env`, the secrets. What is there is kept.

It works with Python alone, on a machine that has nothing else yet.
"""

import base64
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
AIRFLOW_UID = 50000  # the user of the official image
FOLDER, SETTINGS, COMPOSE = ".secrets", "tier1.env", ".env"
UI_USER = "admin"
# PKCS #8 of an Ed25519 key is this, and 32 random bytes: RFC 8410
ED25519 = bytes.fromhex("302e020100300506032b657004220420")
OF_COMPOSE = (
    "TIER1_UI_PORT", "TIER1_BASE_URL", "TIER1_IMAGE", "TIER1_AIRFLOW_IMAGE", "TIER1_POSTGRES_IMAGE",
    "TIER1_MACHINE_MEMORY",
)  # fmt: skip
OF_AWS = ("AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL")
SECRET = ("TIER1_DATABASE_URL", "AIRFLOW_CONN_AWS_DEFAULT")


class RefusedError(Exception):
    """Something would be lost, or cannot be written."""


def private_key() -> str:
    """Make the key that signs the tokens of users and tasks."""
    body = base64.b64encode(ED25519 + secrets.token_bytes(32)).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"


def wanted(environ: Mapping[str, str]) -> dict[str, Callable[[], str]]:
    """Return how each secret is made; an empty file means what comes with the containers."""
    return {
        "postgres_password": lambda: secrets.token_hex(24),
        "metadata_password": lambda: secrets.token_hex(24),
        "features_password": lambda: secrets.token_hex(24),
        "fernet_key": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "api_secret_key": lambda: secrets.token_hex(64),
        "jwt_secret": lambda: secrets.token_hex(64),
        "jwt_private_key": private_key,
        "passwords.json": lambda: json.dumps({UI_USER: secrets.token_urlsafe(12)}),
        "database_url": lambda: environ.get("TIER1_DATABASE_URL", ""),
        "aws_connection": lambda: environ.get("AIRFLOW_CONN_AWS_DEFAULT", ""),
    }


def project(environ: Mapping[str, str]) -> str:
    """Return what Compose calls this checkout."""
    return re.sub("[^-_a-z0-9]", "", (environ.get("COMPOSE_PROJECT_NAME") or ROOT.name).lower()).lstrip("-_")


def require_no_data(volume: str) -> None:
    """Refuse new passwords where the volume was made with others.

    Raises:
        RefusedError: the volume is there.
    """
    try:
        found = subprocess.run(
            ["docker", "volume", "ls", "--quiet"], capture_output=True, text=True, check=True, timeout=30
        ).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return  # no engine that answers: PostgreSQL itself refuses a wrong password
    if volume in found:
        raise RefusedError(
            f"The volume {volume} was made with a password that is not in {FOLDER}. Bring that folder back, "
            f"or give up the data first: docker volume rm {volume}"
        )


def settings(environ: Mapping[str, str]) -> str:
    """Return the settings that reach the containers: those that are set now."""
    names = [name for name in environ if name.startswith("TIER1_") and name not in {*OF_COMPOSE, *SECRET}]
    chosen = {name: environ[name] for name in sorted([*names, *OF_AWS]) if environ.get(name)}
    if environ.get("AIRFLOW_CONN_AWS_DEFAULT"):
        chosen.setdefault("TIER1_AWS", "real")
    title = "# Settings of the containers, such as TIER1_STAGE_RETRIES=1: docs/reference/settings.md\n"
    return title + "".join(assignment(name, value) for name, value in chosen.items())


def compose_variables(environ: Mapping[str, str], uid: int) -> str:
    """Return what docker-compose.yaml itself asks for."""
    lines = [assignment("TIER1_UID", str(uid))]
    lines += [assignment(name, environ[name]) for name in OF_COMPOSE if environ.get(name)]
    return "# What docker-compose.yaml asks for: docs/how-to/containers.md\n" + "".join(lines)


def assignment(name: str, value: str) -> str:
    """Return a line that Compose 1.29 and 2 read alike.

    Raises:
        RefusedError: there is none.
    """
    if re.search(r"['\n\r\\]", value):
        raise RefusedError(
            f"{name} has a quote, a backslash or a line break in it: Compose 1.29 and 2 do not read it alike."
        )
    return f"{name}='{value}'\n" if re.search(r"[^\w./:@,+-]", value) else f"{name}={value}\n"


def create(path: Path, content: str, uid: int) -> None:
    """Write a file for its owner only: never readable by others, never half written."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    if os.getuid() != uid:
        os.chown(new, uid, 0)
    new.replace(path)


def main() -> None:
    """Write what is missing, and say what was kept."""
    # the containers run as whoever owns the secrets; never as root
    uid = os.getuid() or AIRFLOW_UID
    folder = ROOT / FOLDER
    try:
        files = {folder / name: make for name, make in wanted(os.environ).items()}
        files[ROOT / SETTINGS] = lambda: settings(os.environ)
        files[ROOT / COMPOSE] = lambda: compose_variables(os.environ, uid)
        if not (folder / "postgres_password").exists():
            require_no_data(f"{project(os.environ)}_database")
        made = {path: make() for path, make in files.items() if not path.exists()}
        folder.mkdir(mode=0o700, exist_ok=True)
        for path, content in made.items():
            create(path, content, uid if path.parent == folder else os.getuid())
    except RefusedError as error:
        sys.exit(str(error))
    tell(files, made)


def tell(files: Iterable[Path], made: Mapping[Path, str]) -> None:
    """Say what was written, what was kept, and where the password is."""
    kept = [path for path in files if path not in made]
    for word, paths in (("Written", list(made)), ("Kept as they are", kept)):
        if paths:
            sys.stdout.write(f"{word}: {', '.join(str(path.relative_to(ROOT)) for path in paths)}\n")
    sys.stdout.write(f"The UI's user is {UI_USER}; the password is in {FOLDER}/passwords.json.\n")


if __name__ == "__main__":
    main()
