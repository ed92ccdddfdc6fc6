import MarketTypes
import TestSupport
import Testing

@testable import Accounting

@Suite struct FeeMeterTests {
  static let share = ContractValueTests.share

  /// Fees in billionths of a cent: the count of a share with a tick of a cent.
  final class Lane {
    var meter: FeeMeter

    init(_ schedule: FeeSchedule, _ instrument: Instrument = FeeMeterTests.share) throws {
      meter = try FeeMeter(schedules: [schedule], instruments: [instrument])
    }

    var tier: Int { meter.tier(lane: 0) }
    var isPlain: Bool { meter.isPlain }

    func charge(
      _ quantity: Int64, at price: Int32, side: Side = .buy, isMaker: Bool = false, order: inout OrderFees
    ) -> Int128 {
      meter.charge(
        lane: 0, instrument: 0, side: side, isMaker: isMaker, price: price, quantity: quantity, order: &order)
    }

    func charge(_ quantity: Int64, at price: Int32, side: Side = .buy, isMaker: Bool = false) -> Int128 {
      var order = OrderFees()
      return charge(quantity, at: price, side: side, isMaker: isMaker, order: &order)
    }
  }

  static func cents(_ cents: Int128) -> Int128 { cents * 1_000_000_000 }

  @Test func plainRatesAreExactAndFlagged() throws {
    let lane = try Lane(FeeSchedule(makerRate: -20_000, takerRate: 100_000))
    #expect(lane.isPlain)
    #expect(lane.meter.plainRate(lane: 0, isMaker: true) == -20_000)
    #expect(lane.meter.plainRate(lane: 0, isMaker: false) == 100_000)
    // 100 shares at 123.45 are 12,345 USD: a taker pays 1 basis point, 1.2345 USD.
    #expect(lane.charge(100, at: 12_345) == 123_450_000_000)
    #expect(lane.charge(100, at: 12_345, isMaker: true) == -24_690_000_000)
    var ledger = PositionLedger()
    ledger.book(sign: -1, price: 12_345, quantity: 100, feeRate: 100_000)
    #expect(ledger.fees == 123_450_000_000)
    var other = PositionLedger()
    other.book(
      sign: -1, price: 12_345, quantity: 100, fee: lane.charge(100, at: 12_345, side: .sell),
      contract: try ContractValue(Self.share))
    #expect(ledger == other)
    #expect(ledger.doubledEquity(bidPlusAsk: 24_000) == 2 * 34_500)
    #expect(try other.doubledEquity(mark: MarkPrice(halfTicks: 24_000), contract: ContractValue(Self.share)) == 69_000)
  }

  @Test func anythingElseIsNotPlain() throws {
    var schedule = FeeSchedule(makerRate: 1, takerRate: 2)
    #expect(schedule.isPlain)
    schedule.sellDuty.rate = 3
    #expect(try !Lane(schedule).isPlain)
    #expect(try !Lane(FeeSchedule(takerRate: 2), ContractValueTests.inverse).isPlain)
    #expect(try Lane(FeeSchedule(takerRate: 2), ContractValueTests.quanto).isPlain)
  }

