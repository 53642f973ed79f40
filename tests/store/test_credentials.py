"""Passwords of any characters, and a server that has to prove who it is."""

import datetime as dt
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from psycopg import sql

from include.store import conninfo
from include.store.connection import DatabaseUnreachableError, connect
from tests.guardian import guarded_folder
from tests.store.pooler import pooled

PASSWORDS = [
    "p@ss:w/rd%# ?&=",
    "' \\ \" $1 {}",
    " leading and trailing ",
    "%41%zz",
    "ä€日本",
    "postgresql://a:b@c/d",
]


@contextmanager
def asked_for_its_password(conn, server, role: str):
    """The server asks this role for its password, and all others for nothing, as before."""
    rules = server.postgres / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"local all {role} scram-sha-256\n{before}")
    conn.execute("select pg_reload_conf()")
    try:
        yield
    finally:
        rules.write_text(before)
        conn.execute("select pg_reload_conf()")


@pytest.fixture
def role(conn, database, server):
    """A role with a password, and what else a URL says."""
    name = f"secretive_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {name} login")
    with asked_for_its_password(conn, server, name):
        yield name
    conn.execute(f"drop role {name}")


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_of_any_characters_connects(conn, database, role, password):
    conn.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password)))
    fields = conninfo.fields_of(database)
    encoded = database.replace("postgres@", f"{role}:{quote(password, safe='')}@")
    for url in (encoded, conninfo.make(fields | {"user": role, "password": password})):
        with connect(url) as session:
            assert session.execute("select session_user::text").fetchone() == (role,)


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_wrong_password_is_a_sentence_that_does_not_repeat_it(conn, database, role, password):
    conn.execute(sql.SQL("alter role {} password 'right'").format(sql.Identifier(role)))
    encoded = quote(password, safe="")
    with pytest.raises(DatabaseUnreachableError, match="password authentication failed") as refused:
        connect(database.replace("postgres@", f"{role}:{encoded}@"))
    assert password not in str(refused.value)
    assert encoded not in str(refused.value)


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for one host, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / f"{name}.crt", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    paths[1].chmod(0o644)  # the server runs as somebody else
    return paths


@pytest.fixture
def files():
    with guarded_folder() as folder:
        yield folder


def test_the_server_proves_who_it_is(database, files):
    crt, key = certificate(files, "localhost")
    other, _ = certificate(files, "elsewhere")
    tls = {"client_tls_sslmode": "require", "client_tls_cert_file": crt, "client_tls_key_file": key}
    with pooled(database, "transaction", **tls) as url:
        full = f"{url.replace('127.0.0.1', 'localhost')}?sslmode=verify-full"
        with connect(f"{full}&sslrootcert={quote(str(crt))}") as session:
            assert session.pgconn.ssl_in_use
            assert session.execute("select 1").fetchone() == (1,)
        with pytest.raises(DatabaseUnreachableError, match=r"cannot connect to .*certificate"):
            connect(f"{full}&sslrootcert={quote(str(other))}")
        with pytest.raises(DatabaseUnreachableError, match=r"cannot connect to .*127\.0\.0\.1"):
            connect(f"{url}?sslmode=verify-full&sslrootcert={quote(str(crt))}")  # of another name
        with pytest.raises(DatabaseUnreachableError, match="cannot connect to"):
            connect(f"{url}?sslmode=disable")
