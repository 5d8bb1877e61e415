"""Benchmarks: figures and ratios, printed; nothing here fails a build."""
