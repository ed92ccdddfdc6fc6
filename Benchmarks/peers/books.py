#!/usr/bin/env python3
"""Replays the same order-level stream through hftbacktest's L3 book and through Lockstep's full books, one core each, in
turns, and prints the ratios of this run.

usage: books.py PEER_DATA [rounds=3]

PEER_DATA holds `hbt_l3.npy` and `l3.ticks` of the common stream (10 million messages, seed 7); `ticks.py` leaves the
latter behind. Needs `pip install hftbacktest==2.4.4`, and `swift build -c release --product OrderBooksBenchmarks` in the
repository. hftbacktest gets its faster setting: a dense book over a price range known beforehand, and one call for the
whole day without a strategy. Its arrays are in memory before its clock starts; Lockstep's clock includes decoding.
"""
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np
from hftbacktest import BacktestAsset, ROIVectorMarketDepthBacktest
from numba import njit

DATA = sys.argv[1] if len(sys.argv) > 1 else "peer-data"
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
DAY_NANOSECONDS = 1_000_000_000_000_000


@njit
def replay(backtest, step):
    count = 0
    while backtest.elapse(step) == 0:
        count += 1
    return count


def backtest_over(data):
    asset = (BacktestAsset().data(data).linear_asset(1.0).constant_order_latency(500_000, 500_000)
             .no_partial_fill_exchange().l3_fifo_queue_model().trading_value_fee_model(0.0, 0.0)
             .tick_size(0.01).lot_size(1.0).roi_lb(300.0).roi_ub(350.0).last_trades_capacity(0))
    return ROIVectorMarketDepthBacktest([asset])


def hftbacktest_seconds(data):
    backtest = backtest_over(data)
    start = time.perf_counter()
    replay(backtest, DAY_NANOSECONDS)
    seconds = time.perf_counter() - start
    backtest.close()
    return seconds


def lockstep(path):
    binary = os.path.join(ROOT, ".build", "release", "OrderBooksBenchmarks")
    command = [binary, "--json", "--repetitions", "5", "--filter", os.path.basename(path), path]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return next(json.loads(line) for line in output.splitlines() if line.startswith("{"))


def main():
    data = np.load(os.path.join(DATA, "hbt_l3.npy"))
    path = os.path.join(DATA, "l3.ticks")
    small = backtest_over(data[:1000])
    replay(small, DAY_NANOSECONDS)
    small.close()
    theirs, ours = [], []
    for _ in range(ROUNDS):
        theirs.append(hftbacktest_seconds(data))
        row = lockstep(path)
        ours.append(row["medianSeconds"])
    messages = row["items"]
    their_seconds, our_seconds = statistics.median(theirs), statistics.median(ours)
    our_rate = messages / our_seconds
    print(f"Lockstep, .ticks to full FIFO books  {our_rate / 1e6:8.2f} M messages/s  hash {row['hash']}")
    print(f"hftbacktest L3, arrays to books      {len(data) / their_seconds / 1e6:8.2f} M records/s"
          f"  {messages / their_seconds / 1e6:8.2f} M messages/s")
    print(f"Lockstep / hftbacktest: {their_seconds / our_seconds:6.1f} x by messages, "
          f"{our_rate * their_seconds / len(data):6.1f} x by records (aim 10)")


if __name__ == "__main__":
    main()
