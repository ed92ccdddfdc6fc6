/// The elementary functions, written once over `RealLanes`. They use only IEEE operations with fused multiply-adds where
/// written, never libm, so every machine and every vector width gives the same bits. Bounds in units in the last place
/// (ulp) are measured against 60-digit values in the tests.
enum LaneKernels {
  /// e^x; at most 1 ulp where the result is normal, 0 below −745.2, infinity above 709.79.
  @inline(__always)
  static func exp<Lanes: RealLanes>(_ argument: Lanes) -> Lanes {
    var x = argument.replacing(with: .splat(710), where: Lanes.isLess(.splat(710), argument))
    x = x.replacing(with: .splat(-746), where: Lanes.isLess(x, .splat(-746)))
    // x = n ln 2 + r with |r| ≤ ½ ln 2; ln 2 in two parts, the first short enough for n times it to be exact.
    let n = (x * .splat(1.4426950408889634)).magnitudeRounded
    let r = x.addingProduct(-n, .splat(0.6931471803691238)).addingProduct(-n, .splat(1.9082149292705877e-10))
    // Taylor to degree 13: the remainder is below 4e-18.
    var sum = Lanes.splat(1.6059043836821613e-10)
    sum = Lanes.splat(2.08767569878681e-09).addingProduct(sum, r)
    sum = Lanes.splat(2.505210838544172e-08).addingProduct(sum, r)
    sum = Lanes.splat(2.755731922398589e-07).addingProduct(sum, r)
    sum = Lanes.splat(2.7557319223985893e-06).addingProduct(sum, r)
    sum = Lanes.splat(2.48015873015873e-05).addingProduct(sum, r)
    sum = Lanes.splat(0.0001984126984126984).addingProduct(sum, r)
    sum = Lanes.splat(0.001388888888888889).addingProduct(sum, r)
    sum = Lanes.splat(0.008333333333333333).addingProduct(sum, r)
    sum = Lanes.splat(0.041666666666666664).addingProduct(sum, r)
    sum = Lanes.splat(0.16666666666666666).addingProduct(sum, r)
    sum = Lanes.splat(0.5).addingProduct(sum, r)
    let mantissa = Lanes.splat(1) + r.addingProduct(sum, r * r)
    // In two steps, so that subnormal results and overflow come out by ordinary rounding.
    let half = (n * .splat(0.5)).magnitudeRounded
    return mantissa * .powerOfTwo(half) * .powerOfTwo(n - half)
  }

  /// Natural logarithm of positive normal values; at most 1 ulp. Other arguments give an unspecified value.
  @inline(__always)
  static func log<Lanes: RealLanes>(_ x: Lanes) -> Lanes {
    let (mantissa, exponent) = x.mantissaAndExponent
    // log(1 + f) = 2 atanh(s) with s = f/(2 + f), |s| ≤ 0.1716; the even polynomial is the minimax fit of Sun's fdlibm.
    let f = mantissa - .splat(1)
    let s = f / (f + .splat(2))
    let z = s * s
    var sum = Lanes.splat(1.479819860511658591e-01)
    sum = Lanes.splat(1.531383769920937332e-01).addingProduct(sum, z)
    sum = Lanes.splat(1.818357216161805012e-01).addingProduct(sum, z)
    sum = Lanes.splat(2.222219843214978396e-01).addingProduct(sum, z)
    sum = Lanes.splat(2.857142874366239149e-01).addingProduct(sum, z)
    sum = Lanes.splat(3.999999999940941908e-01).addingProduct(sum, z)
    sum = Lanes.splat(6.666666666666735130e-01).addingProduct(sum, z)
    let halfSquare = f * f * .splat(0.5)
    let correction = (exponent * .splat(1.9082149292705877e-10)).addingProduct(s, halfSquare.addingProduct(sum, z))
    return (f - (halfSquare - correction)).addingProduct(exponent, .splat(0.6931471803691238))
  }

