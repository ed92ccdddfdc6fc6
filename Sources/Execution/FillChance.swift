public import Numerics

/// How likely a resting order fills when its turn comes at its own price, without the market trading through it.
///
/// Even where places in queues are exact, a replay cannot know that the trade would have met the order: somebody might
/// have seen it and stayed away, or taken another venue. A fill at the price is therefore drawn; one that is missed sends
/// the order to the back of its queue, as if it had joined at that moment. Trades through the price always fill it.
///
/// Draws are a function of seed, stream, the order's number among those the lane sent, and the number of the draw for that
/// order: they depend on nothing that other lanes do. Lanes of one stream draw the same numbers.
public struct FillChance: Hashable, Sendable {
  /// Between 0 (only what is traded through fills) and 1.
  public var probability: Double
  public var seed: UInt64
  public var stream: UInt64

  public init(probability: Double, seed: UInt64 = 0, stream: UInt64 = 0) {
    self.probability = probability
    self.seed = seed
    self.stream = stream
  }

  /// 32 random bits below this are a fill: integers, so that every machine draws the same.
  public var threshold: UInt64 {
    probability >= 1 ? 1 << 32 : UInt64((max(0, probability.isNaN ? 0 : probability) * 0x1p32).rounded())
  }

  /// The numbers drawn; the stream's upper half keeps them apart from those of latencies.
  public var random: RandomStream {
    RandomStream(seed: seed, stream: 0x66_696C << 24 | stream & (1 << 24 - 1))
  }

  /// Where in the stream the draw of an order stands: a million draws for each order.
  public static func index(order: UInt64, draw: UInt64) -> UInt64 { order << 20 | draw & (1 << 20 - 1) }
}
