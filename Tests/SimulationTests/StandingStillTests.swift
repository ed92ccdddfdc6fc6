import Accounting
import Execution
import MarketTypes
import RiskControls
import Simulation
import Strategies
import TestSupport
import Testing

/// Answers everything it hears of at once, with whatever will be answered at once.
struct RestlessAnswer: Strategy {
  enum Way: CaseIterable { case refusedOrders, fills, amends, cancels }

  static let name = "restless-answer"
  var way = Way.fills
  var sent: UInt64 = 0
  var refused = 0

  init(_ parameters: ParameterValues) {}
  init(way: Way) { self.way = way }

  var subscriptions: Subscriptions {
    Subscriptions(intervalNanoseconds: 10_000_000, fills: true, orderChanges: true)
  }

  mutating func timer(_ desk: inout Desk) { act(&desk) }
  mutating func filled(_ notice: Notice, _ desk: inout Desk) { act(&desk) }
  mutating func orderChanged(_ notice: Notice, _ desk: inout Desk) { act(&desk) }

  mutating func act(_ desk: inout Desk) {
    sent += 1
    var terms = OrderTerms(identifier: OrderIdentifier(sent), side: .buy, quantity: Quantity(lots: 1))
    switch way {
    case .refusedOrders:
      // A stop without a stop price: the venue says no.
      terms.type = .stop
      desk.send(terms)
    case .fills:
      terms.type = .market
      terms.timeInForce = .immediateOrCancel
      terms.side = sent % 2 == 0 ? .buy : .sell
      desk.send(terms)
    case .amends:
      if let order = desk.orders.first(where: { _ in true }) {
        desk.amend(order.handle, price: Price(ticks: 10 + Int32(sent % 7)), quantity: 5)
      } else {
        terms.price = Price(ticks: 10)
        desk.send(terms)
      }
    case .cancels:
      terms.price = Price(ticks: 10)
      desk.send(terms)
      desk.cancelAll()
    }
  }
}

@Suite struct StandingStillTests {
  static let instrument = Instrument(symbol: "TEST", tick: .one)

  /// Messages that take no time, however that is said.
  static let latencies = [
    LatencyModel(), LatencyModel(newOrder: .drawn(quantiles: [0, 0]), acknowledgement: .drawn(quantiles: [0, 0])),
    LatencyModel(
      newOrder: .measured([LatencyPoint(time: 0, nanoseconds: 0)]), acknowledgement: .constant(nanoseconds: 0)),
  ]

  static func run(
    _ strategies: [MixedAnswer], latency: LatencyModel
  ) throws -> (fills: [LaneFill], steps: [OrderTransition], statistics: [LaneStatistics], ledgers: [PositionLedger]) {
    var run = try LaneRunner(
      strategies: strategies,
      terms: strategies.map { LaneTerms(latency: $0.nosy == nil ? latency : LaneIndependenceTests.latencies[0]) },
      instruments: [instrument])
    var source = FlowSource(seed: 5, shape: .calm, batches: 1)
    run.run(&source)
    return (
      run.takeFills(), run.takeTransitions(), strategies.indices.map { run.statistics(lane: $0) },
      strategies.indices.map { run.ledger(lane: $0) }
    )
  }

  @Test("A lane that answers every answer at once is held back and changes nothing for others", arguments: latencies)
  func timePasses(latency: LatencyModel) throws {
    let nosy = (0..<4).map { MixedAnswer(nosy: LaneIndependenceTests.strategy($0)) }
    let quiet = try Self.run(nosy, latency: latency)
    let busy = try Self.run(nosy + RestlessAnswer.Way.allCases.map { MixedAnswer(restless: $0) }, latency: latency)
    for lane in nosy.indices {
      #expect(quiet.fills.filter { $0.lane == lane } == busy.fills.filter { $0.lane == lane })
      #expect(quiet.statistics[lane] == busy.statistics[lane])
      #expect(quiet.ledgers[lane] == busy.ledgers[lane])
    }
    for (place, way) in RestlessAnswer.Way.allCases.enumerated() {
      let lane = nosy.count + place
      let steps = busy.steps.filter { $0.lane == lane }
      let moments = Set(steps.map(\.time)).count
      #expect(moments >= 2, "\(way)")
      #expect(busy.statistics[lane].sent <= moments * 1_000, "\(way)")
      // What was held back says why.
      if way != .amends {
        #expect(steps.contains { $0.riskReason == RiskReason.tooManyAtOnce.rawValue }, "\(way)")
        #expect(busy.statistics[lane].riskRejects > 0, "\(way)")
      }
    }
  }

