public import MarketTypes

/// What a strategy wants to send. It cannot reach a venue: only the risk gate turns it into an `ApprovedOrder`.
public struct OrderIntent: Hashable, Sendable, BitwiseCopyable {
  public var terms: OrderTerms
  public var instrument: UInt16

  @inlinable
  public init(_ terms: OrderTerms, instrument: UInt16 = 0) {
    self.terms = terms
    self.instrument = instrument
  }
}

/// An order that passed the risk gate. Nothing outside `RiskControls` can make one.
public struct ApprovedOrder: Hashable, Sendable, BitwiseCopyable {
  public let terms: OrderTerms
  public let instrument: UInt16

  @inline(__always)
  init(approved intent: OrderIntent) {
    terms = intent.terms
    instrument = intent.instrument
  }
}

/// Why the risk gate held an intent back.
public enum RiskReason: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable, Error {
  case none = 0
  case unknownInstrument = 1
  case invalidSide = 2
  case quantityNotPositive = 3
  case orderTooLarge = 4
  case positionLimit = 5
  case notionalLimit = 6
  /// Further from the touch than the collar allows, on the side that would pay too much.
  case priceCollar = 7
  case orderRate = 8
  /// The lane lost more than its drawdown stop allows; it may only cancel.
  case drawdownStop = 9
  /// The order needs a price and has none, or the other way round.
  case invalidPrice = 10
  /// No reference price exists yet for a check that needs one.
  case noReferencePrice = 11
  /// A lane whose messages take no time made as many requests at one moment as it may; more would never let time pass.
  case tooManyAtOnce = 12
  /// The account cannot pay for it, or back what it would hold.
  case buyingPower = 13
}
