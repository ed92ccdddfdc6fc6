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

  /// How many points of a chart's series are drawn.
  struct Count: Hashable, Sendable {
    let name: String
    let kept: Int
    let original: Int
  }

  func count(of name: String) -> Count { Count(name: name, kept: rows.count, original: originalCount) }

  /// What a chart must say of all its lines; nothing where every point is drawn.
  static func notes(_ counts: [Count]) -> [String] {
    let thinned = counts.filter { $0.kept < $0.original }
    guard let first = thinned.first else { return [] }
    let rule = ": of each run of neighbours the first, lowest, highest and last (M4), so no extreme is lost."
    func words(_ count: Count) -> String { "\(Format.count(count.kept)) of \(Format.count(count.original)) points" }
    if thinned.allSatisfy({ $0.kept == first.kept && $0.original == first.original }) {
      let names =
        counts.count == 1 ? "" : thinned.count == counts.count ? " of each line" : " of \(list(thinned.map(\.name)))"
      return ["Drawn from \(words(first))\(names)\(rule)"]
    }
    return ["Drawn from " + thinned.map { "\(words($0)) of \($0.name)" }.joined(separator: ", ") + rule]
  }

  private static func list(_ names: [String]) -> String {
    names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
  }
}
