"""A month's prices: read from the 28 tables by the first stage, and from one row by the next."""

from dataclasses import dataclass

import numpy as np
from psycopg import Connection

from include.market import PAIRS
from include.months import Month, start_of
from include.stages.panel import Panel
from include.store.prices.reading import look_back_start, read_panel
from include.store.prices.tables import PriceTables
from include.store.prices.watch import UNCHANGED, snapshot


@dataclass(frozen=True, slots=True)
class MonthPanel:
    """A month with its look-back, and by what a later run knows whether the prices are still the same.

    Attributes:
        panel: the bars of the look-back, then those of the month.
        first: position of the month's first bar.
        read_from: month in which the look-back begins, YYYY-MM-01; `-infinity` where the history has fewer
            bars than the look-back, so that a bar loaded before them would change the month.
        seen: a snapshot from before the prices were read.
        is_kept: whether the prices are those that an earlier stage has kept.
    """

    panel: Panel
    first: int
    read_from: str
    seen: str
    is_kept: bool


def read_month(
    conn: Connection, tables: PriceTables, month: Month, look_back: int, watch: str | None
) -> MonthPanel:
    """Read the month's bars and up to `look_back` before them.

    Args:
        conn: the feature database.
        tables: where the prices are.
        month: the month.
        look_back: how many bars before the month are read.
        watch: the watch under which a kept month is as good as the price tables; None reads the tables.

    Raises:
        ValueError: a price is not positive and finite.
    """
    seen, start = snapshot(conn), start_of(month)
    kept = _kept(conn, month, watch)
    if kept is None:
        panel, first = read_panel(conn, tables, start, start_of(month + 1), look_back)
    elif look_back == 0:
        panel, first = kept, 0
    else:
        since = look_back_start(conn, tables, start, look_back)
        before, _ = read_panel(conn, tables, since, start, 0)
        panel, first = before.then(kept), len(before)
    months = panel.ts[:first].astype("datetime64[M]")
    read_from = "-infinity" if first < look_back else f"{min([month, *months[:1]])}-01"
    return MonthPanel(panel, first, read_from, seen, kept is not None)


def keep_month(conn: Connection, month: Month, prices: MonthPanel, watch: str) -> None:
    """Keep the month's bars for the next stages, within the caller's transaction."""
    ts, close = prices.panel.ts[prices.first :], prices.panel.close[:, prices.first :]
    conn.execute(
        "insert into tier1.price_panel (month, watch, seen, ts, close) values (%s, %s, %s, %b, %b)"
        " on conflict (month) do update"
        " set watch = excluded.watch, seen = excluded.seen, ts = excluded.ts, close = excluded.close",
        [month.item(), watch, prices.seen, ts.astype("<i8").tobytes(), close.astype("<f8").tobytes()],
    )


def _kept(conn: Connection, month: Month, watch: str | None) -> Panel | None:
    query = "select ts, close from tier1.price_panel p where month = %s and watch = %s and "
    unchanged = UNCHANGED.format(seen="p.seen", first="p.month", last="p.month")
    row = conn.execute(query + unchanged, [month.item(), watch], binary=True).fetchone()
    if row is None:
        return None
    ts, close = np.frombuffer(row[0], "<i8"), np.frombuffer(row[1], "<f8")
    return Panel(ts.astype("datetime64[us]"), close.reshape(len(PAIRS), -1))
