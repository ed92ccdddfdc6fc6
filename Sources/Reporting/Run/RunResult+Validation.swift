import Analytics

/// Why a run's result contradicts itself: which part, and how.
public struct RunResultFault: Error, Hashable, Sendable, CustomStringConvertible {
  public var part: String
  public var row: Int?
  public var reason: String

  public init(_ part: String, row: Int? = nil, _ reason: String) {
    self.part = part
    self.row = row
    self.reason = reason
  }

  public var description: String { row.map { "\(part), row \($0): \(reason)" } ?? "\(part): \(reason)" }
}

extension RunResult {
  /// Throws unless columns that belong together have the same length and every reference leads somewhere.
  public func validate() throws(RunResultFault) {
    try validateLanes()
    try validateAccount()
    try validateNumbers()
    try require(
      marketLots.isEmpty || marketLots.count == instruments.count, "market", nil,
      "\(marketLots.count) volumes for \(instruments.count) instruments")
    for (row, lots) in marketLots.enumerated() { try require(lots >= 0, "market", row, "fewer than no lots traded") }
    for (row, order) in orders.enumerated() {
      try require(instruments.indices.contains(order.instrument), "orders", row, "there is no such instrument")
      try require(order.outcome <= 4, "orders", row, "\(order.outcome) is no outcome")
    }
    for (row, fill) in fills.enumerated() {
      try require(instruments.indices.contains(fill.instrument), "fills", row, "there is no such instrument")
      try require(
        fill.markoutMidHalfTicks.count == RunFill.markoutHorizons.count, "fills", row,
        "\(fill.markoutMidHalfTicks.count) markouts for \(RunFill.markoutHorizons.count) horizons")
      try require((-1..<orders.count).contains(fill.orderRow), "fills", row, "there is no order \(fill.orderRow)")
    }
    for (row, step) in orderSteps.enumerated() {
      try require(orders.indices.contains(step.order), "order steps", row, "there is no such order")
    }
    for (row, entry) in (closedLots?.entries ?? []).enumerated() {
      try require(instruments.indices.contains(entry.instrument), "closed lots", row, "there is no such instrument")
    }
    for (row, missed) in missedFills.enumerated() {
      try require(instruments.indices.contains(missed.instrument), "missed fills", row, "there is no such instrument")
      try require((-1..<orders.count).contains(missed.orderRow), "missed fills", row, "there is no such order")
    }
    for (row, split) in splits.enumerated() {
      try require(instruments.indices.contains(split.instrument), "splits", row, "there is no such instrument")
      try require(
        (1...1_000_000).contains(split.newShares) && (1...1_000_000).contains(split.oldShares), "splits", row,
        "\(split.newShares) for \(split.oldShares) shares is no split")
    }
    try requireAscending(splits.map(\.time), "splits")
    for (row, event) in riskEvents.enumerated() {
      try require(lanes.indices.contains(event.lane), "risk events", row, "there is no such lane")
    }
    if let draws = executionDraws {
      try require(
        [draws.fills.count, draws.deepestDrawdowns.count, draws.settings.count].allSatisfy {
          $0 == draws.profits.count
        },
        "execution draws", nil, "its columns differ in length")
    }
    if let pessimistic {
      try require(
        pessimistic.equity.count == sampleTimes.count, "pessimistic run", nil,
        "\(pessimistic.equity.count) values for \(sampleTimes.count) samples")
    }
    if let lookAhead {
      try require(
        lookAhead.lanes.count == lanes.count, "look-ahead check", nil,
        "\(lookAhead.lanes.count) lanes were checked of \(lanes.count)")
      for (row, difference) in lookAhead.differences.enumerated() {
        try require(lanes.indices.contains(difference.lane), "look-ahead check", row, "there is no such lane")
      }
    }
    for (row, window) in windows.enumerated() {
      try require(fills.indices.contains(window.fill), "windows", row, "there is no such fill")
      try require(window.rowCount >= 0, "windows", row, "it has fewer than no rows")
      try require(window.ahead.count == window.times.count, "windows", row, "its columns differ in length")
      let (cells, overflow) = window.times.count.multipliedReportingOverflow(by: window.rowCount)
      try require(!overflow && window.depth.count == cells, "windows", row, "its depth does not fill its rows")
    }
  }

  private func validateLanes() throws(RunResultFault) {
    try require(
      lanes.indices.contains(shownLane) || (lanes.isEmpty && shownLane == 0), "shown lane", nil,
      "there is no lane \(shownLane)")
    let (cells, overflow) = lanes.count.multipliedReportingOverflow(by: sampleTimes.count)
    try require(
      !overflow && laneEquity.count == cells, "lane equity", nil,
      "\(laneEquity.count) values for \(lanes.count) lanes and \(sampleTimes.count) samples")
    try requireAscending(sampleTimes, "sample times")
    for (row, part) in laneInstruments.enumerated() {
      try require(lanes.indices.contains(part.lane), "lanes by instrument", row, "there is no such lane")
      try require(
        instruments.indices.contains(part.instrument), "lanes by instrument", row, "there is no such instrument")
    }
    for (row, rest) in marketRests.enumerated() {
      let former = row == 0 ? Int64.min : marketRests[row - 1].until
      try require(former <= rest.from && rest.from < rest.until, "market rests", row, "it begins or ends too early")
    }
  }

  private func validateAccount() throws(RunResultFault) {
    let rows = account.times.count
    for (name, count) in [
      ("equity", account.equity.count), ("cash", account.cash.count), ("fees", account.fees.count),
      ("carry", account.carry.count),
      ("gross exposure", account.grossExposure.count), ("net exposure", account.netExposure.count),
    ] {
      try require(count == rows, "account", nil, "\(count) values of \(name) for \(rows) times")
    }
    let (cells, overflow) = rows.multipliedReportingOverflow(by: instruments.count)
    for (name, count) in [("lots", account.lots.count), ("marks", account.markHalfTicks.count)] {
      try require(
        !overflow && count == cells, "account", nil,
        "\(count) \(name) for \(rows) times and \(instruments.count) instruments")
    }
    for (name, count) in [
      ("average prices", account.averageTicks.count), ("realised gains", account.realised.count),
      ("unrealised gains", account.unrealised.count),
    ] {
      try require(
        count == (account.realised.isEmpty ? 0 : cells), "account", nil,
        "\(count) \(name) for \(rows) times and \(instruments.count) instruments")
    }
    try requireAscending(account.times, "account times")
  }

  private func requireAscending(_ times: [Int64], _ part: String) throws(RunResultFault) {
    for row in times.indices.dropFirst() where times[row] < times[row - 1] {
      throw RunResultFault(part, row: row, "times must not decrease")
    }
  }

  private func require(_ holds: Bool, _ part: String, _ row: Int?, _ reason: @autoclosure () -> String)
    throws(RunResultFault)
  {
    if !holds { throw RunResultFault(part, row: row, reason()) }
  }
}
