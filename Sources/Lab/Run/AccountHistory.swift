import Accounting
import Execution
import MarketTypes
import Reporting

/// The recorded lane's account at every sample and after the fills of every moment, rebuilt from its fills and splits in exact
/// integers.
struct AccountHistory {
  private var ledgers: [PositionLedger]
  private var bases: [CostBasis]
  private var marks: [Int64]
  private var carry: [Int128]
  private var contracts: [ContractValue]
  private let capital: Double
  private(set) var columns = AccountColumns()

  /// Rows between samples that a result holds: whatever traded more often is kept at every second moment, or fourth, or
  /// eighth, so that memory stays bounded.
  static let mostMoments = 1_000_000

  private init(capital: Double, contracts: [ContractValue], method: LotMethod) {
    self.capital = capital
    self.contracts = contracts
    ledgers = Array(repeating: PositionLedger(), count: contracts.count)
    bases = contracts.map { CostBasis(method: method, contract: $0) }
    marks = Array(repeating: .min, count: contracts.count)
    carry = Array(repeating: 0, count: contracts.count)
  }

  /// Walks samples, fills and splits in order of time: what happened at the moment of a sample is in its row.
  init(
    _ outcome: LaneOutcome, capital: Double, method: LotMethod = .averageCost, replay: Replay, probe: MarketProbe,
    mostMoments: Int = mostMoments
  ) {
    self.init(capital: capital, contracts: replay.contracts, method: method)
    var carry = CarryWalk(outcome, contracts: contracts)
    let stride = Self.stride(of: outcome, most: mostMoments)
    let (fills, splits) = (outcome.fills, outcome.splits)
    let payments = outcome.payments
    let (fillCount, paymentCount) = (fills.count, payments.count)
    var (next, nextSplit, nextPayment, moment) = (0, 0, 0, 0)
    for (sample, time) in outcome.samples.times.enumerated() {
      while true {
        let fillTime = next < fillCount ? fills[next].time : .max
        let splitTime = nextSplit < splits.count ? splits[nextSplit].time : .max
        let now = min(fillTime, splitTime)
        guard now <= time, now != .max else { break }
        while nextPayment < paymentCount, payments[nextPayment].time <= now {
          self.carry[Int(payments[nextPayment].instrument)] += payments[nextPayment].paid
          nextPayment += 1
        }
        // A split comes after the market's events of its moment.
        while next < fillCount, fills[next].time == now {
          book(fills[next])
          next += 1
        }
        while nextSplit < splits.count, splits[nextSplit].time == now {
          book(splits[nextSplit])
          nextSplit += 1
        }
        moment += 1
        guard now < time, moment % stride == 0 || splitTime == now else { continue }
        for instrument in marks.indices {
          let mark = probe.mark(at: now, instrument: instrument, lots: ledgers[instrument].lots)
          if mark != .min { marks[instrument] = mark }
        }
        append(now, replay)
      }
      for instrument in marks.indices {
        let mark = outcome.samples.marks[sample * marks.count + instrument]
        if mark != .min { marks[instrument] = mark }
        self.carry[instrument] = carry.fees(sample: sample, instrument: instrument)
      }
      // What was paid by now is in the sample's own figure.
      while nextPayment < paymentCount, payments[nextPayment].time <= time { nextPayment += 1 }
      append(time, replay)
    }
  }

  /// A power of two that leaves at most so many moments with fills.
  private static func stride(of outcome: LaneOutcome, most: Int) -> Int {
    var moments = 0
    var last = Int64.min
    if outcome.history.fills.count > most {
      for fill in outcome.fills where fill.time != last {
        moments += 1
        last = fill.time
      }
    }
    var stride = 1
    while moments / stride > most { stride *= 2 }
    return stride
  }

  private mutating func book(_ fill: LaneFill) {
    let instrument = Int(fill.instrument)
    let lots = fill.side == .buy ? fill.quantity : -fill.quantity
    ledgers[instrument].lots += lots
    ledgers[instrument].cash -= contracts[instrument].value(lots: lots, price: fill.price)
    ledgers[instrument].fees += Int128(fill.fee)
    bases[instrument].fill(lots: lots, price: fill.price, time: fill.time)
  }

  private mutating func book(_ split: SplitNote) {
    let instrument = Int(split.instrument)
    ledgers[instrument].lots = split.lotsAfter
    ledgers[instrument].cash += split.cash
    bases[instrument].split(
      split.split, lotsAfter: split.lotsAfter, halfTicksBefore: split.halfTicksBefore, time: split.time)
    if marks[instrument] != .min { marks[instrument] = split.split.carried(halfTicks: marks[instrument]) }
  }

  private mutating func append(_ time: Int64, _ replay: Replay) {
    contracts = replay.contracts(at: time)
    var (cash, fees, paid, value, gross, net) = (capital, 0.0, 0.0, 0.0, 0.0, 0.0)
    for (instrument, ledger) in ledgers.enumerated() {
      let contract = contracts[instrument]
      cash += contract.currencyAmount(ledger.cash)
      fees += contract.currencyAmount(ledger.fees) / 1e9
      paid += contract.currencyAmount(carry[instrument]) / 1e9
      let mark = marks[instrument]
      if mark != .min {
        let price = MarkPrice(halfTicks: mark)
        value += contract.currencyAmount(contract.doubledValue(lots: ledger.lots, mark: price)) / 2
        let exposure = contract.currencyAmount(contract.doubledExposure(lots: ledger.lots, mark: price)) / 2
        net += exposure
        gross += exposure.magnitude
      }
      appendGains(instrument, ledger, mark: mark, contract)
      columns.lots.append(ledger.lots)
      columns.markHalfTicks.append(mark)
    }
    columns.times.append(time)
    columns.equity.append(cash - (fees + paid) + value)
    assert(
      gainsMakeEquity(costs: fees + paid, size: cash.magnitude + value.magnitude),
      "the start, gains and costs do not make the equity")
    columns.cash.append(cash - (fees + paid))
    columns.fees.append(fees)
    columns.carry.append(paid)
    columns.grossExposure.append(gross)
    columns.netExposure.append(net)
  }

  /// Whether the start, plus the gains of the latest row, less all costs, is its equity.
  private func gainsMakeEquity(costs: Double, size: Double) -> Bool {
    guard let equity = columns.equity.last else { return true }
    let gains = zip(columns.realised.suffix(ledgers.count), columns.unrealised.suffix(ledgers.count))
      .reduce(0) { $0 + $1.0 + $1.1 }
    return gains.isNaN || abs(capital + gains - costs - equity) <= 1e-9 * (1 + size)
  }

  /// What fills and splits brought in cash, and what the open lots cost, make the gains; a position without a mark counts for
  /// nothing, as in the equity.
  private mutating func appendGains(
    _ instrument: Int, _ ledger: PositionLedger, mark: Int64, _ contract: ContractValue
  ) {
    var sum = BackingSum(capital: .zero)
    let cash = sum.money(counts: ledger.cash, contract: contract)
    let value =
      mark == .min
      ? Money.zero : sum.value(lots: ledger.lots, mark: MarkPrice(halfTicks: mark), contract: contract)
    let cost = sum.isTooLarge ? nil : bases[instrument].cost(in: contract)
    columns.averageTicks.append(bases[instrument].averageTicks ?? 0)
    columns.realised.append(cost.map { (cash + $0).doubleValue } ?? .nan)
    columns.unrealised.append(cost.map { (value - $0).doubleValue } ?? .nan)
  }
}
