"""Files that tests write and read as a user would name them."""

from pathlib import Path

import pandas as pd
import pytest

from include.sources.bars import to_table
from include.sources.errors import BadPricesError
from include.sources.files import read_whole
from include.sources.hints import Hints


def file(tmp_path: Path, text: str | bytes, name: str = "prices.csv") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read_bars(path: Path, **hints: str) -> pd.DataFrame:
    return to_table(read_whole(path, Hints(**hints)))


def refusal(tmp_path: Path, text: str | bytes, name: str = "prices.csv", **hints: str) -> str:
    with pytest.raises(BadPricesError) as refused:
        read_bars(file(tmp_path, text, name), **hints)
    return str(refused.value).replace(f"{tmp_path}/", "")
