import Foundation
import Testing

@testable import Reporting

@Suite struct HDF5FileTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "hdf5-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private func remove() { try? FileManager.default.removeItem(at: folder) }

  /// Every kind of value, several chunks, both axes, empty datasets.
  @discardableResult
  private func writeSample(_ path: String, failingWrite: Int? = nil) throws -> Int {
    let file = try HDF5File(path: path, failingWrite: failingWrite)
    try file.addGroup("/meta")
    try file.setAttribute("engine", "Löckstep ✓", of: "/meta")
    try file.setAttribute("seed", 42, of: "meta")
    try file.setAttribute("schema_version", 1, of: "/")
    let times = (0..<100_000).map { 1_700_000_000_000_000_001 + Int64($0) * 1_000_000_007 }
    try file.addDataset(
      "/equity/time", .int64(times), scale: "/equity/time",
      attributes: ["units": "nanoseconds since 1970-01-01", "calendar": "proleptic_gregorian"])
    try file.addDataset(
      "/equity/value", .double(times.indices.map { 1e6 + Double($0) * 0.25 }), scale: "/equity/time",
      attributes: ["units": "EUR", "annualisation": 252.5])
    try file.addDataset("/lanes/lane", .int32([0, 1, 2]), scale: "/lanes/lane")
    try file.addDataset("/lanes/name", .text(["maker", "größer", ""]), scale: "/lanes/lane")
    try file.addDataset("/lanes/metric", .text(["sharpe", "drawdown"]), scale: "/lanes/metric")
    try file.addDataset(
      "/lanes/score", .double([1, -0.5, .nan, .infinity, 5, 6]), shape: [3, 2],
      scales: ["/lanes/lane", "/lanes/metric"])
    try file.addDataset("/empty/numbers", .int64([]))
    try file.addDataset("/empty/texts", .text([]))
    try file.addDataset("/empty/table", .int32([]), shape: [0, 3], scales: [])
    try file.addDataset("/wide", .int32((0..<120_000).map { $0 }), shape: [3, 40_000], scales: [])
    try file.finish()
    return file.writeCount
  }

  @Test func equalContentGivesEqualBytes() throws {
    defer { remove() }
    try writeSample(path("one.h5"))
    // Object headers hold whole seconds: the second file is written in another one.
    Thread.sleep(forTimeInterval: 1.1)
    // Memory that is not zero would show in any byte that the writer leaves undefined.
    var dirt = (0..<400).map { [UInt8](repeating: 0xA5, count: 16 + $0 * 37) }
    dirt.removeAll()
    try writeSample(path("two.h5"))
    let one = try Data(contentsOf: folder.appending(path: "one.h5"))
    #expect(one == (try Data(contentsOf: folder.appending(path: "two.h5"))))
    #expect(one.starts(with: [0x89, 0x48, 0x44, 0x46]))
    #expect(one.count < 900_000)
    #expect(one[11] == 0, "marked as open for writing")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["one.h5", "two.h5"])
  }

  @Test(.enabled(if: PythonReader.isPresent, "h5py is not installed; set LOCKSTEP_PYTHON to a Python that has it"))
  func opensInPython() throws {
    defer { remove() }
    try writeSample(path("run.h5"))
    let script = """
      import sys, h5py, numpy as np
      f = h5py.File(sys.argv[1], "r")
      assert f.attrs["schema_version"] == 1 and f["meta"].attrs["seed"] == 42
      assert f["meta"].attrs["engine"] == "Löckstep ✓"
      t, v = f["equity/time"], f["equity/value"]
      n = np.arange(100000, dtype=np.int64)
      assert t.dtype == "<i8" and (t[:] == 1700000000000000001 + n * 1000000007).all()
      assert v.dtype == "<f8" and (v[:] == 1e6 + n * 0.25).all()
      assert v.compression == "gzip" and v.shuffle and v.chunks == (32768,) and v.maxshape == (None,)
      assert t.attrs["units"] == "nanoseconds since 1970-01-01" and v.attrs["annualisation"] == 252.5
      assert h5py.h5ds.is_scale(t.id) and not h5py.h5ds.is_scale(v.id) and v.dims[0][0] == t and v.dims[0].keys() == ["time"]
      assert h5py.h5ds.is_attached(v.id, t.id, 0)
      s = f["lanes/score"]
      assert s.shape == (3, 2) and s[1, 1] == np.inf and np.isnan(s[1, 0]) and s[2, 1] == 6
      assert s.dims[0][0] == f["lanes/lane"] and s.dims[1][0] == f["lanes/metric"]
      assert h5py.h5ds.is_attached(s.id, f["lanes/metric"].id, 1)
      assert h5py.h5ds.is_attached(f["lanes/name"].id, f["lanes/lane"].id, 0)
      assert list(f["lanes/name"].asstr()[:]) == ["maker", "größer", ""]
      assert f["lanes/lane"].dtype == "<i4" and list(f["lanes/lane"][:]) == [0, 1, 2]
      assert f["empty/numbers"].shape == (0,) and f["empty/texts"].shape == (0,) and f["empty/table"].shape == (0, 3)
      assert (f["wide"][:] == np.arange(120000).reshape(3, 40000)).all()
      try:
        import xarray, h5netcdf
      except ImportError:
        print("read without xarray")
        sys.exit()
      d = xarray.open_dataset(sys.argv[1], group="equity", engine="h5netcdf")
      assert d.time.dtype.kind == "M" and int(d.time[1].values.astype("int64")) == 1700000001000000008
      assert d.value.dims == ("time",)
      assert xarray.open_dataset(sys.argv[1], group="lanes", engine="h5netcdf").score.dims == ("lane", "metric")
      print("read with xarray")
      """
    let (status, output) = try PythonReader.run(script, [path("run.h5")])
    #expect(status == 0, "\(output)")
  }

  @Test func misuseIsAnErrorWithThePath() throws {
    defer { remove() }
    let file = try HDF5File(path: path("run.h5"))
    try file.addDataset("/a/b", .int32([1, 2]))
    let steps: [(String, () throws -> Void)] = [
      ("twice", { try file.addDataset("a/b", .int32([1])) }),
      ("under a dataset", { try file.addDataset("/a/b/c", .int32([1])) }),
      ("a group's name", { try file.addDataset("/a", .int32([1])) }),
      ("shape", { try file.addDataset("/c", .int32([1]), shape: [2], scales: []) }),
      ("no columns", { try file.addDataset("/c", .int32([]), shape: [1, 0], scales: []) }),
      ("overflow", { try file.addDataset("/c", .int32([]), shape: [Int.max, 2], scales: []) }),
      ("negative", { try file.addDataset("/c", .int32([]), shape: [-1], scales: []) }),
      ("three axes", { try file.addDataset("/c", .int32([1]), shape: [1, 1, 1], scales: []) }),
      ("scales", { try file.addDataset("/c", .int32([1]), shape: [1], scales: ["/a/b", "/a/b"]) }),
      ("NUL", { try file.addDataset("/c", .text(["a\0b"])) }),
      ("empty path", { try file.addDataset("/", .int32([1])) }),
      ("NUL in path", { try file.addDataset("/c\0d", .int32([1])) }),
      ("absent", { try file.setAttribute("x", 1, of: "/nowhere") }),
      ("NUL in attribute", { try file.setAttribute("x", "\0", of: "/a") }),
      ("no attribute name", { try file.setAttribute("", 1, of: "/a") }),
    ]
    for (name, step) in steps { #expect(throws: HDF5Error.self, "\(name)") { try step() } }
    try file.setAttribute("x", 1, of: "/a")
    #expect(throws: HDF5Error.self) { try file.setAttribute("x", 2, of: "/a") }
    try file.finish()
    #expect(throws: HDF5Error.self) { try file.finish() }
    #expect(throws: HDF5Error.self) { try file.addGroup("/late") }
  }

  @Test func badScalesAreRefusedAndLeaveNothing() throws {
    defer { remove() }
    for scale in ["/nowhere", "/plain", "/table"] {
      let file = try HDF5File(path: path("run.h5"))
      try file.addDataset("/plain", .int32([1]))
      try file.addDataset("/table", .int32([1]), shape: [1, 1], scales: [])
      try file.addDataset("/value", .int32([1]), scale: scale)
      #expect(throws: HDF5Error.self) { try file.finish() }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  /// Fails at any write as a full disk does; HDF5 itself would crash while it cleans up.
  @Test func aFullDiskAtAnyWriteIsAnErrorAndLeavesNothing() throws {
    defer { remove() }
    let count = try writeSample(path("whole.h5"))
    let whole = try Data(contentsOf: folder.appending(path: "whole.h5"))
    try FileManager.default.removeItem(at: folder.appending(path: "whole.h5"))
    #expect(count > 10)
    for write in 0..<count {
      let error = #expect(throws: HDF5Error.self, "write \(write) of \(count)") {
        try writeSample(path("run.h5"), failingWrite: write)
      }
      #expect(error?.reason.contains("No space left") == true, "write \(write): \(error?.reason ?? "")")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty, "write \(write)")
    }
    try writeSample(path("after.h5"))
    #expect(try Data(contentsOf: folder.appending(path: "after.h5")) == whole)
  }

  @Test func anUnfinishedFileLeavesNothing() throws {
    defer { remove() }
    do {
      let file = try HDF5File(path: path("run.h5"))
      try file.addDataset("/a", .int32([1]))
      #expect(!FileManager.default.fileExists(atPath: path("run.h5")))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    do throws(HDF5Error) {
      _ = try HDF5File(path: path("absent/run.h5"))
      Issue.record("a file in an absent folder was created")
    } catch {
      #expect(error.file.hasSuffix("absent/run.h5"))
      #expect(error.description.contains("cannot be created"))
    }
  }
}
