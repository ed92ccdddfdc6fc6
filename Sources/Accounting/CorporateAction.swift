/// What a company does to its shares.
public enum CorporateAction: Hashable, Sendable {
  /// `numerator` new shares for every `denominator` old ones; 4 for 1 is (4, 1).
  case split(numerator: Int64, denominator: Int64)
  /// Cash for each unit of quantity, in billionths of the currency; shorts pay it.
  case dividend(perUnit: Int64)
}

/// A corporate action and the last day, written as 20140606, on which shares still trade with it.
public struct DatedAction: Hashable, Sendable {
  /// It happens before the next session: the day after this is the earliest ex-date.
  public var lastDayBefore: Int
  public var action: CorporateAction

  public init(lastDayBefore: Int, action: CorporateAction) {
    self.lastDayBefore = lastDayBefore
    self.action = action
  }
}

/// One row of a LEAN factor file: the factors of all prices up to a day.
public struct FactorRow: Hashable, Sendable {
  /// Year, month and day as 20140606.
  public var day: Int
  /// In units of 10^-12.
  public var priceFactor: Int64
  /// In units of 10^-12.
  public var splitFactor: Int64
  /// The close before the event, in units of 10^-6.
  public var referencePrice: Int64

  public init(day: Int, priceFactor: Int64, splitFactor: Int64, referencePrice: Int64) {
    self.day = day
    self.priceFactor = priceFactor
    self.splitFactor = splitFactor
    self.referencePrice = referencePrice
  }
}

extension DatedAction {
  /// The actions that a LEAN factor file implies, by rising day; where a day has both, the dividend, which is stated per
  /// old share, comes first.
  ///
  /// A split is the quotient of the split factors of a row and the next. The files round factors to about seven digits,
  /// so a ratio within 10^-5 of a fraction of numbers up to 100 is that fraction: 0.03571430 ÷ 0.25 is 1 ÷ 7. A dividend
  /// is the reference price × (1 − quotient of the price factors), rounded to `dividendPlaces` decimals, two as LEAN does.
  public static func actions(
    from rows: [FactorRow], dividendPlaces: Int = 2
  ) throws(AccountingError) -> [DatedAction] {
    guard (0...6).contains(dividendPlaces) else { throw AccountingError("dividend places", "state 0 to 6 decimals") }
    for row in rows where row.priceFactor <= 0 || row.splitFactor <= 0 || row.referencePrice < 0 {
      throw AccountingError("factor row \(row.day)", "factors must be positive and the reference price not negative")
    }
    var actions: [DatedAction] = []
    for (row, next) in zip(rows, rows.dropFirst()) {
      guard row.day <= next.day else {
        throw AccountingError("factor row \(next.day)", "follows \(row.day); list rows by rising day")
      }
      if row.priceFactor != next.priceFactor {
        // Reference × (next − this) ÷ next in 10^-6, then to the places asked for.
        let fall = Int128(next.priceFactor) - Int128(row.priceFactor)
        let step = ExactArithmetic.powerOfTen(6 - dividendPlaces)
        let steps = ExactArithmetic.scaled(
          Int128(row.referencePrice), by: fall, over: Int128(next.priceFactor) * step)
        guard let steps, steps.magnitude < 1 << 63, let perUnit = Int64(exactly: steps * step * 1_000) else {
          throw AccountingError("factor row \(row.day)", "its dividend is too large")
        }
        if perUnit != 0 {
          actions.append(DatedAction(lastDayBefore: row.day, action: .dividend(perUnit: perUnit)))
        }
      }
      if row.splitFactor != next.splitFactor {
        let (numerator, denominator) = simplified(next.splitFactor, row.splitFactor)
        actions.append(
          DatedAction(lastDayBefore: row.day, action: .split(numerator: numerator, denominator: denominator)))
      }
    }
    return actions
  }

  /// The simplest fraction of numbers up to 100 within 10^-5 of `over` ÷ `under`, or that fraction in lowest terms.
  static func simplified(_ over: Int64, _ under: Int64) -> (numerator: Int64, denominator: Int64) {
    for denominator in Int128(1)...100 {
      let numerator = ExactArithmetic.quotient(Int128(over) * denominator, Int128(under))
      guard (1...100).contains(numerator) else { continue }
      let distance = Int128(over) * denominator - Int128(under) * numerator
      if distance.magnitude * 100_000 <= (Int128(under) * numerator).magnitude {
        return (Int64(numerator), Int64(denominator))
      }
    }
    let common = ExactArithmetic.greatestCommonDivisor(Int128(over), Int128(under))
    return (over / Int64(common), under / Int64(common))
  }
}
