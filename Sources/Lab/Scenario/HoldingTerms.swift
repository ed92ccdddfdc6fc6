/// What holding a position costs besides trading: funding of perpetuals, and borrow of shorts.
public struct HoldingTerms: Hashable, Sendable {
  /// One payment between longs and shorts.
  public struct Funding: Hashable, Sendable {
    /// Nanoseconds since the epoch, exchange clock.
    public var time: Int64?
    /// A symbol; empty for every instrument.
    public var instrument = ""
    /// Billionths of the position's value; longs pay a positive rate.
    public var rate: Int64 = 0

    public init() {}
  }

  /// Cash for each share that is held, paid by shorts.
  public struct Dividend: Hashable, Sendable {
    /// Before the first session without it, nanoseconds since the epoch, exchange clock.
    public var time: Int64?
    public var instrument = ""
    /// In the account's currency for each unit of quantity.
    public var perUnit = 0.0

    public init() {}
  }

  /// Billionths of a short position's value for a year.
  public var borrowRate: Int64 = 0
  public var borrowDaysPerYear: Int64 = 360
  /// Paid at each interval by longs of every instrument.
  public var fundingRate: Int64 = 0
  public var fundingIntervalSeconds: Int64 = 28_800
  public var funding: [Funding] = []
  public var dividends: [Dividend] = []

  public init() {}

  /// Holding costs nothing.
  var isNone: Bool { borrowRate == 0 && fundingRate == 0 && funding.isEmpty && dividends.isEmpty }
}
