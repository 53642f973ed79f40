"""The contract (docs/reference/contract.md) written down a second time, slowly and by the letter.

It judges the fast stages, so it shares no code with `include`. Every variance takes two passes over its own
window, in extended precision where the platform has it.
"""
