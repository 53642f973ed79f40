"""The computed features as Parquet, a file a month: each as its month was at one moment."""

import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import pyarrow as pa
import pyarrow.parquet as pq

from include.months import Month, MonthRange
from include.pipeline.whole_file import remove_parts, write_whole
from include.stages import SPEC_VERSION, STAGES
from include.stages.catalogue import FEATURES
from include.store.connection import Connection
from include.store.features.baseline import Baseline
from include.store.features.whole_month import WholeMonth, at_one_moment
from include.store.runs.markers import outdated_stage, published_digests, unfinished_months

log = logging.getLogger(__name__)

_TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export has done.

    Attributes:
        written: months whose file was written.
        left: months whose file was what is in the tables already.
        rows: bars in the files that were written.
    """

    written: int = 0
    left: int = 0
    rows: int = 0


def export(conn: Connection, months: MonthRange, folder: Path, baseline: Baseline | None = None) -> Exported:
    """Write a Parquet file for each month into the folder; leave those that are what is in the tables.

    Can be killed and started again at any point: a file is there as a whole or not at all.

    Args:
        conn: the feature database.
        months: the months; all of them have to be finished.
        folder: where the files are or will be.
        baseline: a pair's own features of before; then the files have its bars, and its columns first.

    Raises:
        ValueError: a month is not finished, its stages do not fit together, or a file cannot be written.
    """
    _refuse_unfinished({stage.name: unfinished_months(conn, stage.name, months) for stage in STAGES})
    name = "features" if baseline is None else f"features_{baseline.pair}"
    _open_folder(folder, name)
    done, began = Exported(), time.monotonic()
    for month in months:
        rows = _export_month(conn, month, folder / f"{name}_{month}.parquet", baseline)
        done = Exported(
            done.written + (rows is not None), done.left + (rows is None), done.rows + (rows or 0)
        )
        gone = done.written + done.left
        left = (time.monotonic() - began) / gone * (len(months) - gone)
        what = "was written already" if rows is None else f"{rows:,} rows"
        log.info("%s: %s; %d of %d months, about %.0f s left", month, what, gone, len(months), left)
    return done


def _refuse_unfinished(unfinished: dict[str, list[Month]]) -> None:
    problems = [
        f"{stage} has not finished {len(left)} of these months, from {left[0]} to {left[-1]}: compute them, "
        f"./tier1 run {stage} --start-month {left[0]} --end-month {left[-1]}, or export other months"
        for stage, left in unfinished.items()
        if left
    ]
    if problems:
        raise ValueError("\n".join(problems))


def _open_folder(folder: Path, name: str) -> None:
    """Make the folder where there is none, see whether it can be written to, and clear what a crash left."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
        remove_parts(folder, f"{name}_????-??.parquet")
    except OSError as error:
        raise ValueError(f"{folder} is no folder that can be written to ({error}): name another") from error


def _export_month(conn: Connection, month: Month, target: Path, baseline: Baseline | None) -> int | None:
    """Write the month's file; return its rows, or None where it has what is in the tables already."""
    with at_one_moment(conn, month, baseline) as moment:
        digests = moment.digests()
        _refuse_mixture(moment, digests)
        schema = _schema(month, digests, baseline)
        if _is_there(target, schema):
            return None
        ts, columns = moment.columns()
    arrays = [pa.array(ts, _TIME)]
    for field, column in zip(list(schema)[1:], columns, strict=True):
        arrays.append(pa.array(column.values, field.type, mask=column.is_null))
    table = pa.Table.from_arrays(arrays, schema=schema)
    try:
        write_whole(target, lambda path: _write(table, path))
    except OSError as error:
        raise ValueError(
            f"{target} cannot be written ({error}). The files of earlier months are complete: mend this, and "
            "repeat the command"
        ) from error
    return len(table)


def _write(table: pa.Table, path: Path) -> None:
    """Write doubles byte by byte, first all first bytes: 67 MB a month of minutes, as they come it is 101."""
    encoding = {field.name: "BYTE_STREAM_SPLIT" for field in table.schema if field.type == pa.float64()}
    pq.write_table(table, path, use_dictionary=False, column_encoding=encoding)


def _refuse_mixture(moment: WholeMonth, digests: dict[str, str]) -> None:
    """Refuse a month whose stages are not of the same prices; warn of rows that somebody has changed."""
    month, published = moment.month, published_digests(moment.conn, moment.month)
    _refuse_unfinished({stage.name: [month] for stage in STAGES if stage.name not in published})
    for stage, digest in published.items():
        if digest is not None and str(digest) != digests[stage]:
            log.warning("%s: rows of %s are not as published: look with ./tier1 validate", month, stage)
    outdated = outdated_stage(moment.conn, month)
    if outdated is not None:
        raise ValueError(
            f"{month} is being computed anew: prices have changed, and {outdated} is of those before. Wait "
            f"for the run, or compute it with ./tier1 run {outdated}"
        )


def _schema(month: Month, digests: dict[str, str], baseline: Baseline | None) -> pa.Schema:
    """Return the columns of a month's file, and what the file says of itself."""
    own = () if baseline is None else baseline.columns
    fields = [pa.field("ts_utc", _TIME, nullable=False)]
    fields += [pa.field(column.name, pa.float64() if column.is_number else pa.string()) for column in own]
    fields += [pa.field(feature.name, pa.float64()) for feature in FEATURES]
    about = {"spec_version": str(SPEC_VERSION), "month": str(month), "digest": json.dumps(digests)}
    pair = {} if baseline is None else {"pair": baseline.pair}
    return pa.schema(fields, {f"tier1.{name}": text for name, text in (about | pair).items()})


def _is_there(target: Path, schema: pa.Schema) -> bool:
    """Tell whether the file has these columns, and was made from the same rows."""
    try:
        return pq.read_schema(target).equals(schema, check_metadata=True)
    except (OSError, pa.ArrowInvalid):  # there is none, or it is no Parquet file
        return False
