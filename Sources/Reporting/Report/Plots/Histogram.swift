import Numerics

/// Counts of values in bins of equal width.
struct Histogram: Sendable {
  let lower: Double
  let width: Double
  let counts: [Int]
  /// Values beyond the first and the last bin are counted in them.
  let clipped: Int

  /// About as many bins as Freedman and Diaconis advise, between 8 and 60; nil without spread.
  init?(_ values: [Double]) {
    let finite = Self.ordered(values.filter(\.isFinite), for: [0.005, 0.25, 0.5, 0.75, 0.995])
    guard finite.count > 1, let smallest = finite.min(), let largest = finite.max(), smallest < largest else {
      return nil
    }
    func quantile(_ share: Double) -> Double { Quantile.value(finite, probability: share) }
    // A few values far away must not squeeze all others into one bin.
    let reach = max(8 * (quantile(0.75) - quantile(0.25)), (quantile(0.995) - quantile(0.005)) / 2)
    let middle = quantile(0.5)
    let isWild = reach > 0
    let low = isWild ? max(smallest, middle - reach) : smallest
    let high = isWild ? min(largest, middle + reach) : largest
    let advised = 2 * (quantile(0.75) - quantile(0.25)) / Self.cubeRoot(Double(finite.count))
    let bins = advised > 0 ? min(60, max(8, Int(min(1e6, ((high - low) / advised).rounded(.up))))) : 24
    let step = Ticks.roundStep((high - low) / Double(bins))
    lower = (low / step).rounded(.down) * step
    width = step
    let count = max(1, Int(((high - lower) / step).rounded(.down)) + 1)
    var counts = [Int](repeating: 0, count: count)
    var clipped = 0
    for value in finite {
      let bin = ((value - lower) / step).rounded(.down)
      if bin < 0 || bin >= Double(count) { clipped += 1 }
      counts[min(max(0, Int(max(-1, min(1e6, bin)))), count - 1)] += 1
    }
    self.counts = counts
    self.clipped = clipped
  }

  /// The sample with the values in their places between which quantiles of rising probabilities lie: sorting all of many
  /// values takes several times as long.
  private static func ordered(_ values: [Double], for probabilities: [Double]) -> [Double] {
    var values = values
    values.withUnsafeMutableBufferPointer { buffer in
      var first = 0
      for probability in probabilities {
        let below = Int((Double(buffer.count - 1) * probability).rounded(.down))
        for rank in below...(below + 1) where rank >= first && rank < buffer.count {
          Quantile.select(UnsafeMutableBufferPointer(rebasing: buffer[first...]), rank: rank - first)
          first = rank + 1
        }
      }
    }
    return values
  }

  private static func cubeRoot(_ value: Double) -> Double {
    var root = 1.0
    for _ in 0..<60 { root -= (root * root * root - value) / (3 * root * root) }
    return root
  }

  var centers: [Double] { counts.indices.map { lower + (Double($0) + 0.5) * width } }

  func series(name: String, color: Int, labels style: NumberStyle, unit: String) -> Plot.Series {
    Plot.Series(
      name: name, mark: .bars, color: color, x: centers, y: counts.map(Double.init),
      other: counts.map { _ in width },
      labels: counts.indices.map { bin in
        "\(style.text(lower + Double(bin) * width)) to \(style.text(lower + Double(bin + 1) * width)): "
          + Format.counted(counts[bin], unit)
      })
  }

  /// Bins as rows.
  func table(unit: String, style: NumberStyle) -> DataTable {
    DataTable(
      columns: ["From", "To", unit],
      rows: counts.indices.filter { counts[$0] > 0 }.map { bin in
        [
          .init(lower + Double(bin) * width, style), .init(lower + Double(bin + 1) * width, style),
          .init(count: counts[bin]),
        ]
      })
  }

  var note: String? {
    clipped > 0 ? "\(Format.counted(clipped, "value")) beyond the edges are counted in the outermost bars." : nil
  }
}
