import Accounting
import Execution
import MarketTypes
import OrderBooks
import Simulation
import Strategies
import Testing

/// Trades once at 1 s, rests a bid that nobody reaches, and tries again in the night.
private struct Holder: Strategy {
  static let name = "holder"
  var lots: Int64 = 7
  var step = 0
  var seen: [Int64] = []

  init(_ parameters: ParameterValues) {}
  init(lots: Int64) { self.lots = lots }

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: SplitTests.hour) }

  mutating func timer(_ desk: inout Desk) {
    step += 1
    let side: Side = lots > 0 ? .buy : .sell
    if step == 1 {
      desk.send(
        OrderTerms(
          identifier: OrderIdentifier(1), side: side, type: .market, quantity: Quantity(lots: Int64(lots.magnitude)),
          timeInForce: .immediateOrCancel))
      desk.send(
        OrderTerms(
          identifier: OrderIdentifier(2), side: .buy, price: Price(ticks: 10), quantity: Quantity(lots: 1)))
    }
    // After the split and before the first new price: 24 h is the split, 48 h the price.
    if step == 30 {
      desk.send(
        OrderTerms(
          identifier: OrderIdentifier(3), side: .buy, type: .market, quantity: Quantity(lots: 1),
          timeInForce: .immediateOrCancel))
    }
    if step == 50 {
      desk.send(
        OrderTerms(
          identifier: OrderIdentifier(4), side: .buy, type: .market, quantity: Quantity(lots: 1),
          timeInForce: .immediateOrCancel))
    }
  }
}

@Suite struct SplitTests {
  static let hour: Int64 = 3_600_000_000_000

  private static func split(_ new: Int64, _ old: Int64) -> ShareSplit { ShareSplit(new, for: old)! }

  private struct Outcome {
    var ledger: PositionLedger
    var notes: [SplitNote]
    var samples: AccountSampleBlock
    var steps: [OrderTransition]
    var fills: [LaneFill]
  }

  private static func run(
    lots: [Int64], lane: Int = 0, _ split: ShareSplit, marks: MarkRule = .middle, after: (Int32, Int32) = (49, 51)
  ) throws -> Outcome {
    var run = try LaneRunner(
      strategies: lots.map { Holder(lots: $0) }, terms: lots.map { _ in LaneTerms() },
      instruments: [Instrument(symbol: "TEST", tick: .one)],
      options: LaneRunOptions(
        sampleIntervalNanoseconds: hour, marks: marks,
        changes: InstrumentChanges(splits: [.init(time: 24 * hour, split: split)])))
    var source = QuoteSource([
      (0, 99, 101), (2 * hour, 99, 102), (20 * hour, 99, 102), (48 * hour, after.0, after.1),
      (60 * hour, after.0, after.1),
    ])
    run.run(&source)
    return Outcome(
      ledger: run.ledger(lane: lane), notes: run.takeSplitNotes().filter { $0.lane == lane },
      samples: run.takeSamples(), steps: run.takeTransitions().filter { $0.lane == lane },
      fills: run.takeFills().filter { $0.lane == lane })
  }

  /// Seven lots at 101 and 2 for 1: fourteen, at half the mark, and the same equity to the count.
  @Test func equityGoesThroughTwoForOne() throws {
    let outcome = try Self.run(lots: [7], Self.split(2, 1))
    let note = try #require(outcome.notes.first)
    #expect(note.lotsBefore == 7 && note.lotsAfter == 14 && note.cash == 0 && note.halfTicksBefore == 201)
    #expect(outcome.ledger.lots == 15)
    // The mark 100.5 becomes 50.25, which half ticks hold as 50.5: between the split and the next price the rounding shows.
    let block = outcome.samples
    let before = try #require(block.times.lastIndex { $0 < 24 * Self.hour })
    let after = try #require(block.times.firstIndex { $0 >= 24 * Self.hour })
    #expect(block.marks[before] == 201 && block.marks[after] == 101)
    #expect(block.ledger(sample: after, lane: 0, instrument: 0).lots == 14)
    #expect(block.ledger(sample: after, lane: 0, instrument: 0).cash == -707)
    // Nothing is marked at an old price afterwards.
    #expect(block.marks[after...].allSatisfy { $0 <= 101 })
  }

  /// Seven lots and 3 for 2: ten lots, and half a new lot, a third of an old one, in cash: 100.5 ÷ 3 = 33.5, to a count 34.
  @Test func fractionsArePaidInCash() throws {
    let outcome = try Self.run(lots: [7], Self.split(3, 2), after: (66, 68))
    let note = try #require(outcome.notes.first)
    #expect(note.lotsAfter == 10 && note.cash == 34)
    let short = try Self.run(lots: [-7], Self.split(3, 2), after: (66, 68))
    #expect(try #require(short.notes.first).lotsAfter == -10 && short.notes[0].cash == -34)
    // Value before: 7 × 100.5. After: 10 × 67 and 34.
    let (before, now) = (7 * 201, 2 * (10 * 67 + 34))
    #expect(abs(now - before) <= 1)
  }

