import MarketTypes
import TickStore

/// Events that bring books to where a file's events begin: a clear of what an earlier file left, then the state that a
/// reader starts from.
struct BookOpening {
  private enum Event {
    case clear(UInt16)
    case order(TickKeyframe.Order, UInt16)
    case level(TickKeyframe.Level, UInt16)
    case quote(MarketEvent.Quote, UInt16)
    case status(MarketStatus, UInt16)
  }

  private var events: [Event] = []
  private var next = 0
  private let time: Int64

  /// `numbers` are the file's numbers of the run's instruments; `time` is that of the first event to follow.
  init(start: TickKeyframe?, numbers: [UInt16], clearing: Bool, time: Int64) {
    self.time = time
    var runNumber: [UInt16: UInt16] = [:]
    for (run, file) in numbers.enumerated() { runNumber[file] = UInt16(run) }
    if clearing { events += numbers.indices.map { .clear(UInt16($0)) } }
    guard let start else { return }
    for (file, status) in start.statuses.enumerated() {
      if status != .unknown, let run = runNumber[UInt16(file)] { events.append(.status(status, run)) }
    }
    // In this order the slots of the adds are those the reader counted on.
    for order in start.orders { if let run = runNumber[order.instrument] { events.append(.order(order, run)) } }
    for level in start.levels { if let run = runNumber[level.instrument] { events.append(.level(level, run)) } }
    for (file, quote) in start.quotes.enumerated() {
      if let quote, let run = runNumber[UInt16(file)] { events.append(.quote(quote, run)) }
    }
  }

  var isEmpty: Bool { next == events.count }

  /// Replaces the batch by the next of these events, as many as fit.
  mutating func fill(_ batch: inout EventBatch) {
    batch.removeAll()
    while next < events.count, !batch.isFull {
      append(events[next], to: &batch, isLast: next == events.count - 1)
      next += 1
    }
  }

  /// Nothing is complete before the last event: the state between them never was.
  private func append(_ event: Event, to batch: inout EventBatch, isLast: Bool) {
    switch event {
    case .clear(let instrument):
      batch.append(EventCode(.clear, isEndOfEvent: isLast), time: time, instrument: instrument)
    case .order(let order, let instrument):
      batch.append(EventCode(.add, side: order.side, isEndOfEvent: isLast), time: time, instrument: instrument)
      batch.append(price: order.price.ticks, sideIndex: order.side == .sell ? 1 : 0)
      batch.append(quantity: order.quantity.lots)
    case .level(let level, let instrument):
      batch.append(EventCode(.setLevel, side: level.side, isEndOfEvent: isLast), time: time, instrument: instrument)
      batch.append(price: level.price.ticks, sideIndex: level.side == .sell ? 1 : 0)
      batch.append(quantity: level.quantity.lots)
    case .quote(let quote, let instrument):
      batch.append(EventCode(.quote, isEndOfEvent: isLast), time: time, instrument: instrument)
      batch.append(price: quote.bidPrice.ticks, sideIndex: 0)
      batch.append(price: quote.askPrice.ticks, sideIndex: 1)
      batch.append(quantity: quote.bidQuantity.lots)
      batch.append(quantity: quote.askQuantity.lots)
    case .status(let status, let instrument):
      batch.append(EventCode(.status, isEndOfEvent: isLast), time: time, instrument: instrument)
      batch.append(quantity: Int64(status.rawValue))
    }
  }
}
