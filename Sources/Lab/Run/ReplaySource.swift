import MarketTypes
import Simulation
import TickStore

/// How far a run is, for progress lines.
public struct RunProgress: Sendable {
  /// What is being done, such as `replaying`.
  public var stage: String
  public var events: UInt64
  /// Of the data that is read, from 0 to 1.
  public var share: Double
  /// Market time reached and where it began, nanoseconds since the epoch.
  public var marketTime: Int64
  public var marketStart: Int64
}

/// Sees progress after each batch and returns false to stop.
public typealias ProgressHandler = (RunProgress) -> Bool

/// The events of a replay as a source for lanes: file after file, instruments renumbered as the run has them.
struct ReplaySource: EventSource, ~Copyable {
  private let replay: Replay
  private let stage: String
  private let progress: ProgressHandler
  private var part = 0
  private var reader: TickReader?
  private(set) var events: UInt64 = 0
  private(set) var firstTime: Int64?
  private(set) var lastTime: Int64 = 0
  /// Ends after the batch that reaches this many events.
  private let limit: UInt64

  init(_ replay: Replay, stage: String, limit: UInt64? = nil, progress: @escaping ProgressHandler) {
    self.replay = replay
    self.stage = stage
    self.limit = limit ?? .max
    self.progress = progress
  }

  var instrumentCount: Int { replay.instruments.count }

  func makeBatch() -> EventBatch {
    EventBatch(capacity: replay.parts.map(\.file.blockCapacity).max() ?? 1)
  }

  mutating func nextBatch(into batch: inout EventBatch) throws(RunStop) -> Bool {
    while part < replay.parts.count, events < limit {
      if reader == nil { reader = try open(part) }
      if try read(&batch) {
        try finish(&batch)
        return true
      }
      reader = nil
      part += 1
    }
    return false
  }

  private mutating func read(_ batch: inout EventBatch) throws(RunStop) -> Bool {
    do throws(TickStoreError) { return try reader?.nextBatch(into: &batch) ?? false } catch { throw .damaged(error) }
  }

  /// How much of the files lies behind.
  var share: Double {
    let blocks = replay.parts.map(\.file.blockCount)
    let done = blocks[..<part].reduce(0, +) + (reader?.blocksPassed ?? 0)
    return Double(done) / Double(max(1, blocks.reduce(0, +)))
  }

  private func open(_ part: Int) throws(RunStop) -> TickReader {
    let chosen = replay.parts[part]
    let options = TickReader.Options(
      from: replay.from, until: replay.until, instruments: chosen.renumbered == nil ? nil : Set(chosen.instruments))
    do throws(TickStoreError) { return try TickReader(chosen.file, options: options) } catch { throw .damaged(error) }
  }

  private mutating func finish(_ batch: inout EventBatch) throws(RunStop) {
    if let numbers = replay.parts[part].renumbered {
      if let uniform = batch.uniformInstrument {
        batch.uniformInstrument = numbers[Int(uniform)]
      } else {
        for index in 0..<batch.count { batch.instruments[index] = numbers[Int(batch.instruments[index])] }
      }
    }
    if firstTime == nil { firstTime = batch.times[0] }
    events += UInt64(batch.count)
    lastTime = max(lastTime, batch.times[batch.count - 1])
    let state = RunProgress(
      stage: stage, events: events, share: share, marketTime: lastTime, marketStart: firstTime ?? lastTime)
    if !progress(state) { throw .interrupted(nil) }
  }
}
