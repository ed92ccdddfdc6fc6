import Analytics

/// What numbers of a result can be, so that whoever reads it can subtract times and add up lots without a thought: a result
/// may come from anywhere.
extension RunResult {
  /// From 1935 to 2200: any two differ by less than 64 bits of nanoseconds.
  static let times: ClosedRange<Int64> = -1_100_000_000_000_000_000...7_300_000_000_000_000_000
  /// Bid plus ask of 32-bit prices, with room.
  static let halfTicks: ClosedRange<Int64> = -(1 << 34)...1 << 34
  static let lots: ClosedRange<Int64> = -(1 << 53)...1 << 53
  static let counts: ClosedRange<Int> = 0...1 << 53
  /// All lots of a column together.
  private static let lotSum: Int64 = 1 << 61

  func validateNumbers() throws(RunResultFault) {
    try require(identity.start, in: Self.times, "start", nil)
    try require(identity.end, in: Self.times, "end", nil)
    try require(Int64(identity.priorTrials), in: Self.lots, "prior trials", nil)
    for (part, times) in [("sample times", sampleTimes), ("account times", account.times)] {
      for row in [0, times.count - 1] where times.indices.contains(row) {
        try require(times[row], in: Self.times, part, row)
      }
    }
    for (row, value) in account.markHalfTicks.enumerated() {
      try require(optional: value, in: Self.halfTicks, "marks", row)
    }
    try requireSum(account.lots.lazy.map(\.self), "account lots")
    for (row, lane) in lanes.enumerated() {
      for count in [lane.ordersSent, lane.riskRejects, lane.venueRejects, lane.cancels, lane.fills] {
        guard Self.counts.contains(count) else {
          throw RunResultFault("lanes", row: row, "\(count) is no number of events")
        }
      }
    }
    try requireSum(lanes.lazy.map(\.tradedLots), "lanes")
    try requireSum(laneInstruments.lazy.map(\.tradedLots), "lanes by instrument")
    for (row, rest) in marketRests.enumerated() {
      try require(rest.from, in: Self.times, "market rests", row)
      try require(rest.until, in: Self.times, "market rests", row)
    }
    try validateOrderNumbers()
    try validateFillNumbers()
    for (row, split) in splits.enumerated() { try require(split.time, in: Self.times, "splits", row) }
    for (row, event) in riskEvents.enumerated() { try require(event.time, in: Self.times, "risk events", row) }
    try validateLookAheadNumbers()
  }

  private func validateLookAheadNumbers() throws(RunResultFault) {
    guard let lookAhead else { return }
    let counts = 0...Int64(1 << 40)
    for (row, time) in lookAhead.cutoffs.enumerated() { try require(time, in: Self.times, "look-ahead check", row) }
    for (row, lane) in lookAhead.lanes.enumerated() {
      try require(Int64(lane.comparedDecisions), in: counts, "look-ahead check", row)
    }
    for (row, difference) in lookAhead.differences.enumerated() {
      try require(difference.cutoff, in: Self.times, "look-ahead check", row)
      try require(Int64(difference.decision), in: counts, "look-ahead check", row)
    }
  }

  private func validateOrderNumbers() throws(RunResultFault) {
    for (row, order) in orders.enumerated() {
      try require(order.decisionTime, in: Self.times, "orders", row)
      for time in [order.venueTime, order.endTime] {
        try require(optional: time, in: Self.times, "orders", row)
      }
      try require(optional: order.arrivalMidHalfTicks, in: Self.halfTicks, "orders", row)
    }
    try requireSum(orders.lazy.map(\.lots), "orders")
    try requireSum(orders.lazy.map(\.filledLots), "orders")
  }

  private func validateFillNumbers() throws(RunResultFault) {
    for (row, fill) in fills.enumerated() {
      try require(fill.time, in: Self.times, "fills", row)
      for time in [fill.causeArrival, fill.joinedTime, fill.frontTime, fill.decisionTime] {
        try require(optional: time, in: Self.times, "fills", row)
      }
      for price in [fill.arrivalMidHalfTicks, fill.fillMidHalfTicks] + fill.markoutMidHalfTicks {
        try require(optional: price, in: Self.halfTicks, "fills", row)
      }
      try require(optional: fill.aheadWhenJoined, in: Self.lots, "fills", row)
    }
    try requireSum(fills.lazy.map(\.lots), "fills")
    for (row, missed) in missedFills.enumerated() {
      try require(missed.time, in: Self.times, "missed fills", row)
      try require(missed.decisionTime, in: Self.times, "missed fills", row)
    }
  }

  private func require(_ value: Int64, in range: ClosedRange<Int64>, _ part: String, _ row: Int?) throws(RunResultFault)
  {
    if !range.contains(value) { throw RunResultFault(part, row: row, "\(value) is beyond what can be worked with") }
  }

  /// The smallest number stands for none.
  private func require(optional value: Int64, in range: ClosedRange<Int64>, _ part: String, _ row: Int?)
    throws(RunResultFault)
  {
    if value != .min { try require(value, in: range, part, row) }
  }

  private func requireSum(_ column: some Sequence<Int64>, _ part: String) throws(RunResultFault) {
    var sum: Int64 = 0
    for (row, value) in column.enumerated() {
      try require(value, in: Self.lots, part, row)
      sum += abs(value)
      guard sum <= Self.lotSum else { throw RunResultFault(part, row: row, "its lots are too many to be added up") }
    }
  }
}
