"""`make bench`: every measurement of this folder, one after the other, so that ratios share one machine."""

import pkgutil
import subprocess
import sys
import time

import bench


def main() -> int:
    failed = 0
    for name in sorted(module.name for module in pkgutil.iter_modules(bench.__path__)):
        if not name.startswith("_"):
            print(f"\n=== {name} ===", flush=True)
            started = time.perf_counter()
            failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"]).returncode
            print(f"({time.perf_counter() - started:.0f} s)", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
