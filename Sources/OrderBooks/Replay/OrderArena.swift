/// One resting order of the replayed market, at its slot.
public struct RestingOrder: Hashable, Sendable, BitwiseCopyable {
  /// What is left of it, in lots.
  public var quantity: Int64
  /// Time priority: a running count over all orders that joined a queue. Smaller joined earlier.
  public var arrival: Int64
  /// Price in ticks. A free slot keeps the next free slot here.
  public var price: Int32
  public var instrument: UInt16
  /// 0 buy, 1 sell, `freeMark` when the slot is free.
  public var sideIndex: UInt8

  @usableFromInline
  static let freeMark = UInt8.max

  @inlinable
  public var isLive: Bool { sideIndex != Self.freeMark }

  @inlinable
  public init(quantity: Int64, arrival: Int64, price: Int32, instrument: UInt16, sideIndex: UInt8) {
    self.quantity = quantity
    self.arrival = arrival
    self.price = price
    self.instrument = instrument
    self.sideIndex = sideIndex
  }
}

/// The resting orders of all instruments of one tick file, addressed by slot.
///
/// Free slots form a stack threaded through the records themselves, which is the slot rule of `SlotAllocator`: the last
/// freed is taken first, and its record is still in the cache.
///
/// Invariant: `records[0..<highWater]` are initialised; the stack links exactly the free ones among them.
@safe
struct OrderArena: ~Copyable {
  private var records: UnsafeMutablePointer<RestingOrder>
  private var capacity: Int
  private(set) var highWater: UInt32 = 0
  private var freeHead = UInt32.max
  private(set) var liveCount = 0
  private(set) var nextArrival: Int64 = 0

  init(capacity: Int = 1 << 12) {
    self.capacity = max(capacity, 16)
    unsafe records = .allocate(capacity: self.capacity)
  }

  deinit { unsafe records.deallocate() }

  /// The order at a slot that is known to be below `highWater`.
  subscript(checked slot: UInt32) -> RestingOrder {
    @inline(__always) get { unsafe records[Int(slot)] }
    @inline(__always) set { unsafe records[Int(slot)] = newValue }
  }

  /// Whether a live order has this slot; slots come from files, so any number may ask.
  @inline(__always)
  func isLive(_ slot: UInt32) -> Bool { unsafe slot < highWater && records[Int(slot)].isLive }

  @inline(__always)
  mutating func insert(price: Int32, quantity: Int64, instrument: UInt16, sideIndex: Int) -> UInt32 {
    let slot: UInt32
    if freeHead != UInt32.max {
      slot = freeHead
      freeHead = unsafe UInt32(bitPattern: records[Int(slot)].price)
    } else {
      slot = highWater
      if Int(slot) == capacity { grow() }
      highWater = slot &+ 1
    }
    unsafe records[Int(slot)] = RestingOrder(
      quantity: quantity, arrival: nextArrival, price: price, instrument: instrument,
      sideIndex: UInt8(truncatingIfNeeded: sideIndex))
    nextArrival &+= 1
    liveCount &+= 1
    return slot
  }

  @inline(__always)
  mutating func release(_ slot: UInt32) {
    unsafe records[Int(slot)].sideIndex = RestingOrder.freeMark
    unsafe records[Int(slot)].price = Int32(bitPattern: freeHead)
    freeHead = slot
    liveCount &-= 1
  }

  /// Sends an order to the back of the queue at a new price.
  @inline(__always)
  mutating func requeue(_ slot: UInt32, price: Int32, quantity: Int64) {
    unsafe records[Int(slot)].price = price
    unsafe records[Int(slot)].quantity = quantity
    unsafe records[Int(slot)].arrival = nextArrival
    nextArrival &+= 1
  }

  @inline(__always)
  mutating func setQuantity(_ slot: UInt32, _ quantity: Int64) { unsafe records[Int(slot)].quantity = quantity }

  @inline(never)
  private mutating func grow() {
    precondition(capacity < Int(UInt32.max / 2), "more than 2 billion live orders")
    let larger = UnsafeMutablePointer<RestingOrder>.allocate(capacity: capacity * 2)
    unsafe larger.moveInitialize(from: records, count: capacity)
    unsafe records.deallocate()
    unsafe records = larger
    capacity *= 2
  }

  /// Rebuilds the state a keyframe recorded: live orders in order of arrival and the stack of free slots, top last.
  mutating func restore(orders: [(slot: UInt32, order: RestingOrder)], free: [UInt32], highWater newHighWater: UInt32) {
    while capacity < Int(newHighWater) { grow() }
    for slot in 0..<Int(newHighWater) {
      unsafe records[slot] = RestingOrder(
        quantity: 0, arrival: 0, price: -1, instrument: 0, sideIndex: RestingOrder.freeMark)
    }
    highWater = newHighWater
    liveCount = 0
    for (slot, order) in orders where slot < newHighWater {
      unsafe records[Int(slot)] = order
      unsafe records[Int(slot)].arrival = nextArrival
      nextArrival += 1
      liveCount += 1
    }
    freeHead = UInt32.max
    for slot in free where unsafe slot < newHighWater && !records[Int(slot)].isLive {
      unsafe records[Int(slot)].price = Int32(bitPattern: freeHead)
      freeHead = slot
    }
  }
}