  @Test("A lane whose messages take time may ask as often as it likes")
  func latencyFrees() throws {
    let result = try Self.run(
      [MixedAnswer(restless: .refusedOrders)], latency: LatencyModel(newOrderNanoseconds: 500_000))
    #expect(!result.steps.contains { $0.riskReason == RiskReason.tooManyAtOnce.rawValue })
  }

  @Test("Latencies that times cannot bear are refused, and say which and how long")
  func absurdLatencies() throws {
    func message(_ latency: LatencyModel) -> String {
      do throws(LaneTermsError) {
        _ = try LaneRunner(
          strategies: [NosyStrategy(seed: 1, wanted: Subscriptions(), wakes: false, calm: 1)],
          terms: [LaneTerms(latency: latency)], instruments: [Self.instrument])
        return "accepted"
      } catch {
        return error.description
      }
    }
    let longest = LatencyModel.longestNanoseconds
    for absurd in [Int64.max, .max - 1, .min, longest + 1] {
      #expect(
        message(LatencyModel(feed: .constant(nanoseconds: absurd))).hasPrefix("lane 0: the latency of the feed is"))
      #expect(message(LatencyModel(newOrderNanoseconds: absurd)).contains("of a new order is \(absurd) ns"))
      #expect(message(LatencyModel(cancelNanoseconds: absurd)).contains("of a cancel"))
      #expect(message(LatencyModel(amendNanoseconds: absurd)).contains("of an amend"))
      #expect(message(LatencyModel(acknowledgementNanoseconds: absurd)).contains("of an acknowledgement"))
      let drawn = LatencyLaw.drawn(quantiles: [0, absurd])
      #expect(message(LatencyModel(newOrder: drawn, acknowledgement: drawn)).contains("hundred days"))
      let measured = LatencyLaw.measured([LatencyPoint(time: .min, nanoseconds: absurd)])
      #expect(message(LatencyModel(newOrder: measured, acknowledgement: measured)).contains("hundred days"))
      let recorded = LatencyLaw.recorded(thousandths: 1_000, addedNanoseconds: absurd)
      #expect(message(LatencyModel(newOrder: recorded, acknowledgement: recorded)).contains("hundred days"))
    }
    #expect(message(LatencyModel(newOrderNanoseconds: longest, acknowledgementNanoseconds: longest)) == "accepted")
  }
}

/// A nosy strategy or one that answers everything.
struct MixedAnswer: Strategy {
  static let name = "mixed-answer"
  var nosy: NosyStrategy?
  var restless: RestlessAnswer?

  init(_ parameters: ParameterValues) {}
  init(nosy: NosyStrategy) { self.nosy = nosy }
  init(restless: RestlessAnswer.Way) { self.restless = RestlessAnswer(way: restless) }

  var subscriptions: Subscriptions { nosy?.subscriptions ?? restless?.subscriptions ?? Subscriptions() }

  mutating func started(_ desk: inout Desk) { nosy?.started(&desk) }
  mutating func timer(_ desk: inout Desk) {
    nosy?.timer(&desk)
    restless?.timer(&desk)
  }
  mutating func woken(_ desk: inout Desk) { nosy?.woken(&desk) }
  mutating func filled(_ notice: Notice, _ desk: inout Desk) {
    nosy?.filled(notice, &desk)
    restless?.filled(notice, &desk)
  }
  mutating func orderChanged(_ notice: Notice, _ desk: inout Desk) {
    nosy?.orderChanged(notice, &desk)
    restless?.orderChanged(notice, &desk)
  }
  mutating func touchChanged(_ instrument: Int, _ desk: inout Desk) { nosy?.touchChanged(instrument, &desk) }
}
