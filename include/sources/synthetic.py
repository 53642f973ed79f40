"""Made-up one-minute prices that behave like a market: for tests, benchmarks and trying out at full scale.

Each of the 8 currencies has a log value, driven by one factor of its own and by one that all share, the
appetite for risk; a pair's log price is the difference of two of them, and some noise of its own. A year has
about 370,000 bars of the grid and 10.4 million prices.

A month depends on the seed and on itself alone, however many months were asked for before, and yet the months
join: what has to be carried over is worked out anew from small draws that belong to single months.
* Levels: a factor's level at a month's start is a mean-reverting sum of the shocks of the `MEMORY_MONTHS`
  months before, one number each. The minutes between two such levels are a Brownian bridge: it ends on the
  level that the next month starts from, so that the first step of a month is as small as any other.
* Volatility clusters with a half-life of a day: a month's start has forgotten all but the month before.

The same seed gives the same prices wherever numpy is the same: rounding to ticks hides what processors do
differently in the last bits.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from include.market import CURRENCIES, PAIRS, base_and_quote
from include.months import Month
from include.sources.bars import to_bars
from include.stages.options import COSTS_BPS
from include.stages.panel import Panel

BPS = 1e-4
FACTORS = 1 + len(CURRENCIES)
"""The shared factor first, then each currency's own."""

USD_VALUE = (0.66, 0.74, 1.13, 1.10, 1.27, 1 / 145, 0.61, 1.0)
"""What a unit of each currency is worth in the long run, in USD."""

STEP_BPS = np.array([0.40, 0.45, 0.40, 0.40, 0.40, 0.45, 0.55, 0.50, 0.45])
"""Standard deviation of each factor's one-minute step, basis points."""

RISK_LOADING = np.array([0.9, 0.5, -0.5, 0.0, 0.3, -0.8, 0.9, -0.4])
"""What a step of the shared factor does to each currency: it lifts AUD and sinks JPY."""

BASE, QUOTE = np.array([base_and_quote(pair) for pair in PAIRS]).T
DIGITS = np.array([3 if pair.endswith("jpy") else 5 for pair in PAIRS])[:, np.newaxis]

MONTH_MINUTES = 31_000.0
"""Trading minutes of a typical month: how much wider than a step a month's shock is, squared."""
MEMORY_MONTHS, REVERSION = 120, 0.95
"""After 10 years 0.2 % of a shock is left; levels stay within some 5 % of their long-run values."""

HOUR_ACTIVITY = np.array(
    [7, 8, 8, 7, 6, 6, 8, 11, 14, 14, 12, 11, 12, 15, 17, 17, 15, 11, 9, 8, 7, 6, 4, 5], float
)  # fmt: skip
"""Volatility by hour of the day, UTC: quiet after New York, busiest while London and New York overlap."""

CLUSTER_SD, CLUSTER_DECAY = 0.4, 0.5 ** (1 / 24)
"""Standard deviation of the log volatility, and what an hour leaves of its state: half of it after a day."""

NOISE_PER_COST = 0.15
"""Noise in units of the pair's cost (contract, section 4), which says how liquid it is."""
LAGS_A_MONTH, LAG_EXTRA_BPS = 15.0, 2.0
"""How often a pair lags, and by how much more than 1 basis point in the mean."""

HOLES_PER_COST, HALTS_PER_COST = 2e-4, 0.8
"""Share of bars that are missing, and stretches of them a month, for a cost of 1 basis point."""
LOST_MINUTES, OUTAGES_A_MONTH, LONGEST_PAUSE = 3e-4, 3.0, 30
"""Share of minutes without any bar, outages of the market a month, minutes that a day may begin late."""
LONGEST_STRETCH = 300
"""Minutes."""

DAY = 24 * 60
DAY_STARTS = 22 * 60
"""Minute of the day at which a trading day ends and the next begins, UTC."""
HOLIDAYS = ("12-25", "01-01")


