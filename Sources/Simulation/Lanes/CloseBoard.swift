import MarketTypes
import Strategies

/// The closes of every series of bars that lanes hear of: for the venue's own time and for each delayed book, the bars of
/// the data and those of each length that are built here, for each instrument.
///
/// Invariant: `rings` holds `ringCount` rings, which belong to one runner and live as long as it does.
struct CloseBoard {
  let rings: UnsafeMutablePointer<CloseRing>
  private let nothing: UnsafeMutablePointer<Int64>
  private let ringCount: Int
  private let instrumentCount: Int
  private let intervals: [Int64]
  private let isKept: Bool

  init(subscriptions: [Subscriptions], viewCount: Int, instrumentCount: Int) {
    self.instrumentCount = instrumentCount
    let lookback = subscriptions.lazy.map(\.barHistory).max() ?? 0
    isKept = lookback > 0
    intervals = isKept ? Set(subscriptions.map(\.barIntervalNanoseconds)).filter { $0 > 0 }.sorted() : []
    ringCount = isKept ? max(1, (viewCount + 1) * (intervals.count + 1) * instrumentCount) : 1
    nothing = .allocate(capacity: 1)
    nothing.initialize(to: 0)
    rings = .allocate(capacity: ringCount)
    rings.initialize(repeating: CloseRing(lookback: lookback, nothing: nothing), count: ringCount)
  }

  func deallocate() {
    for index in 0..<ringCount { rings[index].deallocate() }
    rings.deallocate()
    nothing.deallocate()
  }

  /// Brings the closes of an instrument through a split.
  func carry(through split: MarketSplit) {
    guard isKept else { return }
    for series in stride(from: split.instrument, to: ringCount, by: instrumentCount) {
      rings[series].carry(through: split)
    }
  }

  /// Keeps the close of a bar that lanes are about to hear of, once however many they are, and names its series.
  /// `interval` is the length of a bar built here; `view` the delayed book, -1 for the venue's own time.
  func note(_ bar: inout MarketBar, interval: Int64?, view: Int) {
    guard isKept, bar.instrument >= 0, bar.instrument < instrumentCount else { return }
    let kind = interval.flatMap { intervals.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    let series = ((view + 1) * (intervals.count + 1) + kind) * instrumentCount + bar.instrument
    bar.series = Int32(truncatingIfNeeded: series)
    // A late bar is reported lane by lane; equal times are the same bar.
    if interval == nil || rings[series].lastTime != bar.time { rings[series].append(bar.close.ticks, time: bar.time) }
  }
}
