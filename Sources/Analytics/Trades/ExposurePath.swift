import MarketTypes

/// Exposure at chosen moments, from fills and marks.
public struct ExposurePath: Sendable, Hashable {
  public let times: [Int64]
  /// Sum of the absolute values of all positions, their signed sum, and the largest absolute one.
  public let gross: [Double]
  public let net: [Double]
  public let largest: [Double]

  /// Values positions at the last mark; before an instrument's first mark, at its last fill. Positions of all strategies
  /// in one instrument net out. Times must not decrease.
  public init(_ log: TradeLog, marks: [MarkSeries], at times: [Int64]) throws(AnalyticsError) {
    guard marks.count == log.instruments.count else {
      throw AnalyticsError(
        series: "mark series", reason: .lengthMismatch(found: marks.count, expected: log.instruments.count))
    }
    for row in times.indices.dropFirst() where times[row] < times[row - 1] {
      throw AnalyticsError(series: "times of exposure", row: row, reason: .notAscending)
    }
    var positions = [Int64](repeating: 0, count: log.instruments.count)
    var prices = [Int64](repeating: 0, count: log.instruments.count)
    var next = 0
    var gross: [Double] = []
    var net: [Double] = []
    var largest: [Double] = []
    for time in times {
      while next < log.fills.count, log.fills[next].time <= time {
        let fill = log.fills[next]
        positions[fill.instrument] += fill.signedLots
        prices[fill.instrument] = fill.priceHalfTicks
        next += 1
      }
      var absolute = CompensatedSum()
      var signed = CompensatedSum()
      var greatest = 0.0
      for instrument in positions.indices where positions[instrument] != 0 {
        let mark = marks[instrument].row(at: time).map { marks[instrument].halfTicks[$0] } ?? prices[instrument]
        let traded = log.instruments[instrument]
        if traded.settlement == .inverse, mark <= 0 {
          throw AnalyticsError(series: "marks of \(traded.symbol)", reason: .notPositive)
        }
        let value = traded.value(halfTicks: mark, lots: positions[instrument])
        absolute.add(abs(value))
        signed.add(value)
        greatest = max(greatest, abs(value))
      }
      gross.append(absolute.value)
      net.append(signed.value)
      largest.append(greatest)
    }
    self.times = times
    self.gross = gross
    self.net = net
    self.largest = largest
  }

  /// Leverage figures against equity at the same times.
  public func statistics(equity: [Double]) throws(AnalyticsError) -> ExposureStatistics {
    try ExposureStatistics(times: times, gross: gross, net: net, equity: equity, largest: largest)
  }
}
