/// An exact positive decimal, `mantissa × 10^-exponent`: the size of a tick, a lot or a contract.
public struct DecimalUnit: Hashable, Sendable {
  public let mantissa: Int64
  public let exponent: Int8

  /// The unit in lowest terms, or nil when it is not positive or has more than 18 decimals.
  public init?(mantissa: Int64, exponent: Int8) {
    guard mantissa > 0, exponent >= 0, exponent <= 18 else { return nil }
    var (mantissa, exponent) = (mantissa, exponent)
    while exponent > 0, mantissa % 10 == 0 {
      mantissa /= 10
      exponent -= 1
    }
    self.mantissa = mantissa
    self.exponent = exponent
  }

  private init(lowest mantissa: Int64, _ exponent: Int8) {
    self.mantissa = mantissa
    self.exponent = exponent
  }

  public static let one = DecimalUnit(lowest: 1, 0)

  /// For reports only; the engine never computes with it.
  public var doubleValue: Double {
    Double(mantissa) / Self.powersOfTen[Int(exponent)]
  }

  static let powersOfTen: [Double] = (0...18).map { power in
    var value = 1.0
    for _ in 0..<power { value *= 10 }
    return value
  }
}

extension DecimalUnit: CustomStringConvertible {
  /// The unit in plain decimals, for example `0.25`.
  public var description: String { Self.decimalText(mantissa: Int128(mantissa), exponent: Int(exponent)) }

  /// `count` of this unit in plain decimals with just the digits the unit has: 19005 ticks of 0.25 are `4751.25`.
  public func text(count: Int64) -> String {
    Self.decimalText(mantissa: Int128(count) * Int128(mantissa), exponent: Int(exponent))
  }

  static func decimalText(mantissa: Int128, exponent: Int) -> String {
    var digits = String(mantissa.magnitude)
    if exponent > 0 {
      if digits.utf8.count <= exponent {
        digits = String(repeating: "0", count: exponent + 1 - digits.utf8.count) + digits
      }
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -exponent))
    }
    return mantissa < 0 ? "-" + digits : digits
  }

  /// Reads plain decimals such as `0.25` or `100`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    var mantissa: Int64 = 0
    var exponent: Int8 = 0
    var sawPoint = false
    var digits = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "."), !sawPoint {
        sawPoint = true
        continue
      }
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 18 else { return nil }
      mantissa = mantissa * 10 + Int64(byte - UInt8(ascii: "0"))
      if mantissa > 0 || sawPoint { digits += 1 }
      if sawPoint { exponent += 1 }
    }
    self.init(mantissa: mantissa, exponent: exponent)
  }
}
