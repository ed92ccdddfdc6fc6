/// Fewer points that draw the same picture: of each run of consecutive points the first, the lowest, the highest and the
/// last are kept (M4, Jugel and others 2014), so no peak and no trough is lost.
struct Thinning: Sendable {
  /// Kept rows, ascending.
  let rows: [Int]
  let originalCount: Int

  /// At most about `limit` of the points; all of them when there are not more.
  init(_ values: [Double], limit: Int) {
    originalCount = values.count
    guard values.count > limit, limit >= 8 else {
      rows = Array(values.indices)
      return
    }
    let runs = limit / 4
    var kept: [Int] = []
    kept.reserveCapacity(limit)
    for run in 0..<runs {
      let first = run * values.count / runs
      let last = (run + 1) * values.count / runs - 1
      guard first <= last else { continue }
      var (lowest, highest) = (first, first)
      for row in first...last {
        // Gaps (NaN) compare false and are skipped unless they stand first.
        if values[row] < values[lowest] || values[lowest].isNaN { lowest = row }
        if values[row] > values[highest] || values[highest].isNaN { highest = row }
      }
      for row in [first, min(lowest, highest), max(lowest, highest), last] where row != kept.last {
        if let previous = kept.last, row < previous { continue }
        kept.append(row)
      }
    }
    rows = kept
  }

  var isThinned: Bool { rows.count < originalCount }

  /// What the chart must say.
  func note(_ what: String) -> String? {
    guard isThinned else { return nil }
    return
      "Drawn from \(Format.count(rows.count)) of \(Format.count(originalCount)) \(what): of each run of neighbours the "
      + "first, lowest, highest and last (M4), so no extreme is lost."
  }
}
