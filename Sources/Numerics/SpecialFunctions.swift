/// Special functions of statistics in double precision, without libm.
public enum SpecialFunctions {
  /// Error function, within 3 ulp.
  public static func erf(_ x: Double) -> Double {
    guard !x.isNaN else { return x }
    let magnitude = abs(x)
    if magnitude <= 1 {
      // A polynomial fit of erf(x)/x in x² on [0, 1], error below 2e-17.
      let square = x * x
      var sum = -4.2320376764874594e-12
      sum = (8.709755232851789e-11).addingProduct(sum, square)
      sum = (-1.2164764337224506e-09).addingProduct(sum, square)
      sum = (1.479243542696247e-08).addingProduct(sum, square)
      sum = (-1.6364645854816389e-07).addingProduct(sum, square)
      sum = (1.6462045711013026e-06).addingProduct(sum, square)
      sum = (-1.4925647581008593e-05).addingProduct(sum, square)
      sum = (0.00012055332903350668).addingProduct(sum, square)
      sum = (-0.0008548327021945428).addingProduct(sum, square)
      sum = (0.005223977625423455).addingProduct(sum, square)
      sum = (-0.026866170645129854).addingProduct(sum, square)
      sum = (0.1128379167095512).addingProduct(sum, square)
      sum = (-0.37612638903183754).addingProduct(sum, square)
      sum = (1.1283791670955126).addingProduct(sum, square)
      return x * sum
    }
    let complement = erfc(magnitude)
    return x < 0 ? complement - 1 : 1 - complement
  }

  /// 1 − erf(x) without cancellation, within 5 ulp.
  public static func erfc(_ x: Double) -> Double {
    guard !x.isNaN else { return x }
    guard x > 0 else { return x == 0 ? 1 : 1 + erf(-x) }
    guard x < 28 else { return 0 }
    let square = x * x
    let residual = (-square).addingProduct(x, x)
    let gaussian = Elementary.exp(-square)
    return 2 * (gaussian - gaussian * residual) * LaneKernels.millsRatio(x * 1.4142135623730951)
  }

  /// Density of the standard normal distribution.
  public static func normalPDF(_ x: Double) -> Double { 0.3989422804014327 * Elementary.exp(-0.5 * x * x) }

  /// Distribution function of the standard normal distribution, within 4 ulp of the smaller tail.
  public static func normalCDF(_ x: Double) -> Double { x.isNaN ? x : LaneKernels.normalCDF(x) }

  /// Inverse of `normalCDF`: relative error below 1e-15; ∓∞ at 0 and 1, NaN outside.
  public static func normalQuantile(_ probability: Double) -> Double {
    normalQuantile(lowerTail: probability, upperTail: 1 - probability)
  }

  /// As above from both tails; the smaller one counts, so a probability of 1 − 1e-30 can be given as its complement.
  static func normalQuantile(lowerTail: Double, upperTail: Double) -> Double {
    guard lowerTail > 0, upperTail > 0 else {
      if lowerTail == 0 { return -.infinity }
      return upperTail == 0 ? .infinity : .nan
    }
    if min(lowerTail, upperTail) < .leastNormalMagnitude { return lowerTail < upperTail ? -37.7 : 37.7 }
    return LaneKernels.normalQuantile(lowerTail: lowerTail, upperTail: upperTail)
  }
}
