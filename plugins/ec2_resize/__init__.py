"""Resize one EC2 instance so that it ends running on a wanted type, whatever happens on the way.

`convergence` decides what to do next and `after_error` what an error means: pure functions. `execution` does
what they decide, `operator` and `trigger` make a task of it, `preflight` has the checks to make before.
"""
