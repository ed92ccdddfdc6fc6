import MarketTypes
import OrderBooks
import TestSupport
import Testing

@Suite struct BookSetTests {
  static func expectEqual(_ books: borrowing BookSet, _ naive: ReferenceBook, instruments: Int, _ hint: String) {
    for instrument in 0..<instruments {
      for sideIndex in 0..<2 {
        let side: Side = sideIndex == 0 ? .buy : .sell
        let levels = books.levels(side, instrument: instrument)
        let expected = naive.levels(instrument: UInt16(instrument), sideIndex: sideIndex)
        #expect(levels.map(\.price.ticks) == expected.map(\.price), "\(hint)")
        #expect(levels.map(\.quantity) == expected.map(\.quantity), "\(hint)")
        #expect(levels.map(\.orderCount) == expected.map(\.count), "\(hint)")
        #expect(books.bestPrice(side, instrument: instrument).ticks == expected.first?.price ?? .min, "\(hint)")
        if let best = expected.first {
          let queue = books.queue(side, at: Price(ticks: best.price), instrument: instrument)
          let naiveQueue = naive.queue(instrument: UInt16(instrument), sideIndex: sideIndex, price: best.price)
          #expect(queue.map(\.slot) == naiveQueue.map(\.slot), "\(hint)")
          #expect(queue.map(\.quantity) == naiveQueue.map(\.quantity), "\(hint)")
          var ahead: Int64 = 0
          for order in naiveQueue {
            #expect(books.quantityAhead(of: order.slot) == ahead, "\(hint)")
            ahead += order.quantity
          }
        }
      }
    }
  }

