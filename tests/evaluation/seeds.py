"""By hand: in how many random walks does the interval hold zero? `python -m tests.evaluation.seeds 100`.

A seed takes two to three seconds of a core; the suite has fewer of them.
"""

import sys
from dataclasses import replace

from threadpoolctl import threadpool_limits

from include.evaluation.measure import try_out
from tests.evaluation.markets import COSTS, FREE, random_walk, walk_sample

DECISIONS = 500


def main(seeds: int) -> None:
    held = {"after costs": 0, "before costs": 0}
    for seed in range(seeds):
        panel, tier1, _ = random_walk(DECISIONS, seed)
        trial = try_out(walk_sample(panel, tier1), COSTS)
        for name, costs in (("after costs", COSTS), ("before costs", FREE)):
            found = replace(trial, costs=costs).compared()
            held[name] += found.low <= 0 <= found.high
        print(f"of {seed + 1} seeds: {held}", flush=True)  # noqa: T201 - it is a command


if __name__ == "__main__":
    with threadpool_limits(1):  # as the product does
        main(int(sys.argv[1]))
