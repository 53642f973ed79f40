"""Settings are typed, come from where they should, and refuse what cannot be."""

import pytest
from pydantic import ValidationError

from include.settings import Settings


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
