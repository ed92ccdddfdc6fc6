/// Elementary functions that give the same bits on every machine and for every vector width; for results that must be
/// reproducible everywhere, where libm may differ by version. Error bounds are those of `LaneKernels`.
public enum Elementary {
  /// e^x, at most 1 ulp.
  public static func exp(_ x: Double) -> Double { LaneKernels.exp(x) }
  /// e^x of four values.
  public static func exp(_ x: SIMD4<Double>) -> SIMD4<Double> { LaneKernels.exp(x) }
  /// e^x of eight values.
  public static func exp(_ x: SIMD8<Double>) -> SIMD8<Double> { LaneKernels.exp(x) }

  /// Natural logarithm, at most 1 ulp; −∞ at zero, NaN below.
  public static func log(_ x: Double) -> Double {
    if x >= Double.leastNormalMagnitude && x < .infinity { return LaneKernels.log(x) }
    if x == 0 { return -.infinity }
    guard x > 0, x < .infinity else { return x > 0 ? .infinity : .nan }
    return LaneKernels.log(x * 18014398509481984) - 54 * 0.6931471805599453
  }

  /// Natural logarithm of positive normal values, at most 1 ulp; other arguments give an unspecified value.
  public static func log(positiveNormal x: SIMD4<Double>) -> SIMD4<Double> { LaneKernels.log(x) }
  /// Natural logarithm of eight positive normal values.
  public static func log(positiveNormal x: SIMD8<Double>) -> SIMD8<Double> { LaneKernels.log(x) }

  /// log(1 + x) without loss for small x, within 3 ulp.
  public static func logOnePlus(_ x: Double) -> Double {
    let sum = 1 + x
    // The rounding of 1 + x is undone to first order by the ratio (Kahan).
    if sum == 1 { return x }
    guard sum < .infinity else { return log(sum) }
    return log(sum) * (x / (sum - 1))
  }

  /// e^x − 1 without loss for small x, within 5 ulp.
  public static func expMinusOne(_ x: Double) -> Double {
    if abs(x) < 1e-5 { return x + x * x * (0.5 + x * (1.0 / 6)) }
    let power = exp(x)
    guard abs(x) < 1, power != 1 else { return power - 1 }
    return (power - 1) * (x / log(power))
  }

  /// x^y for x > 0 as exp(y log x): the relative error grows as |y log x| ulp.
  public static func power(_ x: Double, _ y: Double) -> Double {
    y == 0 ? 1 : x == 0 ? (y > 0 ? 0 : .infinity) : exp(y * log(x))
  }

  /// Standard normal distribution function, within 4 ulp of the smaller tail.
  public static func normalCDF(_ x: SIMD4<Double>) -> SIMD4<Double> { LaneKernels.normalCDF(x) }
  /// The standard normal distribution function of eight values.
  public static func normalCDF(_ x: SIMD8<Double>) -> SIMD8<Double> { LaneKernels.normalCDF(x) }

  /// Standard normal quantile of probabilities in (0, 1), relative error below 1e-15 in the lower tail.
  public static func normalQuantile(_ p: SIMD4<Double>) -> SIMD4<Double> {
    LaneKernels.normalQuantile(lowerTail: p, upperTail: 1 - p)
  }
  /// The inverse of the standard normal distribution function, of eight values.
  public static func normalQuantile(_ p: SIMD8<Double>) -> SIMD8<Double> {
    LaneKernels.normalQuantile(lowerTail: p, upperTail: 1 - p)
  }
}
