public import MarketTypes

/// The closing prices of one series of bars, up to the one being reported: kept once for all lanes, so that a moving sum
/// costs two loads whatever its length and whoever else looks at it.
///
/// Valid during the callback it was asked for in. It reaches back as far as the largest `Subscriptions.barHistory`.
public struct CloseHistory {
  @usableFromInline let ring: UnsafePointer<CloseRing>

  @inlinable @inline(__always)
  package init(ring: UnsafePointer<CloseRing>) { self.ring = ring }

  /// Bars so far; none when no strategy of the run asked for a history.
  @inlinable @inline(__always)
  public var count: Int { ring.pointee.count }

  /// The sum of the last closes in ticks; of all that are kept when there are fewer. Exact for up to 2³² bars.
  @inlinable @inline(__always)
  public func sum(last length: Int) -> Int64 { ring.pointee.sum(last: length) }

  /// The close of so many bars ago, 0 being the last; `Price.none` where none is kept.
  @inlinable @inline(__always)
  public func close(barsAgo: Int) -> Price {
    guard barsAgo >= 0, barsAgo < ring.pointee.kept else { return .none }
    let sum = ring.pointee.sum(last: barsAgo &+ 1) &- ring.pointee.sum(last: barsAgo)
    return Price(ticks: Int32(truncatingIfNeeded: sum))
  }
}

/// Running totals of closes in a ring.
///
/// Invariant: `totals` holds `mask + 1` values, a power of two, and once something was appended the total after bar i lies at
/// i & mask for the last `mask` bars and the one before them. Places that no bar has reached yet hold zero, the total before
/// the first. Totals wrap; their differences do not.
@usableFromInline
package struct CloseRing {
  @usableFromInline var totals: UnsafeMutablePointer<Int64>
  /// 0 until the first bar, so that no more is read than there is.
  @usableFromInline package private(set) var mask = 0
  private let size: Int
  @usableFromInline package private(set) var count = 0
  /// The end of the last bar.
  package private(set) var lastTime = Int64.min
  private var isAllocated = false

  /// `nothing` stands in for the totals until the first bar.
  package init(lookback: Int, nothing: UnsafeMutablePointer<Int64>) {
    var size = 1
    while size < min(max(0, lookback), Self.largestLookback) + 1 { size *= 2 }
    self.size = size
    totals = nothing
  }

  /// Memory is bounded whatever a strategy asks for.
  package static let largestLookback = 1 << 24

  package func deallocate() { if isAllocated { totals.deallocate() } }

  package mutating func append(_ close: Int32, time: Int64) {
    if !isAllocated {
      totals = .allocate(capacity: size)
      totals.initialize(repeating: 0, count: size)
      mask = size - 1
      isAllocated = true
    }
    let total = totals[count & mask] &+ Int64(close)
    count &+= 1
    totals[count & mask] = total
    lastTime = time
  }

  /// Brings the closes that are kept through a split.
  package mutating func carry(through split: MarketSplit) {
    let kept = kept
    guard kept > 0 else { return }
    var before = totals[(count &- kept) & mask]
    var carried = before
    for bar in (count &- kept &+ 1)...count {
      let close = totals[bar & mask] &- before
      before = totals[bar & mask]
      carried &+= split.price(close)
      totals[bar & mask] = carried
    }
  }

  /// How many of the last bars it can speak of.
  @inlinable @inline(__always)
  var kept: Int { min(count, mask) }

  @inlinable @inline(__always)
  func sum(last length: Int) -> Int64 {
    // Further back than the first bar lies a place not yet reached: no need to compare with the count. A negative length
    // is above every other as a number without sign.
    let isKept = UInt(bitPattern: length) <= UInt(bitPattern: mask)
    let reach = _slowPath(!isKept) ? (length < 0 ? 0 : mask) : length
    return totals[count & mask] &- totals[(count &- reach) & mask]
  }
}
