#!/usr/bin/env python3
"""Decodes the same order-level stream with databento-dbn, with pcodec and with Lockstep, one thread each, and prints
the ratios of this run.

usage: ticks.py PEER_DATA [rounds=3]

PEER_DATA holds `mbo.dbn.zst` and `l3.npz` of the common stream (10 million messages, seed 7). Needs `pip install numpy
zstandard databento databento-dbn pcodec`, and `swift build -c release --product TickStoreBenchmarks` in the repository.
"""
import json
import os
import statistics
import subprocess
import sys
import time
import zipfile

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
import zstandard
from pcodec import ChunkConfig, standalone

DATA = sys.argv[1] if len(sys.argv) > 1 else "peer-data"
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
DBN = os.path.join(DATA, "mbo.dbn.zst")
RECORD = 56


def median_seconds(work):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def columns_folder():
    folder = os.path.join(DATA, "columns")
    if not os.path.exists(os.path.join(folder, "ts.npy")):
        with zipfile.ZipFile(os.path.join(DATA, "l3.npz")) as archive:
            archive.extractall(folder)
    return folder


def lockstep(folder, messages):
    binary = os.path.join(ROOT, ".build", "release", "TickStoreBenchmarks")
    kept = os.path.join(DATA, "l3.ticks")
    source = ["--file", kept] if os.path.exists(kept) else ["--columns", folder, "--keep", kept]
    command = [binary, "--json", "--repetitions", str(max(5, ROUNDS)), "--filter", "decode hot"] + source
    if not os.path.exists(kept):
        subprocess.run([binary, "--json", "--repetitions", "1", "--columns", folder, "--keep", kept], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        command = [binary, "--json", "--repetitions", str(max(5, ROUNDS)), "--filter", "decode hot", "--file", kept]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    decode = next(row for row in rows if row["name"].startswith("decode hot"))
    assert decode["items"] == messages, (decode["items"], messages)
    return decode["medianSeconds"], decode["hash"], os.path.getsize(kept)


def databento_records():
    """Databento's own reader, to arrays; its Python package adds only the file handling."""
    try:
        import databento

        def work():
            return len(databento.DBNStore.from_file(DBN).to_ndarray())

        work()
        return "databento reader, .dbn.zst to arrays", work
    except ImportError:
        import databento_dbn

        def work():
            count = 0
            decoder = databento_dbn.DBNDecoder()
            with open(DBN, "rb") as file:
                with zstandard.ZstdDecompressor().stream_reader(file) as reader:
                    while chunk := reader.read(1 << 20):
                        decoder.write(chunk)
                        count += len(decoder.decode())
            return count

        return "databento-dbn, .dbn.zst to records", work


def main():
    folder = columns_folder()
    names = {"ts": "ts", "rts": "rts", "px": "px", "qty": "qty", "oid": "oid", "act": "act", "side": "side"}
    arrays = {name: np.load(os.path.join(folder, file + ".npy")) for name, file in names.items()}
    messages = len(arrays["ts"])

    seconds, answer, size = lockstep(folder, messages)
    rate = messages / seconds
    print(f"{'Lockstep, .ticks to batches':44s} {rate / 1e6:9.1f} M messages/s  {size / messages:6.2f} B/message  "
          f"hash {answer}")

    label, work = databento_records()
    records = work()
    dbn_seconds = median_seconds(work)
    dbn_rate = records / dbn_seconds
    dbn_size = os.path.getsize(DBN)
    print(f"{label:44s} {dbn_rate / 1e6:9.1f} M records/s   {dbn_size / messages:6.2f} B/message")
    print(f"{'':44s} {messages / dbn_seconds / 1e6:9.1f} M messages/s")

    packed = []
    for name, values in arrays.items():
        values = values.astype("u2") if values.dtype == np.uint8 else values
        packed.append(standalone.simple_compress(values, ChunkConfig(compression_level=8)))
    pco_seconds = median_seconds(lambda: [standalone.simple_decompress(column) for column in packed])
    pco_rate = messages / pco_seconds
    pco_size = sum(len(column) for column in packed)
    print(f"{'pcodec level 8, columns to arrays':44s} {pco_rate / 1e6:9.1f} M rows/s      "
          f"{pco_size / messages:6.2f} B/message")

    print()
    print(f"Lockstep / databento: {rate / dbn_rate:6.1f} x by records, "
          f"{rate * dbn_seconds / messages:6.1f} x by messages (aim 50)")
    print(f"Lockstep / pcodec:    {rate / pco_rate:6.1f} x (aim 8)")
    print(f"file size / DBN zstd: {100 * size / dbn_size:6.1f} % (aim 60)")


if __name__ == "__main__":
    main()
