"""The plots of a report, one a file: each is made from the report alone, and says in words what it shows.

Only `drawing` and the plots import matplotlib, and only `include/report/html.py` imports the plots.
"""
