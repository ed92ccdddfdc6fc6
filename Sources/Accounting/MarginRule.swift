/// What a position of an instrument must be backed with.
public struct MarginRule: Hashable, Sendable {
  /// A share of the notional, in billionths, and an amount per unit of quantity, in billionths of the currency.
  public struct Requirement: Hashable, Sendable {
    public var rate: Int64
    public var perUnit: Int64

    public init(rate: Int64 = 0, perUnit: Int64 = 0) {
      self.rate = rate
      self.perUnit = perUnit
    }
  }

  public var initialLong: Requirement
  public var initialShort: Requirement
  public var maintenanceLong: Requirement
  public var maintenanceShort: Requirement

  /// Shorts as longs unless stated.
  public init(
    initial: Requirement, maintenance: Requirement, initialShort: Requirement? = nil,
    maintenanceShort: Requirement? = nil
  ) {
    initialLong = initial
    maintenanceLong = maintenance
    self.initialShort = initialShort ?? initial
    self.maintenanceShort = maintenanceShort ?? maintenance
  }

  /// The whole value: an account without credit.
  public static let full = MarginRule(
    initial: Requirement(rate: 1_000_000_000), maintenance: Requirement(rate: 1_000_000_000))

  /// American shares: half of the value to open, a quarter to keep; 30 % to keep a short. The proceeds of a short are
  /// part of the account's cash, so its requirement here is what Regulation T asks beyond them.
  public static let regulationT = MarginRule(
    initial: Requirement(rate: 500_000_000), maintenance: Requirement(rate: 250_000_000),
    maintenanceShort: Requirement(rate: 300_000_000))

  /// What must back signed lots of a value: a share of it and, where an amount for each unit can be told, that as well; nil
  /// beyond `Money.limit`. Every margin of this project comes from here.
  func backing(
    lots: Int64, value: Money, isInitial: Bool, amount: (_ perUnit: Int64) -> Money? = { _ in .zero }
  ) -> Money? {
    let asked = requirement(isInitial: isInitial, isShort: lots < 0)
    let share = ExactArithmetic.scaled(
      value.magnitude.atoms, by: Int128(asked.rate), over: Int128(ExactArithmetic.billion))
    guard let share, Money(atoms: share) <= .limit else { return nil }
    let perUnit = asked.perUnit == 0 ? .zero : amount(asked.perUnit)
    guard let perUnit, perUnit.magnitude <= .limit else { return nil }
    // Both lie within the limit, so the sum can be taken before it is checked.
    let sum = Money(atoms: share) + perUnit.magnitude
    return sum <= .limit ? sum : nil
  }

  private func requirement(isInitial: Bool, isShort: Bool) -> Requirement {
    switch (isInitial, isShort) {
    case (true, false): initialLong
    case (true, true): initialShort
    case (false, false): maintenanceLong
    case (false, true): maintenanceShort
    }
  }
}
