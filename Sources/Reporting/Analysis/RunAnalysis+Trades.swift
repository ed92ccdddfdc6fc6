import Analytics
import MarketTypes

extension RunAnalysis {
  static func trades(of run: RunResult) -> Finding<TradeFindings> {
    guard !run.fills.isEmpty || !run.orders.isEmpty else {
      return .absent(reason: "the run has no orders and no fills")
    }
    return .from { () throws(AnalyticsError) in
      let log = try tradeLog(of: run)
      let marks = try self.marks(of: run)
      let fillToFill = try RoundTrips(log, grouping: .fillToFill, marks: marks)
      let flatToFlat = try RoundTrips(log, grouping: .flatToFlat, marks: marks)
      let shortfall: Finding<ImplementationShortfall> = .from { () throws(AnalyticsError) in
        guard !marks.contains(where: \.times.isEmpty) else {
          throw AnalyticsError(series: "this run", reason: .undefined("it recorded no marks"))
        }
        return try ImplementationShortfall(log, marks: marks)
      }
      let mids = run.fills.map { $0.markoutMidHalfTicks.map { $0 == .min ? nil : $0 } }
      func markouts(_ isWanted: (RunFill) -> Bool) throws(AnalyticsError) -> [Markout] {
        let rows = run.fills.indices.filter { isWanted(run.fills[$0]) }
        return try Markout.measure(
          rows.map { log.fills[$0] }, recordedHalfTicks: rows.map { mids[$0] }, of: log,
          horizons: RunFill.markoutHorizons)
      }
      return TradeFindings(
        log: log, fillToFill: fillToFill, flatToFlat: flatToFlat, statistics: TradeStatistics(fillToFill.trips),
        positionStatistics: TradeStatistics(flatToFlat.trips), execution: ExecutionQuality(log), shortfall: shortfall,
        markouts: try markouts { _ in true }, makerMarkouts: try markouts(\.isMaker),
        takerMarkouts: try markouts { !$0.isMaker },
        attributions: [.instrument, .venue, .side, .hour, .strategy].map {
          Attribution(fillToFill.trips, by: $0, of: log)
        },
        attributionAbsences: [
          AttributionAbsence(
            key: .predictor,
            reason: "orders of \(log.strategies[0]) name no predictor; a record that does splits by it")
        ])
    }
  }

  private static func tradeLog(of run: RunResult) throws(AnalyticsError) -> TradeLog {
    try TradeLog(
      instruments: run.instruments.map { TradedInstrument($0) },
      strategies: [run.identity.strategy.isEmpty ? "strategy" : run.identity.strategy],
      fills: run.fills.map { fill in
        let waited = fill.joinedTime == .min ? nil : fill.time.subtractingReportingOverflow(fill.joinedTime)
        return FillRecord(
          time: fill.time, order: fill.order, instrument: fill.instrument, side: fill.side, priceTicks: fill.priceTicks,
          lots: fill.lots, fee: fill.fee, role: fill.isMaker ? .maker : .taker,
          arrivalMidHalfTicks: known(fill.arrivalMidHalfTicks),
          queueNanoseconds: waited.flatMap { $0.overflow ? nil : $0.partialValue },
          queueAheadLots: known(fill.aheadWhenJoined))
      },
      orders: run.orders.map { order in
        OrderRecord(
          identifier: order.identifier, instrument: order.instrument, side: order.side,
          // Orders open at the end, or ended before the venue had them, have no end of their own.
          decisionTime: order.decisionTime,
          endTime: max(order.endTime == .min ? run.identity.end : order.endTime, order.decisionTime), lots: order.lots,
          filledLots: order.filledLots,
          limitTicks: order.limitTicks == .min ? nil : order.limitTicks,
          outcome: OrderRecord.Outcome(rawValue: order.outcome) ?? .open,
          arrivalMidHalfTicks: known(order.arrivalMidHalfTicks))
      })
  }

  private static func known(_ value: Int64) -> Int64? { value == .min ? nil : value }

  /// The marks that the account was valued at, one series for each instrument.
  private static func marks(of run: RunResult) throws(AnalyticsError) -> [MarkSeries] {
    let width = run.instruments.count
    var series: [MarkSeries] = []
    for instrument in 0..<width {
      var times: [Int64] = []
      var marks: [Int64] = []
      for row in run.account.times.indices {
        let mark = run.account.markHalfTicks[row * width + instrument]
        guard mark != .min else { continue }
        times.append(run.account.times[row])
        marks.append(mark)
      }
      series.append(
        try MarkSeries(times: times, halfTicks: marks, series: "marks of \(run.instruments[instrument].symbol)"))
    }
    return series
  }
}
