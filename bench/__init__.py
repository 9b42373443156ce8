"""Ours beside its peers and beside the limit of the machine: see docs/benchmarks.md.

`make bench` measures the server; `python -m bench.client` the client.
"""
