import MarketTypes
import OrderBooks
import Testing

/// The rules by example, worked out by hand: what the twin and the engine both must have understood.
@Suite struct MatchingRulesTests {
  /// A market to talk to in few words.
  struct Market: ~Copyable {
    var engine: MatchingEngine
    var log = ReportLog()
    var sequence: UInt64 = 0
    var time: Int64 = 0

    init(_ change: (inout MatchingConfiguration) -> Void = { _ in }) {
      var configuration = MatchingConfiguration()
      configuration.capacity = 100
      change(&configuration)
      engine = MatchingEngine(configuration: configuration)
    }

    /// Sends an order and returns what was reported.
    @discardableResult
    mutating func send(
      _ identifier: UInt64, _ side: Side, _ lots: Int64, at ticks: Int32? = nil,
      _ change: (inout OrderTerms) -> Void = { _ in }
    ) -> [String] {
      var terms = OrderTerms(
        identifier: OrderIdentifier(identifier), side: side, type: ticks == nil ? .market : .limit,
        price: ticks.map { Price(ticks: $0) } ?? .none, quantity: Quantity(lots: lots))
      change(&terms)
      return act { engine, log, sequence, time in
        engine.submit(terms, sequence: sequence, time: time, into: &log)
      }
    }

    mutating func amend(_ identifier: UInt64, _ lots: Int64, at ticks: Int32) -> [String] {
      act { engine, log, sequence, time in
        let amendment = OrderAmendment(
          identifier: OrderIdentifier(identifier), price: Price(ticks: ticks), quantity: Quantity(lots: lots))
        engine.amend(amendment, sequence: sequence, time: time, into: &log)
      }
    }

    mutating func phase(_ phase: MarketStatus) -> [String] {
      act { engine, log, sequence, time in
        engine.setPhase(phase, sequence: sequence, time: time, into: &log)
      }
    }

    mutating func act(
      _ body: (inout MatchingEngine, inout ReportLog, UInt64, Timestamp) -> Void
    ) -> [String] {
      log.reports.removeAll()
      sequence += 1
      body(&engine, &log, sequence, Timestamp(nanoseconds: time))
      return log.reports.filter { $0.kind != .accepted }.map(Self.text)
    }

    static func text(_ report: MatchingReport) -> String {
      let what = "\(report.order.rawValue) \(report.kind)"
      switch report.kind {
      case .trade, .decremented:
        return "\(what) \(report.quantity.lots) with \(report.counterparty.rawValue) at \(report.price.ticks)"
      case .cancelled: return "\(what) \(report.quantity.lots) \(report.cancelReason)"
      case .rejected, .cancelRejected, .modifyRejected: return "\(what) \(report.rejectReason)"
      default: return "\(what) \(report.quantity.lots)"
      }
    }
  }

  @Test func smallerKeepsItsPlaceAndLargerLosesIt() {
    var market = Market()
    for identifier in 1...3 { market.send(UInt64(identifier), .sell, 10, at: 100) }
    #expect(market.amend(1, 5, at: 100) == ["1 modified 5"])
    #expect(market.amend(2, 11, at: 100) == ["2 modified 11"])
    let trades = market.send(9, .buy, 20, at: 100)
    #expect(trades == ["9 trade 5 with 1 at 100", "9 trade 10 with 3 at 100", "9 trade 5 with 2 at 100"])
  }

  @Test func icebergsShowAgainAtTheBack() {
    var market = Market()
    market.send(1, .sell, 25, at: 100) { $0.displayQuantity.lots = 10 }
    market.send(2, .sell, 10, at: 100)
    #expect(market.engine.depth(at: Price(ticks: 100), .sell).lots == 20)
    #expect(market.send(9, .buy, 12, at: 100) == ["9 trade 10 with 1 at 100", "9 trade 2 with 2 at 100"])
    #expect(market.engine.queue(at: Price(ticks: 100), .sell).map(\.identifier.rawValue) == [2, 1])
    #expect(market.engine.order(OrderIdentifier(1))?.open.lots == 15)
  }