  @Test func ordersEndAndWaitForAPrice() throws {
    let outcome = try Self.run(lots: [7], Self.split(2, 1))
    let ended = outcome.steps.filter { $0.step == .cancelled && $0.cancelReason == .corporateAction }
    #expect(ended.map(\.identifier) == [2] && ended.first?.time == 24 * Self.hour)
    let refused = outcome.steps.filter { $0.step == .rejected }
    #expect(refused.map(\.identifier) == [3] && refused.first?.rejectReason == .halted)
    #expect(outcome.fills.map(\.identifier) == [1, 4])
    #expect(outcome.fills.last?.price == 51)
  }

  /// Lanes do not meet: the same lane alone, among others, and in another order.
  @Test func aLaneIsTheSameAmongOthers() throws {
    let alone = try Self.run(lots: [7], Self.split(3, 2))
    for (lots, lane) in [([Int64(1), 7, -3], 1), ([7, -5], 0), ([2, 3, 7], 2)] {
      let among = try Self.run(lots: lots, lane: lane, Self.split(3, 2))
      #expect(among.ledger == alone.ledger)
      #expect(among.samples.times == alone.samples.times && among.samples.marks == alone.samples.marks)
      #expect(among.fills.count == alone.fills.count)
    }
  }

  @Test(arguments: [MarkRule.middle, .last, .touch])
  func everyRuleCarriesItsMarks(_ rule: MarkRule) throws {
    let block = try Self.run(lots: [6], Self.split(2, 1), marks: rule).samples
    for (row, time) in block.times.enumerated() where time >= 24 * Self.hour {
      #expect((98...102).contains(block.marks[row]))
    }
  }

  /// A split beyond the data, or before it, does nothing.
  @Test func onlySplitsWithinTheDataCount() throws {
    for time in [-Self.hour, 100 * Self.hour] {
      var run = try LaneRunner(
        strategies: [Holder(lots: 4)], terms: [LaneTerms()], instruments: [Instrument(symbol: "TEST", tick: .one)],
        options: LaneRunOptions(changes: InstrumentChanges(splits: [.init(time: time, split: Self.split(2, 1))])))
      var source = QuoteSource([(0, 99, 101), (5 * Self.hour, 99, 101)])
      run.run(&source)
      #expect(run.ledger(lane: 0).lots == 4)
      #expect(run.takeSplitNotes().isEmpty)
    }
  }

  /// Decades of a market that rests most of the time take as many samples as it has events, and the last one before each.
  @Test func restsAreNotSampled() throws {
    let year = 8_766 * Self.hour
    var run = try LaneRunner(
      strategies: [Holder(lots: 4)], terms: [LaneTerms()], instruments: [Instrument(symbol: "TEST", tick: .one)],
      options: LaneRunOptions(sampleIntervalNanoseconds: 60_000_000_000))
    var source = QuoteSource([(0, 99, 101), (year, 99, 101), (20 * year, 104, 106), (20 * year + 1_000, 99, 101)])
    run.run(&source)
    let block = run.takeSamples()
    let minute: Int64 = 60_000_000_000
    let expected: [Int64] = [0, minute, year - minute, year, 20 * year - minute, 20 * year, 20 * year + 1_000]
    #expect(block.times == expected)
    #expect(block.marks.count == block.times.count)
  }

  /// Days are sampled where sessions may close, too: also where a market rests, as the last moment before its next event.
  @Test func closesAreSampled() throws {
    let day = 24 * Self.hour
    let events = [(Int64(0), Int32(99), Int32(101)), (20 * Self.hour, 99, 101), (day + 14 * Self.hour, 104, 106)]
    var run = try LaneRunner(
      strategies: [Holder(lots: 4)], terms: [LaneTerms()], instruments: [Instrument(symbol: "TEST", tick: .one)],
      options: LaneRunOptions(sampleIntervalNanoseconds: day, sampleTimesOfDay: [Self.hour, 22 * Self.hour]))
    var source = QuoteSource(events + [(day + 23 * Self.hour, 99, 101), (2 * day + 1, 99, 101)])
    run.run(&source)
    let hours = [0, 1, 22, 25, 38 + 8, 48].map { Int64($0) * Self.hour } + [2 * day + 1]
    #expect(run.takeSamples().times == hours)
  }

  /// What is handed over on the way and what is left are the samples of one store.
  @Test func samplesAreHandedOver() throws {
    func run(handingOverAt count: Int?) throws -> [AccountSampleBlock] {
      var run = try LaneRunner(
        strategies: [Holder(lots: 4), Holder(lots: 1)], terms: [LaneTerms(), LaneTerms()],
        instruments: [Instrument(symbol: "TEST", tick: .one)],
        options: LaneRunOptions(sampleIntervalNanoseconds: 60_000_000_000))
      var blocks: [AccountSampleBlock] = []
      if let count { run.handOverSamples(atLedgers: count) { blocks.append($0) } }
      var source = QuoteSource((0..<4).map { ($0 * Self.hour / 2, 99, 101) })
      run.run(&source)
      return blocks + [run.takeSamples()]
    }
    let whole = try run(handingOverAt: nil)[0]
    let parts = try run(handingOverAt: 20)
    #expect(whole.times.count > 60 && parts.count > 5 && parts.dropLast().allSatisfy { $0.ledgers.count == 20 })
    #expect(parts.flatMap(\.times) == whole.times && parts.flatMap(\.ledgers) == whole.ledgers)
    #expect(parts.flatMap(\.marks) == whole.marks)
  }
}
