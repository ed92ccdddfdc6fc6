import Execution
import MarketTypes
import Simulation
import Strategies
import TestSupport
import Testing

/// The moving-average cross without its promise, so that it is called at every bar.
private struct CalledAtEveryBar: Strategy {
  static let name = "called-at-every-bar"
  static let parameters = MovingAverageCross.parameters
  private var inner: MovingAverageCross

  init(_ parameters: ParameterValues) { inner = MovingAverageCross(parameters) }

  var subscriptions: Subscriptions {
    var wanted = inner.subscriptions
    wanted.barCross = nil
    return wanted
  }

  mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) { inner.barClosed(bar, &desk) }

  mutating func filled(_ notice: Notice, _ desk: inout Desk) { inner.filled(notice, &desk) }
}

@Suite struct CrossBoardTests {
  /// A call left out must not have mattered: lanes of many lengths, on the venue's clock, a shifted one and a delayed book,
  /// fill alike whether they are called at every bar or at crossings.
  @Test func callsLeftOutChangeNothing() throws {
    var random = SeededGenerator(seed: 11)
    var batch = EventBatch(capacity: 8_192)
    var closes: [Int32] = [10_000, 10_000]
    for bar in 0..<800 {
      let instrument = bar % 2
      // Ties matter: a step of nothing leaves both averages of a flat stretch equal.
      if bar % 120 > 40 { closes[instrument] += Int32(random.next() % 9) - 4 }
      batch.append(EventCode(.bar), time: Int64(bar + 1) * 60_000_000_000, instrument: UInt16(instrument))
      for _ in 0..<4 { batch.append(price: closes[instrument], sideIndex: 0) }
      batch.append(quantity: 100)
    }
    let parameters = try (0..<60).map { lane in
      try ParameterValues(
        [
          "instrument": Double(lane % 2), "fast": Double(1 + random.next() % 20),
          "slow": Double(1 + random.next() % 60), "notional": lane % 3 == 0 ? 1_000_000 : 0,
        ], for: MovingAverageCross.self)
    }
    let feeds: [(feed: Int64, acknowledgement: Int64)] = [(0, 0), (2_000_000, 3_000_000), (2_000_000, 100_000)]
    let terms = parameters.indices.map { lane in
      LaneTerms(
        latency: LatencyModel(
          feed: .constant(nanoseconds: feeds[lane / 2 % 3].feed),
          acknowledgementNanoseconds: feeds[lane / 2 % 3].acknowledgement),
        tradesAtLastPrice: true)
    }
    let expected = try fills(parameters.map(CalledAtEveryBar.init), terms, batch)
    let found = try fills(parameters.map(MovingAverageCross.init), terms, batch)
    #expect(found == expected)
    #expect(Set(found.map(\.lane)).count > 50)
  }

  private func fills<LaneStrategy: Strategy>(
    _ strategies: [LaneStrategy], _ terms: [LaneTerms], _ batch: borrowing EventBatch
  ) throws -> [LaneFill] {
    var run = try LaneRunner(
      strategies: strategies, terms: terms,
      instruments: [Instrument(symbol: "A", tick: .one), Instrument(symbol: "B", tick: .one)])
    run.apply(batch)
    run.finish()
    return run.takeFills()
  }
}
