/// Integer arithmetic with stated rounding; every rounding of this module is half away from zero.
enum ExactArithmetic {
  static let billion: Int64 = 1_000_000_000

  /// 10^`power`, for 0 to 38.
  static func powerOfTen(_ power: Int) -> Int128 {
    precondition((0...38).contains(power))
    var value: Int128 = 1
    for _ in 0..<power { value *= 10 }
    return value
  }

  /// The nearest floating-point number, ties to even, as `Double(_:)` gives it. That one is generic code in the standard
  /// library and takes a microsecond, which a sample of every lane's account cannot afford.
  @inline(__always)
  static func double(_ value: Int128) -> Double {
    if let small = Int64(exactly: value) { return Double(small) }
    return large(value)
  }

  @inline(never)
  private static func large(_ value: Int128) -> Double {
    let magnitude = value.magnitude
    let shift = max(0, 64 - magnitude.leadingZeroBitCount)
    var bits = UInt64(truncatingIfNeeded: magnitude >> shift)
    // One bit below the 53 that count stands for all that were shifted out, so that the one rounding is the right one.
    if UInt128(bits) << shift != magnitude { bits |= 1 }
    let rounded = Double(sign: .plus, exponent: shift, significand: Double(bits))
    return value < 0 ? -rounded : rounded
  }

  /// `value` ÷ `divisor` rounded half away from zero; the divisor is positive.
  @inline(__always)
  static func quotient(_ value: Int128, _ divisor: Int128) -> Int128 {
    assert(divisor > 0)
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    // |remainder| < divisor, so the subtraction cannot overflow where doubling the remainder could.
    let rest = remainder < 0 ? -remainder : remainder
    guard rest >= divisor - rest else { return quotient }
    return value < 0 ? quotient - 1 : quotient + 1
  }

  /// `value` × `factor` ÷ `divisor` with a product of 256 bits, rounded half away from zero; nil when the answer does not
  /// fit. The divisor is positive.
  static func scaled(_ value: Int128, by factor: Int128, over divisor: Int128) -> Int128? {
    assert(divisor > 0)
    let (product, overflows) = value.multipliedReportingOverflow(by: factor)
    if !overflows, product > .min { return quotient(product, divisor) }
    let wide = value.magnitude.multipliedFullWidth(by: factor.magnitude)
    guard wide.high < divisor.magnitude else { return nil }
    let (quotient, remainder) = divisor.magnitude.dividingFullWidth(wide)
    let (rounded, carries) = quotient.addingReportingOverflow(remainder >= divisor.magnitude - remainder ? 1 : 0)
    guard !carries, let magnitude = Int128(exactly: rounded) else { return nil }
    return (value < 0) != (factor < 0) ? -magnitude : magnitude
  }

  static func greatestCommonDivisor(_ left: Int128, _ right: Int128) -> Int128 {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return left
  }
}
