import Accounting
import MarketTypes
import Reporting

/// When the shown lane's equity was less than what keeping its positions asks for, seen at the samples that are kept.
enum MarginCalls {
  /// Calls in a row are one event with a count, and so are those after thousands of events.
  static func events(
    _ outcome: LaneOutcome, account: AccountSettings, contracts contractsAt: (Int64) -> [ContractValue]
  ) -> [RiskEvent] {
    guard account.credit == .margin else { return [] }
    let rule = account.marginRule
    var events: [RiskEvent] = []
    var isCalled = false
    for (sample, time) in outcome.samples.times.enumerated() {
      let contracts = contractsAt(time)
      var sum = BackingSum(capital: account.exactCapital)
      for (instrument, contract) in contracts.enumerated() {
        let place = sample * contracts.count + instrument
        let mark = outcome.samples.marks[place]
        sum.keep(
          outcome.samples.ledgers[place], mark: mark == .min ? nil : MarkPrice(halfTicks: mark), rule: rule,
          contract: contract)
      }
      let equity = sum.equity.doubleValue
      let wasCalled = isCalled
      isCalled = sum.isCalled
      guard isCalled else { continue }
      if wasCalled || events.count >= OrderHistory.mostEvents {
        events[events.count - 1].count += 1
      } else {
        events.append(
          RiskEvent(
            time: time, lane: outcome.shown, kind: "margin-call",
            detail:
              "equity of \(TomlNumber.text((equity * 100).rounded() / 100)) \(account.currency) was less than the "
              + "\(TomlNumber.text((sum.requirement.doubleValue * 100).rounded() / 100)) that keeping the positions asks for"
          ))
      }
    }
    return events
  }
}
