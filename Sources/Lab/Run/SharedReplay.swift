import Dispatch
import MarketTypes

/// Consecutive batches of a replay, and how far the replay was after them.
struct BatchRound: ~Copyable {
  private let batches: UnsafeMutablePointer<EventBatch>
  private let capacity: Int
  private(set) var count = 0
  /// Nothing follows.
  private(set) var isLast = false
  /// What stopped the decoding, where something did.
  private(set) var failure: RunStop?
  private(set) var place: ReplayPlace

  init(capacity: Int, source: borrowing ReplaySource) {
    self.capacity = capacity
    batches = .allocate(capacity: capacity)
    for index in 0..<capacity { (batches + index).initialize(to: source.makeBatch()) }
    place = source.place
  }

  deinit {
    batches.deinitialize(count: capacity)
    batches.deallocate()
  }

  func forEach(_ body: (borrowing EventBatch) -> Void) {
    for index in 0..<count { body(batches[index]) }
  }

  /// Replaces what it holds by what follows; ends early with the batch that passes `limit` events, if that still lies ahead.
  mutating func fill(from source: inout ReplaySource, endingAt limit: UInt64) {
    let limit = source.place.events < limit ? limit : .max
    count = 0
    do throws(RunStop) {
      while count < capacity, !isLast, source.place.events < limit {
        if try source.nextBatch(into: &batches[count]) { count += 1 } else { isLast = true }
      }
    } catch { failure = error }
    place = source.place
  }
}

/// A replay that is decoded once for all threads: while they work on one round of batches, the next one is decoded.
///
/// Invariant: everything pointed to belongs to it. During `advance` the current round is only read, and the next one and
/// the source belong to whoever decodes.
struct SharedReplay: ~Copyable {
  private let source: UnsafeMutablePointer<ReplaySource>
  private let rounds: UnsafeMutablePointer<BatchRound>
  private var current = 0

  /// Decodes the first round of so many batches.
  init(_ replaySource: consuming ReplaySource, batchesPerRound: Int, endingAt limit: UInt64) {
    source = .allocate(capacity: 1)
    source.initialize(to: replaySource)
    rounds = .allocate(capacity: 2)
    for index in 0..<2 {
      (rounds + index).initialize(to: BatchRound(capacity: batchesPerRound, source: source.pointee))
    }
    rounds[0].fill(from: &source.pointee, endingAt: limit)
  }

  deinit {
    rounds.deinitialize(count: 2)
    rounds.deallocate()
    source.deinitialize(count: 1)
    source.deallocate()
  }

  /// How far the replay is after the round that comes next.
  var place: ReplayPlace { rounds[current].place }

  /// Gives the current round to all workers, each on a thread of its own, and goes on to the next; returns how far that was.
  mutating func advance(
    workers: Int, endingAt limit: UInt64, _ work: (_ worker: Int, _ round: borrowing BatchRound) -> Void
  ) throws(RunStop) -> (place: ReplayPlace, isLast: Bool) {
    let (source, round, next) = (source, rounds + current, rounds + (1 - current))
    if let failure = round.pointee.failure { throw failure }
    if workers == 1 {
      work(0, round.pointee)
      next.pointee.fill(from: &source.pointee, endingAt: limit)
    } else {
      nonisolated(unsafe) let (source, round, next, work) = (source, round, next, work)
      DispatchQueue.concurrentPerform(iterations: workers + 1) { index in
        if index == workers {
          next.pointee.fill(from: &source.pointee, endingAt: limit)
        } else {
          work(index, round.pointee)
        }
      }
    }
    current = 1 - current
    return (round.pointee.place, round.pointee.isLast)
  }
}
