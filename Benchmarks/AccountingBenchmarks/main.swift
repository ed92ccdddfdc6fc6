import Accounting
import BenchmarkHarness
import MarketTypes

// Fills booked by the hot ledger under plain and full fee schedules, and by whole accounts under each lot method.

var runner = BenchmarkRunner()
let fillCount = runner.options.isTiny ? 2_000 : 4_000_000
let laneCount = 64

struct Fill {
  var lane: Int32
  var price: Int32
  var quantity: Int64
  var sign: Int64
  var isMaker: Bool
}

/// Fills of a walk of prices over all lanes, the same ones every time.
let fills: [Fill] = {
  var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  var price: Int32 = 10_000
  return (0..<fillCount).map { place in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let bits = state >> 33
    price = max(5_000, min(20_000, price + Int32(bits & 3) - Int32(bits >> 2 & 3)))
    return Fill(
      lane: Int32(place % laneCount), price: price, quantity: Int64(bits >> 4 & 63) + 1,
      sign: bits >> 10 & 1 == 0 ? 1 : -1, isMaker: bits >> 11 & 1 == 0)
  }
}()

func hash(_ ledgers: [PositionLedger]) -> UInt64 {
  ledgers.reduce(14_695_981_039_346_656_037) { value, ledger in
    let mixed = UInt64(truncatingIfNeeded: ledger.cash ^ ledger.fees) ^ UInt64(bitPattern: ledger.lots)
    return (value ^ mixed) &* 1_099_511_628_211
  }
}

let share = Instrument(symbol: "SHARE", tick: DecimalUnit("0.01")!)
let inverse = Instrument(
  symbol: "XBTUSD", tick: DecimalUnit("0.5")!, multiplier: DecimalUnit("100")!, currency: "XBT", settlement: .inverse)

let plain = FeeSchedule(makerRate: -20_000, takerRate: 100_000)
var broker = FeeSchedule(rates: .init(makerPerUnit: 3_500_000, takerPerUnit: 3_500_000))
broker.tiers = [
  FeeSchedule.Tier(volume: 300_000, rates: .init(makerPerUnit: 2_000_000, takerPerUnit: 2_000_000)),
  FeeSchedule.Tier(volume: 3_000_000, rates: .init(makerPerUnit: 1_500_000, takerPerUnit: 1_500_000)),
]
broker.volumeMeasure = .quantity
broker.orderBounds.minimum = 350_000_000
broker.maximumOrderRate = 10_000_000
broker.sellDuty = .init(rate: 27_800, perUnit: 166_000)

runner.measure("ledger, rates alone", items: fillCount, unit: "fills", note: "the floor: two rates in registers") {
  var ledgers = [PositionLedger](repeating: PositionLedger(), count: laneCount)
  for fill in fills {
    ledgers[Int(fill.lane)].book(
      sign: fill.sign, price: fill.price, quantity: fill.quantity, feeRate: fill.isMaker ? -20_000 : 100_000)
  }
  return hash(ledgers)
}

/// Books every fill as an order of its own.
@MainActor func measure(_ name: String, _ schedule: FeeSchedule, _ instrument: Instrument) throws {
  let contract = try ContractValue(instrument)
  try runner.measure(name, items: fillCount, unit: "fills") {
    var meter = try FeeMeter(
      schedules: [FeeSchedule](repeating: schedule, count: laneCount), instruments: [instrument])
    var ledgers = [PositionLedger](repeating: PositionLedger(), count: laneCount)
    if meter.isPlain {
      for fill in fills {
        let lane = Int(fill.lane)
        ledgers[lane].book(
          sign: fill.sign, price: fill.price, quantity: fill.quantity,
          feeRate: meter.plainRate(lane: lane, isMaker: fill.isMaker))
      }
    } else {
      for fill in fills {
        let lane = Int(fill.lane)
        var order = OrderFees()
        let fee = meter.charge(
          lane: lane, instrument: 0, side: fill.sign > 0 ? .buy : .sell, isMaker: fill.isMaker, price: fill.price,
          quantity: fill.quantity, order: &order)
        ledgers[lane].book(
          sign: fill.sign, price: fill.price, quantity: fill.quantity, fee: fee, contract: contract)
      }
    }
    return hash(ledgers)
  }
}

try measure("meter, plain", plain, share)
try measure("meter, broker: tiers, minimum, maximum, duties", broker, share)
try measure("meter, inverse", plain, inverse)

let accountFills = fills.prefix(runner.options.isTiny ? 1_000 : 400_000)
for method in LotMethod.allCases {
  try runner.measure(
    "account, \(method)", items: accountFills.count, unit: "fills", note: "closed lots kept as totals"
  ) {
    let terms = AccountTerms(
      instruments: [try AccountInstrument(share, settlementDays: 1)], lotMethod: method, keepsClosedLots: false)
    var account = Account(terms: terms)
    for (place, fill) in accountFills.enumerated() {
      try account.book(
        AccountFill(
          time: Int64(place) * 60_000_000_000, side: fill.sign > 0 ? .buy : .sell, price: Price(ticks: fill.price),
          quantity: Quantity(lots: fill.quantity), fee: 1_000_000))
    }
    let position = account.positions[0]
    return UInt64(truncatingIfNeeded: position.realised.atoms ^ position.cost.atoms)
  }
}
