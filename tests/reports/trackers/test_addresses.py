"""What is secret in an address does not reach anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.trackers.addresses import redacted, seen_from, without_password


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://me:secret@server:5000/path", "https://server:5000/path"),
        ("http://me:sec[ret@server:5000", "http://server:5000"),
        ("postgresql://me:sec/ret@server/db", "postgresql://server/db"),
        ("postgresql://me:sec@ret@server/db", "postgresql://server/db"),
        ("postgresql://me:sec#ret@server/db", "postgresql://…"),
        ("postgresql://me:sec?ret@server/db", "postgresql://…"),
        ("postgresql://server/db?user=me&password=secret", "postgresql://server/db"),
        ("postgresql://server/db?password=sec@ret", "postgresql://…"),
        ("mssql+pyodbc:///?odbc_connect=UID%3Dme%3BPWD%3Dsecret", "mssql+pyodbc:///"),
        ("sqlite+pysqlcipher://:secret@//home/me/mlflow.db?kdf_iter=9", "sqlite+pysqlcipher:////home/me/mlflow.db"),
        ("http://me:secret", "http://…"),
        ("http://[broken", "http://…"),
        ("http://[::1]:5000/x", "http://[::1]:5000/x"),
        ("me:secret@server:5000", "…"),
        ("me:secret@http://server", "…"),
    ],
)
def test_passwords_are_left_out(address: str, public: str) -> None:
    assert without_password(address) == public


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///home/me@work/ml#flow.db",
        "file:///home/me:x@work/mlruns",
        "C:\\me@work\\mlruns",
        "databricks",
        "./mlruns",
    ],
)
def test_paths_stay(address: str) -> None:
    assert without_password(address) == address


@pytest.mark.parametrize(
    "message",
    [
        "Failed to parse: http://me:pa/ss@server:5000/api",
        "Port could not be cast to integer value as 'pa'",
        "could not translate host name 'ss@server' to an address",
    ],
)
def test_messages_do_not_quote_passwords(message: str) -> None:
    said = redacted(message, "http://me:pa/ss@server:5000")
    assert not {"pa", "ss", "me"} & set(said.replace("/", " ").replace("'", " ").replace("@", " ").split())


def test_a_message_about_another_address_stays() -> None:
    assert redacted("no route to the host", "http://me:secret@server:5000") == "no route to the host"


def test_a_way_between_two_folders_does_not_say_where_they_are(tmp_path: Path) -> None:
    assert seen_from(tmp_path / "run" / "report", tmp_path / "kept" / "1") == "../../kept/1"
