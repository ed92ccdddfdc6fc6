"""Path generation and scenario risk beside NumPy and numba, on one thread. Each row times ours, then the peer, three times
in turn, so that both meet the same neighbours, and prints the ratio of best times, by the clock on the wall and by processor
time. On a machine that others share the second is the one to read: it leaves out the time spent waiting for a core.

    swift build -c release --product AnalyticsBenchmarks
    python3 Benchmarks/peers/risk.py [path to AnalyticsBenchmarks]
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
import json
import subprocess
import sys
import time

import numpy as np

SPOT, RATE, VOLATILITY, STEPS, STRIKE, PATHS = 100.0, 0.05, 0.2, 252, 100.0, 1_000_000
INTERVAL = 1.0 / STEPS
BINARY = sys.argv[1] if len(sys.argv) > 1 else ".build/release/AnalyticsBenchmarks"


def best(work, repetitions=3):
    """Smallest wall and processor time, and the answer."""
    wall, processor = [], []
    for _ in range(repetitions):
        start, processor_start = time.perf_counter(), time.process_time()
        answer = work()
        wall.append(time.perf_counter() - start)
        processor.append(time.process_time() - processor_start)
    return min(wall), min(processor), answer


def numpy_paths():
    generator, total, chunk = np.random.Generator(np.random.PCG64(1)), 0.0, 500
    for _ in range(0, PATHS, chunk):
        normals = generator.standard_normal((chunk, STEPS))
        drift = (RATE - VOLATILITY**2 / 2) * INTERVAL
        levels = np.exp(np.cumsum(drift + VOLATILITY * np.sqrt(INTERVAL) * normals, axis=1))
        total += np.maximum(SPOT * levels[:, -1] - STRIKE, 0).sum()
    return float(np.exp(-RATE) * total / PATHS)


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
    return lambda: simulate(PATHS)


def scenarios():
    generator, assets, count = np.random.default_rng(5), 100, 1_000_000
    loadings = generator.standard_normal((assets, 5)) * 0.01
    covariance = loadings @ loadings.T + np.diag(generator.uniform(0.5, 2, assets) * 1e-4)
    factor, weights = np.linalg.cholesky(covariance), np.full(assets, 1 / assets)
    matrix = generator.standard_normal((count, assets), dtype=np.float32).astype("f8") @ factor.T

    def tail(profits):
        rank = count // 100
        ordered = np.partition(profits, rank)
        return float(-ordered[rank]), float(-ordered[:rank].mean())

    def simulated():
        source, profits, rows = np.random.Generator(np.random.PCG64(3)), np.empty(count), 10_000
        for start in range(0, count, rows):
            profits[start : start + rows] = (source.standard_normal((rows, assets)) @ factor.T) @ weights
        return tail(profits)

    return lambda: tail(matrix @ weights), simulated


def ours(name, tries):
    output = subprocess.run(
        [BINARY, "--json", "--repetitions", str(tries), "--filter", name], capture_output=True, text=True, check=True
    ).stdout
    results = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    result = next(result for result in results if result["name"] == name)
    return result["bestSeconds"], result["bestProcessorSeconds"]


def main():
    historical, simulated = scenarios()
    rows = [
        ("GBM, 252 steps × 1 M: NumPy", numpy_paths, "GBM call, 252 steps, payoff only"),
        ("historical VaR + ES, 1 M × 100: NumPy", historical, "historical VaR + ES, 1 M scenarios × 100 assets"),
        ("the same, we read the plain rows too", historical, "historical VaR + ES, 1 M × 100, every scenario valued"),
        ("Monte Carlo VaR, 1 M × 100: NumPy", simulated, "Monte Carlo VaR, 1 M scenarios × 100 assets"),
        ("the same, we fold weights into the factor", simulated, "Monte Carlo VaR, 1 M × 100, weights folded in"),
    ]
    try:
        rows.insert(1, ("GBM with drawdown: numba", numba_paths(), "GBM, 252 steps, wealth, drawdown, quantiles"))
    except ImportError:
        print("numba is not installed; its row is left out")
    for name, work, counterpart in rows:
        own, peer, answer = [], [], None
        # Work of milliseconds needs more tries to meet an undisturbed moment.
        own_tries, peer_tries = (20, 20) if work is historical else (2, 1)
        for _ in range(3):
            own.append(ours(counterpart, own_tries))
            *seconds, answer = best(work, peer_tries)
            peer.append(seconds)
        (own_wall, own_busy), (wall, busy) = map(min, zip(*own)), map(min, zip(*peer))
        print(f"{name:42s} {wall:8.4f} s   ours {own_wall:8.4f} s   ratio {wall / own_wall:6.2f}   "
              f"processor {busy:8.4f} / {own_busy:8.4f} = {busy / own_busy:6.2f}   peer's answer {answer}", flush=True)
    # No peer beside these: a limit of their own, and what a second core brings.
    for name in (
        "minimum variance, long only, 100 assets", "minimum variance, long only, 500 assets",
        "stationary bootstrap, 2,520 days, block 10", "stationary bootstrap, 2,520 days, block 35",
        "GBM, 252 steps, wealth, drawdown, quantiles", "the same on two threads",
        "Monte Carlo VaR, 1 M × 100, weights folded in", "Monte Carlo VaR, 1 M × 100, weights folded in, 2 threads",
    ):
        wall, busy = ours(name, 10 if "variance" in name else 3)
        print(f"{name:58s} {wall * 1e3:9.2f} ms   processor {busy * 1e3:9.2f} ms", flush=True)


if __name__ == "__main__":
    main()
