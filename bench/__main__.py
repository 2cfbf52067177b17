"""`make bench`: every measurement of this folder in one run, so that the ratios share one machine's noise."""

import importlib
import pkgutil
import time

import bench


def main() -> None:
    for module in sorted(pkgutil.iter_modules(bench.__path__), key=lambda module: module.name):
        if not module.name.startswith("_"):
            print(f"\n=== {module.name} ===", flush=True)
            started = time.perf_counter()
            importlib.import_module(f"bench.{module.name}").main()
            print(f"({time.perf_counter() - started:.1f} s)", flush=True)


main()
