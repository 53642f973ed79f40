"""Settings are typed, come from where they should, and refuse what cannot be."""

from dataclasses import fields
from datetime import timedelta

import numpy as np
import pytest
from pydantic import ValidationError

from include.pipeline.options import options_from
from include.settings import Settings, Unit
from include.stages.options import Options

DURATIONS = [name for name, field in Settings.model_fields.items() if field.annotation is timedelta]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("TIER1_SHARDS", "0", "greater than or equal to 1"),
        ("TIER1_SHARDS", "many", "valid integer"),
        ("TIER1_PRICE_TABLE", "bqx.prices", "must read schema.table with {pair} in it"),
        ("TIER1_PRICE_TABLE", "m1_{pair}", "must read schema.table with {pair} in it"),
        ("TIER1_PRICE_TABLE", "{x}.m1_{pair}", "must read schema.table with {pair} in it"),
        ("TIER1_BASE_TIME", "2024-01-01T00:00", "timezone"),
        ("TIER1_COST_BPS", '{"eurxxx": 1}', "unknown pairs ['eurxxx']"),
        ("TIER1_COST_BPS", '{"eurusd": -1}', "greater than or equal to 0"),
        ("TIER1_THRESHOLD_PCT", "-0.1", "greater than or equal to 0"),
        ("TIER1_MAX_STALE_BARS", "-1", "greater than or equal to 0"),
        ("TIER1_LEASE_MINUTES", "0", "greater than 0"),
        ("TIER1_STAGE_RETRIES", "-1", "greater than or equal to 0"),
        ("TIER1_WORKER_WAIT_MINUTES", "0", "greater than 0"),
        ("TIER1_BASE_PATIENCE_MINUTES", "-1", "greater than or equal to 0"),
        ("TIER1_LEASE_MINUTES", "an hour", "'an hour' cannot be read as minutes: write a number such as 2.5"),
        ("TIER1_LEASE_MINUTES", "nan", "'nan' cannot be read as minutes"),
        ("TIER1_STAGE_TIMEOUT_HOURS", "1e300", "'1e300' cannot be read as hours"),
    ],
)
def test_an_impossible_setting_is_refused(monkeypatch, name, value, message):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()  # pyright: ignore[reportCallIssue]
    assert message in str(refused.value)


def test_the_password_in_the_database_url_is_not_shown(monkeypatch):
    monkeypatch.setenv("TIER1_DATABASE_URL", "postgresql://quant:s3cret@host/db")
    assert "s3cret" not in repr(Settings())  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize("name", DURATIONS)
def test_a_duration_is_read_in_the_unit_that_its_name_ends_with(monkeypatch, name):
    monkeypatch.setenv(f"TIER1_{name.upper()}", "2.5")
    unit = name.rpartition("_")[2]
    assert getattr(Settings(), name) == timedelta(**{unit: 2.5})  # pyright: ignore[reportCallIssue]


def test_every_name_that_ends_in_a_unit_is_a_duration():
    named = {name for name in Settings.model_fields if name.rpartition("_")[2] in set(Unit)}
    assert named == set(DURATIONS)


def test_a_duration_of_the_file_is_a_number_too(monkeypatch, tmp_path):
    (tmp_path / "tier1.toml").write_text("lease_minutes = 0.05\nstage_timeout_hours = 1\n")
    monkeypatch.setitem(Settings.model_config, "toml_file", tmp_path / "tier1.toml")
    read = Settings()  # pyright: ignore[reportCallIssue]
    assert (read.lease_minutes, read.stage_timeout_hours) == (timedelta(seconds=3), timedelta(hours=1))


@pytest.mark.parametrize("name", [field.name for field in fields(Options)])
def test_what_is_not_set_is_as_the_contract_has_it(name):
    set_by_nobody = options_from(Settings())  # pyright: ignore[reportCallIssue]
    assert np.array_equal(getattr(set_by_nobody, name), getattr(Options(), name))
