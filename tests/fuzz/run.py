"""Fuzzes the sandbox with what the descriptions of both services allow and forbid; see README.md.

python tests/fuzz/run.py target/debug/kakiyo-sandbox
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import world
from session import Plan, Result, fuzz

# The longer runs first.
WORLDS = ["kakiyo/seed", "kakiyo/tiered", "kaiko/contract", "kaiko/observed"]
FIRST_PORT = 4190
# How much of a long value is shown.
LINE, COMMAND, LINES = 300, 2_000, 40


def main() -> int:
    options = arguments()
    chosen = [one for one in WORLDS if options.world in (None, one)]
    if options.serve:
        return serve(options.binary, chosen)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        # Sets of texts have the same order in every run, and nothing is left behind.
        os.environ |= {"PYTHONHASHSEED": "0", "HYPOTHESIS_STORAGE_DIRECTORY": folder}
        results = run(planned(options, chosen))
    for result in results:
        report(result, options.verbose)
    count = sum(result.requests for result in results)
    print(f"{count} requests in {time.monotonic() - started:.0f} s")
    return int(any(result.findings or not result.requests for result in results))


def planned(options: argparse.Namespace, chosen: list[str]) -> list[Plan]:
    return [
        Plan(
            options.binary,
            *one.split("/"),
            shown=f"http://127.0.0.1:{port(one)}",
            operation=options.operation,
            examples=options.examples,
            seed=options.seed,
        )
        for one in chosen
    ]


def run(plans: list[Plan]) -> list[Result]:
    workers = min(len(plans), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(fuzz, plans))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fuzzes the sandbox.")
    parser.add_argument("binary", type=Path, help="the built kakiyo-sandbox")
    parser.add_argument("--world", choices=WORLDS, help="only this one")
    parser.add_argument(
        "--operation", default="", help="only these, by part of a name: `POST /dnc`"
    )
    parser.add_argument("--examples", type=int, default=10, help="generated per operation and kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="all statuses, nothing cut short")
    parser.add_argument("--serve", action="store_true", help="only start the worlds, until Enter")
    options = parser.parse_args()
    if not options.binary.is_file():
        parser.error(f"{options.binary} is not there; cargo build -p kakiyo-sandbox makes it")
    return options


def port(one: str) -> int:
    return FIRST_PORT + WORLDS.index(one)


def serve(binary: Path, chosen: list[str]) -> int:
    """Starts the worlds where the printed commands look for them."""
    running = [world.start(binary, *one.split("/"), port=port(one)) for one in chosen]
    for one, each in zip(chosen, running, strict=True):
        print(f"{one} at {each.origin}")
    sys.stdin.readline()
    for each in running:
        each.stop()
    return 0


def report(result: Result, verbose: bool) -> None:
    good = sum(any(status < 300 for status in one) for one in result.statuses.values())
    print(
        f"{result.plan.service}/{result.plan.profile}: {result.requests} requests,"
        f" {good} of {len(result.statuses)} operations succeeded,"
        f" {sum(result.known.values())} known differences, {len(result.findings)} findings"
        f" (digest {result.digest})"
    )
    if verbose:
        for label, statuses in result.statuses.items():
            refused = f", {count} valid but refused" if (count := result.refused[label]) else ""
            print(f"  {label}: {dict(sorted(statuses.items()))}{refused}")
        print(f"  known differences: {dict(result.known)}")
    for finding in result.findings.values():
        print(f"\n  {finding.operation}: {finding.what} ({finding.count} times)")
        for line in finding.message.splitlines()[: None if verbose else LINES]:
            print(f"    {cut(line, LINE, verbose)}")
        print(f"    {cut(finding.curl, COMMAND, verbose)}")


def cut(text: str, length: int, verbose: bool) -> str:
    if verbose or len(text) <= length:
        return text
    return f"{text[:length]} … ({len(text)} characters, see --verbose)"


if __name__ == "__main__":
    sys.exit(main())
