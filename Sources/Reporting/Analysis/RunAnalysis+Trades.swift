import Analytics
import MarketTypes

extension RunAnalysis {
  static func trades(of run: RunResult) -> Finding<TradeFindings> {
    guard !run.fills.isEmpty || !run.orders.isEmpty else {
      return .absent(reason: "the run has no orders and no fills")
    }
    return .from { () throws(AnalyticsError) in
      let scales = try splitScales(of: run)
      let log = try tradeLog(of: run, scales)
      let marks = try self.marks(of: run, scales)
      let fillToFill = try RoundTrips(log, grouping: .fillToFill, marks: marks)
      let flatToFlat = try RoundTrips(log, grouping: .flatToFlat, marks: marks)
      let shortfall: Finding<ImplementationShortfall> = .from { () throws(AnalyticsError) in
        guard !marks.contains(where: \.times.isEmpty) else {
          throw AnalyticsError(series: "this run", reason: .undefined("it recorded no marks"))
        }
        return try ImplementationShortfall(log, marks: marks)
      }
      let rest = rest(of: run, fillToFill, marks, log)
      let parts = run.laneInstruments.filter { $0.lane == run.shownLane }.map {
        Attribution.InstrumentPart(instrument: $0.instrument, carry: $0.carry, netProfit: $0.netProfit)
      }
      let mids = run.fills.map { fill in
        fill.markoutMidHalfTicks.map { $0 == .min ? nil : scales.price($0, fill.instrument, at: fill.time) }
      }
      func markouts(_ isWanted: (RunFill) -> Bool) throws(AnalyticsError) -> [Markout] {
        let rows = run.fills.indices.filter { isWanted(run.fills[$0]) }
        return try Markout.measure(
          rows.map { log.fills[$0] }, recordedHalfTicks: rows.map { mids[$0] }, of: log,
          horizons: RunFill.markoutHorizons)
      }
      return TradeFindings(
        log: log, fillToFill: fillToFill, flatToFlat: flatToFlat, statistics: TradeStatistics(fillToFill.trips),
        positionStatistics: TradeStatistics(flatToFlat.trips), execution: ExecutionQuality(log), shortfall: shortfall,
        decisionShortfall: .from { () throws(AnalyticsError) in try DecisionShortfall(log) },
        markouts: try markouts { _ in true }, makerMarkouts: try markouts(\.isMaker),
        takerMarkouts: try markouts { !$0.isMaker },
        attributions: [.instrument, .venue, .side, .hour, .strategy].map {
          Attribution(
            fillToFill.trips, open: rest.open, carry: rest.carry, other: rest.other, parts: parts, by: $0, of: log)
        },
        attributionAbsences: [
          AttributionAbsence(
            key: .predictor,
            reason: "orders of \(log.strategies[0]) name no predictor; a record that does splits by it")
        ])
    }
  }

  /// What closed trades leave of the shown lane's profit: lots still held, at the last mark of the account; carry; and what is
  /// neither, such as the conversion of currencies.
  private static func rest(
    of run: RunResult, _ trips: RoundTrips, _ marks: [MarkSeries], _ log: TradeLog
  ) -> (open: [MarkedLots], carry: Double, other: Double) {
    let open = trips.open.map { lots -> MarkedLots in
      let signed = lots.direction == .sell ? -lots.lots : lots.lots
      let profit = marks[lots.instrument].halfTicks.last.map {
        log.instruments[lots.instrument].profit(fromHalfTicks: lots.entryHalfTicks, toHalfTicks: $0, lots: signed)
      }
      return MarkedLots(lots, profit: profit.flatMap { $0.isFinite ? $0 : nil } ?? 0)
    }
    guard run.lanes.indices.contains(run.shownLane) else { return (open, 0, 0) }
    let lane = run.lanes[run.shownLane]
    let carry = lane.carry.total
    let split =
      trips.trips.reduce(0) { $0 + $1.netProfit } + open.reduce(0) { $0 + $1.profit - $1.lots.fees } - carry
    let other = lane.profit - split
    // Rounding of sums is no part of a result.
    let isRounding = other.magnitude <= 1e-9 * max(run.identity.startingCapital.magnitude, lane.profit.magnitude)
    return (open, carry, isRounding ? 0 : other)
  }

  /// Trades are told in lots and prices of the last shares, so that what was bought before a split and sold after it is one
  /// round trip.
  private static func splitScales(of run: RunResult) throws(AnalyticsError) -> SplitScales {
    guard let scales = SplitScales(run.splits, instrumentCount: run.instruments.count) else {
      throw AnalyticsError(series: "splits of this run", reason: .outOfRange("ratios that lots can be counted by"))
    }
    return scales
  }

  private static func tradeLog(of run: RunResult, _ scales: SplitScales) throws(AnalyticsError) -> TradeLog {
    try TradeLog(
      instruments: run.instruments.enumerated().map { scales.traded($0.element, $0.offset) },
      strategies: [run.identity.strategy.isEmpty ? "strategy" : run.identity.strategy],
      fills: run.fills.map { fill in
        let waited = fill.joinedTime == .min ? nil : fill.time.subtractingReportingOverflow(fill.joinedTime)
        return FillRecord(
          time: fill.time, order: fill.order, instrument: fill.instrument, side: fill.side,
          priceTicks: Int32(clamping: scales.price(Int64(fill.priceTicks), fill.instrument, at: fill.time)),
          lots: scales.lots(fill.lots, fill.instrument, at: fill.time), fee: fill.fee,
          role: fill.isMaker ? .maker : .taker,
          arrivalMidHalfTicks: known(fill.arrivalMidHalfTicks).map { scales.price($0, fill.instrument, at: fill.time) },
          queueNanoseconds: waited.flatMap { $0.overflow ? nil : $0.partialValue },
          queueAheadLots: known(fill.aheadWhenJoined).map { scales.lots($0, fill.instrument, at: fill.time) })
      },
      orders: run.orders.map { order in
        OrderRecord(
          identifier: order.identifier, instrument: order.instrument, side: order.side,
          // Orders open at the end, or ended before the venue had them, have no end of their own.
          decisionTime: order.decisionTime,
          endTime: max(order.endTime == .min ? run.identity.end : order.endTime, order.decisionTime),
          lots: scales.lots(order.lots, order.instrument, at: order.decisionTime),
          filledLots: scales.lots(order.filledLots, order.instrument, at: order.decisionTime),
          limitTicks: order.limitTicks == .min
            ? nil
            : Int32(clamping: scales.price(Int64(order.limitTicks), order.instrument, at: order.decisionTime)),
          outcome: OrderRecord.Outcome(rawValue: order.outcome) ?? .open,
          arrivalMidHalfTicks: known(order.arrivalMidHalfTicks).map {
            scales.price($0, order.instrument, at: order.decisionTime)
          })
      })
  }

  private static func known(_ value: Int64) -> Int64? { value == .min ? nil : value }

  /// The marks that the account was valued at, one series for each instrument.
  private static func marks(of run: RunResult, _ scales: SplitScales) throws(AnalyticsError) -> [MarkSeries] {
    let width = run.instruments.count
    var series: [MarkSeries] = []
    for instrument in 0..<width {
      var times: [Int64] = []
      var marks: [Int64] = []
      for row in run.account.times.indices {
        let mark = run.account.markHalfTicks[row * width + instrument]
        guard mark != .min else { continue }
        times.append(run.account.times[row])
        marks.append(scales.price(mark, instrument, at: run.account.times[row]))
      }
      series.append(
        try MarkSeries(times: times, halfTicks: marks, series: "marks of \(run.instruments[instrument].symbol)"))
    }
    return series
  }
}
