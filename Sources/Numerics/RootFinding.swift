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

  /// A root of a continuous function that has different signs at the ends of `interval`, by Brent's method.
  public static func brent(
    in interval: ClosedRange<Double>, tolerance: Double = 1e-14, value: (Double) -> Double
  ) -> Double? {
    var a = interval.lowerBound
    var b = interval.upperBound
    var valueA = value(a)
    var valueB = value(b)
    if valueA == 0 { return a }
    if valueB == 0 { return b }
    guard valueA.sign != valueB.sign, !valueA.isNaN, !valueB.isNaN else { return nil }
    var c = a
    var valueC = valueA
    var step = b - a
    var previousStep = step
    for _ in 0..<300 {
      if valueB.sign == valueC.sign {
        c = a
        valueC = valueA
        step = b - a
        previousStep = step
      }
      if abs(valueC) < abs(valueB) {
        (a, b, c) = (b, c, b)
        (valueA, valueB, valueC) = (valueB, valueC, valueB)
      }
      let allowed = 2 * Double.ulpOfOne * abs(b) + tolerance / 2
      let middle = (c - b) / 2
      if abs(middle) <= allowed || valueB == 0 { return b }
      if abs(previousStep) >= allowed, abs(valueA) > abs(valueB) {
        let ratio = valueB / valueA
        var p: Double
        var q: Double
        if a == c {
          p = 2 * middle * ratio
          q = 1 - ratio
        } else {
          let r = valueB / valueC
          let s = valueA / valueC
          p = ratio * (2 * middle * s * (s - r) - (b - a) * (r - 1))
          q = (s - 1) * (r - 1) * (ratio - 1)
        }
        if p > 0 { q = -q } else { p = -p }
        if 2 * p < min(3 * middle * q - abs(allowed * q), abs(previousStep * q)) {
          previousStep = step
          step = p / q
        } else {
          step = middle
          previousStep = middle
        }
      } else {
        step = middle
        previousStep = middle
      }
      a = b
      valueA = valueB
      b += abs(step) > allowed ? step : (middle > 0 ? allowed : -allowed)
      valueB = value(b)
      if valueB.isNaN { return nil }
    }
    return b
  }
}
