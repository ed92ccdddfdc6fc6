import Glibc
import Simulation
import Synchronization
import TickStore

/// A simulated market's day as a tick file without a name: on disk, so that memory stays bounded, and gone with the process.
enum SimulatedDay {
  private static let count = Atomic<Int>(0)

  /// The day as it goes when nobody from outside trades.
  static func record(_ model: MarketModel, threads: Int, progress: ProgressHandler) throws -> Replay.Part {
    try file(named: "simulated market") { path in
      var market = try SimulatedMarket(model)
      let start = market.time
      let length = Double(max(1, market.endTime - start))
      let isComplete = try MarketRecording.record(&market, to: path, threads: threads) { time in
        progress(
          RunProgress(
            stage: "simulating", events: 0, share: Double(time - start) / length, marketTime: time, marketStart: start))
      }
      guard isComplete else { throw RunStop.interrupted(nil) }
    }
  }

  /// What `write` leaves at the path it is given.
  static func file(named name: String, _ write: (_ path: String) throws -> Void) throws -> Replay.Part {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let number = count.add(1, ordering: .relaxed).newValue
    let path = "\(folder)/lockstep-market-\(getpid())-\(number).ticks"
    defer { unlink(path) }
    try write(path)
    let sha256 = try FileDigest.sha256(of: path)
    let file = try TickFile(path: path)
    return Replay.Part(
      file: file, name: name, sha256: sha256, instruments: Array(0..<UInt16(file.instruments.count)), renumbered: nil)
  }
}
