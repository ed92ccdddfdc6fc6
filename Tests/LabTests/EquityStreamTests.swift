import Foundation
import Reporting
import Testing

@testable import Lab

@Suite("Watching a run")
struct EquityStreamTests {
  static let python = ProcessInfo.processInfo.environment["LOCKSTEP_PYTHON"] ?? "python3"

  static let hasReader: Bool = (try? start(["-c", "import h5py"]))?.finish().status == 0

  struct Reader {
    let process: Process
    let pipe: Pipe

    func finish() -> (status: Int32, output: String) {
      let output = try? pipe.fileHandleForReading.readToEnd()
      process.waitUntilExit()
      return (process.terminationStatus, String(decoding: output ?? Data(), as: UTF8.self))
    }
  }

  static func start(_ arguments: [String]) throws -> Reader {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [python] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    return Reader(process: process, pipe: pipe)
  }

  private func options(in folder: URL) -> RunOptions {
    var options = RunOptions(date: "2024-03-01")
    options.folder = folder.appending(path: "run").path
    options.streamPath = folder.appending(path: "equity.h5").path
    return options
  }

  private func newFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "stream-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private static let script = """
    import os, sys, time, h5py
    path, signal = sys.argv[1:3]
    for _ in range(6000):
      try:
        f = h5py.File(path, "r", swmr=True)
        break
      except OSError:
        time.sleep(0.01)
    seen = 0
    for _ in range(6000):
      for name in ("state", "time", "equity"): f[name].refresh()
      count, ended = len(f["time"]), f["state"][0] == 1
      assert f["equity"].shape[0] >= count and f["equity"].shape[1] == 2
      if count and not ended and not seen:
        seen = count
        open(signal, "w").close()
      if ended: break
      time.sleep(0.01)
    assert 0 < seen < count, (seen, count)
    lanes = f["equity"].attrs["lanes"]
    lanes = lanes.decode() if isinstance(lanes, bytes) else str(lanes)
    print(lanes.replace("\\n", ","), count, int(f["time"][count - 1]), repr(float(f["equity"][count - 1, 1])))
    """

  @Test(
    "Python reads the equity of a run under way",
    .enabled(if: hasReader, "h5py is not installed; set LOCKSTEP_PYTHON to a Python that has it"))
  func isWatched() throws {
    let folder = try newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let signal = folder.appending(path: "seen").path
    let scenario = try ScenarioRunTests.short(
      "[run]\nequity_interval_seconds = 1\n[[lane]]\nname = \"one\"\n[[lane]]\nname = \"two\"\nparameters.half_spread = 3\n"
    )
    var options = options(in: folder)
    let reader = try Self.start(["-c", Self.script, options.streamPath ?? "", signal])
    // The run waits until somebody has seen it under way.
    options.progress = { state in
      for _ in 0..<6_000 where state.share < 1 && reader.process.isRunning {
        if FileManager.default.fileExists(atPath: signal) { break }
        Thread.sleep(forTimeInterval: 0.01)
      }
      return true
    }
    let finished = try ScenarioRun.execute(scenario, strategies: ScenarioRunTests.registry, options: options)
    let (status, output) = reader.finish()
    let result = finished.result
    #expect(status == 0, "\(output)")
    let last = result.equity(ofLane: 1).last ?? .nan
    #expect(
      output == "one,two \(result.sampleTimes.count) \(result.sampleTimes.last ?? 0) \(last)\n", "\(output)")
    #expect(
      try ScenarioRun.compute(scenario, strategies: ScenarioRunTests.registry).identity.resultHash
        == result.identity.resultHash)
  }

  @Test("A stream that cannot be begun is an error; an interrupted run says that it has ended")
  func ends() throws {
    let folder = try newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let scenario = try ScenarioRunTests.short()
    var options = options(in: folder)
    options.streamPath = folder.appending(path: "absent/equity.h5").path
    #expect(throws: RunError.self) {
      try ScenarioRun.execute(scenario, strategies: ScenarioRunTests.registry, options: options)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    options = self.options(in: folder)
    options.progress = { _ in false }
    #expect(throws: RunError.self) {
      try ScenarioRun.execute(scenario, strategies: ScenarioRunTests.registry, options: options)
    }
    #expect(FileManager.default.fileExists(atPath: options.streamPath ?? ""))
    // Resuming shows the run from its start again, in place of what was left.
    let path = options.folder ?? ""
    var resumed = self.options(in: folder)
    resumed.streamPath = options.streamPath
    let finished = try ScenarioRun.resume(folder: path, strategies: ScenarioRunTests.registry, options: resumed)
    #expect(finished.result.sampleTimes.count > 1)
    // Neither a result nor anything else is taken for a stream.
    for name in ["run/result.h5", "run/scenario.toml"] {
      var wrong = self.options(in: folder)
      wrong.folder = folder.appending(path: "other").path
      wrong.streamPath = folder.appending(path: name).path
      let before = try Data(contentsOf: folder.appending(path: name))
      #expect(throws: RunError.self) {
        try ScenarioRun.execute(scenario, strategies: ScenarioRunTests.registry, options: wrong)
      }
      #expect(try Data(contentsOf: folder.appending(path: name)) == before)
    }
  }

  @Test(
    "Python reads the whole equity after an interruption and resume",
    .enabled(if: hasReader, "h5py is not installed; set LOCKSTEP_PYTHON to a Python that has it"))
  func isWatchedAfterResuming() throws {
    let folder = try newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let scenario = try ScenarioRunTests.short("[run]\nequity_interval_seconds = 1\n")
    var options = options(in: folder)
    options.progress = { $0.events < 4_000 || $0.stage != "replaying" }
    #expect(throws: RunError.self) {
      try ScenarioRun.execute(scenario, strategies: ScenarioRunTests.registry, options: options)
    }
    options.progress = { _ in true }
    let finished = try ScenarioRun.resume(
      folder: options.folder ?? "", strategies: ScenarioRunTests.registry, options: options)
    let script = """
      import sys, h5py
      f = h5py.File(sys.argv[1], "r", swmr=True)
      assert f["state"][0] == 1
      print(len(f["time"]), int(f["time"][0]), repr(float(f["equity"][-1, 0])))
      """
    let (status, output) = try Self.start(["-c", script, options.streamPath ?? ""]).finish()
    let result = finished.result
    #expect(status == 0, "\(output)")
    #expect(
      output == "\(result.sampleTimes.count) \(result.sampleTimes[0]) \(result.equity(ofLane: 0).last ?? .nan)\n",
      "\(output)")
  }
}
