/// Which hot columns a reader fills; codes are always read, because they say which values belong to which event.
public struct TickColumns: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let times = TickColumns(rawValue: 1)
  public static let instruments = TickColumns(rawValue: 2)
  /// Of both sides.
  public static let prices = TickColumns(rawValue: 4)
  public static let quantities = TickColumns(rawValue: 8)
  public static let slots = TickColumns(rawValue: 16)
  /// Quantities that change a resting order.
  public static let changes = TickColumns(rawValue: 32)
  public static let priceChanges = TickColumns(rawValue: 64)

  public static let all: TickColumns = [.times, .instruments, .prices, .quantities, .slots, .changes, .priceChanges]
}
