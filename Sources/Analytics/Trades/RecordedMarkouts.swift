import MarketTypes

extension Markout {
  /// Markouts from mids that the run recorded at exactly the horizons, one row for each fill; exact where marks at
  /// samples would be coarse.
  public static func measure(
    _ fills: [FillRecord], recordedHalfTicks: [[Int64?]], of log: TradeLog, horizons: [Int64] = standardHorizons
  ) throws(AnalyticsError) -> [Markout] {
    guard recordedHalfTicks.count == fills.count else {
      throw AnalyticsError(
        series: "recorded mids", reason: .lengthMismatch(found: recordedHalfTicks.count, expected: fills.count))
    }
    for (row, mids) in recordedHalfTicks.enumerated() {
      guard mids.count == horizons.count else {
        throw AnalyticsError(
          series: "recorded mids", row: row, reason: .lengthMismatch(found: mids.count, expected: horizons.count))
      }
      // As for marks: differences and money stay far from overflow.
      for mid in mids where (mid ?? 0).magnitude > 1 << 40 {
        throw AnalyticsError(series: "recorded mids", row: row, reason: .outOfRange("at most 2^40 half ticks"))
      }
    }
    return horizons.indices.map { column in
      var ticks: [Double] = []
      var lots: [Double] = []
      var money = CompensatedSum()
      for (fill, mids) in zip(fills, recordedHalfTicks) {
        guard let mid = mids[column] else { continue }
        let instrument = log.instruments[fill.instrument]
        ticks.append((fill.side == .sell ? -1 : 1) * Double(mid - fill.priceHalfTicks) / 2)
        lots.append(Double(fill.lots))
        if instrument.settlement != .inverse || mid > 0 {
          money.add(instrument.profit(fromHalfTicks: fill.priceHalfTicks, toHalfTicks: mid, lots: fill.signedLots))
        }
      }
      let mean = WeightedMean(ticks, weights: lots)
      return Markout(
        horizonNanoseconds: horizons[column], count: ticks.count, unknownCount: fills.count - ticks.count,
        meanTicks: mean?.mean, standardErrorTicks: mean?.standardError, money: ticks.isEmpty ? nil : money.value)
    }
  }
}
