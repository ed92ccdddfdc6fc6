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

  func requirement(isInitial: Bool, isShort: Bool) -> Requirement {
    switch (isInitial, isShort) {
    case (true, false): initialLong
    case (true, true): initialShort
    case (false, false): maintenanceLong
    case (false, true): maintenanceShort
    }
  }
}
