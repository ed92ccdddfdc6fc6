import Accounting
import Execution
import MarketTypes

/// What counts of each instrument's contract are worth in the account's currency, from moment to moment.
struct WorthHistory: Sendable {
  private var times: [Int64] = []
  /// All contracts from a time on.
  private var contracts: [[ContractValue]] = []
  /// The same, one instrument at a time, for the engine.
  private(set) var changes: [InstrumentChanges.Worth] = []
  /// The currencies whose rates change, with their points.
  private(set) var currencies: [CurrencyRate] = []

  init() {}

  /// `currencies` are those of the instruments before they were restated.
  init(
    _ first: [ContractValue], currencies named: [String], account: AccountSettings, dataStart: Int64?
  ) throws(RunError) {
    for rate in account.rates where !rate.points.isEmpty && named.contains(rate.currency) {
      currencies.append(rate)
      if rate.rate == nil, let start = dataStart, let time = rate.points[0].time, time > start {
        throw RunError(
          .badScenario,
          "the first rate of \(rate.currency) is that of \(UTCText.text(time)), and the data begins at \(UTCText.text(start))",
          advice: "state account.rate.rate for the time before it, or an earlier point")
      }
      for point in rate.points {
        for (number, contract) in first.enumerated() where named[number] == rate.currency {
          guard let share = rate.share(of: point.rate), let worth = contract.worth(share) else {
            throw RunError(.badScenario, "account.rate: \(point.rate) is no rate that \(rate.currency) can have")
          }
          changes.append(
            InstrumentChanges.Worth(time: point.time ?? 0, instrument: UInt16(number), contract: worth))
        }
      }
    }
    changes = InstrumentChanges(worths: changes).worths
    var now = first
    for change in changes {
      now[Int(change.instrument)] = change.contract
      if times.last == change.time {
        contracts[contracts.count - 1] = now
      } else {
        times.append(change.time)
        contracts.append(now)
      }
    }
  }

  /// What contracts are worth at a moment; `first` before any change.
  func contracts(at time: Int64, first: [ContractValue]) -> [ContractValue] {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? first : contracts[low - 1]
  }
}

extension Replay {
  /// What lots of each instrument are worth at a moment, in the account's currency.
  func contracts(at time: Int64) -> [ContractValue] { worth.contracts(at: time, first: contracts) }
}
