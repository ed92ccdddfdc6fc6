#!/usr/bin/env python3
"""Runs the same grid maker over the same stream in hftbacktest and in Lockstep, compares every fill, and prints the
ratios of this run.

usage: lanes.py PEER_DATA [rounds=1] [sweep_records=all] [scratch=PEER_DATA]

PEER_DATA holds `hbt_l2.npy`, `hbt_l3.npy` and `l3.ticks` of the common stream (10 million messages, seed 7; `ticks.py`
leaves the latter behind). Needs `pip install hftbacktest==2.4.4`, and `swift build -c release` of the products
`LaneBenchmarks` and `lockstep` in the repository; binaries elsewhere are named by LOCKSTEP_BINARIES. `l2.ticks` is made
in `scratch` from hftbacktest's own level records, through the importer.

The same on both sides: decisions every 100 ms from the first event on, 0.5 ms to the venue and 0.5 ms back, a feed of
60 microseconds (the arrays' local times are replaced in memory, because their own vary by event), post-only orders,
maker fee -0.002 %, exact FIFO on orders, the risk-averse queue on levels. Agreement is checked twice:

- with orders of one lot and no skew or limit, so that nothing fills partly and no difference can spread through the
  position: every difference is traced to a root (see `compare`), and the script fails when one is unexplained;
- with the 100-lot orders, skew and limit of the benchmark, where differences spread: counts and the first divergence.

Roots, explained in AGREEMENT.md:

1. hftbacktest passes over an order that stands alone at the best price of its side when a trade goes through it on
   order-level data; it fills when a market order behind it in its own queue is executed, or never.
2. hftbacktest fills every order a trade reaches in full; in Lockstep one event fills a lane for at most its quantity.

The ratios are of processor time, and by the clock; both sides run on one core. hftbacktest's arrays are in memory
before its clock starts; Lockstep's clock includes decoding the file, its processor time also starting the process.
"""
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter

import numpy as np
from hftbacktest import (BUY, GTX, LIMIT, BacktestAsset, ROIVectorMarketDepthBacktest)
from numba import njit, uint64
from numba.typed import Dict

DATA = sys.argv[1] if len(sys.argv) > 1 else "peer-data"
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
SWEEP = int(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] != "all" else None
SCRATCH = sys.argv[4] if len(sys.argv) > 4 else DATA
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BINARIES = os.environ.get("LOCKSTEP_BINARIES", os.path.join(ROOT, ".build", "release"))
FEED = 60_000
ORDER = 500_000
PERIOD = 100_000_000
FILLED = 3


@njit
def grid(backtest, half_spread, count, skew, quantity, limit, as_published, fills):
    """The 5x5 grid maker. Prices in whole ticks and an identifier of its own for each side, unless `as_published`."""
    tick = backtest.depth(0).tick_size
    decisions, sent, filled, last = 0, 0, 0, 0
    while backtest.elapse(PERIOD) == 0:
        last = backtest.current_timestamp
        if len(fills) > 0:
            values = backtest.orders(0).values()
            while values.has_next():
                order = values.get()
                if order.status == FILLED:
                    fills[filled, 0] = order.exch_timestamp
                    fills[filled, 1] = 0 if order.side == BUY else 1
                    fills[filled, 2] = round(order.exec_price / tick)
                    fills[filled, 3] = round(order.exec_qty)
                    fills[filled, 4] = round(order.price / tick)
                    fills[filled, 5] = order.local_timestamp
                    filled += 1
        backtest.clear_inactive_orders(0)
        depth = backtest.depth(0)
        position = backtest.position(0)
        orders = backtest.orders(0)
        bid = depth.best_bid
        ask = depth.best_ask
        if not (bid > 0 and ask < 1e9):
            continue
        if as_published:
            middle = (bid + ask) / 2.0 - skew * tick * position / 100.0
            top = np.floor(min(middle - half_spread * tick, bid) / tick) * tick
            bottom = np.ceil(max(middle + half_spread * tick, ask) / tick) * tick
        else:
            bid_tick = round(bid / tick)
            ask_tick = round(ask / tick)
            middle = (bid_tick + ask_tick) / 2.0 - skew * position / 100.0
            top = np.floor(min(middle - half_spread, bid_tick)) * tick
            bottom = np.ceil(max(middle + half_spread, ask_tick)) * tick
        bids = Dict.empty(np.uint64, np.float64)
        if position < limit:
            for _ in range(count):
                bids[uint64(round(top / tick)) if as_published else uint64(round(top / tick) * 2)] = top
                top -= tick
        asks = Dict.empty(np.uint64, np.float64)
        if position > -limit:
            for _ in range(count):
                asks[uint64(round(bottom / tick)) if as_published else uint64(round(bottom / tick) * 2 + 1)] = bottom
                bottom += tick
        values = orders.values()
        while values.has_next():
            order = values.get()
            if order.cancellable:
                wanted = order.order_id in bids if order.side == BUY else order.order_id in asks
                if not wanted:
                    backtest.cancel(0, order.order_id, False)
        for identifier, price in bids.items():
            if identifier not in orders:
                backtest.submit_buy_order(0, identifier, price, quantity, GTX, LIMIT, False)
                sent += 1
        for identifier, price in asks.items():
            if identifier not in orders:
                backtest.submit_sell_order(0, identifier, price, quantity, GTX, LIMIT, False)
                sent += 1
        decisions += 1
    return decisions, sent, filled, last


