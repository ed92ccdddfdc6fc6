public import MarketTypes

/// A seeded random stream of market events.
public protocol RandomFlow {
  associatedtype Shape

  init(seed: UInt64, shape: Shape)

  /// Fills a batch with the next events.
  mutating func fill(_ batch: inout EventBatch, count: Int)
}

extension RandomLevelFlow: RandomFlow {}

extension RandomOrderFlow: RandomFlow {
  public init(seed: UInt64, shape: Shape) { self.init(seed: seed, shape: shape, instrumentCount: 1) }
}
