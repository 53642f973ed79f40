"""Does TIER 1 help? Forecasts with and without it, and what a portfolio makes of them. Pure.

The method, with its reasons and sources, is docs/explanation/does-tier1-help.md.
"""
