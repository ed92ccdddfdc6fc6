extension SpecialFunctions {
  /// Logarithm of the beta function for positive arguments.
  public static func logBeta(_ a: Double, _ b: Double) -> Double {
    // Student's t with many degrees of freedom: Stirling's series of Γ(b + ½)/Γ(b), where large logarithms would cancel.
    if a == 0.5, b > 100 {
      let inverse = 1 / b
      let square = inverse * inverse
      return 0.5723649429247001 - 0.5 * Elementary.log(b)
        + inverse * (0.125 - square * (1.0 / 192 - square * (1.0 / 640)))
    }
    return logGamma(a) + logGamma(b) - logGamma(a + b)
  }

  /// Regularised incomplete beta function I_x(a, b), a, b > 0, 0 ≤ x ≤ 1; relative error about 1e-13 for a + b ≤ 1,000.
  public static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    regularizedBeta(x, complement: 1 - x, a, b)
  }

  /// As above with 1 − x given, so that neither tail loses digits.
  static func regularizedBeta(_ x: Double, complement: Double, _ a: Double, _ b: Double) -> Double {
    guard a > 0, b > 0, x >= 0, complement >= 0, a + b < .infinity else { return .nan }
    if x == 0 { return 0 }
    if complement == 0 { return 1 }
    let front = betaFront(x, complement, a, b)
    // The continued fraction converges fast on this side of the mean; the other side is its mirror image.
    if x < (a + 1) / (a + b + 2) { return min(1, front * betaFraction(x, a, b) / a) }
    return max(0, 1 - front * betaFraction(complement, b, a) / b)
  }

  /// x^a (1 − x)^b / B(a, b); for large a and b through deviances (Loader 2000), so that no large logarithms cancel.
  private static func betaFront(_ x: Double, _ complement: Double, _ a: Double, _ b: Double) -> Double {
    guard a >= 10, b >= 10 else {
      // A large power of a number next to one needs its distance from one.
      let logX = x > 0.5 ? Elementary.logOnePlus(-complement) : Elementary.log(x)
      let logComplement = complement > 0.5 ? Elementary.logOnePlus(-x) : Elementary.log(complement)
      return Elementary.exp(a * logX + b * logComplement - logBeta(min(a, b), max(a, b)))
    }
    let total = a + b
    let exponent =
      -deviance(total * x, a) - deviance(total * complement, b)
      + stirlingRest(total) - stirlingRest(a) - stirlingRest(b)
    return Elementary.exp(exponent) * (a * b / (total * 6.283185307179586)).squareRoot()
  }

  /// Lentz's method on the continued fraction of the incomplete beta function.
  private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    if abs(d) < tiny { d = tiny }
    d = 1 / d
    var fraction = d
    for index in 1..<200_000 {
      let m = Double(index)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 + even * d
      if abs(d) < tiny { d = tiny }
      c = 1 + even / c
      if abs(c) < tiny { c = tiny }
      d = 1 / d
      fraction *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 + odd * d
      if abs(d) < tiny { d = tiny }
      c = 1 + odd / c
      if abs(c) < tiny { c = tiny }
      d = 1 / d
      let factor = d * c
      fraction *= factor
      if abs(factor - 1) < 1e-16 { break }
    }
    return fraction
  }
}