  @Test func tiersChangeAfterTheFillThatCrosses() throws {
    var schedule = FeeSchedule(takerRate: 1_000_000)
    schedule.tiers = [
      FeeSchedule.Tier(volume: 10_000, rates: .init(takerRate: 800_000)),
      FeeSchedule.Tier(volume: 50_000, rates: .init(takerRate: 500_000)),
    ]
    let lane = try Lane(schedule)
    // 99 shares at 100 USD stay below; the next fill crosses and still pays 0.1 %; then 0.08 %, then over two at once.
    #expect(lane.charge(99, at: 10_000) == Self.cents(990))
    #expect(lane.charge(2, at: 10_000) == Self.cents(20))
    #expect(lane.tier == 1)
    #expect(lane.charge(99, at: 10_000) == Self.cents(792))
    #expect(lane.charge(300, at: 10_000) == Self.cents(2_400))
    #expect(lane.tier == 2)
    #expect(lane.meter.volume(lane: 0) == 50_000)
    #expect(lane.charge(100, at: 10_000) == Self.cents(500))
    lane.meter.startMonth()
    #expect(lane.tier == 2)
    schedule.resetsMonthly = true
    schedule.startingVolume = 10_000
    let monthly = try Lane(schedule)
    #expect(monthly.charge(1_000, at: 10_000) == Self.cents(8_000))
    #expect(monthly.tier == 2 && monthly.meter.resetsMonthly)
    monthly.meter.startMonth()
    #expect(monthly.tier == 1)
    schedule.resetsMonthly = false
    schedule.startingVolume = 60_000
    #expect(try Lane(schedule).tier == 2)
    schedule.startingVolume = 99
    schedule.volumeMeasure = .quantity
    schedule.tiers[0].volume = 100
    let shares = try Lane(schedule)
    #expect(shares.charge(1, at: 10_000) == Self.cents(10))
    #expect(shares.charge(1, at: 10_000) == Self.cents(8))
  }

  @Test func monthsBeginWhereTheCalendarSays() {
    let day: Int64 = 86_400_000_000_000
    #expect(FeeMeter.nextMonth(after: 0) == 31 * day)
    #expect(FeeMeter.nextMonth(after: 31 * day - 1) == 31 * day)
    #expect(FeeMeter.nextMonth(after: 31 * day) == 59 * day)
    #expect(FeeMeter.nextMonth(after: -1) == 0)
    // 1972 and 2000 have a leap day, 2100 has none.
    #expect(FeeMeter.nextMonth(after: (730 + 45) * day) == (730 + 60) * day)
    #expect(FeeMeter.nextMonth(after: (10_957 + 45) * day) == (10_957 + 60) * day)
    #expect(FeeMeter.nextMonth(after: (47_482 + 45) * day) == (47_482 + 59) * day)
    #expect(FeeMeter.nextMonth(after: (730 + 364) * day) == (730 + 366) * day)
  }

  /// 0.005 USD a share, at least 1 USD an order, at most 1 % of its value.
  @Test func brokersMinimumAndMaximumOfAnOrder() throws {
    var schedule = FeeSchedule(rates: .init(makerPerUnit: 5_000_000, takerPerUnit: 5_000_000))
    schedule.orderBounds.minimum = 1_000_000_000
    schedule.maximumOrderRate = 10_000_000
    let lane = try Lane(schedule)
    #expect(lane.charge(1_000, at: 2_500) == Self.cents(500))
    #expect(lane.charge(100, at: 2_500) == Self.cents(100))
    // 1,000 shares at 0.25 USD: 1 % of 250 USD.
    #expect(lane.charge(1_000, at: 25) == Self.cents(250))
    // Worth less than 100 USD: the maximum wins over the minimum.
    #expect(lane.charge(1, at: 2_500) == Self.cents(25))
    // The minimum is paid once for an order of three fills, then by the share.
    var order = OrderFees()
    #expect(lane.charge(100, at: 2_500, order: &order) == Self.cents(100))
    #expect(lane.charge(50, at: 2_500, order: &order) == 0)
    #expect(lane.charge(150, at: 2_500, order: &order) == Self.cents(50))
  }

  @Test func flatAmountsBoundsOfFillsAndIncrement() throws {
    var schedule = FeeSchedule(takerRate: 1_000_000)
    schedule.perOrder = 2_000_000_000
    schedule.perFill = 100_000_000
    schedule.fillBounds = .init(minimum: 500_000_000, maximum: 3_000_000_000)
    let lane = try Lane(schedule)
    var order = OrderFees()
    // 0.10 + 0.10 rises to 0.50; the order adds 2.00 once; 10.10 falls to 3.00.
    #expect(lane.charge(1, at: 10_000, order: &order) == Self.cents(250))
    #expect(lane.charge(1, at: 10_000, order: &order) == Self.cents(50))
    #expect(lane.charge(100, at: 10_000, order: &order) == Self.cents(300))
    var rounded = FeeSchedule(takerRate: 1_000_000)
    rounded.increment = 10_000_000
    let cents = try Lane(rounded)
    // 0.1 % of 15.00 USD is 1.5 cents: 2; of another 10.00 USD, 2.5 in all: 3, so one more; of 14.99 USD 1.499: 1.
    var second = OrderFees()
    #expect(cents.charge(1, at: 1_500, order: &second) == Self.cents(2))
    #expect(cents.charge(1, at: 1_000, order: &second) == Self.cents(1))
    #expect(cents.charge(1, at: 1_499) == Self.cents(1))
  }

