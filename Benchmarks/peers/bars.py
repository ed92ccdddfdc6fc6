#!/usr/bin/env python3
"""Sweeps a dual moving average over 1 million bars and 100 parameter sets with a hand-written numba loop and through
Lockstep's lanes, one core each, in turns; compares all total returns and prints the ratio of this run.

usage: bars.py [rounds=3] [bars=1000000]

Needs `pip install numpy numba`, and `swift build -c release --product LaneBenchmarks` in the repository; binaries
elsewhere are named by LOCKSTEP_BINARIES. Both sides get the same closing prices: a random walk around 100 in whole
millionths. Both go all in at the close where the fast average rises above the slow one and all out where it falls
below, for a fee of 1e-4. numba decides in floating point over one array for each parameter set; Lockstep runs the
strategy through books, desk, risk gate, orders, fills, fees and exact accounts, event by event for all lanes.

Tolerance: Lockstep buys whole lots, at most one of about ten million less than the loop's fraction, at each purchase.
Money not spent stays in cash, so the returns agree to about 1e-7 for each trade; 1e-4 over some ten thousand trades is
the bound that is checked, and the largest difference is printed.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from numba import njit

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
BARS = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BINARIES = os.environ.get("LOCKSTEP_BINARIES", os.path.join(ROOT, ".build", "release"))
FAST = [5, 10, 15, 20, 25, 30, 35, 40, 45, 50]
SLOW = [60, 80, 100, 120, 150, 200, 250, 300, 400, 500]
FEE = 1e-4
TOLERANCE = 1e-4


@njit
def one(prices, sums, fast, slow, fee):
    cash, held, was_above, is_first, trades = 1e5, 0.0, False, True, 0
    for i in range(slow - 1, len(prices)):
        a = (sums[i + 1] - sums[i + 1 - fast]) / fast
        b = (sums[i + 1] - sums[i + 1 - slow]) / slow
        is_above = a > b
        if not is_first:
            if is_above and not was_above and held == 0.0:
                held = cash / (prices[i] * (1 + fee))
                cash = 0.0
                trades += 1
            elif (not is_above) and was_above and a < b and held > 0.0:
                cash = held * prices[i] * (1 - fee)
                held = 0.0
        was_above = is_above
        is_first = False
    return (cash + held * prices[-1]) / 1e5 - 1, trades


def numba_loop(prices):
    sums = np.concatenate(([0.0], np.cumsum(prices)))
    one(prices[:1000], sums, 5, 60, FEE)
    start, processor = time.perf_counter(), time.process_time()
    results = [one(prices, sums, fast, slow, FEE) for fast in FAST for slow in SLOW]
    return results, time.perf_counter() - start, time.process_time() - processor


def lockstep(closes, returns):
    command = [os.path.join(BINARIES, "LaneBenchmarks"), "--json", "--repetitions", "1", "--closes", closes,
               "--returns", returns]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with {status}")
    row = next(json.loads(line) for line in output.splitlines() if line.startswith("{"))
    return row, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    draws = np.random.default_rng(3).standard_normal(BARS)
    ticks = np.rint(1e8 * np.exp(np.cumsum(draws * 1e-4))).astype("<i4")
    with tempfile.TemporaryDirectory() as folder:
        closes, returns = os.path.join(folder, "closes"), os.path.join(folder, "returns")
        ticks.tofile(closes)
        their_seconds, their_processor, our_seconds, our_processor = [], [], [], []
        for _ in range(ROUNDS):
            results, seconds, processor = numba_loop(ticks.astype(np.float64))
            their_seconds.append(seconds)
            their_processor.append(processor)
            row, processor, memory = lockstep(closes, returns)
            our_seconds.append(row["medianSeconds"])
            our_processor.append(processor)
        ours = np.loadtxt(returns)
    theirs = np.array([result[0] for result in results])
    difference = np.abs((ours + 1) / (theirs + 1) - 1)
    print(f"numba loop  median {statistics.median(their_seconds):.3f} s, processor "
          f"{statistics.median(their_processor):.3f} s; returns max {theirs.max():.6f} mean {theirs.mean():.6f}, "
          f"{sum(result[1] for result in results)} purchases")
    print(f"Lockstep    median {statistics.median(our_seconds):.3f} s, processor with start-up "
          f"{statistics.median(our_processor):.3f} s; returns max {ours.max():.6f} mean {ours.mean():.6f}, "
          f"{memory:.0f} MB, hash {row['hash']}")
    print(f"numba / Lockstep: {statistics.median(their_seconds) / statistics.median(our_seconds):.2f} x by the clock, "
          f"{statistics.median(their_processor) / statistics.median(our_processor):.2f} x by processor time (aim 1)")
    print(f"largest relative difference of final money {difference.max():.2e} over {len(ours)} parameter sets")
    if not (difference < TOLERANCE).all():
        sys.exit("the results differ by more than whole lots explain")


if __name__ == "__main__":
    main()
