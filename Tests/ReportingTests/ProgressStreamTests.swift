import Foundation
import Testing

@testable import Reporting

@Suite struct ProgressStreamTests {
  private func newPath() -> String {
    FileManager.default.temporaryDirectory.appending(path: "progress-\(UUID().uuidString).h5").path
  }

  @Test(.enabled(if: PythonReader.isPresent, "h5py is not installed; set LOCKSTEP_PYTHON to a Python that has it"))
  func aRunIsWatchedWhileItGrows() throws {
    let path = newPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let stream = try ProgressStream(path: path, lanes: ["base", "größer"], runName: "sample", flushInterval: 10)
    for row in 0..<25 { try stream.append(time: Int64(row), equity: [Double(row), -Double(row)]) }
    #expect(stream.flushedCount == 20)
    let script = """
      import sys, time, h5py
      f = h5py.File(sys.argv[1], "r", swmr=True)
      assert len(f["time"]) >= 20 and f["state"][0] == 0
      print("reading", flush=True)
      open(sys.argv[2], "w").close()
      for _ in range(2000):
        for name in ("time", "equity", "state"): f[name].refresh()
        n = len(f["time"])
        assert f["equity"].shape[0] >= n and f["equity"].shape[1] == 2
        if n: assert f["time"][n - 1] == n - 1 and f["equity"][n - 1, 1] == 1 - n
        if f["state"][0] == 1: break
        time.sleep(0.01)
      # The end may have come between the looks at two datasets.
      for name in ("time", "equity", "state"): f[name].refresh()
      assert f["state"][0] == 1 and len(f["time"]) == 3000
      assert f["equity"].attrs["lanes"] in ("base\\ngrößer", b"base\\ngr\\xc3\\xb6\\xc3\\x9fer")
      """
    let signal = path + ".reading"
    defer { try? FileManager.default.removeItem(atPath: signal) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [PythonReader.executable, "-c", script, path, signal]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    // The rest is written while the reader has the file open.
    while process.isRunning, !FileManager.default.fileExists(atPath: signal) { Thread.sleep(forTimeInterval: 0.01) }
    for row in 25..<3_000 { try stream.append(time: Int64(row), equity: [Double(row), -Double(row)]) }
    try stream.finish()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(output)")
  }

  @Test func misuseAndUnwritablePlacesAreErrors() throws {
    #expect(throws: HDF5Error.self) { try ProgressStream(path: "/nowhere/at/all.h5", lanes: ["a"], runName: "x") }
    #expect(throws: HDF5Error.self) { try ProgressStream(path: newPath(), lanes: [], runName: "x") }
    let path = newPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let stream = try ProgressStream(path: path, lanes: ["a"], runName: "")
    #expect(throws: HDF5Error.self) { try stream.append(time: 0, equity: [1, 2]) }
    try stream.append(time: 0, equity: [1])
    try stream.finish()
    #expect(throws: HDF5Error.self) { try stream.finish() }
    #expect(stream.flushedCount == 1)
  }

  @Test func anEarlierStreamMakesWayAndOtherFilesDoNot() throws {
    let path = newPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    // One that ended, one that was abandoned, and one of which nothing was written.
    for ends in [true, false] {
      let stream = try ProgressStream(path: path, lanes: ["a"], runName: "x")
      try stream.append(time: 1, equity: [1])
      try stream.flush()
      if ends { try stream.finish() }
      let next = try ProgressStream(path: path, lanes: ["a", "b"], runName: "y")
      try next.finish()
    }
    try Data().write(to: URL(filePath: path))
    try ProgressStream(path: path, lanes: ["a"], runName: "x").finish()
    let words = Data("something that somebody wants to keep".utf8)
    try words.write(to: URL(filePath: path))
    #expect(throws: HDF5Error.self) { try ProgressStream(path: path, lanes: ["a"], runName: "x") }
    #expect(try Data(contentsOf: URL(filePath: path)) == words)
    try ProgressStream(path: path, lanes: ["a"], runName: "x", replaces: true).finish()
  }
}
