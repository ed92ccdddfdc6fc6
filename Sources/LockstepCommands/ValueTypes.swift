import CommandLineInterface
import MarketTypes

extension ValueType where Value == DecimalUnit {
  /// A positive decimal such as 0.25.
  static func unit(_ placeholder: String) -> ValueType {
    ValueType(placeholder) { text throws(ValueError) in
      guard let unit = DecimalUnit(text) else {
        throw ValueError("expects a positive decimal such as 0.25, not '\(text)'")
      }
      return unit
    }
  }
}
