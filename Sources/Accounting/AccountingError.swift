/// Why an instrument, a schedule or an account cannot be kept in exact integers, or an entry cannot be booked.
public struct AccountingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What it is about: an instrument's symbol, a schedule's field, a currency.
  public var subject: String
  /// What is wrong and what to do.
  public var reason: String

  public init(_ subject: String, _ reason: String) {
    self.subject = subject
    self.reason = reason
  }

  public var description: String { "\(subject): \(reason)" }
}