def backtest_over(data, kind):
    asset = (BacktestAsset().data(data).linear_asset(1.0).constant_order_latency(ORDER, ORDER)
             .no_partial_fill_exchange().trading_value_fee_model(-0.00002, 0.0001).tick_size(0.01).lot_size(1.0)
             .roi_lb(300.0).roi_ub(350.0).last_trades_capacity(0))
    asset = asset.l3_fifo_queue_model() if kind == "l3" else asset.risk_adverse_queue_model()
    return ROIVectorMarketDepthBacktest([asset])


def theirs(data, kind, half_spread=2.0, skew=1.0, quantity=100.0, limit=1000.0, as_published=False, keep=True):
    backtest = backtest_over(data, kind)
    room = np.zeros((2_000_000 if keep else 0, 6), np.int64)
    start, processor = time.perf_counter(), time.process_time()
    decisions, sent, filled, last = grid(backtest, half_spread, 5, skew, quantity, limit, as_published, room)
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    values = backtest.state_values(0)
    answer = dict(decisions=decisions, sent=sent, fills=room[:filled].copy(), last=last, seconds=seconds,
                  processor=processor, position=values.position, balance=values.balance, trades=values.num_trades)
    backtest.close()
    return answer


def with_constant_feed(data, unique):
    """A copy whose events are all heard FEED later; with `unique`, no two records share a time, so that level changes
    and trades can be stored as two tables and merged by time again."""
    copy = data.copy()
    if unique:
        place = np.arange(len(copy))
        copy["exch_ts"] = np.maximum.accumulate(copy["exch_ts"] - place) + place
    copy["local_ts"] = copy["exch_ts"] + FEED
    return copy


def write_levels(data, path):
    """Stores hftbacktest's level changes and trades as a tick file, through the tables that Tardis publishes."""
    if os.path.exists(path):
        return
    ticks = np.rint(data["px"] * 100).astype(np.int64)
    quantity = np.rint(data["qty"]).astype(np.int64)
    is_buy = (data["ev"] & np.uint64(1 << 29)) != 0
    is_trade = (data["ev"] & np.uint64(0xFF)) == 2
    tables = []
    for name, rows in (("trades", np.flatnonzero(is_trade)), ("incremental_book_L2", np.flatnonzero(~is_trade))):
        tables.append(f"{path}.{name}.csv")
        words, extra = (("sell", "buy"), "") if name == "trades" else (("ask", "bid"), "false")
        with open(tables[-1], "w") as out:
            out.write("exchange,symbol,timestamp,local_timestamp,"
                      + ("id," if name == "trades" else "is_snapshot,") + "side,price,amount\n")
            for start in range(0, len(rows), 1_000_000):
                part = rows[start:start + 1_000_000]
                columns = zip(data["exch_ts"][part].tolist(), is_buy[part].tolist(), ticks[part].tolist(),
                              quantity[part].tolist())
                out.write("".join(f"SYN,SYN,{t},{t + FEED},{extra},{words[b]},"
                                  f"{p // 100}.{p % 100:02d},{q}\n" for t, b, p, q in columns))
    subprocess.run([os.path.join(BINARIES, "lockstep"), "import", *tables, "--tick", "0.01", "--lot", "1", "--quiet",
                    "--output", path], check=True)
    for table in tables:
        os.remove(table)