  @Test func dutiesFallOnTheirSideOutsideTheBounds() throws {
    var schedule = FeeSchedule()
    schedule.orderBounds.maximum = 1_000_000_000
    schedule.perOrder = 5_000_000_000
    schedule.sellDuty = .init(rate: 500_000, perUnit: 20_000_000)
    schedule.buyDuty = .init(rate: 5_000_000)
    let lane = try Lane(schedule)
    #expect(lane.charge(100, at: 10_000, side: .buy) == Self.cents(100 + 5_000))
    #expect(lane.charge(100, at: 10_000, side: .sell) == Self.cents(100 + 500 + 200))
  }

  @Test func inverseFeesAreInBillionthsOfBillionths() throws {
    let lane = try Lane(FeeSchedule(makerRate: -250_000, takerRate: 750_000), ContractValueTests.inverse)
    // 0.006 XBT × 0.075 % = 0.0000045 XBT.
    #expect(lane.charge(3, at: 100_000) == 4_500_000_000_000)
    #expect(lane.charge(3, at: 100_000, side: .sell, isMaker: true) == -1_500_000_000_000)
  }

  @Test func amountsAreRoundedToBillionthsOfACount() throws {
    // A count is 0.07 USD: 0.01 USD are 142,857,142.857… billionths.
    let lane = try Lane(
      FeeSchedule(rates: .init(takerPerUnit: 10_000_000)),
      Instrument(symbol: "SEVEN", tick: ContractValueTests.unit("0.07")))
    #expect(lane.charge(1, at: 100) == 142_857_143)
    #expect(lane.charge(3, at: 100) == 3 * 142_857_143)
  }

