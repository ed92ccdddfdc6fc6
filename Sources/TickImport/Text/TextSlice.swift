/// A borrowed run of bytes of a source file, valid only while its chunk is.
///
/// Invariant: `start[0..<count]` lies inside the chunk it was cut from; every access checks its index.
struct TextSlice {
  let start: UnsafePointer<UInt8>
  let count: Int

  init(start: UnsafePointer<UInt8>, count: Int) {
    assert(count >= 0)
    self.start = start
    self.count = count
  }

  @inline(__always)
  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "index outside the slice")
    return start[index]
  }

  @inline(__always)
  func slice(_ range: Range<Int>) -> TextSlice {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the slice")
    return TextSlice(start: start + range.lowerBound, count: range.count)
  }

  var isEmpty: Bool { count == 0 }

  var first: UInt8? { count > 0 ? start[0] : nil }

  /// The bytes as text, repaired where they are not UTF-8; for symbols and messages, not for hot paths.
  var string: String { String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) }

  /// The text of a quoted field: quotes inside of it are written twice.
  var unescaped: String {
    let quote = UInt8(ascii: "\"")
    guard firstIndex(of: quote) != nil else { return string }
    var bytes: [UInt8] = []
    var index = 0
    while index < count {
      bytes.append(start[index])
      index += start[index] == quote && index + 1 < count && start[index + 1] == quote ? 2 : 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text shortened for an error message.
  var quoted: String { count > 40 ? "'\(slice(0..<40).string)…'" : "'\(string)'" }

  func equals(_ text: StaticString) -> Bool {
    guard text.utf8CodeUnitCount == count else { return false }
    for index in 0..<count where start[index] != text.utf8Start[index] { return false }
    return true
  }

  func hasPrefix(_ text: StaticString) -> Bool {
    count >= text.utf8CodeUnitCount && slice(0..<text.utf8CodeUnitCount).equals(text)
  }

  func firstIndex(of byte: UInt8, from begin: Int = 0) -> Int? {
    var index = begin
    while index < count {
      if start[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// Without spaces and tabs at either end.
  var trimmed: TextSlice {
    var low = 0
    var high = count
    while low < high, start[low] == 0x20 || start[low] == 0x09 { low += 1 }
    while high > low, start[high - 1] == 0x20 || start[high - 1] == 0x09 { high -= 1 }
    return slice(low..<high)
  }

  /// A stable 64-bit number for identifiers that are not numbers (FNV-1a).
  var hash64: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in 0..<count { hash = (hash ^ UInt64(start[index])) &* 0x100_0000_01B3 }
    return hash
  }
}

extension String {
  /// Hands the text to `body`, for as long as that takes.
  func withTextSlice<Result>(_ body: (TextSlice) throws(ImportError) -> Result) throws(ImportError) -> Result {
    var text = self
    let outcome = text.withUTF8 { bytes -> Swift.Result<Result, ImportError> in
      do throws(ImportError) {
        guard let start = bytes.baseAddress else {
          let empty: [UInt8] = [0]
          return .success(
            try empty.withUnsafeBufferPointer { (bytes) throws(ImportError) in
              guard let start = bytes.baseAddress else { throw ImportError(file: "", reason: "a text is empty") }
              return try body(TextSlice(start: start, count: 0))
            })
        }
        return .success(try body(TextSlice(start: start, count: bytes.count)))
      } catch { return .failure(error) }
    }
    return try outcome.get()
  }
}

/// Why a field is not the number it should be.
enum NumberFault: Error {
  case empty
  case malformed
  case overflow
  /// More decimals than the instrument's places hold.
  case tooFine

  var reason: String {
    switch self {
    case .empty: "is empty"
    case .malformed: "is not a number"
    case .overflow: "is too large"
    case .tooFine: "has more decimals than are kept"
    }
  }
}

extension TextSlice {
  /// Digits only.
  func unsigned() throws(NumberFault) -> UInt64 {
    guard count > 0 else { throw .empty }
    var value: UInt64 = 0
    // 19 digits cannot overflow 64 bits.
    for index in 0..<min(count, 19) {
      let digit = start[index] &- 0x30
      guard digit <= 9 else { throw .malformed }
      value = value &* 10 &+ UInt64(digit)
    }
    guard count > 19 else { return value }
    for index in 19..<count {
      let digit = start[index] &- 0x30
      guard digit <= 9 else { throw .malformed }
      let (product, overflowsProduct) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsSum) = product.addingReportingOverflow(UInt64(digit))
      guard !overflowsProduct, !overflowsSum else { throw .overflow }
      value = sum
    }
    return value
  }

  /// Digits with an optional sign.
  func integer() throws(NumberFault) -> Int64 {
    guard let sign = first else { throw .empty }
    let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
    let magnitude = try slice((isSigned ? 1 : 0)..<count).unsigned()
    guard magnitude <= UInt64(Int64.max) else { throw .overflow }
    return sign == UInt8(ascii: "-") ? -Int64(magnitude) : Int64(magnitude)
  }

  /// Upper-case letters and digits as a number of base 36; at most 12 of them, which fit 63 bits (36^12 < 2^63).
  func base36() throws(NumberFault) -> UInt64 {
    guard count > 0 else { throw .empty }
    guard count <= 12 else { throw .overflow }
    var value: UInt64 = 0
    for index in 0..<count {
      let byte = start[index]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte &- 0x30
      case 0x41...0x5A: digit = byte &- 0x41 &+ 10
      default: throw .malformed
      }
      value = value &* 36 &+ UInt64(digit)
    }
    return value
  }

  /// A number with hexadecimal digits, without prefix.
  func hexadecimal() throws(NumberFault) -> UInt64 {
    guard count > 0 else { throw .empty }
    guard count <= 16 else { throw .overflow }
    var value: UInt64 = 0
    for index in 0..<count {
      let byte = start[index]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte &- 0x30
      case 0x41...0x46: digit = byte &- 0x41 &+ 10
      case 0x61...0x66: digit = byte &- 0x61 &+ 10
      default: throw .malformed
      }
      value = value << 4 | UInt64(digit)
    }
    return value
  }

  /// A decimal number as an exact integer of 10^-places: plain digits, sign, point and exponent (`-1.25`, `3e-05`), with
  /// at most 19 significant digits that count.
  ///
  /// Decimals beyond `places` must be zeros, unless the text is a printed binary double (16 significant digits and more,
  /// as in `8.8351857299999992`): then it is rounded, because the noise is not the market's.
  func decimal(places: Int) throws(NumberFault) -> Int64 {
    guard count > 0 else { throw .empty }
    var index = 0
    let isNegative = start[0] == UInt8(ascii: "-")
    if isNegative || start[0] == UInt8(ascii: "+") { index = 1 }
    var mantissa: UInt64 = 0
    var significant = 0
    var decimals = 0
    var sawPoint = false
    var sawDigit = false
    var skippedNonzero = false
    scan: while index < count {
      let byte = start[index]
      let digit = byte &- 0x30
      if digit <= 9 {
        sawDigit = true
        if significant < 19 {
          mantissa = mantissa &* 10 &+ UInt64(digit)
          if mantissa > 0 { significant += 1 }
          if sawPoint { decimals += 1 }
        } else {
          significant += 1
          if digit > 0 { skippedNonzero = true }
          if !sawPoint { decimals -= 1 }
        }
      } else if byte == UInt8(ascii: "."), !sawPoint {
        sawPoint = true
      } else if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
        let exponent = try slice(index + 1..<count).integer()
        guard abs(exponent) <= 400 else { throw exponent > 0 && mantissa > 0 ? .overflow : .malformed }
        decimals -= Int(exponent)
        break scan
      } else {
        throw .malformed
      }
      index += 1
    }
    guard sawDigit else { throw .malformed }
    let magnitude = try Self.rescale(
      mantissa, decimals: decimals, places: places, mayRound: significant >= 16, skippedNonzero: skippedNonzero)
    return isNegative ? -magnitude : magnitude
  }

  private static func rescale(
    _ mantissa: UInt64, decimals: Int, places: Int, mayRound: Bool, skippedNonzero: Bool
  ) throws(NumberFault) -> Int64 {
    // mantissa < 10^19 fits 64 bits without a sign.
    if mantissa == 0 { return 0 }
    var value = mantissa
    if decimals > places {
      let excess = decimals - places
      guard excess <= 19 else {
        if mayRound { return 0 }
        throw .tooFine
      }
      let divisor = powersOfTen[excess]
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
      value = quotient
      if remainder != 0 || skippedNonzero {
        guard mayRound else { throw .tooFine }
        if remainder >= divisor - remainder { value += 1 }
      }
    } else {
      let shift = places - decimals
      // Digits beyond the 19 kept would count.
      guard shift <= 19, shift == 0 || !skippedNonzero else { throw .overflow }
      let (product, overflows) = value.multipliedReportingOverflow(by: powersOfTen[shift])
      guard !overflows else { throw .overflow }
      value = product
    }
    // The largest value means "no price".
    guard let result = Int64(exactly: value), result < Int64.max else { throw .overflow }
    return result
  }

  private static let powersOfTen: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 0..<19 { powers.append(powers.last.map { $0 * 10 } ?? 1) }
    return powers
  }()
}
