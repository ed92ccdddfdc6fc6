import MarketTypes
import RiskControls
import TestSupport
import Testing

@Suite struct RiskGateTests {
  static let exposure = Exposure(
    position: 50, openBuys: 20, openSells: 10, bestBid: Price(ticks: 99), bestAsk: Price(ticks: 101))

  static func intent(
    _ side: Side = .buy, quantity: Int64 = 10, price: Int32 = 100, instrument: UInt16 = 0
  ) -> OrderIntent {
    OrderIntent(
      OrderTerms(
        identifier: OrderIdentifier(1), side: side, price: Price(ticks: price), quantity: Quantity(lots: quantity)),
      instrument: instrument)
  }

  static func reason(_ limits: RiskLimits, _ intent: OrderIntent, exposure: Exposure = exposure) -> RiskReason {
    var state = RiskState()
    let gate = RiskGate(limits: limits, instrumentCount: 1)
    return gate.approve(
      intent, exposure: exposure, time: 0, state: &state, approved: { _ in .none }, refused: { $0 })
  }

  @Test func eachControlHoldsBackAtItsLimit() {
    #expect(Self.reason(.none, Self.intent()) == .none)
    #expect(Self.reason(.none, Self.intent(instrument: 1)) == .unknownInstrument)
    #expect(Self.reason(.none, Self.intent(.none)) == .invalidSide)
    #expect(Self.reason(.none, Self.intent(quantity: 0)) == .quantityNotPositive)
    #expect(Self.reason(.none, Self.intent(quantity: -5)) == .quantityNotPositive)
    #expect(Self.reason(.none, Self.intent(price: .min)) == .invalidPrice)
    var limits = RiskLimits()
    limits.orderQuantity = 10
    #expect(Self.reason(limits, Self.intent(quantity: 10)) == .none)
    #expect(Self.reason(limits, Self.intent(quantity: 11)) == .orderTooLarge)
    limits = RiskLimits()
    limits.position = 80
    #expect(Self.reason(limits, Self.intent(quantity: 10)) == .none)
    #expect(Self.reason(limits, Self.intent(quantity: 11)) == .positionLimit)
    #expect(Self.reason(limits, Self.intent(.sell, quantity: 120)) == .none)
    #expect(Self.reason(limits, Self.intent(.sell, quantity: 121)) == .positionLimit)
    #expect(Self.reason(limits, Self.intent(quantity: .max)) == .positionLimit)
    limits = RiskLimits()
    limits.priceCollarTicks = 2
    #expect(Self.reason(limits, Self.intent(price: 103)) == .none)
    #expect(Self.reason(limits, Self.intent(price: 104)) == .priceCollar)
    #expect(Self.reason(limits, Self.intent(.sell, price: 97)) == .none)
    #expect(Self.reason(limits, Self.intent(.sell, price: 96)) == .priceCollar)
    limits = RiskLimits()
    limits.notional = 8_000
    #expect(Self.reason(limits, Self.intent(quantity: 10)) == .none)
    #expect(Self.reason(limits, Self.intent(quantity: 11)) == .notionalLimit)
    // A sell's limit is the least it may trade at; at the bid of 99 it is worth more than it says.
    #expect(Self.reason(limits, Self.intent(.sell, quantity: 120, price: 1)) == .none)
    #expect(Self.reason(limits, Self.intent(.sell, quantity: 121, price: 1)) == .notionalLimit)
    let empty = Exposure(position: 0, openBuys: 0, openSells: 0, bestBid: .none, bestAsk: .none)
    limits.priceCollarTicks = 1
    #expect(Self.reason(limits, Self.intent(), exposure: empty) == .noReferencePrice)
  }

  @Test func rateAndDrawdownRemember() {
    var limits = RiskLimits()
    limits.orderRate = 2
    limits.orderRateWindowNanoseconds = 100
    limits.drawdown = 50
    let gate = RiskGate(limits: limits, instrumentCount: 1)
    var state = RiskState()
    func passes(_ time: Int64) -> Bool {
      gate.approve(
        Self.intent(), exposure: Self.exposure, time: time, state: &state, approved: { _ in true },
        refused: { _ in false })
    }
    let passed = [0, 10, 20, 100].map { passes($0) }
    #expect(passed == [true, true, false, true])
    let falls = [(100, 5), (50, 6), (49, 7)].map { state.mark(equity: $0.0, time: Int64($0.1), limits: limits) }
    #expect(falls == [false, false, true])
    #expect(state.isStopped && state.stoppedTime == 7)
    let later = passes(1_000)
    #expect(!later)
  }

  @Test func absurdIntentsNeverTrap() {
    var random = SeededGenerator(seed: 3)
    let numbers: [Int64] = [.min, .max, -1, 0, 1, 1 << 40]
    for _ in 0..<2_000 {
      func number() -> Int64 { numbers.randomElement(using: &random) ?? 0 }
      var limits = RiskLimits()
      limits.position = number()
      limits.notional = number()
      limits.priceCollarTicks = Int32(clamping: number())
      let intent = Self.intent(
        Bool.random(using: &random) ? .buy : .sell, quantity: number(), price: Int32(clamping: number()))
      let exposure = Exposure(
        position: number(), openBuys: number(), openSells: number(), bestBid: Price(ticks: Int32(clamping: number())),
        bestAsk: Price(ticks: Int32(clamping: number())))
      _ = Self.reason(limits, intent, exposure: exposure)
    }
  }
}