  @Test func hiddenOrdersTradeAfterDisplayedOnesOfTheirPrice() {
    var market = Market()
    market.send(1, .sell, 5, at: 100) { $0.flags = .hidden }
    market.send(2, .sell, 5, at: 100)
    market.send(3, .sell, 5, at: 99) { $0.flags = .hidden }
    #expect(market.engine.best(.sell).ticks == 100)
    #expect(
      market.send(9, .buy, 12, at: 100) == [
        "9 trade 5 with 3 at 99", "9 trade 5 with 2 at 100", "9 trade 2 with 1 at 100",
      ])
  }

  @Test func fillOrKillAndMinimumQuantity() {
    var market = Market()
    market.send(1, .sell, 5, at: 100)
    market.send(2, .sell, 5, at: 101)
    #expect(market.send(8, .buy, 11, at: 101) { $0.timeInForce = .fillOrKill } == ["8 cancelled 11 fillOrKill"])
    #expect(
      market.send(9, .buy, 20, at: 100) { $0.minimumQuantity.lots = 6 } == ["9 cancelled 20 minimumQuantityNotMet"])
    #expect(
      market.send(10, .buy, 10, at: 101) { $0.timeInForce = .fillOrKill } == [
        "10 trade 5 with 1 at 100", "10 trade 5 with 2 at 101",
      ])
  }

  @Test func postOnlyNeverTakes() {
    var market = Market()
    market.send(1, .sell, 5, at: 100)
    #expect(market.send(2, .buy, 5, at: 100) { $0.flags = .postOnly } == ["2 rejected postOnlyWouldTrade"])
    #expect(market.send(2, .buy, 5, at: 99) { $0.flags = .postOnly } == [])
    #expect(market.amend(2, 5, at: 100) == ["2 modifyRejected postOnlyWouldTrade"])
  }

  @Test(arguments: [
    (SelfTradePrevention.cancelNewest, ["9 cancelled 7 selfTradePrevention"]),
    (.cancelOldest, ["1 cancelled 5 selfTradePrevention", "9 trade 5 with 2 at 100", "9 cancelled 2 noLiquidity"]),
    (.cancelBoth, ["1 cancelled 5 selfTradePrevention", "9 cancelled 7 selfTradePrevention"]),
    (.decrement, ["9 decremented 5 with 1 at 100", "9 trade 2 with 2 at 100"]),
  ])
  func selfTradesArePrevented(mode: SelfTradePrevention, expected: [String]) {
    var market = Market()
    market.send(1, .sell, 5, at: 100) { $0.participant = ParticipantIdentifier(7) }
    market.send(2, .sell, 5, at: 100) { $0.participant = ParticipantIdentifier(8) }
    let reports = market.send(9, .buy, 7) {
      $0.participant = ParticipantIdentifier(7)
      $0.selfTradePrevention = mode
    }
    #expect(reports == expected)
  }

  @Test func stopsTriggerInPriceOrderAfterTheMessage() {
    var market = Market()
    market.send(1, .sell, 5, at: 100)
    market.send(2, .sell, 5, at: 102)
    market.send(3, .sell, 50, at: 103)
    market.send(11, .buy, 4) { terms in
      terms.type = .stop
      terms.stopPrice.ticks = 102
    }
    market.send(12, .buy, 3, at: 103) { terms in
      terms.type = .stopLimit
      terms.stopPrice.ticks = 101
    }
    #expect(
      market.send(9, .buy, 6, at: 102) == [
        "9 trade 5 with 1 at 100", "9 trade 1 with 2 at 102",
        "12 triggered 3", "12 trade 3 with 2 at 102", "11 triggered 4", "11 trade 1 with 2 at 102",
        "11 trade 3 with 3 at 103",
      ])
  }

  @Test func trailingStopsFollowTheMarket() {
    var market = Market()
    market.send(1, .buy, 20, at: 90)
    market.send(5, .sell, 3) { terms in
      terms.type = .trailingStop
      terms.stopPrice.ticks = 95
      terms.offset = 4
    }
    market.send(2, .sell, 1, at: 105)
    #expect(market.send(3, .buy, 1, at: 105) == ["3 trade 1 with 2 at 105"])
    market.send(6, .buy, 1, at: 101)
    #expect(
      market.send(7, .sell, 1, at: 101) == [
        "7 trade 1 with 6 at 101", "5 triggered 3", "5 trade 3 with 1 at 90",
      ])
  }

  @Test func midpointPegsMeetWhenTheMiddleIsWhole() {
    var market = Market()
    market.send(1, .buy, 5, at: 98)
    market.send(2, .sell, 5, at: 101)
    market.send(3, .buy, 4) { $0.type = .peggedMidpoint }
    #expect(market.send(4, .sell, 4) { $0.type = .peggedMidpoint } == [])
    // The middle moves from 99.5 to 99: the earlier buyer stands there, and takes from the seller.
    #expect(market.send(5, .sell, 5, at: 100) == ["3 trade 4 with 4 at 99"])
  }

  @Test func proRataSharesAndGivesLeftOversByTime() {
    var market = Market { $0.allocation = .proRata }
    for (identifier, lots) in [(1, 10), (2, 30), (3, 60)] {
      market.send(UInt64(identifier), .sell, Int64(lots), at: 100)
    }
    // 17 over 100: 1.7, 5.1 and 10.2 round down to 16; the lot left over goes to the first.
    #expect(
      market.send(9, .buy, 17, at: 100) == [
        "9 trade 2 with 1 at 100", "9 trade 5 with 2 at 100", "9 trade 10 with 3 at 100",
      ])
  }

  @Test func mixedAllocationServesTheFirstInLineFirst() {
    var market = Market { $0.allocation = .mixed(firstPercent: 40) }
    for (identifier, lots) in [(1, 10), (2, 30), (3, 60)] {
      market.send(UInt64(identifier), .sell, Int64(lots), at: 100)
    }
    // 20: 8 by time to the first; 12 over its 2, 30 and 60 left, of 92: 0.26, 3.9, 7.8; two lots left over: 2 to the first.
    #expect(
      market.send(9, .buy, 20, at: 100) == [
        "9 trade 10 with 1 at 100", "9 trade 3 with 2 at 100", "9 trade 7 with 3 at 100",
      ])
  }

  @Test func auctionsTakeVolumeThenImbalanceThenReference() {
    var market = Market { $0.initialPhase = .openingAuction }
    market.send(1, .buy, 10, at: 105)
    market.send(2, .buy, 10, at: 103)
    market.send(3, .sell, 10, at: 100)
    market.send(4, .sell, 10, at: 104)
    // 10 trade at every price from 100 to 105. Bought and sold: 20 and 10 up to 103, then 10 and 20.
    #expect(market.engine.indicativeAuction().volume.lots == 10)
    market.send(5, .buy, 5) { $0.timeInForce = .atOpen }
    market.send(6, .sell, 5, at: 102) { $0.timeInForce = .atOpen }
    // At 102 and 103: 25 bought, 15 sold. At 104 and 105: 15 bought, 25 sold. All equal: the lowest.
    #expect(
      market.engine.indicativeAuction()
        == AuctionOutcome(price: Price(ticks: 102), volume: Quantity(lots: 15), imbalance: Quantity(lots: 10)))
    // The reference decides: 105 is nearest to it.
    market.engine.setReferencePrice(Price(ticks: 110))
    #expect(market.engine.indicativeAuction().price.ticks == 105)
    #expect(
      market.phase(.open) == [
        "5 trade 5 with 3 at 105", "1 trade 5 with 3 at 105", "1 trade 5 with 6 at 105",
      ])
    #expect(market.engine.best(.buy).ticks == 103)
    #expect(market.engine.best(.sell).ticks == 104)
  }

  @Test func atCloseOrdersWaitForTheClosingAuction() {
    var market = Market()
    #expect(market.send(1, .buy, 5) { $0.timeInForce = .atClose } == [])
    market.send(2, .sell, 3, at: 100)
    #expect(market.phase(.closingAuction) == [])
    #expect(market.send(3, .sell, 1) { $0.timeInForce = .immediateOrCancel } == ["3 rejected wrongPhase"])
    #expect(market.phase(.closed) == ["1 trade 3 with 2 at 100", "1 cancelled 2 auctionEnded"])
    #expect(market.send(4, .buy, 1, at: 1) == ["4 rejected closed"])
  }

  @Test func limitsAndHaltsStopOrders() {
    var market = Market()
    market.send(1, .sell, 5, at: 90)
    market.send(2, .sell, 5, at: 100)
    let limits = PriceLimits(
      bandLow: Price(ticks: 50), bandHigh: Price(ticks: 150), limitDown: Price(ticks: 95), limitUp: Price(ticks: 105))
    let effects = market.act { engine, log, sequence, time in
      engine.setLimits(limits, sequence: sequence, time: time, into: &log)
    }
    #expect(effects == ["1 cancelled 5 priceLimit"])
    #expect(market.send(3, .buy, 1, at: 106) == ["3 rejected aboveLimitUp"])
    #expect(market.send(3, .sell, 1, at: 94) == ["3 rejected belowLimitDown"])
    #expect(market.send(3, .sell, 1, at: 151) == ["3 rejected outsidePriceBand"])
    market.send(4, .sell, 5, at: 110)
    #expect(market.send(5, .buy, 9) == ["5 trade 5 with 2 at 100", "5 cancelled 4 noLiquidity"])
    #expect(market.phase(.halted) == [])
    #expect(market.send(6, .buy, 1, at: 100) == ["6 rejected halted"])
    #expect(market.amend(4, 1, at: 110) == ["4 modifyRejected halted"])
  }

  @Test func ordersEndWithTheirTime() {
    var market = Market()
    market.send(1, .buy, 5, at: 90) { $0.timeInForce = .day }
    market.send(2, .buy, 5, at: 91) { terms in
      terms.timeInForce = .goodTillDate
      terms.expiry.nanoseconds = 10
    }
    market.send(3, .buy, 5, at: 92)
    market.time = 10
    #expect(market.send(4, .sell, 1, at: 200) == ["2 expired 5"])
    let ended = market.act { engine, log, sequence, time in
      engine.endSession(sequence: sequence, time: time, into: &log)
    }
    #expect(ended == ["1 expired 5"])
    market.time = 9
    #expect(market.send(5, .sell, 1, at: 200) == ["5 rejected timeReversed"])
  }

  @Test func badInputIsRefusedWithItsReason() {
    var market = Market {
      $0.priceIncrement = 5
      $0.quantityIncrement = 10
    }
    #expect(market.send(1, .buy, 0, at: 100) == ["1 rejected quantityNotPositive"])
    #expect(market.send(1, .buy, .max, at: 100) == ["1 rejected quantityTooLarge"])
    #expect(market.send(1, .buy, 15, at: 100) == ["1 rejected lotSize"])
    #expect(market.send(1, .buy, 10, at: 101) == ["1 rejected tickSize"])
    #expect(market.send(1, .buy, 10, at: .max) == ["1 rejected invalidPrice"])
    #expect(market.send(1, .buy, 10, at: .min) == ["1 rejected invalidPrice"])
    #expect(market.send(.max, .buy, 10, at: 100) == [])
    #expect(market.send(.max, .buy, 10, at: 100) == ["\(UInt64.max) rejected duplicateIdentifier"])
    #expect(market.amend(7, 10, at: 100) == ["7 modifyRejected unknownOrder"])
  }

  @Test func leastImbalanceDecidesBetweenEqualVolumes() {
    var market = Market { $0.initialPhase = .openingAuction }
    market.send(1, .buy, 12, at: 103)
    market.send(2, .buy, 8, at: 101)
    market.send(3, .sell, 12, at: 101)
    // 12 trade from 101 to 103; at 101 eight buyers are left over, above it none.
    let outcome = market.engine.indicativeAuction()
    #expect(outcome == AuctionOutcome(price: Price(ticks: 102), volume: Quantity(lots: 12), imbalance: .zero))
  }
}
