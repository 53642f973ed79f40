"""Keys and the password of the embedded Airflow: generated once, readable by their owner only."""

import base64
import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from embedded.home import Home

UI_USER = "admin"


def passwords_file(home: Home) -> Path:
    """Return the file in which Airflow's simple login finds its passwords."""
    path = home.secrets / "passwords.json"
    _create(path, json.dumps({UI_USER: secrets.token_urlsafe(12)}))
    return path


def ui_password(home: Home) -> str:
    """Return the password of the UI's only user."""
    return json.loads(passwords_file(home).read_text())[UI_USER]


def key(home: Home, name: str) -> str:
    """Return a persistent random key: 64 bytes, as URL-safe text."""
    path = home.secrets / name
    _create(path, secrets.token_urlsafe(64))
    return path.read_text()


def private_key_file(home: Home) -> Path:
    """Return the file of the key that signs the tokens of users and tasks."""
    path = home.secrets / "jwt.pem"
    if not path.exists():
        formats = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _create(path, Ed25519PrivateKey.generate().private_bytes(*formats).decode())
    return path


def fernet_key(home: Home) -> str:
    """Return the key that encrypts connections in the metadata database; Fernet wants exactly 32 bytes."""
    path = home.secrets / "fernet"
    _create(path, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return path.read_text()


def _create(path: Path, content: str) -> None:
    """Write the file, unless it exists, so that it is never readable by others nor half written."""
    if path.exists():
        return
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    new.replace(path)
