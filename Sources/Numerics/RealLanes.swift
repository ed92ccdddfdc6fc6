import CVectorMath

/// One or several doubles that go through the same operations; the elementary functions are written once over it, so a
/// scalar and every vector width give the same bits.
protocol RealLanes {
  associatedtype Bits
  associatedtype Mask

  static func splat(_ value: Double) -> Self
  static func + (left: Self, right: Self) -> Self
  static func - (left: Self, right: Self) -> Self
  static func * (left: Self, right: Self) -> Self
  static func / (left: Self, right: Self) -> Self
  static prefix func - (value: Self) -> Self
  /// `self + left · right`, rounded once.
  func addingProduct(_ left: Self, _ right: Self) -> Self
  var root: Self { get }
  static func isLess(_ left: Self, _ right: Self) -> Mask
  func replacing(with other: Self, where mask: Mask) -> Self
  static func anyTrue(_ mask: Mask) -> Bool
  /// 2 to the power of `exponent`, an integral value in [−1022, 1023].
  static func powerOfTwo(_ exponent: Self) -> Self
  /// For positive normal values: mantissa in [√½, √2) and the matching exponent.
  var mantissaAndExponent: (Self, Self) { get }
}

/// 1.5 · 2^52: adding it puts an integral value into the low mantissa bits, and so rounds to the nearest even integer.
@usableFromInline let roundingMagic = 6755399441055744.0
/// 2^52 as bits and as a value, to turn small integers into doubles.
@usableFromInline let integerBias: UInt64 = 0x4330_0000_0000_0000
@usableFromInline let integerBiasValue = 4503599627370496.0
/// What to add to the bits of a double so that the exponent field steps at √½ instead of at 1.
let rootHalfOffset: UInt64 = 0x3FF0_0000_0000_0000 - 0x3FE6_A09E_667F_3BCD

extension RealLanes {
  @inline(__always) var magnitudeRounded: Self { (self + .splat(roundingMagic)) - .splat(roundingMagic) }
}

extension Double: RealLanes {
  typealias Bits = UInt64
  typealias Mask = Bool

  @inline(__always) static func splat(_ value: Double) -> Double { value }
  @inline(__always) var root: Double { squareRoot() }
  @inline(__always) static func isLess(_ left: Double, _ right: Double) -> Bool { left < right }
  @inline(__always) func replacing(with other: Double, where mask: Bool) -> Double { mask ? other : self }
  @inline(__always) static func anyTrue(_ mask: Bool) -> Bool { mask }
  @inline(__always) static func powerOfTwo(_ exponent: Double) -> Double {
    Double(bitPattern: (exponent + (roundingMagic + 1023)).bitPattern << 52)
  }
  @inline(__always) var mantissaAndExponent: (Double, Double) {
    let shifted = bitPattern &+ rootHalfOffset
    let exponent = Double(bitPattern: (shifted >> 52) | integerBias) - (integerBiasValue + 1023)
    let mantissa = Double(bitPattern: (shifted & 0x000F_FFFF_FFFF_FFFF) &+ 0x3FE6_A09E_667F_3BCD)
    return (mantissa, exponent)
  }
}

extension SIMD4: RealLanes where Scalar == Double {
  typealias Bits = SIMD4<UInt64>
  typealias Mask = SIMDMask<SIMD4<Int64>>

  @inline(__always) static func splat(_ value: Double) -> Self { Self(repeating: value) }
  @inline(__always) var root: Self { lockstep_squareRoot4(self) }
  @inline(__always) static func isLess(_ left: Self, _ right: Self) -> Mask { left .< right }
  @inline(__always) static func anyTrue(_ mask: Mask) -> Bool { any(mask) }
  @inline(__always) static func powerOfTwo(_ exponent: Self) -> Self {
    let bits = unsafeBitCast(exponent + (roundingMagic + 1023), to: Bits.self)
    return unsafeBitCast(bits &<< 52, to: Self.self)
  }
  @inline(__always) var mantissaAndExponent: (Self, Self) {
    let shifted = unsafeBitCast(self, to: Bits.self) &+ Bits(repeating: rootHalfOffset)
    let exponent = unsafeBitCast((shifted &>> 52) | integerBias, to: Self.self) - (integerBiasValue + 1023)
    let mantissa = (shifted & 0x000F_FFFF_FFFF_FFFF) &+ Bits(repeating: 0x3FE6_A09E_667F_3BCD)
    return (unsafeBitCast(mantissa, to: Self.self), exponent)
  }
}

extension SIMD8: RealLanes where Scalar == Double {
  typealias Bits = SIMD8<UInt64>
  typealias Mask = SIMDMask<SIMD8<Int64>>

  @inline(__always) static func splat(_ value: Double) -> Self { Self(repeating: value) }
  @inline(__always) var root: Self { lockstep_squareRoot8(self) }
  @inline(__always) static func isLess(_ left: Self, _ right: Self) -> Mask { left .< right }
  @inline(__always) static func anyTrue(_ mask: Mask) -> Bool { any(mask) }
  @inline(__always) static func powerOfTwo(_ exponent: Self) -> Self {
    let bits = unsafeBitCast(exponent + (roundingMagic + 1023), to: Bits.self)
    return unsafeBitCast(bits &<< 52, to: Self.self)
  }
  @inline(__always) var mantissaAndExponent: (Self, Self) {
    let shifted = unsafeBitCast(self, to: Bits.self) &+ Bits(repeating: rootHalfOffset)
    let exponent = unsafeBitCast((shifted &>> 52) | integerBias, to: Self.self) - (integerBiasValue + 1023)
    let mantissa = (shifted & 0x000F_FFFF_FFFF_FFFF) &+ Bits(repeating: 0x3FE6_A09E_667F_3BCD)
    return (unsafeBitCast(mantissa, to: Self.self), exponent)
  }
}
