import MarketTypes

/// Where the lanes' own view of their orders lies, so that a desk reads it without a way through the engine.
///
/// Invariant: everything pointed to belongs to one engine, never moves while that lives, and holds what each lane has as often as
/// there are lanes. Reading through the engine instead copied all of it, a kilobyte, for every walk over a lane's orders.
@usableFromInline
package struct LaneBoard: BitwiseCopyable {
  @usableFromInline let orders: UnsafeMutablePointer<LaneOrder>
  @usableFromInline let aliveWords: UnsafeMutablePointer<UInt64>
  @usableFromInline let knownLots: UnsafeMutablePointer<Int64>
  @usableFromInline let openQuantities: UnsafeMutablePointer<Int64>
  @usableFromInline let newsCounts: UnsafeMutablePointer<UInt32>
  /// Of every place; what stands there counts for orders marked `pricedApart`.
  @usableFromInline package let knownPrices: UnsafeMutablePointer<KnownPrice>
  @usableFromInline package let instrumentCount: Int
  @usableFromInline package let wordsPerLane: Int

  init(
    orders: UnsafeMutablePointer<LaneOrder>, aliveWords: UnsafeMutablePointer<UInt64>,
    knownLots: UnsafeMutablePointer<Int64>, openQuantities: UnsafeMutablePointer<Int64>,
    newsCounts: UnsafeMutablePointer<UInt32>, knownPrices: UnsafeMutablePointer<KnownPrice>, instrumentCount: Int,
    wordsPerLane: Int
  ) {
    self.orders = orders
    self.aliveWords = aliveWords
    self.knownLots = knownLots
    self.openQuantities = openQuantities
    self.newsCounts = newsCounts
    self.knownPrices = knownPrices
    self.instrumentCount = instrumentCount
    self.wordsPerLane = wordsPerLane
  }

  /// The places of a lane's orders.
  @inlinable @inline(__always)
  package func firstOrder(lane: Int) -> UnsafeMutablePointer<LaneOrder> { orders + lane &* wordsPerLane &* 64 }

  /// A bit for each place whose order the lane believes alive.
  @inlinable @inline(__always)
  package func firstAliveWord(lane: Int) -> UnsafeMutablePointer<UInt64> { aliveWords + lane &* wordsPerLane }

  /// Position of a lane as far as its notices have told it.
  @inlinable @inline(__always)
  package func knownPosition(lane: Int, instrument: Int) -> Int64 { knownLots[lane &* instrumentCount &+ instrument] }

  /// Open quantity of the lane's orders of a side, as it knows them.
  @inlinable @inline(__always)
  package func knownOpenQuantity(lane: Int, instrument: Int, sideIndex: Int) -> Int64 {
    openQuantities[2 &* (lane &* instrumentCount &+ instrument) &+ sideIndex]
  }

  /// Changes when the lane's orders or position, as it knows them, change by news.
  @inlinable @inline(__always)
  package func newsCount(lane: Int) -> UInt32 { newsCounts[lane] }
}

extension ExecutionEngine {
  package var board: LaneBoard {
    LaneBoard(
      orders: orders.start, aliveWords: alivePlaces.start, knownLots: knownLots.start,
      openQuantities: openQuantities.start, newsCounts: newsCounts.start, knownPrices: knownPrices.start,
      instrumentCount: instrumentCount, wordsPerLane: wordsPerLane)
  }
}
