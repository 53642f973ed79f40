"""Kernels: arrays in, arrays out. They know windows and series, no currencies and no columns."""
