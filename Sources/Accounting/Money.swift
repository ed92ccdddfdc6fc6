import MarketTypes

/// An exact amount of a currency in units of 10^-18.
public struct Money: Hashable, Comparable, AdditiveArithmetic, Sendable, BitwiseCopyable {
  /// Units of 10^-18 of the currency.
  public var atoms: Int128

  @inlinable
  public init(atoms: Int128) { self.atoms = atoms }

  /// Whole units of the currency.
  public init(units: Int64) { atoms = Int128(units) * Self.atomsPerUnit }

  /// Billionths of the currency, as schedules state amounts.
  public init(billionths: Int64) { atoms = Int128(billionths) * Int128(ExactArithmetic.billion) }

  public static let zero = Money(atoms: 0)
  /// No single amount and no sum of absolute amounts goes beyond this: 10^19 units of a currency.
  public static let limit = Money(atoms: ExactArithmetic.powerOfTen(37))
  /// What a position may be worth: thousands of them add up.
  static let positionLimit = Money(atoms: ExactArithmetic.powerOfTen(34))
  static let atomsPerUnit = ExactArithmetic.powerOfTen(18)

  public static func < (left: Money, right: Money) -> Bool { left.atoms < right.atoms }
  public static func + (left: Money, right: Money) -> Money { Money(atoms: left.atoms + right.atoms) }
  public static func - (left: Money, right: Money) -> Money { Money(atoms: left.atoms - right.atoms) }
  public static prefix func - (money: Money) -> Money { Money(atoms: -money.atoms) }

  /// The absolute amount; the lowest number gives the highest, which every limit refuses.
  public var magnitude: Money { Money(atoms: atoms == .min ? .max : abs(atoms)) }

  /// The share `part` of `whole` parts, rounded half away from zero; `part` lies in 0...`whole`, so it always fits.
  func share(_ part: Int128, of whole: Int128) -> Money {
    assert(whole > 0 && part >= 0 && part <= whole)
    if part == whole { return self }
    return Money(atoms: ExactArithmetic.scaled(atoms, by: part, over: whole) ?? 0)
  }

  /// For reports: units of the currency.
  public var doubleValue: Double { ExactArithmetic.double(atoms) / 1e18 }
}

extension Money: CustomStringConvertible {
  /// Plain decimals without trailing zeros.
  public var description: String {
    var digits = String(atoms.magnitude)
    if digits.utf8.count <= 18 { digits = String(repeating: "0", count: 19 - digits.utf8.count) + digits }
    var whole = String(digits.dropLast(18))
    var fraction = digits.suffix(18)
    while fraction.last == "0" { fraction.removeLast() }
    if !fraction.isEmpty { whole += "." + fraction }
    return atoms < 0 ? "-" + whole : whole
  }
}

extension ContractValue {
  /// Whether a position can be valued at a price: at most 10^16 units of the currency, so that thousands add up.
  func fits(lots: Int64, price: Price) -> Bool {
    let (atoms, overflows) = value(lots: lots, price: price.ticks).multipliedReportingOverflow(by: moneyPerCount)
    return !overflows && Money(atoms: atoms).magnitude <= .positionLimit
  }

  /// The value of signed lots as money; nil beyond `Money.limit`.
  func money(lots: Int64, price: Price) -> Money? {
    let (atoms, overflows) = value(lots: lots, price: price.ticks).multipliedReportingOverflow(by: moneyPerCount)
    return overflows || Money(atoms: atoms).magnitude > .limit ? nil : Money(atoms: atoms)
  }

  /// The value at a mark whose prices fit.
  func money(lots: Int64, mark: MarkPrice) -> Money {
    Money(atoms: ExactArithmetic.quotient(doubledValue(lots: lots, mark: mark) * moneyPerCount, 2))
  }

  /// Billionths of a count as money, rounded half away from zero; nil beyond `Money.limit`.
  public func money(billionths: Int128) -> Money? {
    ExactArithmetic.scaled(billionths, by: moneyPerCount, over: Int128(ExactArithmetic.billion))
      .map(Money.init(atoms:)).flatMap { $0.magnitude > .limit ? nil : $0 }
  }
}
