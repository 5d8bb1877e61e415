"""Runs every benchmark, or those named: `python -m bench start goals`."""

import importlib
import sys
from pathlib import Path

names = sys.argv[1:] or sorted(file.stem.removeprefix("bench_") for file in Path(__file__).parent.glob("bench_*.py"))
for name in names:
    print(f"== {name}")
    importlib.import_module(f"bench.bench_{name}").main()
