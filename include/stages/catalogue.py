"""The 384 features: name, stage, type, unit and formula, in the order of the contract."""

from dataclasses import dataclass
from typing import Final, Literal

from include.market import BLOCS, CURRENCIES, GROUPS, PAIRS
from include.stages import currency_blocs, currency_indices

Stage = Literal["currency_indices", "triangular_arbitrage", "currency_blocs"]
Type = Literal["double precision", "boolean", "smallint"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column: what it means and how it is stored."""

    name: str
    stage: Stage
    unit: str
    formula: str
    type: Type = "double precision"


def _currency_indices() -> list[Feature]:
    quantities: list[tuple[str, str, str]] = [
        ("index", "index points", "I(t) = 100 exp((8/7) (v_c(t) - v_c(t0)))"),
        *((f"momentum_{w}", "index points", f"I(t) - I(t-{w})") for w in currency_indices.WINDOWS),
        *(
            (f"momentum_accel_{w}", "index points", f"(I(t) - I(t-{w // 2})) - (I(t-{w // 2}) - I(t-{w}))")
            for w in currency_indices.WINDOWS
        ),
        *((f"momentum_roc_{w}", "percent", f"100 (I(t) / I(t-{w}) - 1)") for w in currency_indices.WINDOWS),
        *(
            (
                f"volatility_{w}",
                "basis points per bar",
                f"10000 sd(ln I(u) - ln I(u-1), last {w} bars, ddof 1)",
            )
            for w in currency_indices.WINDOWS
        ),
        *(
            (
                f"strength_vs_{group}",
                "index points",
                f"I_c - mean of I_g, g in ({' '.join(members)}) without c",
            )
            for group, members in GROUPS.items()
        ),
    ]
    return [
        Feature(f"{currency.lower()}_basket_{name}", "currency_indices", unit, formula)
        for currency in CURRENCIES
        for name, unit, formula in quantities
    ]


def _triangular_arbitrage() -> list[Feature]:
    stage: Stage = "triangular_arbitrage"
    features = []
    for pair in PAIRS:
        features += [
            Feature(f"{pair}_arbitrage_profit_pct", stage, "percent", "100 (exp(|r_z*| - cost_z*) - 1)"),
            Feature(f"{pair}_arbitrage_opportunity", stage, "", "profit_pct > threshold_pct", "boolean"),
            Feature(f"{pair}_arbitrage_direction", stage, "", "sign(r_z*) if opportunity else 0", "smallint"),
            Feature(f"{pair}_arbitrage_max_profit", stage, "percent", "100 (exp(max over z of |r_z|) - 1)"),
        ]
    return features


def _currency_blocs() -> list[Feature]:
    windows, pairwise = currency_blocs.WINDOWS, currency_blocs.COHERENCE_WINDOWS
    quantities: list[tuple[str, str, str]] = [
        ("index", "index points", "B(t) = 100 exp(L(t)), L = mean of ln(I_c/100) over the bloc"),
        *((f"momentum_{w}", "percent (log)", f"100 (L(t) - L(t-{w}))") for w in windows),
        *(
            (f"volatility_{w}", "basis points per bar", f"10000 sd(L(u) - L(u-1), last {w} bars, ddof 1)")
            for w in windows
        ),
        *(
            (
                f"coherence_{w}",
                "1, in -1..1",
                f"(Var(sum d_k) - sum Var(d_k)) / ((sum sd_k)^2 - sum sd_k^2), last {w} bars, ddof 1",
            )
            for w in pairwise
        ),
        ("dispersion_60", "basis points", "10000 sd across border pairs of o_k(t) - o_k(t-60), ddof 0"),
        ("breadth_60", "1, in -1..1", "(number of o_k(t) > o_k(t-60) minus number of <) / border pairs"),
        ("strength", "index points", "B(t) - mean of I_c(t) over the currencies outside"),
    ]
    return [
        Feature(f"{bloc}_bloc_{name}", "currency_blocs", unit, formula)
        for bloc in BLOCS
        for name, unit, formula in quantities
    ]


FEATURES: Final = (*_currency_indices(), *_triangular_arbitrage(), *_currency_blocs())


def features_of(stage: str) -> tuple[Feature, ...]:
    """The features of one stage, in column order."""
    return tuple(f for f in FEATURES if f.stage == stage)
