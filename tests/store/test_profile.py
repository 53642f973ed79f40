"""The profile finds features without a value and features that never vary."""

from include.months import MonthRange
from include.stages.catalogue import FEATURES
from include.store.features.profile import profile_features, summary
from tests.store.history import MONTHS, compute_all, hourly_closes, load_history


def test_empty_and_constant_features_are_found(conn, database):
    load_history(conn, hourly_closes(500))  # less than the longest window
    compute_all(database, months=MONTHS[:1])
    profiles = {
        profile.feature: profile for profile in profile_features(conn, MonthRange(MONTHS[0], MONTHS[0]))
    }
    assert list(profiles) == [f.name for f in FEATURES]
    index, long = profiles["eur_basket_index"], profiles["eur_basket_volatility_630"]
    assert (index.bars, index.present, index.coverage) == (500, 500, 1.0)
    assert index.low < 100 < index.high
    assert (long.present, long.low) == (0, None)
    found = summary(list(profiles.values()))
    assert (found["features"], found["bars"]) == (384, 500)
    assert "aud_basket_momentum_630" in found["empty"]
