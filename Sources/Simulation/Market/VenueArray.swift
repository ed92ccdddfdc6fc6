import OrderBooks

/// One venue of an instrument: its matching engine, its feed, and the background orders alive there.
struct VenueState: ~Copyable {
  var engine: MatchingEngine
  var recorder: FeedRecorder
  /// Living flow orders, and some that traded; those are dropped when a cancel draws them.
  var flowOrders: [UInt64] = []

  /// States what a message left behind, and closes its group of events.
  @inline(__always)
  mutating func endMessage() {
    recorder.stateTaker()
    if !recorder.touchedOrders.isEmpty { recorder.stateOutsideOrders(engine) }
    recorder.closeGroup()
  }
}

/// The venues of one instrument in one allocation, because arrays cannot hold what cannot be copied.
///
/// Invariant: all `count` elements are initialised for the array's whole life; subscripts check their index.
struct VenueArray: ~Copyable, @unchecked Sendable {
  let count: Int
  private let base: UnsafeMutablePointer<VenueState>

  init(count: Int, _ make: (Int) -> VenueState) {
    self.count = count
    base = .allocate(capacity: max(1, count))
    for index in 0..<count { (base + index).initialize(to: make(index)) }
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  subscript(index: Int) -> VenueState {
    @inline(__always) unsafeAddress {
      precondition(index >= 0 && index < count)
      return UnsafePointer(base + index)
    }
    @inline(__always) nonmutating unsafeMutableAddress {
      precondition(index >= 0 && index < count)
      return base + index
    }
  }
}
