"""Run every benchmark of this folder (or those named) and print one table."""

import asyncio
import sys
from importlib import import_module
from pkgutil import iter_modules

import benchmarks
from benchmarks.report import Result, print_table


def main(wanted: list[str]) -> None:
    names = [module.name for module in iter_modules(benchmarks.__path__) if module.name.startswith("bench_")]
    results: list[Result] = []
    for name in names:
        if not wanted or any(word in name for word in wanted):
            print(f"{name} …", file=sys.stderr, flush=True)
            results += asyncio.run(import_module(f"benchmarks.{name}").run())
    print_table(results)


if __name__ == "__main__":
    main(sys.argv[1:])
