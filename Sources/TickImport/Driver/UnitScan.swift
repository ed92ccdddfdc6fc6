import MarketTypes

/// Finds the unit that a set of decimal integers counts: the tick of prices nobody stated.
struct UnitScan: Hashable, Sendable {
  /// The greatest common divisor of everything seen, 0 before anything but zeros.
  private(set) var divisor: UInt64 = 0

  init() {}

  private init(divisor: UInt64) { self.divisor = divisor }

  @inline(__always)
  mutating func observe(_ value: Int64) {
    let magnitude = value.magnitude
    guard magnitude != 0, divisor == 0 || magnitude % divisor != 0 else { return }
    divisor = Self.divisor(divisor, magnitude)
  }

  private static func divisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return left
  }

  /// One scan of values that were written with different numbers of decimals, in the largest of these.
  static func combined(_ scans: [(scan: UnitScan, exponent: Int8)]) -> (scan: UnitScan, exponent: Int8) {
    let exponent = scans.map(\.exponent).max() ?? 0
    guard scans.contains(where: { $0.exponent != exponent }) else {
      return (UnitScan(divisor: scans.reduce(0) { Self.divisor($0, $1.scan.divisor) }), exponent)
    }
    var common: UInt128 = 0
    for (scan, own) in scans {
      // At most 10^18 × 2^64, which fits.
      var (left, right) = (common, UInt128(scan.divisor))
      for _ in own..<exponent { right *= 10 }
      while right != 0 { (left, right) = (right, left % right) }
      common = left
    }
    // Only a single huge value divides by nothing smaller; its last digit is then the unit.
    return (UnitScan(divisor: UInt64(exactly: common) ?? 1), exponent)
  }

  /// Whether every value seen is a whole number of the unit.
  func isWhole(in unit: DecimalUnit, exponent: Int8) -> Bool {
    UnitScale(unit: unit, exponent: exponent)?.divides(divisor) ?? false
  }

  /// The largest usual price step that divides all values: 1, 2, 2.5 or 5 times a power of ten, or a binary fraction
  /// such as 1/64. A few prices have large accidental divisors, no venue has such ticks.
  func tick(exponent: Int8) -> DecimalUnit? { largestStep(exponent: exponent, Self.priceSteps) }

  /// The largest power of ten that divides all values.
  func lot(exponent: Int8) -> DecimalUnit? { largestStep(exponent: exponent, Self.quantitySteps) }

  private func largestStep(exponent: Int8, _ steps: [DecimalUnit]) -> DecimalUnit? {
    guard divisor > 0 else { return nil }
    for step in steps {
      if let scale = UnitScale(unit: step, exponent: exponent), scale.divides(divisor) { return step }
    }
    return DecimalUnit(mantissa: 1, exponent: exponent)
  }

  /// Largest first. Steps above 100 would be guesses from too few prices.
  private static let priceSteps: [DecimalUnit] = {
    var steps: [DecimalUnit] = [100, 50, 25, 20, 10, 5].compactMap { DecimalUnit(mantissa: $0, exponent: 0) }
    for exponent in Int8(1)...18 {
      steps += [25, 20, 10, 5].compactMap { DecimalUnit(mantissa: $0, exponent: exponent) }
    }
    steps.append(DecimalUnit(mantissa: 1, exponent: 18)!)
    var fraction: Int64 = 125
    for exponent in Int8(3)...9 {
      steps.append(DecimalUnit(mantissa: fraction, exponent: exponent)!)
      fraction *= 5
    }
    return Array(Set(steps)).sorted { $0.doubleValue > $1.doubleValue }
  }()

  private static let quantitySteps: [DecimalUnit] = (0...18).map { DecimalUnit(mantissa: 1, exponent: $0)! }
}

/// Turns a source's decimal integers into whole numbers of a unit, exactly or not at all.
struct UnitScale: Hashable, Sendable {
  /// `value × multiplier ÷ divisor` is the count; one of the two is 1 unless the unit has finer decimals.
  let multiplier: Int64
  let divisor: Int64

  /// nil when the factors do not fit.
  init?(unit: DecimalUnit, exponent: Int8) {
    let difference = Int(unit.exponent) - Int(exponent)
    guard let power = Self.powerOfTen(difference.magnitude) else { return nil }
    if difference >= 0 {
      // The unit has more decimals than the source: common in theory only.
      (multiplier, divisor) = (power, unit.mantissa)
    } else {
      let (product, overflows) = unit.mantissa.multipliedReportingOverflow(by: power)
      guard !overflows else { return nil }
      (multiplier, divisor) = (1, product)
    }
  }

  @inline(__always)
  func count(_ value: Int64) -> Int64? {
    if multiplier == 1 {
      if divisor == 1 { return value }
      let (count, rest) = value.quotientAndRemainder(dividingBy: divisor)
      return rest == 0 ? count : nil
    }
    let (scaled, overflows) = value.multipliedReportingOverflow(by: multiplier)
    guard !overflows, scaled % divisor == 0 else { return nil }
    return scaled / divisor
  }

  func divides(_ value: UInt64) -> Bool {
    (UInt128(value) * UInt128(multiplier)) % UInt128(divisor) == 0
  }

  private static func powerOfTen(_ exponent: UInt) -> Int64? {
    guard exponent <= 18 else { return nil }
    return (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}
