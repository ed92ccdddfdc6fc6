public import MarketTypes

/// What the matching engine says about one order.
public struct MatchingReport: Hashable, Sendable, BitwiseCopyable {
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
    /// A new order was taken: its price and whole quantity.
    case accepted = 0
    /// `order` took `quantity` from `counterparty` at `price`, the resting order's price; `side` is the taker's.
    case trade = 1
    /// `quantity` of an order was cancelled, and the order with it; the reason says why.
    case cancelled = 2
    /// An order has the new price and open quantity.
    case modified = 3
    /// A new order was refused.
    case rejected = 4
    case cancelRejected = 5
    case modifyRejected = 6
    /// A stop order's stop price was reached; it now enters the market. `price` is its limit.
    case triggered = 7
    /// An order's time ended with `quantity` open.
    case expired = 8
    /// `quantity` was taken off `order`, and off `counterparty`, of the same participant, without a trade.
    case decremented = 9
  }

  public var kind: Kind
  public var side: Side
  public var rejectReason: RejectReason
  public var cancelReason: CancelReason
  public var price: Price
  public var quantity: Quantity
  /// The number of the message that caused the report: for trades the aggressor's.
  public var sequence: UInt64
  public var order: OrderIdentifier
  /// The resting order of a trade (in an auction, the selling order).
  public var counterparty: OrderIdentifier

  @inlinable
  @inline(__always)
  public init(
    kind: Kind, sequence: UInt64, order: OrderIdentifier, side: Side = .none, price: Price = .none,
    quantity: Quantity = .zero, counterparty: OrderIdentifier = OrderIdentifier(0),
    rejectReason: RejectReason = .none, cancelReason: CancelReason = .none
  ) {
    self.kind = kind
    self.side = side
    self.rejectReason = rejectReason
    self.cancelReason = cancelReason
    self.price = price
    self.quantity = quantity
    self.sequence = sequence
    self.order = order
    self.counterparty = counterparty
  }
}

/// Receives the reports of a matching engine, in order, while it works.
public protocol MatchingSink: ~Copyable {
  mutating func receive(_ report: MatchingReport)
}

/// Keeps reports in an array: for tests and calm callers.
public struct ReportLog: MatchingSink {
  public var reports: [MatchingReport] = []

  public init() {}

  @inlinable
  public mutating func receive(_ report: MatchingReport) { reports.append(report) }
}
