"""Path generation and scenario risk beside NumPy and numba, one thread each, in one run. Every row times ours and the peer in
turn, several rounds, so that both meet the same neighbours, and prints the median of the rounds' ratios with the smallest and
the largest, by the clock on the wall and by processor time. On a machine that others share the second is the one to read: it
leaves out the time spent waiting for a core. Behind each pair stand both answers and the ratio that is asked for.

    swift build -c release --product AnalyticsBenchmarks
    python3 Benchmarks/peers/risk.py [path to AnalyticsBenchmarks] [--only WORD] [--rounds N]
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
import argparse
import json
import statistics
import subprocess
import time

import numpy as np

SPOT, RATE, VOLATILITY, STEPS, STRIKE, PATHS = 100.0, 0.05, 0.2, 252, 100.0, 1_000_000
INTERVAL = 1.0 / STEPS
ASSETS, SCENARIOS = 100, 1_000_000


def timed(work, repetitions):
    """Median wall time, smallest processor time, and the answer."""
    wall, processor, answer = [], [], None
    for _ in range(repetitions):
        start, processor_start = time.perf_counter(), time.process_time()
        answer = work()
        wall.append(time.perf_counter() - start)
        processor.append(time.process_time() - processor_start)
    return statistics.median(wall), min(processor), answer


def numpy_paths():
    generator, total, chunk = np.random.Generator(np.random.PCG64(1)), 0.0, 500
    for _ in range(0, PATHS, chunk):
        normals = generator.standard_normal((chunk, STEPS))
        drift = (RATE - VOLATILITY**2 / 2) * INTERVAL
        levels = np.exp(np.cumsum(drift + VOLATILITY * np.sqrt(INTERVAL) * normals, axis=1))
        total += np.maximum(SPOT * levels[:, -1] - STRIKE, 0).sum()
    return f"call {np.exp(-RATE) * total / PATHS:.4f}"


def numba_paths():
    from numba import njit

    @njit(fastmath=True)
    def simulate(paths):
        np.random.seed(1)
        total, falls = 0.0, 0.0
        drift, scale = (RATE - VOLATILITY * VOLATILITY / 2) * INTERVAL, VOLATILITY * np.sqrt(INTERVAL)
        for _ in range(paths):
            level, peak, fall = 0.0, 0.0, 0.0
            for _ in range(STEPS):
                level += drift + scale * np.random.standard_normal()
                if level > peak:
                    peak = level
                if peak - level > fall:
                    fall = peak - level
            total += max(SPOT * np.exp(level) - STRIKE, 0.0)
            falls += 1 - np.exp(-fall)
        return np.exp(-RATE) * total / paths, falls / paths

    simulate(10)
    return lambda: "call {:.4f}, mean drawdown {:.6f}".format(*simulate(PATHS))


def covariance_factor():
    generator = np.random.default_rng(5)
    loadings = generator.standard_normal((ASSETS, 5)) * 0.01
    return np.linalg.cholesky(loadings @ loadings.T + np.diag(generator.uniform(0.5, 2, ASSETS) * 1e-4))


WEIGHTS = np.full(ASSETS, 1 / ASSETS)


def tail(profits):
    """By partition, the fastest that NumPy has."""
    rank = len(profits) // 100
    ordered = np.partition(profits, rank)
    return f"VaR {-ordered[rank]:.6f}, ES {-ordered[:rank].mean():.6f}"


def historical():
    normals = np.random.default_rng(5).standard_normal((SCENARIOS, ASSETS), dtype=np.float32).astype("f8")
    matrix = normals @ covariance_factor().T
    del normals

    def by_quantile():
        profits = matrix @ WEIGHTS
        quantile = np.quantile(profits, 0.01)
        return f"VaR {-quantile:.6f}, ES {-profits[profits <= quantile].mean():.6f}"

    return lambda: tail(matrix @ WEIGHTS), by_quantile


def simulated():
    factor, rows = covariance_factor(), 10_000
    source, profits = np.random.Generator(np.random.PCG64(3)), np.empty(SCENARIOS)
    for start in range(0, SCENARIOS, rows):
        profits[start : start + rows] = (source.standard_normal((rows, ASSETS)) @ factor.T) @ WEIGHTS
    return tail(profits)


class Ours:
    def __init__(self, binary):
        self.binary = binary

    def run(self, name, repetitions):
        done = subprocess.run(
            [self.binary, "--json", "--repetitions", str(repetitions), "--filter", name], capture_output=True, text=True,
            check=True)
        results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        result = next(result for result in results if result["name"] == name)
        remarks = [line.strip() for line in done.stderr.splitlines() if ":" in line]
        return result["medianSeconds"], result["bestProcessorSeconds"], (remarks or ["?"])[-1]


def compare(ours, title, target, name, own_tries, work, peer_tries, rounds):
    wall, processor = [], []
    for _ in range(rounds):
        own = ours.run(name, own_tries)
        peer = timed(work, peer_tries)
        wall.append((peer[0] / own[0], peer[0], own[0]))
        processor.append((peer[1] / own[1], peer[1], own[1]))
    ratio, busy = statistics.median(row[0] for row in wall), statistics.median(row[0] for row in processor)
    print(f"{title}\n  ratio {ratio:6.2f} ({min(wall)[0]:.2f} to {max(wall)[0]:.2f}), asked for {target:g}: "
          f"{'met' if ratio >= target else 'MISSED'}; by processor time {busy:.2f}"
          f" ({min(processor)[0]:.2f} to {max(processor)[0]:.2f})\n"
          f"  peer {statistics.median(row[1] for row in wall) * 1e3:9.2f} ms  {peer[2]}\n"
          f"  ours {statistics.median(row[2] for row in wall) * 1e3:9.2f} ms  {own[2]}", flush=True)


def limit(ours, name, milliseconds, tries, rounds):
    found = [ours.run(name, tries) for _ in range(rounds)]
    wall, busy = (statistics.median(row[index] for row in found) * 1e3 for index in (0, 1))
    verdict = "" if milliseconds is None else (
        f", at most {milliseconds:g} asked for: {'met' if wall <= milliseconds else 'MISSED'}")
    print(f"{name}\n  {wall:9.2f} ms, processor {busy:9.2f} ms{verdict}", flush=True)
    return wall


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", default=".build/release/AnalyticsBenchmarks")
    parser.add_argument("--only", default="", help="rows whose title contains this word")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    ours, rounds = Ours(arguments.binary), arguments.rounds

    def wanted(title):
        return arguments.only in title

    rows = [("GBM, 252 steps × 1 M paths, payoff: NumPy", 8, "GBM call, 252 steps, payoff only", 1, numpy_paths, 1)]
    try:
        title = "GBM, 252 steps × 1 M paths, with drawdown: numba"
        if wanted(title):
            rows.append((title, 10, "GBM, 252 steps, wealth, drawdown, quantiles", 1, numba_paths(), 1))
    except ImportError:
        print("numba is not installed; its row is left out")
    titles = [
        "historical VaR + ES, 1 M × 100, matrix made before: NumPy, partition",
        "historical VaR + ES, 1 M × 100, plain rows: NumPy, partition",
        "historical VaR + ES, 1 M × 100, plain rows: NumPy, quantile",
    ]
    if any(wanted(title) for title in titles):
        by_partition, by_quantile = historical()
        plain = "historical VaR + ES, 1 M × 100, every scenario valued"
        rows += [
            (titles[0], 2, "historical VaR + ES, 1 M scenarios × 100 assets", 9, by_partition, 9),
            (titles[1], 2, plain, 9, by_partition, 9),
            (titles[2], 2, plain, 9, by_quantile, 9),
        ]
    rows += [
        ("Monte Carlo VaR, 1 M × 100, every asset built: NumPy", 4, "Monte Carlo VaR, 1 M scenarios × 100 assets", 1,
         simulated, 1),
        ("Monte Carlo VaR, 1 M × 100, weights folded into the factor: NumPy", 4,
         "Monte Carlo VaR, 1 M × 100, weights folded in", 1, simulated, 1),
    ]
    for title, target, name, own_tries, work, peer_tries in rows:
        if wanted(title):
            compare(ours, title, target, name, own_tries, work, peer_tries, rounds)
    # No peer beside these: limits of their own.
    for name, milliseconds, tries in (
        ("scenario matrix, 1 M × 100, made once", None, 3),
        ("minimum variance, long only, 100 assets", 2, 20), ("minimum variance, long only, 500 assets", 100, 5),
        ("stationary bootstrap, 2,520 days, block 10", 1000, 3), ("stationary bootstrap, 2,520 days, block 35", 1000, 3),
    ):
        if wanted(name):
            limit(ours, name, milliseconds, tries, rounds)
    # What a second core brings.
    for single, double in (
        ("GBM, 252 steps, wealth, drawdown, quantiles", "the same on two threads"),
        ("Monte Carlo VaR, 1 M × 100, weights folded in", "Monte Carlo VaR, 1 M × 100, weights folded in, 2 threads"),
        ("historical VaR + ES, 1 M scenarios × 100 assets", "historical VaR + ES, 1 M scenarios × 100 assets, 2 threads"),
    ):
        if wanted("threads"):
            one, two = limit(ours, single, None, 3, rounds), limit(ours, double, None, 3, rounds)
            print(f"  two threads are {one / two:.2f} times as fast", flush=True)


if __name__ == "__main__":
    main()
