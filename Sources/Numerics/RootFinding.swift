/// Roots of monotone functions of one variable.
public enum RootFinding {
  /// The x in `interval` where the decreasing `value(x)` equals `target`: Newton steps with slope −`density`, replaced by
  /// bisection whenever they leave the bracket or stall. Always ends, at the precision of the function.
  public static func decreasingRoot(
    in interval: ClosedRange<Double>, target: Double, value: (Double) -> Double, density: (Double) -> Double
  ) -> Double {
    var low = interval.lowerBound
    var high = interval.upperBound
    var x = low + (high - low) / 2
    for _ in 0..<400 {
      let difference = value(x) - target
      if difference == 0 { return x }
      if difference > 0 { low = x } else { high = x }
      let slope = density(x)
      var next = x + difference / slope
      if !(next > low && next < high) || !(slope > 0) {
        // In a bracket that spans magnitudes, halving the exponent gets to a small root much sooner.
        next = low > 0 && high > 4 * low ? (low * high).squareRoot() : low + (high - low) / 2
        if low == 0 && high > 1e-300 && slope == .infinity { next = high * 1e-3 }
      }
      if next == x || abs(next - x) <= 1e-16 * abs(x) { return next }
      x = next
    }
    return x
  }
}
