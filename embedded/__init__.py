"""The embedded services: everything that a run needs, on one machine, without root and without network.

PostgreSQL, a simulated EC2 and Airflow run as plain processes below `.tier1/`. `python -m embedded`
is what the Makefile calls; production (see `deploy/`) uses none of this.
"""
