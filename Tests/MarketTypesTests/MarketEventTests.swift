import MarketTypes
import TestSupport
import Testing

@Suite struct MarketEventTests {
  @Test func recordLayoutIsFixed() {
    #expect(MemoryLayout<MarketEvent>.size == 64)
    #expect(MemoryLayout<MarketEvent>.stride == 64)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.exchangeTime) == 0)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.localTime) == 8)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.identifier) == 16)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.quantity) == 24)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.sequence) == 32)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.price) == 40)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.slot) == 44)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.instrument) == 48)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.kind) == 50)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.side) == 51)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.flags) == 52)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.channel) == 54)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.sendDelta) == 56)
    #expect(MemoryLayout<MarketEvent>.offset(of: \.origin) == 60)
  }

  @Test func quoteAndBarSurviveTheRecord() {
    var event = MarketEvent(kind: .quote, exchangeTime: Timestamp(nanoseconds: 1))
    let quote = MarketEvent.Quote(
      bidPrice: Price(ticks: -3), bidQuantity: Quantity(lots: 9), askPrice: .none, askQuantity: Quantity(lots: 1 << 40))
    event.quote = quote
    #expect(event.quote == quote)
    var random = SeededGenerator(seed: 1)
    for _ in 0..<1000 {
      func price() -> Price { Price(ticks: Int32.random(in: .min ... .max, using: &random)) }
      let bar = MarketEvent.Bar(
        open: price(), high: price(), low: price(), close: price(),
        volume: Quantity(lots: Int64.random(in: 0 ... .max, using: &random)))
      event.bar = bar
      #expect(event.bar == bar)
    }
  }
}

@Suite struct DecimalUnitTests {
  @Test(arguments: [("0.25", 25, 2), ("100", 100, 0), ("0.0001", 1, 4), ("1.50", 15, 1), ("00.10", 1, 1)])
  func readsPlainDecimals(text: String, mantissa: Int64, exponent: Int8) {
    #expect(DecimalUnit(text) == DecimalUnit(mantissa: mantissa, exponent: exponent))
  }

  @Test(arguments: ["", ".", "0", "-1", "1e5", "1.2.3", "0.0000000000000000001", "99999999999999999999"])
  func refusesWhatIsNoPositiveDecimal(text: String) {
    #expect(DecimalUnit(text) == nil)
  }

  @Test func countsPrintExactly() throws {
    let tick = try #require(DecimalUnit("0.25"))
    #expect(tick.text(count: 19005) == "4751.25")
    #expect(tick.text(count: -1) == "-0.25")
    #expect(tick.text(count: .min) == "-2305843009213693952.00")
    #expect(DecimalUnit.one.text(count: 7) == "7")
  }
}

@Suite struct EventBatchTests {
  @Test func codesKeepTheirParts() {
    for operation in EventCode.Operation.allCases {
      for side in [Side.buy, .sell] {
        for bits in 0..<4 {
          let code = EventCode(operation, side: side, isEndOfEvent: bits & 1 != 0, isMarked: bits & 2 != 0)
          #expect(code.operation == operation)
          #expect(code.side == side)
          #expect(code.isEndOfEvent == (bits & 1 != 0))
          #expect(code.isMarked == (bits & 2 != 0))
        }
      }
    }
  }

  @Test func cursorReadsWhatWasAppended() {
    var batch = EventBatch(capacity: 4)
    batch.append(EventCode(.quote), time: 5)
    batch.append(price: 10, sideIndex: 0)
    batch.append(price: 11, sideIndex: 1)
    batch.append(quantity: 1)
    batch.append(quantity: 2)
    batch.append(EventCode(.modify), time: 6, instrument: 3)
    batch.append(slot: 9)
    batch.append(change: 100)
    batch.append(priceChange: -2)
    var cursor = EventCursor()
    let quote = cursor.next(in: batch)
    #expect(quote?.prices == [10, 11])
    #expect(quote?.quantities == [1, 2])
    #expect(quote?.instrument == 0)
    let modify = cursor.next(in: batch)
    #expect(modify?.slot == 9)
    #expect(modify?.change == 100)
    #expect(modify?.priceChange == -2)
    #expect(modify?.instrument == 3)
    #expect(cursor.next(in: batch) == nil)
  }

  @Test func slotsAreReusedLastFreedFirst() {
    var slots = SlotAllocator()
    #expect([slots.take(), slots.take(), slots.take()] == [0, 1, 2])
    slots.release(0)
    slots.release(2)
    #expect([slots.take(), slots.take(), slots.take()] == [2, 0, 3])
  }
}
