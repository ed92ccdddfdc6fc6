import Ledger
import Reporting

/// Shows the variants' sampled equity in an HDF5 file while the run goes on.
///
/// Nothing of it reaches the result: a stream that can no longer be written ends, is noted in the log, and the run goes on.
final class EquityStream {
  private var stream: ProgressStream?
  private let log: RunLog
  private let laneCount: Int
  /// Samples handed over so far.
  private var count = 0
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

  /// Adds the samples that are new.
  func show(_ outcome: LaneOutcome) {
    guard let stream else { return }
    // Threads sample the same moments; a lane that is behind holds the others back.
    let known = (0..<laneCount).reduce(outcome.sampleTimes.count) { min($0, outcome.equity[$1].count) }
    do throws(HDF5Error) {
      while count < known {
        try stream.append(
          time: outcome.sampleTimes[count], equity: (0..<laneCount).map { outcome.equity[$0][count] })
        count += 1
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
