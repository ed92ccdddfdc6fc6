import Accounting
import Execution
import MarketTypes
import Reporting

/// The recorded lane's account at every sample and every fill, rebuilt from its fills in exact integers.
struct AccountHistory {
  private var ledgers: [PositionLedger]
  private var marks: [Int64]
  private var carry: [Int128]
  private let contracts: [ContractValue]
  private let capital: Double
  private(set) var columns = AccountColumns()

  init(capital: Double, contracts: [ContractValue]) {
    self.capital = capital
    self.contracts = contracts
    ledgers = Array(repeating: PositionLedger(), count: contracts.count)
    marks = Array(repeating: .min, count: contracts.count)
    carry = Array(repeating: 0, count: contracts.count)
  }

  /// Walks samples and fills in order of time; a fill at the moment of a sample comes first.
  init(_ outcome: LaneOutcome, capital: Double, contracts: [ContractValue], probe: MarketProbe) {
    self.init(capital: capital, contracts: contracts)
    let carry = outcome.carryFees(contracts: contracts)
    var next = 0
    for (sample, time) in outcome.sampleTimes.enumerated() {
      while next < outcome.fills.count, outcome.fills[next].time <= time {
        let fill = outcome.fills[next]
        book(fill)
        for instrument in marks.indices {
          let mark = probe.mark(at: fill.time, instrument: instrument, lots: ledgers[instrument].lots)
          if mark != .min { marks[instrument] = mark }
        }
        append(fill.time)
        next += 1
      }
      for instrument in marks.indices {
        let mark = outcome.sampleMarks[sample * marks.count + instrument]
        if mark != .min { marks[instrument] = mark }
        // Funding and borrow are known at samples; between two of them the earlier figure stands.
        self.carry[instrument] = carry[sample * marks.count + instrument]
      }
      append(time)
    }
  }

  private mutating func book(_ fill: LaneFill) {
    let instrument = Int(fill.instrument)
    let lots = fill.side == .buy ? fill.quantity : -fill.quantity
    ledgers[instrument].lots += lots
    ledgers[instrument].cash -= contracts[instrument].value(lots: lots, price: fill.price)
    ledgers[instrument].fees += Int128(fill.fee)
  }

  private mutating func append(_ time: Int64) {
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
      columns.lots.append(ledger.lots)
      columns.markHalfTicks.append(mark)
    }
    columns.times.append(time)
    columns.equity.append(cash - (fees + paid) + value)
    columns.cash.append(cash - (fees + paid))
    columns.fees.append(fees)
    columns.carry.append(paid)
    columns.grossExposure.append(gross)
    columns.netExposure.append(net)
  }
}
