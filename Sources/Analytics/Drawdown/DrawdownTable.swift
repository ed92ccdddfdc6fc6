/// One fall from a high and the way back: rows count observations of the curve it came from.
public struct DrawdownPeriod: Sendable, Hashable {
  /// The last observation at the high.
  public let startRow: Int
  /// The first observation at the lowest point.
  public let troughRow: Int
  /// The first observation back at the high or above; nil while still below.
  public let recoveryRow: Int?
  /// The last observation that belongs to the period: the recovery, or the end of the data.
  public let endRow: Int
  /// Equity at the trough over equity at the high, minus one.
  public let depth: Double
  /// From the high to the trough, in the unit of the curve (nanoseconds or rows).
  public let timeToTrough: Int64
  /// From the trough back to the high; nil while still below.
  public let timeToRecovery: Int64?
  /// From the high to the recovery or to the end of the data.
  public let length: Int64

  public var isOpen: Bool { recoveryRow == nil }
}

extension DrawdownCurve {
  /// Every drawdown in order of time; the last may be open.
  public var periods: [DrawdownPeriod] {
    var periods: [DrawdownPeriod] = []
    var peakRow = 0
    var troughRow: Int?
    func close(at row: Int, recovered: Bool) {
      guard let trough = troughRow else { return }
      periods.append(
        DrawdownPeriod(
          startRow: peakRow, troughRow: trough, recoveryRow: recovered ? row : nil, endRow: row, depth: depths[trough],
          timeToTrough: position(trough) - position(peakRow),
          timeToRecovery: recovered ? position(row) - position(trough) : nil,
          length: position(row) - position(peakRow)))
      troughRow = nil
    }
    for row in depths.indices {
      if depths[row] >= 0 {
        close(at: row, recovered: true)
        peakRow = row
      } else if troughRow.map({ depths[row] < depths[$0] }) ?? true {
        troughRow = row
      }
    }
    close(at: depths.count - 1, recovered: false)
    return periods
  }

  /// The deepest drawdowns, deepest first; of equal depths the earlier first.
  public func deepest(_ limit: Int = 10) -> [DrawdownPeriod] {
    let ordered = periods.sorted { ($0.depth, $0.startRow) < ($1.depth, $1.startRow) }
    return Array(ordered.prefix(max(0, limit)))
  }
}