class PeakMemory(threading.Thread):
    """Reads a process's peak of memory while it runs: what `wait4` tells includes this script's own, from before the
    program was loaded."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.path = f"/proc/{process}/status"
        self.megabytes = 0
        self.start()

    def run(self):
        while True:
            try:
                with open(self.path) as status:
                    lines = [line.split() for line in status if line.startswith("VmHWM")]
            except OSError:
                return
            if not lines:
                return
            self.megabytes = max(self.megabytes, int(lines[0][1]) / 1024)
            time.sleep(0.02)


def ours(path, lanes=1, fills=None, **parameters):
    """Runs the grid maker; gives what it printed, its processor seconds, and its peak of memory in MB."""
    command = [os.path.join(BINARIES, "LaneBenchmarks"), path, "--json", "--repetitions", "1", "--lanes", str(lanes),
               "--feed", str(FEED), "--order", str(ORDER), "--acknowledgement", str(ORDER)]
    for name, value in parameters.items():
        command += ["--" + name.replace("_", "-"), str(value)]
    if fills:
        command += ["--fills", fills]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        peak = PeakMemory(child.pid)
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with {status}")
    row = next(json.loads(line) for line in output.splitlines() if line.startswith("{"))
    return row, usage.ru_utime + usage.ru_stime, peak.megabytes


def read_fills(path):
    kinds = [("time", "i8"), ("lane", "i4"), ("side", "U1"), ("price", "i4"), ("lots", "i8"), ("maker", "i1"),
             ("cause", "U20"), ("cause_price", "i4"), ("ahead", "i8"), ("sent", "i8")]
    return np.loadtxt(path, delimiter=",", skiprows=1, dtype=kinds, ndmin=1)


def rows_of_theirs(answer):
    """Their fills as (time, side, price, lots, sent), by time; their fault of a fill's price would show here."""
    fills = answer["fills"]
    if (fills[:, 2] != fills[:, 4]).any():
        print(f"  hftbacktest filled {(fills[:, 2] != fills[:, 4]).sum()} orders at another price than their own")
    return sorted((int(t), "BS"[s], int(p), int(q), int(sent)) for t, s, p, q, _, sent in fills)


def compare(title, answer, table, traces=True):
    """Prints counts, equal fills, the first divergence, and what the rest follows from; gives what is unexplained.

    An order is known by side, price and the moment it was sent. While both simulators hold the same orders at a price,
    an order that fills in one of them earlier than in the other, or in one alone, is the root of a divergence. From
    then on the two hold different orders at that side and price, until they fill the same order at the same time again;
    fills in between are consequences. A fill of an order that the other never had, without a root before it at its side
    and price, is unexplained.
    """
    last_heard = answer["last"] - ORDER
    theirs_rows = [row for row in rows_of_theirs(answer) if row[0] <= last_heard]
    ours_rows = [row for row in table if row["time"] <= last_heard]
    their_fills, our_fills = Counter(row[:4] for row in theirs_rows), Counter(
        (int(row["time"]), str(row["side"]), int(row["price"]), int(row["lots"])) for row in ours_rows)
    equal = sum((their_fills & our_fills).values())
    print(f"{title}: hftbacktest {len(theirs_rows)} fills, Lockstep {len(ours_rows)}, equal in time, side, price and "
          f"quantity {equal}")
    differing = sorted((their_fills - our_fills) + (our_fills - their_fills))
    if not differing:
        return 0
    first = differing[0][0]
    print(f"  first divergence at {first}:")
    for row in [row for row in theirs_rows if abs(row[0] - first) <= 200_000_000]:
        print(f"    hftbacktest {row[0]} {row[1]} {row[3]} at {row[2]}, sent {row[4]}")
    for row in [row for row in ours_rows if abs(row["time"] - first) <= 200_000_000]:
        print(f"    Lockstep    {row['time']} {row['side']} {row['lots']} at {row['price']}, sent {row['sent']}, "
              f"{row['cause']}, market order at {row['cause_price']}, ahead when joined {row['ahead']}")
    if not traces:
        return 0
    # A cancel under way replaces the sending time that hftbacktest shows, so equal fills name the order first.
    sending = {(int(row["time"]), str(row["side"]), int(row["price"])): int(row["sent"]) for row in ours_rows}
    orders = {}
    for row in theirs_rows:
        orders.setdefault((row[1], row[2], sending.get(row[:3], row[4])), [None, None])[0] = (row[0], "")
    for row in ours_rows:
        entry = orders.setdefault((str(row["side"]), int(row["price"]), int(row["sent"])), [None, None])
        if entry[1] is None:
            entry[1] = (int(row["time"]), str(row["cause"]))
    # Lockstep's fills by time and side: a market event is worth its own quantity to all orders of a lane together.
    used = Counter((int(row["time"]), str(row["side"])) for row in ours_rows)
    classes, diverged = Counter(), set()
    for (side, price, _), (their, our) in sorted(orders.items(), key=lambda item: item[0][2]):
        level = (side, price)
        if their and our and their[0] == our[0]:
            diverged.discard(level)
            continue
        if level in diverged:
            classes["consequence at a side and price that had diverged"] += 1
        elif their and our:
            if our[0] < their[0]:
                classes[f"root: filled earlier in Lockstep, {our[1]}"] += 1
            elif used[their[0], side]:
                classes["root: filled later in Lockstep, where another order took that event's quantity"] += 1
            else:
                classes["root: filled later in Lockstep, unexplained"] += 1
        elif our:
            classes[f"root: filled in Lockstep alone, {our[1]}"] += 1
        elif used[their[0], side]:
            classes["root: filled in hftbacktest alone, where another order took that event's quantity"] += 1
        else:
            classes["root: filled in hftbacktest alone, unexplained"] += 1
        diverged.add(level)
    for name, count in classes.most_common():
        print(f"  {count:7d} orders  {name}")
    return sum(count for name, count in classes.items() if name.endswith("unexplained"))


