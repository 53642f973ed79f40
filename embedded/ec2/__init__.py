"""A simulated EC2 that refuses what the real one refuses, for the embedded demo and the tests.

moto answers the API; the layer here adds what moto leaves out and what makes resizing hard: states that
take time, status checks, refusals, a quota, a public address that changes, a credit option that is forgotten,
and faults on demand.
"""
