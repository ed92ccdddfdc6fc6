public import Execution
public import MarketTypes
package import OrderBooks
import RiskControls

/// A strategy's place of work during one callback: the market as its lane sees it, its orders, and the way to send more.
///
/// Invariant: the pointers outlive the callback; a desk must not be kept beyond it.
public struct Desk: ~Copyable {
  private let engine: UnsafeMutablePointer<ExecutionEngine>
  private let view: UnsafeMutablePointer<DelayedBook>
  public let lane: Int
  /// The lane's clock, nanoseconds since the epoch.
  public let time: Int64

  @inline(__always)
  package init(
    engine: UnsafeMutablePointer<ExecutionEngine>, view: UnsafeMutablePointer<DelayedBook>, lane: Int, time: Int64
  ) {
    self.engine = engine
    self.view = view
    self.lane = lane
    self.time = time
  }

  // MARK: - The market

  /// The best bid the lane has heard of; `Price.none` when there is none.
  @inline(__always)
  public func bestBid(_ instrument: Int = 0) -> Price { view.pointee.bestPrice(.buy, instrument: instrument) }

  @inline(__always)
  public func bestAsk(_ instrument: Int = 0) -> Price { view.pointee.bestPrice(.sell, instrument: instrument) }

  /// The quantity resting at a price.
  @inline(__always)
  public func quantity(_ side: Side, at price: Price, instrument: Int = 0) -> Int64 {
    view.pointee.quantity(side, at: price, instrument: instrument)
  }

  public func forEachLevel(_ side: Side, instrument: Int = 0, _ body: (Price, Int64) -> Bool) {
    view.pointee.forEachLevel(side, instrument: instrument, body)
  }

  public func lastTradePrice(_ instrument: Int = 0) -> Price { view.pointee.lastTradePrice(instrument: instrument) }

  // MARK: - The lane

  /// Signed lots, as far as the lane has been told.
  @inline(__always)
  public func position(_ instrument: Int = 0) -> Int64 {
    engine.pointee.knownPosition(lane: lane, instrument: instrument)
  }

  /// The lane's orders that it believes alive.
  @inline(__always)
  public func forEachOrder(_ body: (Int32, LaneOrder) -> Void) {
    engine.pointee.forEachOrder(lane: lane) { body($0, engine.pointee.order($0)) }
  }

  /// The lane's living order with the strategy's own number; the first place when it used the number twice.
  public func order(identifier: UInt64) -> Int32? {
    var found: Int32?
    engine.pointee.forEachOrder(lane: lane) { index in
      if found == nil, engine.pointee.order(index).identifier == identifier { found = index }
    }
    return found
  }

  // MARK: - Acting

  /// Sends an order through the risk gate to the venue.
  @inline(__always)
  @discardableResult
  public func send(_ terms: OrderTerms, instrument: Int = 0) -> SendResult {
    guard instrument >= 0, instrument <= Int(UInt16.max) else { return .refused(.unknownInstrument) }
    let intent = OrderIntent(terms, instrument: UInt16(truncatingIfNeeded: instrument))
    let known = min(instrument, engine.pointee.instrumentCount - 1)
    return engine.pointee.send(
      intent, lane: lane, time: time, bestBid: bestBid(known), bestAsk: bestAsk(known))
  }

  /// Sends a cancel; false when the order is known to be done or being cancelled.
  @inline(__always)
  @discardableResult
  public func cancel(_ order: Int32) -> Bool {
    guard owns(order) else { return false }
    return engine.pointee.cancel(order, time: time)
  }

  /// Sends an amend of price and open quantity.
  @discardableResult
  public func amend(_ order: Int32, price: Price, quantity: Int64) -> Bool {
    guard owns(order) else { return false }
    return engine.pointee.amend(order, price: price, quantity: quantity, time: time)
  }

  @inline(__always)
  private func owns(_ order: Int32) -> Bool {
    let perLane = engine.pointee.ordersPerLane
    return order >= 0 && Int(order) / perLane == lane
  }
}