  @Test(arguments: RandomOrderFlow.Shape.allCases, [1, 3])
  func agreesWithTheObviousBook(shape: RandomOrderFlow.Shape, instruments: Int) {
    let seeds: Range<UInt64> = shape == .deep ? 0..<2 : 0..<12
    for seed in seeds {
      var flow = RandomOrderFlow(seed: seed, shape: shape, instrumentCount: instruments)
      var books = BookSet(instrumentCount: instruments, expectedOrders: 16)
      var batch = EventBatch(capacity: 64)
      var observer = NullObserver()
      for round in 0..<60 {
        flow.fill(&batch, count: shape == .deep ? 64 : 50)
        books.apply(batch, observer: &observer)
        if round % 6 == 5 {
          books.checkInvariants()
          Self.expectEqual(books, flow.book, instruments: instruments, "\(shape) seed \(seed) round \(round)")
          for instrument in 0..<instruments {
            #expect(
              books.lastTradePrice(instrument: instrument).ticks
                == flow.book.lastTrades[UInt16(instrument)] ?? .min)
          }
        }
      }
      #expect(books.anomalies.total == 0)
      #expect(books.liveOrderCount == flow.book.orders.count)
    }
  }

  @Test func survivesNonsense() {
    var random = SeededGenerator(seed: 9)
    for _ in 0..<200 {
      var books = BookSet(instrumentCount: 2, expectedOrders: 16)
      var observer = NullObserver()
      var batch = EventBatch(capacity: 128)
      for _ in 0..<128 {
        // Any code byte, with operands of any value.
        let code = EventCode(rawValue: UInt8.random(in: 0...255, using: &random))
        batch.append(code, time: Int64.random(in: .min ... .max, using: &random), instrument: UInt16.random(in: 0...3))
        for _ in 0..<4 {
          batch.append(price: Int32.random(in: .min ... .max, using: &random), sideIndex: 0)
        }
        batch.append(price: [Int32.min, .max, 0, 5].randomElement(using: &random) ?? 0, sideIndex: 1)
        batch.append(quantity: [Int64.min, .max, 0, 7].randomElement(using: &random) ?? 0)
        batch.append(quantity: Int64.random(in: .min ... .max, using: &random))
        batch.append(slot: UInt32.random(in: 0...20, using: &random))
        batch.append(change: [Int64.min, .max, 0, 7].randomElement(using: &random) ?? 0)
        batch.append(priceChange: Int32.random(in: .min ... .max, using: &random))
      }
      books.apply(batch, observer: &observer)
      books.checkInvariants()
      _ = books.levels(.buy)
    }
  }

  @Test func restoresAKeyframe() {
    var flow = RandomOrderFlow(seed: 4, shape: .calm, instrumentCount: 2)
    var batch = EventBatch(capacity: 500)
    var observer = NullObserver()
    flow.fill(&batch, count: 500)
    let orders = flow.book.orders.map { order in
      (
        slot: order.slot,
        order: RestingOrder(
          quantity: order.quantity, arrival: 0, price: order.price, instrument: order.instrument,
          sideIndex: UInt8(order.sideIndex))
      )
    }
    var books = BookSet(instrumentCount: 2)
    books.restore(orders: orders, freeSlots: flow.book.slots.free, highWater: flow.book.slots.highWater)
    Self.expectEqual(books, flow.book, instruments: 2, "restored")
    flow.fill(&batch, count: 500)
    books.apply(batch, observer: &observer)
    Self.expectEqual(books, flow.book, instruments: 2, "after the restored state")
    #expect(books.anomalies.total == 0)
  }

  @Test func levelFeedsAndQuotes() {
    var books = BookSet(instrumentCount: 1)
    var batch = EventBatch(capacity: 8)
    var observer = NullObserver()
    for (price, quantity) in [(100, 5), (99, 7), (100, 3), (99, 0), (2_000_000_000, 4)] as [(Int32, Int64)] {
      batch.append(EventCode(.setLevel, side: .buy), time: 1)
      batch.append(price: price, sideIndex: 0)
      batch.append(quantity: quantity)
    }
    books.apply(batch, observer: &observer)
    #expect(books.levels(.buy).map(\.price.ticks) == [2_000_000_000, 100])
    #expect(books.levels(.buy).map(\.quantity) == [4, 3])
    let estimate = books.estimateFill(.sell, quantity: 6)
    #expect(estimate.filledQuantity == 6)
    #expect(estimate.notional == 4 * 2_000_000_000 + 2 * 100)
    #expect(estimate.worstPrice.ticks == 100)

    var quotes = BookSet(instrumentCount: 1)
    batch.removeAll()
    for bid in [10, 11, 9] as [Int32] {
      batch.append(EventCode(.quote), time: 1)
      batch.append(price: bid, sideIndex: 0)
      batch.append(price: bid + 2, sideIndex: 1)
      batch.append(quantity: 1)
      batch.append(quantity: 2)
    }
    quotes.apply(batch, observer: &observer)
    #expect(quotes.levels(.buy) == [BookLevel(price: Price(ticks: 9), quantity: 1, orderCount: 1)])
    #expect(quotes.levels(.sell) == [BookLevel(price: Price(ticks: 11), quantity: 2, orderCount: 1)])
  }

  /// A ticker beside a depth stream must neither add levels to the book nor take any away.
  @Test func quotesBesideADepthFeedStayApart() {
    var books = BookSet(instrumentCount: 1)
    var batch = EventBatch(capacity: 16)
    var observer = NullObserver()
    func quote(_ bid: Int32, _ ask: Int32) {
      batch.append(EventCode(.quote), time: 1)
      batch.append(price: bid, sideIndex: 0)
      batch.append(price: ask, sideIndex: 1)
      batch.append(quantity: 1)
      batch.append(quantity: 2)
    }
    func level(_ side: Side, _ price: Int32, _ quantity: Int64) {
      batch.append(EventCode(.setLevel, side: side), time: 1)
      batch.append(price: price, sideIndex: side == .buy ? 0 : 1)
      batch.append(quantity: quantity)
    }
    quote(97, 98)
    books.apply(batch, observer: &observer)
    #expect(books.bestPrice(.buy).ticks == 97 && books.bestPrice(.sell).ticks == 98)
    batch.removeAll()
    level(.buy, 100, 5)
    level(.buy, 99, 6)
    level(.sell, 101, 7)
    quote(100, 101)
    quote(99, 102)
    quote(100, 103)
    books.apply(batch, observer: &observer)
    #expect(books.levels(.buy).map(\.price.ticks) == [100, 99])
    #expect(books.levels(.buy).map(\.quantity) == [5, 6])
    #expect(books.levels(.sell).map(\.quantity) == [7])
    #expect(books.lastQuote()?.askPrice.ticks == 103)
    #expect(books.anomalies.total == 0)
  }

  /// A smaller size keeps its place, a larger one and any new price go to the back; trades and fills change nothing.
  @Test func sizesAndPriority() throws {
    var books = BookSet(instrumentCount: 1)
    var batch = EventBatch(capacity: 32)
    var observer = NullObserver()
    for quantity in [10, 20, 30] as [Int64] {
      batch.append(EventCode(.add, side: .buy), time: 1)
      batch.append(price: 50, sideIndex: 0)
      batch.append(quantity: quantity)
    }
    batch.append(EventCode(.reduce), time: 2)
    batch.append(slot: 0)
    batch.append(change: 4)
    books.apply(batch, observer: &observer)
    #expect(books.queue(.buy, at: Price(ticks: 50)).map(\.quantity) == [6, 20, 30])
    batch.removeAll()
    batch.append(EventCode(.modify), time: 3)
    batch.append(slot: 0)
    batch.append(change: 11)
    batch.append(priceChange: 0)
    batch.append(EventCode(.trade, side: .sell), time: 4)
    batch.append(price: 50, sideIndex: 1)
    batch.append(quantity: 1_000)
    batch.append(EventCode(.fill), time: 4)
    batch.append(slot: 1)
    batch.append(change: 20)
    books.apply(batch, observer: &observer)
    #expect(books.queue(.buy, at: Price(ticks: 50)).map(\.quantity) == [20, 30, 11])
    #expect(books.quantityAhead(of: 0) == 50)
    #expect(books.bestLevel(.buy) == BookLevel(price: Price(ticks: 50), quantity: 61, orderCount: 3))
    try books.requireClean()
  }

  @Test func theStrictPolicyNamesWhatIsWrong() throws {
    var books = BookSet(instrumentCount: 1)
    var batch = EventBatch(capacity: 8)
    var observer = NullObserver()
    batch.append(EventCode(.cancel), time: 1)
    batch.append(slot: 3)
    batch.append(EventCode(.orphan), time: 1)
    try books.requireClean()
    books.apply(batch, observer: &observer)
    let error = #expect(throws: BookAnomalyError.self) { try books.requireClean() }
    #expect(error?.anomalies.deadSlots == 1 && error?.anomalies.orphans == 1)
    #expect(error?.description.contains("1 events on unknown orders among the first 2 events") == true)
  }

  /// Follows with no delay at all.
  struct Shadow: BookObserver, ~Copyable {
    var book: DelayedBook

    mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
      book.bookChanged(change, books: books)
      book.advance(to: change.time)
      for instrument in 0..<2 {
        #expect(book.lastTradePrice(instrument: instrument) == books.lastTradePrice(instrument: instrument))
      }
    }
  }

  @Test func anUndelayedBookKnowsTheSameLastTrade() {
    var flow = RandomOrderFlow(seed: 5, shape: .calm, instrumentCount: 2)
    var books = BookSet(instrumentCount: 2)
    var batch = EventBatch(capacity: 256)
    var shadow = Shadow(book: DelayedBook(instrumentCount: 2, delayNanoseconds: 0))
    for _ in 0..<8 {
      flow.fill(&batch, count: 256)
      books.apply(batch, observer: &shadow)
    }
    #expect(!books.lastTradePrice(instrument: 1).isNone)
  }

  @Test func moreThanRestsEndsTheOrder() {
    var books = BookSet(instrumentCount: 1)
    var batch = EventBatch(capacity: 8)
    var observer = NullObserver()
    batch.append(EventCode(.add), time: 1)
    batch.append(price: 100, sideIndex: 0)
    batch.append(quantity: 5)
    batch.append(EventCode(.executePriced, side: .buy), time: 2)
    batch.append(slot: 0)
    batch.append(change: 7)
    batch.append(price: 99, sideIndex: 0)
    books.apply(batch, observer: &observer)
    #expect(books.liveOrderCount == 0 && books.anomalies.overdrawn == 1)
    #expect(books.lastTradePrice() == Price(ticks: 99))
  }

  /// Follows every change and rebuilds totals from the summaries alone.
  struct Follower: BookObserver {
    var totals: [[Int32: Int64]] = [[:], [:]]
    var best: [Int32] = [.min, .min]

    mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
      let side = change.sideIndex
      switch change.code.operation {
      case .add: totals[side][change.price, default: 0] += change.quantity
      case .cancel, .executeWhole, .reduce, .executePart, .executePriced:
        totals[side][change.price, default: 0] -= change.quantity
      case .modify:
        totals[side][change.oldPrice, default: 0] -= change.oldQuantity
        totals[side][change.price, default: 0] += change.quantity
      case .clear: totals = [[:], [:]]
      default: break
      }
      let now = [books.bestPrice(.buy).ticks, books.bestPrice(.sell).ticks]
      #expect(change.touchMoved == (now != best))
      best = now
    }
  }

  @Test func changeSummariesAreEnoughToFollowTheBook() {
    var flow = RandomOrderFlow(seed: 11, shape: .swings)
    var books = BookSet(instrumentCount: 1)
    var batch = EventBatch(capacity: 256)
    var follower = Follower()
    for _ in 0..<20 {
      flow.fill(&batch, count: 256)
      books.apply(batch, observer: &follower)
      for side in 0..<2 {
        let totals = follower.totals[side].filter { $0.value != 0 }
        let levels = books.levels(side == 0 ? .buy : .sell)
        #expect(totals.count == levels.count)
        for level in levels { #expect(totals[level.price.ticks] == level.quantity) }
      }
    }
  }
}