  @Test func badSchedulesSayWhy() throws {
    func refuses(_ change: (inout FeeSchedule) -> Void) {
      var schedule = FeeSchedule()
      change(&schedule)
      #expect(throws: AccountingError.self) { _ = try FeeMeter(schedules: [schedule], instruments: [Self.share]) }
    }
    refuses { $0.takerRate = 1_000_000_001 }
    refuses { $0.takerRate = .min }
    refuses { $0.increment = -1 }
    refuses { $0.startingVolume = -1 }
    refuses { $0.maximumOrderRate = -1 }
    refuses { $0.tiers = [.init(volume: 5, rates: .init()), .init(volume: 5, rates: .init())] }
    let foreign = Instrument(symbol: "EU", tick: ContractValueTests.unit("0.01"), currency: "EUR")
    var tiered = FeeSchedule()
    tiered.tiers = [.init(volume: 5, rates: .init())]
    #expect(throws: AccountingError.self) {
      _ = try FeeMeter(schedules: [tiered], instruments: [Self.share, foreign])
    }
    tiered.volumeMeasure = .quantity
    _ = try FeeMeter(schedules: [tiered], instruments: [Self.share, foreign])
    // A thousand million currency units on an instrument whose count is 10^-18.
    var large = FeeSchedule()
    large.perOrder = .max
    large.rates.takerPerUnit = .max
    let fine = ContractValueTests.unit("0.000000001")
    #expect(throws: AccountingError.self) {
      _ = try FeeMeter(schedules: [large], instruments: [Instrument(symbol: "FINE", tick: fine, lot: fine)])
    }
  }

  @Test func hostileQuantitiesDoNotTrap() throws {
    var schedule = FeeSchedule(makerRate: -1_000_000_000, takerRate: 1_000_000_000)
    schedule.tiers = [.init(volume: 1, rates: schedule.rates)]
    schedule.increment = 10_000_000
    schedule.sellDuty = .init(rate: 1_000_000_000, perUnit: 1)
    schedule.maximumOrderRate = 1_000_000_000
    for instrument in [Self.share, ContractValueTests.inverse, ContractValueTests.quanto] {
      let lane = try Lane(schedule, instrument)
      var order = OrderFees()
      for price in [Int32.max, .min, 1, 0, -1] {
        for quantity in [Int64.max, 1, 0] {
          for side in [Side.buy, .sell] { _ = lane.charge(quantity, at: price, side: side, order: &order) }
        }
      }
    }
  }

  /// Random schedules and fills of two instruments, against the twin that keeps every fill.
  @Test(arguments: 0..<40) func agreesWithTheTwin(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func pick(_ range: ClosedRange<Int64>) -> Int64 {
      Bool.random(using: &random) ? .random(in: range, using: &random) : 0
    }
    func rates() -> FeeSchedule.Rates {
      FeeSchedule.Rates(
        makerRate: pick(-500_000...500_000), takerRate: pick(0...2_000_000), makerPerUnit: 1_000 * pick(-3_000...3_000),
        takerPerUnit: 1_000 * pick(0...9_000))
    }
    func bounds() -> FeeSchedule.Bounds {
      FeeSchedule.Bounds(
        minimum: Bool.random(using: &random) ? pick(0...1_000_000_000) : nil,
        maximum: Bool.random(using: &random) ? pick(0...9_000_000_000) : nil)
    }
    var schedule = FeeSchedule(rates: rates())
    var volume: Int64 = 0
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      volume += .random(in: 1...40_000, using: &random)
      schedule.tiers.append(FeeSchedule.Tier(volume: volume, rates: rates()))
    }
    schedule.volumeMeasure = Bool.random(using: &random) ? .value : .quantity
    schedule.startingVolume = pick(0...30_000)
    (schedule.perFill, schedule.perOrder) = (pick(0...50_000_000), pick(0...2_000_000_000))
    (schedule.fillBounds, schedule.orderBounds) = (bounds(), bounds())
    schedule.maximumOrderRate = Bool.random(using: &random) ? pick(0...10_000_000) : nil
    schedule.buyDuty.rate = pick(0...5_000_000)
    schedule.sellDuty = .init(rate: pick(0...5_000_000), perUnit: 1_000 * pick(0...200))
    schedule.increment = Bool.random(using: &random) ? 10_000_000 : 0
    let instruments = [
      Self.share,
      Instrument(
        symbol: "COIN", tick: ContractValueTests.unit("0.5"), lot: ContractValueTests.unit("0.001"),
        multiplier: ContractValueTests.unit("10")),
    ]
    var meter = try FeeMeter(schedules: [FeeSchedule(), schedule, schedule], instruments: instruments)
    var twin = ReferenceFees(schedule: schedule, instruments: instruments)
    var orders = [OrderFees](repeating: OrderFees(), count: 6)
    for _ in 0..<60 {
      let fill = ReferenceFees.Fill(
        instrument: .random(in: 0...1, using: &random), order: .random(in: 0..<3, using: &random),
        side: Bool.random(using: &random) ? .buy : .sell, isMaker: .random(using: &random),
        price: .random(in: 1...30_000, using: &random), quantity: .random(in: 1...500, using: &random))
      // An order has one instrument.
      let order = fill.order * 2 + fill.instrument
      var own = fill
      own.order = order
      let fee = meter.charge(
        lane: 1, instrument: fill.instrument, side: fill.side, isMaker: fill.isMaker, price: fill.price,
        quantity: fill.quantity, order: &orders[order])
      let unit = meter.terms[fill.instrument].contract.moneyPerCount
      #expect(fee * unit == twin.charge(own), "seed \(seed)")
      let tier = meter.tier(lane: 1)
      #expect(tier == twin.tier)
    }
    let plainTier = meter.tier(lane: 0)
    #expect(plainTier == 0)
  }
}
