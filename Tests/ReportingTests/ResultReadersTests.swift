import Foundation
import Testing

@testable import Reporting

/// Opens a result with the tools that researchers use; each test is skipped, visibly, where its tool is not installed.
@Suite struct ResultReadersTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "readers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func sample() throws -> String {
    let path = folder.appending(path: "run.h5").path
    try RunResultFile.write(SampleRun.run(days: 20, samplesPerDay: 500, fillCount: 600), to: path)
    return path
  }

  private func analysed() throws -> String {
    let path = folder.appending(path: "analysed.h5").path
    try RunResultFile.write(RunAnalysisTests.longRun, analysis: RunAnalysisTests.long, to: path)
    #expect(try RunResultFile.read(path) == RunAnalysisTests.longRun)
    return path
  }

  @Test(.enabled(if: PythonReader.isPresent, "h5py is not installed; set LOCKSTEP_PYTHON to a Python that has it"))
  func opensInH5py() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = """
      import sys, h5py, numpy as np
      f = h5py.File(sys.argv[1], "r")
      assert f.attrs["format"] == "lockstep run" and f.attrs["schema_version"] == 1
      m = f["meta"].attrs
      assert m["seed"] == 2**64 - 6 and m["starting_capital"] == 100000 and m["is_stopped_by_risk"] == 1
      assert f["scenario/toml"].asstr()[0].endswith("✓\\n")
      assert f["meta/sources/path"].asstr()[0] == "data/größe.ticks"
      assert f["instruments/tick"][0] == 0.01 and f["instruments/symbol"].asstr()[1] == "ÉS"
      e = f["equity"]
      assert e["value"].shape == (3, 10001) and e["value"][0, 0] == 100000
      assert e["value"].compression == "gzip" and e["value"].shuffle and e["value"].chunks == (3, 10001)
      assert (np.diff(e["time"][:]) == 172800000000).all() and e["time"][0] == 1700000000000000001
      assert h5py.h5ds.is_scale(e["time"].id) and h5py.h5ds.is_attached(e["value"].id, e["time"].id, 1)
      assert e["value"].attrs["units"] == "money" and e["value"].attrs["long_name"].startswith("cash")
      assert e["time"].attrs["units"] == "nanoseconds since 1970-01-01"
      assert m["start"] == e["time"][0] and m["end"] == e["time"][-1]
      x = f["fills"]
      assert x["order"].dtype == "<u8" and x["order"][599] == (599 << 40) | 5
      rows = x["order_row"][:]
      for of, by in (("identifier", "order"), ("decision_time", "decision_time"), ("instrument", "instrument")):
        assert (f["orders"][of][:][rows] == x[by][:]).all()
      names = x["cause_name"].asstr()[:]
      assert list(names[x["cause"][:3]]) == ["took-liquidity", "queue-reached", "queue-reached"]
      assert x["joined_time"][0] == np.iinfo("int64").min and x["markout_mid_half_ticks"].shape == (600, 3)
      assert x["side"].attrs["flag_meanings"] == "buy sell none"
      assert list(f["lanes/name"].asstr()[:]) == ["base", "größer 1", "größer 2"]
      assert f["lanes/settings/value"][0] == 0.5
      assert f["positions/lots"].shape == (10601, 2)
      def times(name, o):
        assert getattr(h5py.h5o.get_info(o.id), "mtime", 0) == 0, name
      f.visititems(times)
      g = h5py.File(sys.argv[2], "r")
      r = g["returns"]
      assert len(r["value"]) == 301 and g["analysis"].attrs["basis"] == "daily returns"
      assert abs((1 + r["value"][:]).prod() * 100000 / r["equity"][-1] - 1) < 1e-9
      x = g["metrics"]
      ids = list(x["id"].asstr()[:])
      sharpe = ids.index("sharpe")
      value = r["value"][:].mean() / r["value"][:].std(ddof=1) * np.sqrt(r.attrs["periods_per_year"])
      assert abs(x["value"][sharpe] / value - 1) < 1e-9
      assert x["lower"][sharpe] < value < x["upper"][sharpe] and x["level"][sharpe] == 0.95
      assert "sd(r)" in x["formula"].asstr()[sharpe] and "P (periods a year) = 365" in x["parameters"].asstr()[sharpe]
      assert all((np.isnan(v) != (s == "")) for v, s in zip(x["value"][:], x["reason"].asstr()[:]))
      b = g["var_backtest"]
      assert list(b["forecasts/backtest"][:100]) == [0] * 100
      q = b["forecasts"]
      first = (q["backtest"][:] == 0)
      assert ((q["outcome"][:] < -q["value_at_risk"][:])[first]).sum() == b["violations"][0]
      assert q["time"][99] == r["time"][-1] and q["outcome"][99] == r["value"][-1]
      m = g["monte_carlo"]
      assert m.attrs["paths"] == 320 and m["fan/wealth"].shape == (60, 21) and m["fan/step"][-1] == 301
      assert (np.diff(m["fan/wealth"][:], axis=1) >= 0).all()
      assert g["luck"].attrs["trials"] == 20 and g["luck/sharpe_ratio"].shape == (3,)
      t = g["round_trips"]
      assert np.allclose(t["gross_profit"][:] - t["fees"][:], t["net_profit"][:])
      """
    let (status, output) = try PythonReader.run(script, [try sample(), try analysed()])
    #expect(status == 0, "\(output)")
  }

  @Test(.enabled(if: PythonReader.hasXarray, "xarray, h5netcdf or pandas is not installed"))
  func opensInXarrayAndPandas() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = """
      import sys, warnings, h5py, numpy as np, pandas as pd, xarray as xr
      warnings.simplefilter("error")
      # xarray of 2023 casts missing times on its way to NaT.
      warnings.filterwarnings("ignore", message="invalid value encountered in cast")
      path = sys.argv[1]
      for file in sys.argv[1:]:
        groups = []
        h5py.File(file, "r").visititems(lambda n, o: groups.append(n) if isinstance(o, h5py.Group) else None)
        for g in groups:
          d = xr.open_dataset(file, group=g, engine="h5netcdf")
          assert not [n for n in d.dims if n.startswith("phony")], (g, d.dims)
      e = xr.open_dataset(path, group="equity", engine="h5netcdf")
      assert e.value.dims == ("lane", "time") and e.time.dtype == "datetime64[ns]"
      assert e.time.values[0].astype("int64") == 1700000000000000001
      assert float(e.value.sel(lane=0)[0]) == 100000
      x = xr.open_dataset(path, group="fills", engine="h5netcdf")
      assert np.isnat(x.joined_time.values[0])
      # xarray before 2023.02 reads times with missing ones among them as floating point; Debian's calls itself 999.
      room = 512 if xr.__version__ == "999" or xr.__version__ < "2023.02" else 0
      assert abs(x.joined_time.values[1].astype("int64") - x.time.values[1].astype("int64") + 900000) <= room
      assert x.markout_mid_half_ticks.dims == ("fill", "horizon") and np.isnan(x.markout_mid_half_ticks.values[-1, 2])
      with h5py.File(path) as f:
        frame = pd.DataFrame({k: v[:] for k, v in f["orders"].items() if v.shape == f["orders/order"].shape})
      assert len(frame) == 600 and frame.lots.sum() == 3000
      with h5py.File(path) as f:
        fills = pd.DataFrame({k: v[:] for k, v in f["fills"].items() if v.shape == f["fills/fill"].shape})
      joined = fills.join(frame.set_index("order"), on="order_row", rsuffix="_of_order")
      assert len(joined) == 600 and (joined.identifier == joined.order).all()
      assert pd.to_datetime(frame.decision_time)[0].year == 2023
      """
    let (status, output) = try PythonReader.run(script, [try sample(), try analysed()])
    #expect(status == 0, "\(output)")
  }

  @Test(.enabled(if: PythonReader.hasDump, "h5dump is not installed"))
  func opensInH5dump() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try sample()
    let (status, output) = try PythonReader.start(["h5dump", "-d", "/fills/price_ticks", "-p", path])
    #expect(status == 0 && output.contains("H5T_STD_I32LE") && output.contains("( 600 )"), "\(output)")
    let (equity, text) = try PythonReader.start(["h5dump", "-d", "/equity/value", "-s", "0,0", "-c", "1,1", "-p", path])
    #expect(equity == 0 && text.contains("(0,0): 100000") && text.contains("COMPRESSION DEFLATE"), "\(text)")
  }
}
