import Analytics
import MarketTypes

extension RunAnalysis {
  /// Marks closer together than this tell the bounce between bid and offer rather than the market's moves.
  private static let markSpacing: Int64 = 300_000_000_000

  /// By the market's volume and volatility over the run; a run that covers part of a day stands for a day of that length.
  static func capacity(
    of run: RunResult, trades: Finding<TradeFindings>, sessions: Int
  ) -> Finding<CapacityEstimate> {
    guard !run.marketLots.isEmpty else { return .absent(reason: "the run did not count what the market traded") }
    guard run.lanes.indices.contains(run.shownLane) else { return .absent(reason: "the run has no lanes") }
    return trades.flatMap { trades in
      let days = Double(max(1, sessions))
      let traded = Set(run.fills.map(\.instrument))
      var liquidity: [CapacityEstimate.Liquidity] = []
      for instrument in run.instruments.indices {
        // Its own fills cost nothing where there are none, whatever the market is like.
        guard traded.contains(instrument) else {
          liquidity.append(.init(dailyLots: 1, dailyVolatility: 1))
          continue
        }
        let symbol = run.instruments[instrument].symbol
        guard run.marketLots[instrument] > 0 else {
          return .absent(reason: "the data records no trades of \(symbol)")
        }
        let variance = realisedVariance(of: run, instrument: instrument)
        guard variance > 0 else { return .absent(reason: "the mark of \(symbol) never moved") }
        liquidity.append(
          .init(
            dailyLots: Double(run.marketLots[instrument]) / days, dailyVolatility: (variance / days).squareRoot()))
      }
      return .from { () throws(AnalyticsError) in
        try CapacityEstimate(
          trades.log, profit: run.lanes[run.shownLane].profit, capital: run.identity.startingCapital,
          liquidity: liquidity)
      }
    }
  }

  /// Sum of squared relative moves of the mark over the run.
  static func realisedVariance(of run: RunResult, instrument: Int) -> Double {
    let width = run.instruments.count
    let first = run.account.times.first ?? 0
    let last = run.account.times.last ?? 0
    // Short runs are looked at more closely: a dozen moves say more than one.
    let spacing = min(markSpacing, last.subtractingReportingOverflow(first).partialValue / 12)
    var previous: (time: Int64, mark: Double)?
    var variance = 0.0
    for (row, time) in run.account.times.enumerated() {
      let mark = run.account.markHalfTicks[row * width + instrument]
      guard mark != .min, mark > 0 else { continue }
      let worth = Double(mark) * run.lotsOfOne(instrument, at: time)
      guard let before = previous else {
        previous = (time, worth)
        continue
      }
      guard time.subtractingReportingOverflow(before.time).partialValue >= spacing else { continue }
      let move = worth / before.mark - 1
      variance += move * move
      previous = (time, worth)
    }
    return variance
  }
}
