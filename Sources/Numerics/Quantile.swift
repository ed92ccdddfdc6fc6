/// Quantiles of a sample, under definitions that differ by more than rounding; numbers are those of Hyndman and Fan (1996).
public enum Quantile {
  /// How a quantile between two observations is defined.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// Type 1: the smallest observation x with F(x) ≥ p, F the empirical distribution function; always an observation.
    case inverseEmpiricalCDF
    /// Type 2: as type 1, but the mean of both neighbours where F hits p exactly.
    case averagedInverseEmpiricalCDF
    /// Type 4: linear between points (k/n, x_k).
    case linearEmpiricalCDF
    /// Type 5: linear between points ((k − ½)/n, x_k).
    case hazen
    /// Type 6: linear between points (k/(n + 1), x_k).
    case weibull
    /// Type 7: linear between points ((k − 1)/(n − 1), x_k); NumPy's, pandas' and R's default.
    case linear
    /// Type 8: linear between points ((k − ⅓)/(n + ⅓), x_k); nearly median-unbiased for any distribution.
    case medianUnbiased
    /// The observation at or below the type 7 position.
    case lower
    /// The observation at or above the type 7 position.
    case higher
  }

  /// The quantile of an ascending sample without NaN; NaN for an empty sample or a probability outside [0, 1].
  public static func value(_ sorted: [Double], probability: Double, method: Method = .linear) -> Double {
    sorted.withUnsafeBufferPointer { value(ascending: $0, probability: probability, method: method) }
  }

  /// The quantile of a sample by one definition.
  public static func value(
    ascending sorted: UnsafeBufferPointer<Double>, probability: Double, method: Method = .linear
  ) -> Double {
    guard !sorted.isEmpty, probability >= 0, probability <= 1 else { return .nan }
    let count = Double(sorted.count)
    switch method {
    case .inverseEmpiricalCDF: return sorted[orderIndex(count: sorted.count, probability: probability)]
    case .averagedInverseEmpiricalCDF:
      let index = orderIndex(count: sorted.count, probability: probability)
      let isExact = Double(index + 1) == nearInteger(count * probability) && index + 1 < sorted.count
      return isExact ? (sorted[index] + sorted[index + 1]) / 2 : sorted[index]
    case .linearEmpiricalCDF: return interpolate(sorted, position: count * probability - 1)
    case .hazen: return interpolate(sorted, position: count * probability - 0.5)
    case .weibull: return interpolate(sorted, position: (count + 1) * probability - 1)
    case .linear: return interpolate(sorted, position: (count - 1) * probability)
    case .medianUnbiased: return interpolate(sorted, position: (count + 1.0 / 3) * probability - 2.0 / 3)
    case .lower: return sorted[Int(((count - 1) * probability).rounded(.down))]
    case .higher: return sorted[Int(((count - 1) * probability).rounded(.up))]
    }
  }

  /// Zero-based index of the order statistic that is the inverse of the empirical distribution function: ⌈n p⌉ − 1, where
  /// n p within rounding of an integer counts as that integer (0.95 · 1000 must be 950).
  public static func orderIndex(count: Int, probability: Double) -> Int {
    let position = nearInteger(Double(count) * probability)
    return min(max(Int(position.rounded(.up)) - 1, 0), count - 1)
  }

  private static func nearInteger(_ x: Double) -> Double {
    let nearest = x.rounded()
    return abs(x - nearest) <= 4 * Double.ulpOfOne * max(1, abs(x)) ? nearest : x
  }

  private static func interpolate(_ sorted: UnsafeBufferPointer<Double>, position: Double) -> Double {
    let clamped = min(max(nearInteger(position), 0), Double(sorted.count - 1))
    let below = Int(clamped.rounded(.down))
    let fraction = clamped - Double(below)
    guard fraction > 0, below + 1 < sorted.count else { return sorted[below] }
    return sorted[below] + (sorted[below + 1] - sorted[below]) * fraction
  }

  /// Moves the `rank`-th smallest value (from 0) to its place, with nothing larger before it and nothing smaller behind, in
  /// linear expected time; values must not be NaN.
  public static func select(_ values: UnsafeMutableBufferPointer<Double>, rank: Int) {
    precondition(rank >= 0 && rank < values.count, "the rank must lie inside the sample")
    var low = 0
    var high = values.count - 1
    while high > low {
      // The pivot is the median of a spread of nine, so that sorted and organ-pipe inputs stay linear.
      let pivot = spreadMedian(values, low, high)
      var left = low
      var right = high
      while left <= right {
        while values[left] < pivot { left += 1 }
        while values[right] > pivot { right -= 1 }
        if left <= right {
          values.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if rank <= right { high = right } else if rank >= left { low = left } else { return }
    }
  }

  /// Moves the values of several ranks, ascending, to their places as `select` does for one; each selection works only in
  /// the part that earlier ones left open.
  public static func select(_ values: UnsafeMutableBufferPointer<Double>, ranks: ArraySlice<Int>) {
    guard !ranks.isEmpty else { return }
    let middle = (ranks.startIndex + ranks.endIndex) / 2
    let rank = ranks[middle]
    select(values, rank: rank)
    select(UnsafeMutableBufferPointer(rebasing: values[..<rank]), ranks: ranks[..<middle].prefix { $0 < rank })
    let above = ranks[(middle + 1)...].drop { $0 == rank }.map { $0 - rank - 1 }
    select(UnsafeMutableBufferPointer(rebasing: values[(rank + 1)...]), ranks: above[...])
  }

  private static func spreadMedian(_ values: UnsafeMutableBufferPointer<Double>, _ low: Int, _ high: Int) -> Double {
    func median(_ a: Double, _ b: Double, _ c: Double) -> Double { max(min(a, b), min(max(a, b), c)) }
    let step = (high - low) / 8
    func at(_ index: Int) -> Double { values[low + index * step] }
    return median(
      median(at(0), at(1), at(2)), median(at(3), at(4), at(5)), median(at(6), at(7), values[high]))
  }
}
