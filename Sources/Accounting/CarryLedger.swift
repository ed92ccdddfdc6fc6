/// What holding a position costs, in billionths of a count: funding of perpetuals and borrow of shorts.
public struct CarryLedger: Hashable, Sendable, BitwiseCopyable {
  /// Funding paid; received funding is negative.
  public var funding: Int128 = 0
  /// Borrow paid.
  public var borrow: Int128 = 0
  /// Dividends paid, which shorts owe; received ones are negative.
  public var dividends: Int128 = 0
  /// The moment up to which borrow is paid.
  public private(set) var borrowedUntil: Int64 = .min

  public init() {}

  /// Pays funding at one of its times: `rate`, in billionths, of the exposure at the mark. A positive rate is paid by
  /// longs and received by shorts, for inverse contracts as well. Exact but for an odd number of half ticks, where half
  /// a billionth is rounded away from zero.
  @inline(__always)
  @discardableResult
  public mutating func payFunding(lots: Int64, mark: MarkPrice, rate: Int64, contract: ContractValue) -> Int128 {
    let doubled = contract.doubledExposure(lots: lots, mark: mark) * Int128(rate)
    // Adding the sign before halving rounds an odd number away from zero.
    let paid = (doubled + (doubled & 1 == 0 ? 0 : doubled.signum())) / 2
    funding += paid
    return paid
  }

  /// Receives a dividend on longs and pays it on shorts: `perLot` billionths of a count for each lot.
  @discardableResult
  public mutating func payDividend(lots: Int64, perLot: Int64) -> Int128 {
    let paid = -Int128(lots) * Int128(perLot)
    dividends += paid
    return paid
  }

  /// Everything that holding the position has cost, less what it brought.
  public var total: Int128 { funding + borrow + dividends }

  /// Pays borrow for a position held unchanged since the last call up to `time`; only shorts pay. Each call is rounded
  /// half away from zero. Call it before every fill and at the close of every day, so that the mark is a fresh one.
  @discardableResult
  public mutating func accrueBorrow(
    lots: Int64, mark: MarkPrice, until time: Int64, terms: BorrowTerms, contract: ContractValue
  ) -> Int128 {
    guard time > borrowedUntil else { return 0 }
    defer { borrowedUntil = time }
    guard borrowedUntil != .min, lots < 0 else { return 0 }
    let (elapsed, overflows) = time.subtractingReportingOverflow(borrowedUntil)
    let exposure = contract.doubledExposure(lots: lots, mark: mark)
    guard !overflows, exposure < 0,
      let paid = terms.cost(doubledExposure: -exposure, nanoseconds: elapsed)
    else { return 0 }
    borrow += paid
    return paid
  }
}

/// What borrowing shares for a short position costs.
public struct BorrowTerms: Hashable, Sendable, BitwiseCopyable {
  /// Billionths of the position's value for a year; 3 % are 30,000,000.
  public var annualRate: Int64
  /// Days of a year by the agreement's count: 360 in most equity lending, 365 otherwise.
  public var daysPerYear: Int64

  public init(annualRate: Int64 = 0, daysPerYear: Int64 = 360) {
    precondition(daysPerYear > 0 && daysPerYear <= 366, "a year has 1 to 366 days")
    self.annualRate = annualRate
    self.daysPerYear = daysPerYear
  }

  /// The cost in billionths of a count of an exposure in half counts held for some time; nil when it does not fit.
  func cost(doubledExposure: Int128, nanoseconds: Int64) -> Int128? {
    ExactArithmetic.scaled(
      doubledExposure, by: Int128(annualRate) * Int128(nanoseconds),
      over: 2 * Int128(daysPerYear) * 86_400_000_000_000)
  }
}
