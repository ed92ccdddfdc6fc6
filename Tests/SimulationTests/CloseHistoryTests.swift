import Execution
import MarketTypes
import Simulation
import Strategies
import Synchronization
import Testing

/// Keeps every close it hears of by itself, and compares at each bar what the desk says of them.
private struct Historian: Strategy {
  final class Heard: Sendable {
    let bars = Atomic<Int>(0)
  }

  static let name = "historian"
  var wanted = Subscriptions()
  let heard: Heard
  var closes: [Int: [Int32]] = [:]

  init(_ parameters: ParameterValues) { heard = Heard() }

  init(_ wanted: Subscriptions, heard: Heard) {
    self.wanted = wanted
    self.heard = heard
  }

  var subscriptions: Subscriptions { wanted }

  mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {
    // Bars of the data carry a volume that no trades add up to.
    let key = bar.instrument * 2 + (bar.volume == CloseHistoryTests.dataVolume ? 0 : 1)
    let own = (closes[key] ?? []) + [bar.close.ticks]
    closes[key] = own
    let history = desk.closes(of: bar)
    #expect(history.count == own.count)
    for length in [1, 2, wanted.barHistory] {
      #expect(history.sum(last: length) == own.suffix(length).reduce(0) { $0 + Int64($1) })
    }
    #expect(history.close(barsAgo: 0) == bar.close)
    heard.bars.add(1, ordering: .relaxed)
  }
}

@Suite struct CloseHistoryTests {
  static let dataVolume: Int64 = 777_777

  /// Bars and trades of two instruments, so that lanes hear of bars of the data and of two lengths built here.
  static func market(_ events: Int) -> EventBatch {
    var batch = EventBatch(capacity: events * 4)
    for event in 0..<events {
      let time = Int64(event + 1) * 3_000_000
      let close = Int32(1_000 + event * 37 % 101)
      batch.append(EventCode(.trade), time: time, instrument: UInt16(event % 2))
      batch.append(price: close, sideIndex: 0)
      batch.append(quantity: 5)
      guard event % 3 == 0 else { continue }
      batch.append(EventCode(.bar), time: time, instrument: UInt16(event % 2))
      for _ in 0..<4 { batch.append(price: close + 7, sideIndex: 0) }
      batch.append(quantity: dataVolume)
    }
    return batch
  }

  /// Lanes on the venue's own time, on a shifted clock and on two delayed books share what they may share and no more.
  @Test func everySeriesIsWhatItsLanesHaveHeard() throws {
    let feeds: [(feed: Int64, acknowledgement: Int64)] = [
      (0, 0), (2_000_000, 3_000_000), (2_000_000, 100_000), (40_000_000, 0),
    ]
    var strategies: [Historian] = []
    var terms: [LaneTerms] = []
    let heard = Historian.Heard()
    for (place, feed) in feeds.enumerated() {
      for interval in [0, 10_000_000, 25_000_000] as [Int64] {
        for isDataHeard in [true, false] where isDataHeard || interval > 0 {
          strategies.append(
            Historian(
              Subscriptions(bars: isDataHeard, barIntervalNanoseconds: interval, barHistory: 3 + place * 5),
              heard: heard))
          terms.append(
            LaneTerms(
              latency: LatencyModel(
                feed: .constant(nanoseconds: feed.feed), acknowledgementNanoseconds: feed.acknowledgement)))
        }
      }
    }
    var run = try LaneRunner(
      strategies: strategies, terms: terms,
      instruments: [Instrument(symbol: "A", tick: .one), Instrument(symbol: "B", tick: .one)])
    run.apply(Self.market(200))
    run.finish()
    // A delayed lane misses what would reach it after the last event; all others hear 67 bars of the data where they ask.
    #expect(heard.bars.load(ordering: .relaxed) > 12 * 60 + 16 * 40)
  }
}
