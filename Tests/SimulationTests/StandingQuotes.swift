import MarketTypes
import Simulation

/// Quotes of 99 and 101 that stand.
struct StandingQuotes: EventSource, ~Copyable {
  let times: [Int64]
  var isDone = false
  let instrumentCount = 1

  init(times: [Int64]) { self.times = times }

  func makeBatch() -> EventBatch { EventBatch(capacity: 64) }

  mutating func nextBatch(into batch: inout EventBatch) throws(Never) -> Bool {
    if isDone { return false }
    isDone = true
    batch.removeAll()
    for time in times {
      batch.append(EventCode(.quote), time: time)
      batch.append(price: 99, sideIndex: 0)
      batch.append(price: 101, sideIndex: 1)
      batch.append(quantity: 1_000)
      batch.append(quantity: 1_000)
    }
    return true
  }
}

/// Quotes that change at moments.
struct QuoteSource: EventSource, ~Copyable {
  let quotes: [(time: Int64, bid: Int32, ask: Int32)]
  var isDone = false
  let instrumentCount = 1

  init(_ quotes: [(time: Int64, bid: Int32, ask: Int32)]) { self.quotes = quotes }

  func makeBatch() -> EventBatch { EventBatch(capacity: 64) }

  mutating func nextBatch(into batch: inout EventBatch) throws(Never) -> Bool {
    if isDone { return false }
    isDone = true
    batch.removeAll()
    for quote in quotes {
      batch.append(EventCode(.quote), time: quote.time)
      batch.append(price: quote.bid, sideIndex: 0)
      batch.append(price: quote.ask, sideIndex: 1)
      batch.append(quantity: 1_000)
      batch.append(quantity: 1_000)
    }
    return true
  }
}
