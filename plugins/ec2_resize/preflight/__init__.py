"""Check before a run that the instance can be resized and brought back, without changing anything.

The checks read and make dry runs. Each gives a line of its own, so that one run shows everything that is
wrong. A check that cannot be made is a warning that says why, or a failure where the instance cannot be read.

The list of all checks is in `registry.py`, which says how to add one. Each other file is a subject of checks,
but `check.py` (a line of the table), `run_check.py` (what an error of AWS means), `route.py` and `subject.py`
(what the checks look at).
"""
