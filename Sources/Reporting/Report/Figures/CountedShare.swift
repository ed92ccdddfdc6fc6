import Numerics

/// A share of independent cases with Wilson's score interval (1927), which says something also where the share is 0 or 1.
struct CountedShare: Sendable {
  let value: Double
  let standardError: Double
  let lower: Double
  let upper: Double

  /// With 95 % confidence.
  init(_ share: Double, of count: Int) {
    let n = Double(max(1, count))
    let z = SpecialFunctions.normalQuantile(0.975)
    let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    let reach = z / (1 + z * z / n) * (max(0, share * (1 - share)) / n + z * z / (4 * n * n)).squareRoot()
    value = share
    standardError = (max(0, share * (1 - share)) / n).squareRoot()
    lower = max(0, min(share, centre - reach))
    upper = min(1, max(share, centre + reach))
  }

  /// `0.0% to 0.4%`.
  var interval: String { Self.text(lower, upper) }

  static func text(_ lower: Double, _ upper: Double) -> String {
    // Digits enough to tell the ends apart, and from 0 and 1.
    let least = [upper - lower, upper, 1 - lower].filter { $0 > 0 }.min() ?? 1
    let decimals = least < 0.0005 ? 3 : least < 0.01 ? 2 : 1
    return "\(Format.percent(lower, decimals)) to \(Format.percent(upper, decimals))"
  }
}
