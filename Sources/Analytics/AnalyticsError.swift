/// Why a statistic could not be computed: which series, which row, and what was wrong with it.
public struct AnalyticsError: Error, Hashable, Sendable {
  /// What was wrong.
  public enum Reason: Hashable, Sendable {
    case empty
    case tooShort(found: Int, needed: Int)
    /// NaN or infinite.
    case notFinite
    /// A price, a capital or a time that must be above zero is not.
    case notPositive
    /// A simple return below −100 %.
    case belowTotalLoss
    /// Every value is the same, and the statistic divides by the spread.
    case constant
    /// The statistic does not exist for this series; the text says why.
    case undefined(String)
    case lengthMismatch(found: Int, expected: Int)
    /// Times or dates must increase.
    case notAscending
    /// A parameter outside its domain; the text says what the domain is.
    case outOfRange(String)
    /// A matrix that must be invertible (or positive definite) is not; the text says which rows conflict, if known.
    case singular(String)
    /// An iteration stopped without an answer.
    case notConverged(String)
    /// Constraints contradict each other; the text says which.
    case infeasible(String)
  }

  /// The name the caller gave the series, matrix or parameter.
  public var series: String
  /// The row at fault, counted from zero.
  public var row: Int?
  public var reason: Reason

  public init(series: String, row: Int? = nil, reason: Reason) {
    self.series = series
    self.row = row
    self.reason = reason
  }
}

extension AnalyticsError: CustomStringConvertible {
  public var description: String {
    let place = row.map { "\(series), row \($0)" } ?? series
    let problem =
      switch reason {
      case .empty: "has no values"
      case .tooShort(let found, let needed): "has \(found) values; at least \(needed) are needed"
      case .notFinite: "is NaN or infinite"
      case .notPositive: "must be above zero"
      case .belowTotalLoss: "is a return below -100 %"
      case .constant: "is constant, so a ratio over its spread does not exist"
      case .undefined(let why): why
      case .lengthMismatch(let found, let expected): "has \(found) values where \(expected) are expected"
      case .notAscending: "does not increase"
      case .outOfRange(let domain): "must be \(domain)"
      case .singular(let detail): "is singular: \(detail)"
      case .notConverged(let detail): "did not converge: \(detail)"
      case .infeasible(let detail): "cannot be satisfied: \(detail)"
      }
    return "\(place): \(problem)"
  }
}

/// Throws unless every value is finite.
public func requireFinite(_ values: [Double], series: String) throws(AnalyticsError) {
  for (row, value) in values.enumerated() where !value.isFinite {
    throw AnalyticsError(series: series, row: row, reason: .notFinite)
  }
}

/// Throws unless there are at least `needed` values and all are finite.
public func requireFinite(_ values: [Double], atLeast needed: Int, series: String) throws(AnalyticsError) {
  if values.isEmpty && needed > 0 { throw AnalyticsError(series: series, reason: .empty) }
  if values.count < needed {
    throw AnalyticsError(series: series, reason: .tooShort(found: values.count, needed: needed))
  }
  try requireFinite(values, series: series)
}
