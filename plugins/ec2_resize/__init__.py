"""Resize one EC2 instance so that it ends running on the wanted type, whatever happens on the way.

`operators` has the operator for DAGs, `preflight` the checks to make before it; both decide with `instance`.
"""
