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

/// What lies behind a replay.
struct ReplayPlace: Sendable {
  var events: UInt64
  var firstTime: Int64?
  var lastTime: Int64
  var progress: RunProgress
}

/// Sees progress after each batch and returns false to stop.
public typealias ProgressHandler = (RunProgress) -> Bool

/// The events of a replay as a source for lanes: file after file into the same books, from the state that stood at the
/// start, instruments numbered as the run has them.
struct ReplaySource: EventSource, ~Copyable {
  private let replay: Replay
  private let stage: String
  private let progress: ProgressHandler
  /// Ends with this many events.
  private let limit: UInt64
  private var part = 0
  private var clock = SteadyClock()
  private var reader: TickReader?
  /// The part and reader that books hold orders of.
  private var previous: (reader: TickReader, part: Int)?
  private var opening: BookOpening?
  /// The first batch of a part, while the opening goes before it.
  private var held: EventBatch
  private var isHolding = false
  private(set) var events: UInt64 = 0
  private(set) var firstTime: Int64?
  private(set) var lastTime: Int64 = 0

  init(_ replay: Replay, stage: String, limit: UInt64? = nil, progress: @escaping ProgressHandler) {
    self.replay = replay
    self.stage = stage
    self.limit = limit ?? .max
    self.progress = progress
    held = EventBatch(capacity: replay.batchCapacity)
  }

  var instrumentCount: Int { replay.instruments.count }

  func makeBatch() -> EventBatch { EventBatch(capacity: replay.batchCapacity) }

  mutating func nextBatch(into batch: inout EventBatch) throws(RunStop) -> Bool {
    if opening?.isEmpty == false {
      opening?.fill(&batch)
      return true
    }
    if isHolding {
      swap(&held, &batch)
      isHolding = false
      return try finish(&batch)
    }
    while part < replay.parts.count, events < limit {
      let isNew = reader == nil
      if isNew { reader = try open(part) }
      if try read(&batch) {
        if isNew, prepareOpening(before: batch) {
          swap(&held, &batch)
          isHolding = true
          opening?.fill(&batch)
          return true
        }
        return try finish(&batch)
      }
      reader = nil
      part += 1
    }
    return false
  }

  /// The state before a part's first event, where books do not hold it already; false when there is none.
  private mutating func prepareOpening(before batch: borrowing EventBatch) -> Bool {
    let opening = BookOpening(
      start: reader?.start, numbers: replay.parts[part].instruments, clearing: previous != nil, time: batch.times[0])
    if let reader { previous = (reader, part) }
    self.opening = opening
    return !opening.isEmpty
  }

  private mutating func read(_ batch: inout EventBatch) throws(RunStop) -> Bool {
    do throws(TickStoreError) {
      guard try reader?.nextBatch(into: &batch) == true else { return false }
    } catch { throw .damaged(error) }
    clock.hold(&batch)
    if let reader, previous?.part == part { previous = (reader, part) }
    return true
  }

  private mutating func open(_ part: Int) throws(RunStop) -> TickReader {
    let chosen = replay.parts[part]
    if part == 0, previous == nil, chosen.file.beginsWithoutTime {
      do throws(TickStoreError) {
        if let news = try chosen.file.firstNewsTime() { clock = SteadyClock(earliest: news) }
      } catch { throw .damaged(error) }
    }
    let options = TickReader.Options(
      from: replay.from, until: replay.until, instruments: replay.isPlain ? nil : Set(chosen.instruments),
      readsFeedDelays: replay.readsFeedDelays)
    do throws(TickStoreError) {
      guard let previous else { return try TickReader(chosen.file, options: options) }
      return try TickReader(
        chosen.file, options: options, after: previous.reader, clearing: replay.parts[previous.part].instruments)
    } catch { throw .damaged(error) }
  }

  private mutating func finish(_ batch: inout EventBatch) throws(RunStop) -> Bool {
    if let numbers = replay.parts[part].renumbered {
      if let uniform = batch.uniformInstrument {
        batch.uniformInstrument = numbers[Int(uniform)]
      } else {
        for index in 0..<batch.count { batch.instruments[index] = numbers[Int(batch.instruments[index])] }
      }
    }
    // Nothing is read after it, so that the reader need not know.
    batch.keepFirst(Int(clamping: limit - events))
    if firstTime == nil { firstTime = batch.times[0] }
    events += UInt64(batch.count)
    lastTime = max(lastTime, batch.times[batch.count - 1])
    if !progress(state) { throw .interrupted(nil) }
    return true
  }

  var place: ReplayPlace { ReplayPlace(events: events, firstTime: firstTime, lastTime: lastTime, progress: state) }

  /// How far the replay is.
  private var state: RunProgress {
    RunProgress(
      stage: stage, events: events, share: share, marketTime: lastTime, marketStart: firstTime ?? lastTime)
  }

  /// How much of the files lies behind.
  private var share: Double {
    let blocks = replay.parts.map(\.file.blockCount)
    let done = blocks[..<min(part, blocks.count)].reduce(0, +) + (reader?.blocksPassed ?? 0)
    return Double(done) / Double(max(1, blocks.reduce(0, +)))
  }
}