  /// Mills' ratio Φ(−a)/exp(−a²/2) for a ≥ 0, within 2 ulp: a Chebyshev fit in (a − 5)/(a + 5) of the ratio times 1 + 2a.
  @inline(__always)
  static func millsRatio<Lanes: RealLanes>(_ a: Lanes) -> Lanes {
    let t = (a - .splat(5)) / (a + .splat(5))
    var sum = Lanes.splat(2.527234142008367e-11)
    sum = Lanes.splat(-8.252783905171468e-10).addingProduct(sum, t)
    sum = Lanes.splat(-5.902399604784826e-10).addingProduct(sum, t)
    sum = Lanes.splat(9.584765169702876e-09).addingProduct(sum, t)
    sum = Lanes.splat(6.240858434634684e-09).addingProduct(sum, t)
    sum = Lanes.splat(-6.790682766208344e-08).addingProduct(sum, t)
    sum = Lanes.splat(-4.288995693144017e-08).addingProduct(sum, t)
    sum = Lanes.splat(4.3198286106023726e-07).addingProduct(sum, t)
    sum = Lanes.splat(1.7993079695073456e-07).addingProduct(sum, t)
    sum = Lanes.splat(-2.858373675797681e-06).addingProduct(sum, t)
    sum = Lanes.splat(5.335776903911937e-07).addingProduct(sum, t)
    sum = Lanes.splat(1.938976515437013e-05).addingProduct(sum, t)
    sum = Lanes.splat(-2.6436280418391418e-05).addingProduct(sum, t)
    sum = Lanes.splat(-0.00010817647552731757).addingProduct(sum, t)
    sum = Lanes.splat(0.000425095681244515).addingProduct(sum, t)
    sum = Lanes.splat(-0.00011869364792237798).addingProduct(sum, t)
    sum = Lanes.splat(-0.003571695410866178).addingProduct(sum, t)
    sum = Lanes.splat(0.015422845692258385).addingProduct(sum, t)
    sum = Lanes.splat(-0.03933220135723897).addingProduct(sum, t)
    sum = Lanes.splat(0.07248782697504487).addingProduct(sum, t)
    sum = Lanes.splat(-0.10065743821670113).addingProduct(sum, t)
    sum = Lanes.splat(0.10088858203458646).addingProduct(sum, t)
    sum = Lanes.splat(-0.054008075034077646).addingProduct(sum, t)
    sum = Lanes.splat(-0.039647008404006104).addingProduct(sum, t)
    sum = Lanes.splat(0.8461123547250693).addingProduct(sum, t)
    return sum / Lanes.splat(1).addingProduct(.splat(2), a)
  }

  /// Φ(−a) for a ≥ 0, within 4 ulp where the result is normal.
  @inline(__always)
  static func normalTail<Lanes: RealLanes>(_ argument: Lanes) -> Lanes {
    // Beyond 39 the result is 0 in double precision; the clamp keeps a² finite.
    let a = argument.replacing(with: .splat(39), where: Lanes.isLess(.splat(39), argument))
    let square = a * a
    // a² rounds; its error matters after the exponential, so it is recovered by a fused step and applied to first order.
    let residual = (-square).addingProduct(a, a)
    let gaussian = exp(square * .splat(-0.5))
    return (gaussian - gaussian * (residual * .splat(0.5))) * millsRatio(a)
  }

  /// Φ(x); within 4 ulp of the smaller tail.
  @inline(__always)
  static func normalCDF<Lanes: RealLanes>(_ x: Lanes) -> Lanes {
    let isNegative = Lanes.isLess(x, .splat(0))
    let tail = normalTail(x.replacing(with: -x, where: isNegative))
    return (Lanes.splat(1) - tail).replacing(with: tail, where: isNegative)
  }

  /// Φ⁻¹(p) for p in (0, 1), from the lower tail `p` and the upper tail `q` = 1 − p, whichever is known better
  /// (Wichura 1988, algorithm AS 241; relative error below 1e-15).
  @inline(__always)
  static func normalQuantile<Lanes: RealLanes>(lowerTail p: Lanes, upperTail q: Lanes) -> Lanes {
    let isLower = Lanes.isLess(p, q)
    // From the smaller tail, whose distance to ½ is exact.
    let half = (Lanes.splat(0.5) - q).replacing(with: p - .splat(0.5), where: isLower)
    let distance = half.replacing(with: -half, where: isLower)
    let central = half * centralRatio(Lanes.splat(0.180625) - half * half)
    let isTail = Lanes.isLess(.splat(0.425), distance)
    guard Lanes.anyTrue(isTail) else { return central }
    let tail = q.replacing(with: p, where: isLower)
    // Lanes in the centre take a harmless stand-in, so that the logarithm and the root stay defined.
    let radius = (-log(Lanes.splat(0.01).replacing(with: tail, where: isTail))).root
    var magnitude = nearTailRatio(radius - .splat(1.6))
    let isFar = Lanes.isLess(.splat(5), radius)
    if Lanes.anyTrue(isFar) {
      magnitude = magnitude.replacing(with: farTailRatio(radius - .splat(5)), where: isFar)
    }
    let signed = magnitude.replacing(with: -magnitude, where: isLower)
    return central.replacing(with: signed, where: isTail)
  }

