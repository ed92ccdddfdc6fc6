import MarketTypes
public import MatchingHarnessABI
import OrderBooks

/// Where reports go: our own ring, or a queue of the harness.
@safe
struct HarnessSink: MatchingSink, ~Copyable {
  /// The ring this library created, or nil.
  let ring: UnsafeMutablePointer<ReportRing>?
  let transport: UnsafePointer<harness_transport>?
  let handle: UnsafeMutableRawPointer?

  @inline(__always)
  mutating func receive(_ report: MatchingReport) {
    if let ring = unsafe ring {
      unsafe ring.pointee.push(report)
    } else {
      pushOutside(report)
    }
  }

  @inline(never)
  private func pushOutside(_ report: MatchingReport) {
    guard let push = unsafe transport?.pointee.push else { return }
    var converted = harness_report(report)
    while unsafe push(handle, &converted) == 0 {}
  }

  func flush() { if let ring = unsafe ring { unsafe ring.pointee.publish() } }
}

struct Adapter: ~Copyable {
  var engine: MatchingEngine
  var sink: HarnessSink

  @inline(__always)
  mutating func submit(_ order: borrowing harness_new_order) {
    let terms = OrderTerms(
      identifier: OrderIdentifier(order.order_id), side: order.side == 0 ? .buy : .sell,
      price: Price(ticks: Int32(exactly: order.price_ticks) ?? .min), quantity: Quantity(lots: Int64(order.quantity)),
      timeInForce: order.ioc == 0 ? .goodTillCancelled : .immediateOrCancel)
    engine.submit(terms, sequence: order.sequence_number, time: Timestamp(nanoseconds: 0), into: &sink)
  }

  @inline(__always)
  mutating func cancel(_ cancel: borrowing harness_cancel) {
    engine.cancel(
      OrderIdentifier(cancel.order_id), sequence: cancel.sequence_number, time: Timestamp(nanoseconds: 0), into: &sink)
  }

  @inline(__always)
  mutating func modify(_ modify: borrowing harness_modify) {
    let amendment = OrderAmendment(
      identifier: OrderIdentifier(modify.order_id),
      price: Price(ticks: Int32(exactly: modify.new_price_ticks) ?? .min),
      quantity: Quantity(lots: Int64(modify.new_quantity)))
    engine.amend(amendment, sequence: modify.sequence_number, time: Timestamp(nanoseconds: 0), into: &sink)
  }
}

/// The one engine of the process: the harness's functions carry no handle. It calls them from one thread.
nonisolated(unsafe) private var adapter: UnsafeMutablePointer<Adapter>?

/// The ring handed to the harness as a transport, lives until the harness destroys it.
nonisolated(unsafe) private var ownTransport: UnsafeMutablePointer<harness_transport>?

@c(engine_get_transport)
public func getTransport() -> UnsafePointer<harness_transport>? {
  if let made = unsafe ownTransport { return unsafe UnsafePointer(made) }
  let made = UnsafeMutablePointer<harness_transport>.allocate(capacity: 1)
  unsafe made.initialize(
    to: harness_transport(
      create: { capacity in
        let ring = UnsafeMutablePointer<ReportRing>.allocate(capacity: 1)
        // Four times the room asked for: the matcher seldom waits for the drain, which has the harness's book-keeping to do.
        unsafe ring.initialize(to: ReportRing(capacity: Int(capacity) * 4))
        return UnsafeMutableRawPointer(ring)
      },
      push: { _, _ in 0 },
      drain: { handle, reports, most in
        guard let handle = unsafe handle, let reports = unsafe reports else { return 0 }
        let ring = unsafe handle.assumingMemoryBound(to: ReportRing.self)
        return unsafe UInt32(ring.pointee.drain(into: reports, most: Int(most)))
      },
      flush: { handle in
        guard let handle = unsafe handle else { return }
        unsafe handle.assumingMemoryBound(to: ReportRing.self).pointee.publish()
      },
      destroy: { handle in
        guard let ring = unsafe handle?.assumingMemoryBound(to: ReportRing.self) else { return }
        unsafe ring.deinitialize(count: 1)
        unsafe ring.deallocate()
      }))
  unsafe ownTransport = made
  return unsafe UnsafePointer(made)
}

@c(engine_init)
public func initialize(
  seed: UInt64, transport: UnsafePointer<harness_transport>?, reportSink: UnsafeMutableRawPointer?
) {
  shutdown()
  var configuration = MatchingConfiguration()
  configuration.capacity = 1 << 20
  configuration.windowLevels = 1 << 16
  configuration.largestQuantity = Int64(UInt32.max)
  let isOwn = unsafe transport != nil && transport == UnsafePointer(ownTransport)
  let ring = unsafe isOwn ? reportSink?.assumingMemoryBound(to: ReportRing.self) : nil
  let made = UnsafeMutablePointer<Adapter>.allocate(capacity: 1)
  unsafe made.initialize(
    to: Adapter(
      engine: MatchingEngine(configuration: configuration),
      sink: HarnessSink(ring: ring, transport: transport, handle: reportSink)))
  unsafe adapter = made
}

@c(engine_shutdown)
public func shutdown() {
  guard let made = unsafe adapter else { return }
  unsafe adapter = nil
  unsafe made.deinitialize(count: 1)
  unsafe made.deallocate()
}

@c(engine_on_new_order)
public func onNewOrder(_ order: UnsafePointer<harness_new_order>?) {
  guard let adapter = unsafe adapter, let order = unsafe order else { return }
  unsafe adapter.pointee.submit(order.pointee)
}

@c(engine_on_cancel)
public func onCancel(_ cancel: UnsafePointer<harness_cancel>?) {
  guard let adapter = unsafe adapter, let cancel = unsafe cancel else { return }
  unsafe adapter.pointee.cancel(cancel.pointee)
}

@c(engine_on_modify)
public func onModify(_ modify: UnsafePointer<harness_modify>?) {
  guard let adapter = unsafe adapter, let modify = unsafe modify else { return }
  unsafe adapter.pointee.modify(modify.pointee)
}

@c(engine_on_batch)
public func onBatch(_ messages: UnsafePointer<harness_message>?, _ count: UInt32) {
  guard let adapter = unsafe adapter, let messages = unsafe messages else { return }
  for index in 0..<Int(count) {
    let message = unsafe messages + index
    switch unsafe message.pointee.type {
    case 0: unsafe adapter.pointee.submit(message.pointee.new_order)
    case 1: unsafe adapter.pointee.cancel(message.pointee.cancel)
    default: unsafe adapter.pointee.modify(message.pointee.modify)
    }
  }
}

@c(engine_flush)
public func flush() {
  guard let adapter = unsafe adapter else { return }
  unsafe adapter.pointee.sink.flush()
}

@c(engine_query_best_bid)
public func bestBid() -> Int64 {
  guard let adapter = unsafe adapter else { return .min }
  let price = unsafe adapter.pointee.engine.best(.buy)
  return price.isNone ? .min : Int64(price.ticks)
}

@c(engine_query_best_ask)
public func bestAsk() -> Int64 {
  guard let adapter = unsafe adapter else { return .max }
  let price = unsafe adapter.pointee.engine.best(.sell)
  return price.isNone ? .max : Int64(price.ticks)
}

@c(engine_query_depth_at)
public func depth(at ticks: Int64, side: UInt8) -> UInt64 {
  guard let adapter = unsafe adapter, let ticks = Int32(exactly: ticks) else { return 0 }
  let quantity = unsafe adapter.pointee.engine.depth(at: Price(ticks: ticks), side == 0 ? .buy : .sell)
  return UInt64(quantity.lots)
}
