"""Walk forward: each block of months is forecast by models that have learnt from what lay before it.

Purged and embargoed (Lopez de Prado 2018, chapter 7): the last outcome that is learnt from ends a whole
horizon before the first decision that is judged.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from include.evaluation.models import MODELS, Predict, Rows
from include.evaluation.sample import Sample

log = logging.getLogger(__name__)

BLOCKS = 8
"""How often the models are fitted anew, at most."""
FIRST_SHARE = 3
"""One part in so many is only learnt from."""
EMBARGO = 1
"""Decisions between the end of the last outcome that is learnt from and the first decision that is judged."""
HELD_OUT_SHARE = 3
"""The last one part in so many of a training tells how far the models can be trusted."""
MOST_ROWS = 40_000
"""Rows that a model learns from, at most: they are drawn at random."""
FEWEST_MONTHS, FEWEST_DECISIONS = 3, 60
_CLIP = 5.0  # standard deviations: beyond it inputs and outcomes that are learnt from say no more


class TooLittleDataError(ValueError):
    """There is not enough to learn from and to judge by."""


@dataclass(frozen=True, slots=True)
class Block:
    """Months that one fit is judged by.

    Attributes:
        learnt: the decisions before this position are learnt from.
        start: the first decision that is judged.
        end: the decision after the last one that is.
    """

    learnt: int
    start: int
    end: int


def blocks(months: np.ndarray) -> list[Block]:
    """Cut the decisions into blocks of whole months, after a first part that is only learnt from.

    Raises:
        TooLittleDataError: there are too few months, or too few decisions.
    """
    names, starts = np.unique(months, return_index=True)
    if len(names) < FEWEST_MONTHS or len(months) < FEWEST_DECISIONS:
        raise TooLittleDataError(
            f"{len(names)} months with {len(months)} decisions: at least {FEWEST_MONTHS} months and "
            f"{FEWEST_DECISIONS} decisions are needed to learn and to judge"
        )
    ends = [*starts, len(months)]
    judged = range(max(1, len(names) // FIRST_SHARE), len(names))
    groups = np.array_split(np.array(judged), min(BLOCKS, len(judged)))
    # an outcome ends at the next decision: the last one that is learnt from at the decision `learnt` itself
    return [
        Block(int(ends[group[0]]) - EMBARGO, int(ends[group[0]]), int(ends[group[-1] + 1]))
        for group in groups
    ]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The models of one block, and what they are asked.

    Attributes:
        block: the block.
        models: each model by its name.
        inputs: a row for each pair at each decision of the block, shape [(end - start) * 28, P].
    """

    block: Block
    models: dict[str, Predict]
    inputs: np.ndarray

    def forecasts(self, inputs: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Forecast each outcome of the block, by model, shape [end - start, 28]."""
        asked = self.inputs if inputs is None else inputs
        shape = (self.block.end - self.block.start, -1)
        return {name: predict(asked).reshape(shape) for name, predict in self.models.items()}


def walk_forward(sample: Sample, label: str) -> Iterator[Fitted]:
    """Fit the models for each block in turn.

    Args:
        sample: the decisions.
        label: what is fitted, for the log.

    Raises:
        TooLittleDataError: see `blocks`.
    """
    found = blocks(sample.months)
    for number, block in enumerate(found, start=1):
        inputs = Inputs(sample, block.learnt)
        train, held_out = _learnt_from(inputs, sample, block.learnt)
        models = {name: fit(train, held_out) for name, fit in MODELS.items()}
        asked, pairs = np.indices((block.end - block.start, sample.returns.shape[1])).reshape(2, -1)
        yield Fitted(block, models, inputs.of(asked + block.start, pairs))
        log.info(
            "%s: block %d of %d, %s .. %s, learnt from %d rows",
            label,
            number,
            len(found),
            sample.months[block.start],
            sample.months[block.end - 1],
            len(train.outcomes) + len(held_out.outcomes),
        )


class Inputs:
    """What the models are told, in units of its spread in the decisions before `learnt`."""

    def __init__(self, sample: Sample, learnt: int) -> None:
        pairs, width = sample.own.shape[1:]
        # as every pair sees the same columns, but currencies differ: each column of TIER 1 by itself
        self._own = _standardised(sample.own.reshape(-1, width), learnt * pairs).reshape(sample.own.shape)
        tier1 = _standardised(sample.tier1, learnt) if sample.columns.size else sample.tier1[:, :0]
        self._tier1 = np.column_stack([tier1, np.zeros(len(sample))])  # the last one is `columns.NONE`
        self._columns = sample.columns

    def of(self, decisions: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return a row for each of these pairs at each of these decisions."""
        tier1 = self._tier1[decisions[:, np.newaxis], self._columns[pairs]]
        return np.concatenate([self._own[decisions, pairs], tier1], axis=1)


def _standardised(values: np.ndarray, learnt: int) -> np.ndarray:
    """Return the values in units of their spread in the first `learnt` rows; what is missing is the mean."""
    seen = values[:learnt]
    known = np.isfinite(seen)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, seen, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, seen - mean, 0.0) ** 2).sum(axis=0) / count)
    scaled = (values - mean) / np.where(spread > 0, spread, np.inf)
    return np.clip(np.where(np.isfinite(scaled), scaled, 0.0), -_CLIP, _CLIP)


def _learnt_from(inputs: Inputs, sample: Sample, learnt: int) -> tuple[Rows, Rows]:
    """Return what the models learn from, and what is held out to regularise by; purged in between."""
    outcome = sample.outcome
    held_out_from = learnt - learnt // HELD_OUT_SHARE
    rng = np.random.default_rng(learnt)

    def rows(start: int, end: int, most: int) -> Rows:
        decisions, pairs = np.nonzero(np.isfinite(outcome[start:end]))
        if not len(decisions):
            raise TooLittleDataError(
                f"no pair has a price and its risk from {sample.ts[max(start, 0)]} to {sample.ts[end]} UTC: "
                "there is nothing to learn from"
            )
        if len(decisions) > most:
            drawn = np.sort(rng.choice(len(decisions), most, replace=False))
            decisions, pairs = decisions[drawn], pairs[drawn]
        decisions = decisions + start
        outcomes = np.clip(outcome[decisions, pairs], -_CLIP, _CLIP)
        return Rows(inputs.of(decisions, pairs), outcomes, decisions)

    held_out = rows(held_out_from, learnt, MOST_ROWS // HELD_OUT_SHARE)
    return rows(0, held_out_from - EMBARGO, MOST_ROWS - MOST_ROWS // HELD_OUT_SHARE), held_out
