import Ledger
import Reporting

/// Shows the variants' sampled equity in an HDF5 file while the run goes on.
///
/// Nothing of it reaches the result: a stream that can no longer be written ends, is noted in the log, and the run goes on.
final class EquityStream {
  private var stream: ProgressStream?
  private let log: RunLog
  private let laneCount: Int
  /// The latest sample that was handed over.
  private var shownTime = Int64.min
  private var lastFlush: ContinuousClock.Instant?

  /// Readers look a few times a second; flushing more often only costs the run time.
  private static let flushInterval: Duration = .milliseconds(200)

  init(path: String, run: String, lanes: [String], replaces: Bool, log: RunLog) throws(RunError) {
    let watched = Array(lanes.prefix(ProgressStream.laneLimit))
    laneCount = watched.count
    self.log = log
    do throws(HDF5Error) {
      stream = try ProgressStream(path: path, lanes: watched, runName: run, flushInterval: 4_096, replaces: replaces)
    } catch {
      throw RunError(.system, "the stream cannot be written: \(error)", advice: "name another file with --stream")
    }
    if watched.count < lanes.count {
      log.note("stream limited", ["lanes": .integer(lanes.count), "watched": .integer(watched.count)])
    }
  }

  /// Adds the samples that are new and that are kept so far.
  func show(_ samples: [LaneSamples]) {
    guard let stream else { return }
    let watched = samples.filter { $0.lanes.lowerBound < laneCount }
    // Threads sample the same moments; a lane that is behind holds the others back.
    let times = watched.map(\.times).min { $0.count < $1.count } ?? []
    let first = times.lastIndex { $0 <= shownTime }.map { $0 + 1 } ?? 0
    do throws(HDF5Error) {
      for row in times.indices[first...] {
        let values = watched.flatMap { lanes in lanes.equity.map { $0.isEmpty ? 0 : $0[row] } }
        try stream.append(time: times[row], equity: Array(values.prefix(laneCount)))
        shownTime = times[row]
      }
      let now = ContinuousClock.now
      if lastFlush.map({ now - $0 >= Self.flushInterval }) ?? true {
        try stream.flush()
        lastFlush = now
      }
    } catch { end(error) }
  }

  /// Shows everything and says that the run has ended, however it did.
  func finish() {
    guard let stream else { return }
    do throws(HDF5Error) { try stream.finish() } catch { end(error) }
    self.stream = nil
  }

  private func end(_ error: HDF5Error) {
    stream = nil
    log.note("stream ended", ["reason": .string("\(error)")])
  }
}
