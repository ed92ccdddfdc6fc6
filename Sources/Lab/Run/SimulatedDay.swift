import Glibc
import Simulation
import TickStore

/// A simulated market's day as a tick file without a name: on disk, so that memory stays bounded, and gone with the process.
enum SimulatedDay {
  /// The file and the SHA-256 of its bytes.
  static func record(
    _ model: MarketModel, threads: Int, progress: ProgressHandler
  ) throws -> (file: TickFile, sha256: String) {
    var market = try SimulatedMarket(model)
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = "\(folder)/lockstep-market-\(getpid())-\(UInt64(clamping: clock())).ticks"
    defer { unlink(path) }
    let start = market.time
    let length = Double(max(1, market.endTime - start))
    let isComplete = try MarketRecording.record(&market, to: path, threads: threads) { time in
      progress(
        RunProgress(
          stage: "simulating", events: 0, share: Double(time - start) / length, marketTime: time, marketStart: start))
    }
    guard isComplete else { throw RunStop.interrupted(nil) }
    let sha256 = try FileDigest.sha256(of: path)
    return (try TickFile(path: path), sha256)
  }
}
