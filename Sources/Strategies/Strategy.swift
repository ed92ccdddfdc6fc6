public import Execution

/// What a strategy wants to be woken for, besides its own orders.
public struct Subscriptions: Hashable, Sendable {
  /// Call `timer` every so many nanoseconds of the lane's clock; 0 never.
  public var intervalNanoseconds: Int64
  /// Call `filled` for own fills, and `orderChanged` for other news of own orders.
  public var fills: Bool
  public var orderChanges: Bool

  public init(intervalNanoseconds: Int64 = 0, fills: Bool = false, orderChanges: Bool = false) {
    self.intervalNanoseconds = intervalNanoseconds
    self.fills = fills
    self.orderChanges = orderChanges
  }
}

/// A trading strategy: plain state, parameters as data, and a callback for each thing it asked to hear of.
///
/// The engine keeps thousands of them side by side and calls each as if it were alone. A strategy sees the market through
/// its desk only, as late as its latency says.
public protocol Strategy: Sendable {
  static var name: String { get }
  static var parameters: [Parameter] { get }

  init(_ parameters: ParameterValues)

  var subscriptions: Subscriptions { get }

  mutating func timer(_ desk: inout Desk)
  mutating func filled(_ notice: Notice, _ desk: inout Desk)
  mutating func orderChanged(_ notice: Notice, _ desk: inout Desk)
}

extension Strategy {
  public static var parameters: [Parameter] { [] }
  @inlinable public mutating func timer(_ desk: inout Desk) {}
  @inlinable public mutating func filled(_ notice: Notice, _ desk: inout Desk) {}
  @inlinable public mutating func orderChanged(_ notice: Notice, _ desk: inout Desk) {}
}