def agreement(kind, data, path):
    """Compares all fills of one kind of data; gives how many roots are unexplained."""
    name = "L3 FIFO" if kind == "l3" else "L2 risk-averse"
    table = os.path.join(SCRATCH, f"{kind}.fills.csv")
    answer = theirs(data, kind, skew=0.0, quantity=1.0, limit=1e12)
    ours(path, fills=table, half_spread=2, skew=0, quantity=1, position_limit=1_000_000_000)
    unexplained = compare(f"{name}, one lot, no skew or limit", answer, read_fills(table))
    answer = theirs(data, kind)
    ours(path, fills=table, half_spread=2, skew=1)
    compare(f"{name}, 100 lots, skew and limit", answer, read_fills(table), traces=False)
    os.remove(table)
    return unexplained


def speed(data, path):
    """Ratios of the benchmark on order-level data: 1 lane, 16 variants, 1,024 lanes."""
    theirs(data[:10_000], "l3", keep=False)
    messages = 0
    sweep = [(half_spread, skew) for half_spread in (1.0, 2.0, 3.0, 4.0) for skew in (0.0, 1.0, 2.0, 4.0)]
    for lanes, variants in ((1, [(2.0, 1.0)]), (16, sweep)):
        part = data if lanes == 1 or SWEEP is None else data[:SWEEP]
        rows = []
        for _ in range(ROUNDS):
            runs = [theirs(part, "l3", half_spread=h, skew=s, keep=False) for h, s in variants]
            row, processor, memory = ours(path, lanes)
            rows.append((sum(run["seconds"] for run in runs), sum(run["processor"] for run in runs),
                         row["medianSeconds"], processor))
        messages = row["items"] // lanes
        # A slice of their records stands for the whole by its share.
        their_clock, their_processor, clock, processor = (statistics.median(column) for column in zip(*rows))
        scale = len(data) / len(part)
        print(f"{lanes:5d} lanes: hftbacktest {their_clock * scale:.2f} s, processor {their_processor * scale:.2f} s"
              + (f" (from its first {len(part):,} records)" if scale > 1 else "")
              + f"; Lockstep {clock:.3f} s, processor {processor:.3f} s, "
              f"{lanes * messages / clock / 1e6:.0f} M lane-events/s, {memory:.0f} MB, hash {row['hash']}; ratio "
              f"{their_clock * scale / clock:.1f} x by the clock, {their_processor * scale / processor:.1f} x by "
              f"processor time (aim {10 if lanes == 1 else 200})")
    row, processor, memory = ours(path, 1024)
    print(f" 1024 lanes: Lockstep {row['medianSeconds']:.2f} s, processor {processor:.2f} s, "
          f"{1024 * messages / processor / 1e6:.0f} M lane-events a processor second (aim 2,000), {memory:.0f} MB "
          "(aim 1,000)")


def main():
    unexplained = 0
    original = np.load(os.path.join(DATA, "hbt_l2.npy"))
    data = with_constant_feed(original, unique=True)
    del original
    path = os.path.join(SCRATCH, "l2.ticks")
    write_levels(data, path)
    unexplained += agreement("l2", data, path)
    original = np.load(os.path.join(DATA, "hbt_l3.npy"))
    published = theirs(original, "l3", as_published=True)
    print(f"L3 as published (floating-point prices, shared identifiers, recorded feed): hftbacktest "
          f"{published['sent']} submissions, {published['trades']} trades, balance {published['balance']:.2f}, "
          f"{published['seconds']:.2f} s, processor {published['processor']:.2f} s")
    data = with_constant_feed(original, unique=False)
    del original
    path = os.path.join(DATA, "l3.ticks")
    unexplained += agreement("l3", data, path)
    speed(data, path)
    if unexplained:
        sys.exit(f"{unexplained} differences are unexplained")


if __name__ == "__main__":
    main()