def month_of_prices(month: Month, seed: int = 1) -> Panel:
    """Make the close prices of one UTC month; bars at which no pair has a price are not in the grid.

    Args:
        month: any from 1900 on.
        seed: another one is another market; not negative.
    """
    minutes = _trading_minutes(month)
    rng = _stream(seed, month, "pairs")
    values = _currency_values(month, seed, minutes)
    close = values[BASE]
    close -= values[QUOTE]
    close += _noise(rng, len(minutes))
    np.exp(close, out=close)
    close = np.rint(close * 10.0**DIGITS) / 10.0**DIGITS  # the doubles nearest to the decimals
    close[_holes(rng, minutes)] = np.nan
    grid = ~(_market_gaps(rng, minutes) | np.isnan(close).all(axis=0))
    return Panel(minutes[grid].astype("datetime64[us]"), close[:, grid])


def bars(month: Month, seed: int = 1) -> pd.DataFrame:
    """Make the same as bars of `bars.BARS`, long."""
    panel = month_of_prices(month, seed)
    index = pd.DatetimeIndex(panel.ts, tz="UTC", name="ts_utc")
    return to_bars(pd.DataFrame(panel.close.T, index=index, columns=list(PAIRS)))


def _stream(seed: int, month: Month, purpose: str) -> np.random.Generator:
    """Return the random numbers of one purpose in one month, the same for ever."""
    since_year_0 = int(month.astype(int)) + 12 * 1970
    entropy = [seed, since_year_0, ("levels", "volatility", "minutes", "pairs").index(purpose)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


def _trading_minutes(month: Month) -> np.ndarray:
    """Return the minutes at which the market is open, `datetime64[m]`: Sunday 22:00 to Friday 22:00 UTC."""
    minutes = np.arange(month, month + 1, dtype="datetime64[m]")
    trading_day = (minutes + (DAY - DAY_STARTS)).astype("datetime64[D]")
    days, day_of_minute = np.unique(trading_day, return_inverse=True)
    is_open = (_weekday(days) < 5) & [str(day)[5:] not in HOLIDAYS for day in days]
    return minutes[is_open[day_of_minute]]


def _weekday(days: np.ndarray) -> np.ndarray:
    """Return the day of the week: Monday is 0; 1970-01-01 was a Thursday."""
    return (days.astype(int) + 3) % 7


def _currency_values(month: Month, seed: int, minutes: np.ndarray) -> np.ndarray:
    """Return the log value of each currency at each minute, shape [8, T]."""
    scale = STEP_BPS[:, np.newaxis] * BPS * _volatility(month, seed, minutes)
    paths = _stream(seed, month, "minutes").standard_normal(scale.shape) * scale
    np.cumsum(paths, axis=1, out=paths)
    # the bridge: what is missing at the end goes to each minute in proportion to its variance
    start, end = _levels(month, seed), _levels(month + 1, seed)
    share = np.cumsum(scale**2, axis=1)
    share /= share[:, -1:]
    paths += start[:, np.newaxis] + share * (end - start - paths[:, -1])[:, np.newaxis]
    return np.log(USD_VALUE)[:, np.newaxis] + RISK_LOADING[:, np.newaxis] * paths[0] + paths[1:]


def _levels(month: Month, seed: int) -> np.ndarray:
    """Return each factor's level at the month's start, shape [9], log units."""
    past = range(1, MEMORY_MONTHS + 1)
    shocks = np.array([_stream(seed, month - age, "levels").standard_normal(FACTORS) for age in past])
    weights = REVERSION ** np.arange(MEMORY_MONTHS)
    return STEP_BPS * BPS * np.sqrt(MONTH_MINUTES) * (weights[:, np.newaxis] * shocks).sum(axis=0)


def _volatility(month: Month, seed: int, minutes: np.ndarray) -> np.ndarray:
    """Return each factor's volatility at each minute, in units of its average (root mean square), [9, T]."""
    hours = np.arange(month, month + 1, dtype="datetime64[h]").astype(int)
    log_states = _log_volatility(month, seed, len(hours))
    at = minutes.astype(int) / 60
    clusters = np.array([np.interp(at, [*hours, hours[-1] + 1], factor) for factor in log_states.T])
    return np.exp(clusters - CLUSTER_SD**2) * _activity(minutes)


def _log_volatility(month: Month, seed: int, hours: int) -> np.ndarray:
    """Draw the factors' log volatility, an AR(1), from the month's start to its end, shape [hours + 1, 9]."""
    before = int((month - (month - 1).astype("datetime64[h]")).astype(int))
    parts = ((month - 1, before), (month, hours), (month + 1, 1))
    shocks = np.concatenate([_stream(seed, m, "volatility").standard_normal((n, FACTORS)) for m, n in parts])
    shocks[:, 1:] = (shocks[:, 1:] + shocks[:, :1]) / np.sqrt(2)  # unrest spreads
    state = np.zeros(FACTORS)
    states = np.empty_like(shocks)
    for hour, shock in enumerate(shocks):
        states[hour] = state = CLUSTER_DECAY * state + np.sqrt(1 - CLUSTER_DECAY**2) * CLUSTER_SD * shock
    return states[before:]


def _activity(minutes: np.ndarray) -> np.ndarray:
    """Return how busy the hour is, 1 in the mean square over a day, shape [T]."""
    hours = np.append(HOUR_ACTIVITY, HOUR_ACTIVITY[0]) / np.sqrt((HOUR_ACTIVITY**2).mean())
    return np.interp(minutes.astype(int) % DAY / 60, np.arange(25), hours)


def _noise(rng: np.random.Generator, bars: int) -> np.ndarray:
    """Return what each pair's price is off its currencies' values, shape [28, bars], log units.

    Bid-ask bounce, and now and then a few minutes in which the pair lags so far behind that it pays to trade.
    """
    noise = rng.standard_normal((len(PAIRS), bars), dtype=np.float32)  # half the time, and precise enough
    noise *= (NOISE_PER_COST * BPS * COSTS_BPS[:, np.newaxis]).astype(np.float32)
    for pair, minutes in _stretches(rng, np.full(len(PAIRS), LAGS_A_MONTH), bars, shortest=1):
        noise[pair, minutes] += rng.choice((-1, 1)) * (1.0 + rng.exponential(LAG_EXTRA_BPS)) * BPS
    return noise


def _holes(rng: np.random.Generator, minutes: np.ndarray) -> np.ndarray:
    """Tell where a single pair has no bar, bool [28, T]: more in quiet hours and in illiquid pairs."""
    share = HOLES_PER_COST * COSTS_BPS[:, np.newaxis]
    holes = rng.random((len(PAIRS), len(minutes)), dtype=np.float32) < share / _activity(minutes)
    for pair, stretch in _stretches(rng, HALTS_PER_COST * COSTS_BPS, len(minutes), shortest=3):
        holes[pair, stretch] = True
    return holes


def _market_gaps(rng: np.random.Generator, minutes: np.ndarray) -> np.ndarray:
    """Tell which minutes have no bar of any pair, bool [T]: at a day's start, in outages, single ones."""
    gaps = rng.random(len(minutes)) < LOST_MINUTES
    for _, stretch in _stretches(rng, np.array([OUTAGES_A_MONTH]), len(minutes), shortest=5):
        gaps[stretch] = True
    into_day = (minutes.astype(int) - DAY_STARTS) % DAY
    pauses = rng.integers(0, LONGEST_PAUSE + 1, 31)  # of each day of the month, but none on a Sunday
    days = minutes.astype("datetime64[D]")
    late = into_day < pauses[(days - days[0]).astype(int)]
    return gaps | (late & (_weekday(days) != 6))


def _stretches(
    rng: np.random.Generator, rates: np.ndarray, bars: int, shortest: int
) -> Iterator[tuple[int, slice]]:
    """Yield stretches of bars, about `rates[row]` in each row; 1 in 100 is 20 times `shortest` or more."""
    for row, count in enumerate(rng.poisson(rates)):
        starts = rng.integers(0, bars, count)
        lengths = np.minimum(shortest * (1 + rng.pareto(1.5, count)), LONGEST_STRETCH).astype(int)
        yield from (
            (row, slice(start, start + length)) for start, length in zip(starts, lengths, strict=True)
        )