  @inline(__always)
  private static func centralRatio<Lanes: RealLanes>(_ r: Lanes) -> Lanes {
    var above = Lanes.splat(2509.0809287301227)
    above = Lanes.splat(33430.57558358813).addingProduct(above, r)
    above = Lanes.splat(67265.7709270087).addingProduct(above, r)
    above = Lanes.splat(45921.95393154987).addingProduct(above, r)
    above = Lanes.splat(13731.69376550946).addingProduct(above, r)
    above = Lanes.splat(1971.5909503065513).addingProduct(above, r)
    above = Lanes.splat(133.14166789178438).addingProduct(above, r)
    above = Lanes.splat(3.3871328727963665).addingProduct(above, r)
    var below = Lanes.splat(5226.495278852854)
    below = Lanes.splat(28729.085735721943).addingProduct(below, r)
    below = Lanes.splat(39307.89580009271).addingProduct(below, r)
    below = Lanes.splat(21213.794301586597).addingProduct(below, r)
    below = Lanes.splat(5394.196021424751).addingProduct(below, r)
    below = Lanes.splat(687.1870074920579).addingProduct(below, r)
    below = Lanes.splat(42.31333070160091).addingProduct(below, r)
    below = Lanes.splat(1.0).addingProduct(below, r)
    return above / below
  }

  @inline(__always)
  private static func nearTailRatio<Lanes: RealLanes>(_ r: Lanes) -> Lanes {
    var above = Lanes.splat(0.0007745450142783414)
    above = Lanes.splat(0.022723844989269184).addingProduct(above, r)
    above = Lanes.splat(0.2417807251774506).addingProduct(above, r)
    above = Lanes.splat(1.2704582524523684).addingProduct(above, r)
    above = Lanes.splat(3.6478483247632045).addingProduct(above, r)
    above = Lanes.splat(5.769497221460691).addingProduct(above, r)
    above = Lanes.splat(4.630337846156546).addingProduct(above, r)
    above = Lanes.splat(1.4234371107496835).addingProduct(above, r)
    var below = Lanes.splat(1.0507500716444169e-09)
    below = Lanes.splat(0.0005475938084995345).addingProduct(below, r)
    below = Lanes.splat(0.015198666563616457).addingProduct(below, r)
    below = Lanes.splat(0.14810397642748008).addingProduct(below, r)
    below = Lanes.splat(0.6897673349851).addingProduct(below, r)
    below = Lanes.splat(1.6763848301838038).addingProduct(below, r)
    below = Lanes.splat(2.053191626637759).addingProduct(below, r)
    below = Lanes.splat(1.0).addingProduct(below, r)
    return above / below
  }

  @inline(__always)
  private static func farTailRatio<Lanes: RealLanes>(_ r: Lanes) -> Lanes {
    var above = Lanes.splat(2.0103343992922881e-07)
    above = Lanes.splat(2.7115555687434876e-05).addingProduct(above, r)
    above = Lanes.splat(0.0012426609473880784).addingProduct(above, r)
    above = Lanes.splat(0.026532189526576124).addingProduct(above, r)
    above = Lanes.splat(0.29656057182850487).addingProduct(above, r)
    above = Lanes.splat(1.7848265399172913).addingProduct(above, r)
    above = Lanes.splat(5.463784911164114).addingProduct(above, r)
    above = Lanes.splat(6.657904643501103).addingProduct(above, r)
    var below = Lanes.splat(2.0442631033899397e-15)
    below = Lanes.splat(1.421511758316446e-07).addingProduct(below, r)
    below = Lanes.splat(1.8463183175100548e-05).addingProduct(below, r)
    below = Lanes.splat(0.0007868691311456133).addingProduct(below, r)
    below = Lanes.splat(0.014875361290850615).addingProduct(below, r)
    below = Lanes.splat(0.1369298809227358).addingProduct(below, r)
    below = Lanes.splat(0.599832206555888).addingProduct(below, r)
    below = Lanes.splat(1.0).addingProduct(below, r)
    return above / below
  }
}
