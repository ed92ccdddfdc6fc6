"""One report beside quantstats on the same ten years of daily returns: time to write, bytes, and every figure that both define
alike. Each side is timed in turn, three times, and the best counts.

    swift build -c release --product ReportBenchmarks
    python3 Benchmarks/peers/report.py [path to ReportBenchmarks]
"""
import base64
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("MPLBACKEND", "Agg")
import pandas as pd
import quantstats as qs

BINARY = sys.argv[1] if len(sys.argv) > 1 else ".build/release/ReportBenchmarks"
NAME = "ten years of days, no fills"


def ours(folder):
    output = subprocess.run(
        [BINARY, "--json", "--filter", NAME, "--repetitions", "1", "--write", folder], capture_output=True, text=True,
        check=True).stdout
    rows = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return next(row["bestSeconds"] for row in rows if row["name"] == NAME)


def page(folder):
    name = next(file for file in os.listdir(folder) if "no-fills" in file)
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def returns_of(text):
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S).group(1))
    raw = base64.b64decode(data["basis"]["e"])
    equity = struct.unpack(f"<{len(raw) // 8}d", raw)
    origin, unit, total, days = int(data["origin"]), data["unit"], 0, []
    for entry in data["basis"]["t"]:
        step, count = entry if isinstance(entry, list) else (entry, 1)
        for _ in range(count):
            total += step
            days.append(pd.Timestamp(origin + total * unit).normalize())
    return pd.Series([b / a - 1 for a, b in zip(equity, equity[1:])], index=pd.DatetimeIndex(days))


def figures_of(text):
    found = dict(re.findall(r'<tr data-id="([a-z0-9_]+)">.*?data-v="([^"]+)"', text))
    return {key: float(value) for key, value in found.items()}


def main():
    with tempfile.TemporaryDirectory() as folder:
        ours(folder)
        text = page(folder)
        returns = returns_of(text)
        own, peer, size = [], [], 0
        target = os.path.join(folder, "quantstats.html")
        for _ in range(3):
            own.append(ours(folder))
            start = time.perf_counter()
            qs.reports.html(returns, output=target, title="peer", download_filename=target)
            peer.append(time.perf_counter() - start)
            size = os.path.getsize(target)
        length = len(text.encode())
        print(f"lockstep    {min(own):.4f} s  {length:>9} bytes")
        print(f"quantstats  {min(peer):.4f} s  {size:>9} bytes  (version {qs.__version__})")
        print(f"ratio       {min(peer) / min(own):.1f} times faster, {size / length:.1f} times smaller")
        got = figures_of(text)
        stats = qs.stats
        shared = {
            "total_return": stats.comp(returns), "sharpe": stats.sharpe(returns), "sortino": stats.sortino(returns),
            "volatility": stats.volatility(returns), "max_drawdown": stats.max_drawdown(returns),
            "best_day": stats.best(returns), "worst_day": stats.worst(returns), "skewness": stats.skew(returns),
            "excess_kurtosis": stats.kurtosis(returns), "omega": stats.omega(returns),
            "tail_ratio": stats.tail_ratio(returns),
        }
        wrong = 0
        for name, value in shared.items():
            same = math.isclose(got[name], float(value), rel_tol=1e-9, abs_tol=1e-12)
            wrong += not same
            print(f"{'same ' if same else 'DIFFERENT'} {name} {got[name]:.12g} {float(value):.12g}")
        sys.exit(1 if wrong else 0)


main()
