import MarketTypes
import TestSupport
import Testing

@testable import TickStore

/// The events of a batch as calm values.
func hotEvents(_ batch: borrowing EventBatch) -> [HotEvent] {
  var cursor = EventCursor()
  var events: [HotEvent] = []
  while let event = cursor.next(in: batch) { events.append(event) }
  return events
}

func readHot(_ file: TickFile, _ options: TickReader.Options = TickReader.Options()) throws -> [HotEvent] {
  var reader = try TickReader(file, options: options)
  var batch = file.makeBatch()
  var events: [HotEvent] = []
  while try reader.nextBatch(into: &batch) { events += hotEvents(batch) }
  return events
}

@Suite struct ReaderTests {
  private func sample(
    _ folder: TemporaryFolder, seed: UInt64 = 5, count: Int = 4_000, instrumentCount: UInt16 = 3, block: Int = 100
  ) throws -> (file: TickFile, events: [MarketEvent], steps: [RandomEvents.Step]) {
    var random = RandomEvents(seed: seed, instrumentCount: instrumentCount)
    let path = folder.path("sample\(seed).ticks")
    let steps = random.steps(count)
    let events = try write(
      steps, to: path, options: options(block: block), instrumentCount: Int(instrumentCount))
    return (try TickFile(path: path), events, steps)
  }

  @Test func keyframesEqualTheReplayFromTheStart() throws {
    let folder = try TemporaryFolder()
    let (file, _, _) = try sample(folder)
    #expect(file.keyframeCount > 10)
    #expect(try TickFile.verify(path: file.path).isIntact)
  }

  /// Blocks of a deep book go on until a keyframe in front of each costs a bounded part of the file: whoever starts anywhere
  /// reads one keyframe and less than one block.
  @Test func deepBooksHaveAKeyframeInFrontOfEveryBlock() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("deep.ticks")
    var options = TickWriter.Options()
    options.blockCapacity = 64
    let writer = try TickWriter(path: path, options: options)
    _ = try writer.addInstrument(Instrument(symbol: "DEEP", tick: .one))
    var generator = SeededGenerator(seed: 8)
    var event = MarketEvent(kind: .add, exchangeTime: Timestamp(nanoseconds: 1))
    var written: [MarketEvent] = []
    for number in 0..<20_000 as Range<UInt64> {
      event.exchangeTime = Timestamp(nanoseconds: Int64(number) * 1_000 + 1)
      event.identifier = number
      event.kind = number < 300 || number % 2 == 0 ? .add : .cancel
      event.side = number % 2 == 0 ? .buy : .sell
      event.price = Price(ticks: Int32(1_000 + generator.next() % 500))
      event.quantity = Quantity(lots: Int64(1 + generator.next() % 90))
      if event.kind == .cancel {
        event.identifier = number - 1
        event.side = .buy
        event.price = written[written.count - 1].price
        event.quantity = written[written.count - 1].quantity
      }
      written.append(event)
      try writer.append(event)
    }
    try writer.finish()
    let file = try TickFile(path: path)
    let blocks = file.index.blocks
    #expect(blocks.contains { $0.eventCount > 256 })
    #expect(blocks.map(\.eventCount).max() == file.blockCapacity)
    #expect(blocks.count >= 4)
    let fronts = Set(file.index.keyframes.map(\.block))
    #expect((1..<blocks.count).allSatisfy(fronts.contains))
    #expect(try TickFile.verify(path: path).isIntact)
    #expect(try readAll(file).map(\.identifier) == written.map(\.identifier))
  }

  @Test func eventsOfASpanAreEstimatedFromTheIndex() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("even.ticks")
    let writer = try TickWriter(path: path, options: options(block: 100))
    let instrument = try writer.addInstrument(testInstruments[0])
    for number in 0...1_000 {
      try writer.append(
        MarketEvent(
          kind: .trade, exchangeTime: Timestamp(nanoseconds: Int64(number) * 10), instrument: instrument, side: .buy,
          price: Price(ticks: 7), quantity: Quantity(lots: 1)))
    }
    try writer.finish()
    let file = try TickFile(path: path)
    for (from, through) in [(0, 10_000), (0, 5_005), (2_500, 7_777), (3, 33), (-50, 99_999)] as [(Int64, Int64)] {
      let real = Double(min(10_000, through) - max(0, from)) / 10
      #expect(abs(file.estimatedEventCount(from: from, through: through) - real) <= 3, "\(from) to \(through)")
    }
    #expect(file.estimatedEventCount(from: 20_000, through: 30_000) == 0)
  }

  @Test func everyStartTimeGivesTheRestOfTheFile() throws {
    let folder = try TemporaryFolder()
    let (file, events, steps) = try sample(folder)
    let hot = try readHot(file)
    #expect(hot.count == events.count)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<60 {
      let time = events[Int(generator.next() % UInt64(events.count))].exchangeTime.nanoseconds &+ 1
      guard time > 0 else { continue }
      let first = events.firstIndex { $0.exchangeTime.nanoseconds >= time } ?? events.count
      let from = Timestamp(nanoseconds: time)
      let reader = try TickReader(file, options: TickReader.Options(from: from))
      let start = try #require(reader.start)
      #expect(start.ordinal == UInt64(first))
      #expect(try readHot(file, TickReader.Options(from: from)) == Array(hot[first...]))
      #expect(try readHot(file, TickReader.Options(until: from)) == Array(hot[..<first]))
      let early = Timestamp(nanoseconds: time - 1)
      #expect(try readHot(file, TickReader.Options(from: from, until: early)).isEmpty)
      expectState(start, after: first, of: steps)
      let calm = try TickEventReader(file, from: from)
      var rest: [MarketEvent] = []
      while let event = try calm.next() { rest.append(event) }
      #expect(rest == Array(events[first...]))
    }
  }

  /// The keyframe's orders are those of the naive model after the first `count` events, in the same priority.
  private func expectState(_ start: TickKeyframe, after count: Int, of steps: [RandomEvents.Step]) {
    var model = NaiveTickModel()
    for step in steps[..<count] { _ = model.apply(step.event, replacement: step.replacement) }
    let resting = model.resting
    #expect(start.orders.map(\.slot) == resting.map(\.slot))
    #expect(start.orders.map(\.quantity.lots) == resting.map(\.quantity))
    #expect(start.orders.map(\.price) == resting.map(\.price))
    #expect(start.orders.map(\.instrument) == resting.map(\.instrument))
    #expect(start.freeSlots == model.freeSlots && start.highWater == model.highWater)
  }

  @Test func selectedInstrumentsKeepTheSlotRule() throws {
    let folder = try TemporaryFolder()
    for seed in 20..<26 as Range<UInt64> {
      let (file, events, _) = try sample(folder, seed: seed)
      let wanted: Set<UInt16> = seed % 2 == 0 ? [1] : [0, 2]
      let all = try readHot(file)
      let selected = try readHot(file, TickReader.Options(instruments: wanted))
      let expected = all.filter { wanted.contains($0.instrument) }
      #expect(selected.count == expected.count)
      #expect(selected.map(\.code) == expected.map(\.code))
      #expect(selected.map(\.quantities) == expected.map(\.quantities))
      try expectSlots(of: selected, match: expected)
      // Starting in the middle must give the same orders under possibly other slots.
      let from = Timestamp(nanoseconds: events[events.count / 2].exchangeTime.nanoseconds &+ 1)
      if from.nanoseconds > 0 {
        let options = TickReader.Options(from: from, instruments: wanted)
        let reader = try TickReader(file, options: options)
        let start = try #require(reader.start)
        let rest = all[Int(start.ordinal)...].filter { wanted.contains($0.instrument) }
        let late = try readHot(file, options)
        #expect(late.map(\.code) == rest.map(\.code))
        #expect(start.orders.allSatisfy { wanted.contains($0.instrument) })
      }
    }
  }

  /// Slots differ between the two, but stand for the same orders, and adds take the slots the rule gives.
  private func expectSlots(of selected: [HotEvent], match original: [HotEvent]) throws {
    var state = MarketState()
    for event in selected {
      var batch = EventBatch(capacity: 1)
      append(event, to: &batch)
      var cursor = EventCursor()
      // Applying checks that every slot named holds a live order of its instrument.
      try state.apply(batch, 1, &cursor)
    }
  }

  private func append(_ event: HotEvent, to batch: inout EventBatch) {
    batch.append(event.code, time: event.time, instrument: event.instrument)
    for (index, price) in event.prices.enumerated() {
      let isSell =
        event.code.operation == .quote ? index == 1 : event.code.operation != .bar && event.code.sideIndex == 1
      batch.append(price: price, sideIndex: isSell ? 1 : 0)
    }
    for quantity in event.quantities { batch.append(quantity: quantity) }
    if let slot = event.slot { batch.append(slot: slot) }
    if let change = event.change { batch.append(change: change) }
    if let priceChange = event.priceChange { batch.append(priceChange: priceChange) }
  }

  /// The values of the columns asked for, column after column over all batches.
  private struct Columns: Equatable {
    var codes: [UInt8] = []
    var times: [Int64] = []
    var instruments: [UInt16] = []
    var prices: [[Int32]] = [[], []]
    var quantities: [Int64] = []
    var slots: [UInt32] = []
    var changes: [Int64] = []
    var priceChanges: [Int32] = []

    mutating func take(_ batch: borrowing EventBatch, _ columns: TickColumns) {
      codes += batch.codes[..<batch.count]
      if columns.contains(.times) { times += batch.times[..<batch.count] }
      if columns.contains(.instruments) {
        for index in 0..<batch.count { instruments.append(batch.uniformInstrument ?? batch.instruments[index]) }
      }
      if columns.contains(.prices) {
        prices[0] += batch.buyPrices[..<batch.buyPriceCount]
        prices[1] += batch.sellPrices[..<batch.sellPriceCount]
      }
      if columns.contains(.quantities) { quantities += batch.quantities[..<batch.quantityCount] }
      if columns.contains(.slots) { slots += batch.slots[..<batch.slotCount] }
      if columns.contains(.changes) { changes += batch.changes[..<batch.changeCount] }
      if columns.contains(.priceChanges) { priceChanges += batch.priceChanges[..<batch.priceChangeCount] }
    }
  }

  @Test(arguments: 40..<52 as Range<UInt64>) func chosenColumnsAreThoseOfTheWholeAndOthersAreEmpty(seed: UInt64) throws
  {
    let folder = try TemporaryFolder()
    let (file, events, _) = try sample(folder, seed: seed, count: 1_500, instrumentCount: seed % 2 == 0 ? 1 : 3)
    var generator = SeededGenerator(seed: seed)
    // What a batch holds of columns that were not asked for must not matter, so one batch serves all.
    var batch = file.makeBatch()
    for _ in 0..<40 {
      let columns = TickColumns(rawValue: UInt8(truncatingIfNeeded: generator.next()) & TickColumns.all.rawValue)
      func time() -> Timestamp? {
        let time = events[Int(generator.next() % UInt64(events.count))].exchangeTime.nanoseconds
        return generator.next() % 2 == 0 || time < 1 ? nil : Timestamp(nanoseconds: time)
      }
      var options = TickReader.Options(from: time(), until: time(), columns: columns)
      if generator.next() % 3 == 0 { options.instruments = [0] }
      var found = Columns()
      var reader = try TickReader(file, options: options)
      let start = reader.start
      while try reader.nextBatch(into: &batch) {
        found.take(batch, columns)
        #expect(columns.contains(.prices) || batch.buyPriceCount + batch.sellPriceCount == 0)
        #expect(columns.contains(.quantities) || batch.quantityCount == 0)
        #expect(columns.contains(.slots) || batch.slotCount == 0)
        #expect(columns.contains(.changes) || batch.changeCount == 0)
        #expect(columns.contains(.priceChanges) || batch.priceChangeCount == 0)
      }
      options.columns = .all
      var whole = Columns()
      var full = try TickReader(file, options: options)
      #expect(full.start == start)
      while try full.nextBatch(into: &batch) { whole.take(batch, columns) }
      #expect(found == whole, "\(options)")
    }
  }

  @Test func columnsThatAreNotAskedForAreNotDecoded() throws {
    let folder = try TemporaryFolder()
    let (file, _, _) = try sample(folder, count: 500, instrumentCount: 1)
    var options = TickReader.Options(columns: [.times])
    var batch = file.makeBatch()
    for index in batch.quantities.indices { batch.quantities[index] = -77 }
    var reader = try TickReader(file, options: options)
    while try reader.nextBatch(into: &batch) { #expect(batch.quantities.allSatisfy { $0 == -77 }) }
    options.columns.insert(.quantities)
    reader = try TickReader(file, options: options)
    #expect(try reader.nextBatch(into: &batch) && !batch.quantities.allSatisfy { $0 == -77 })
  }

  @Test func readingAheadGivesTheSameBatches() throws {
    let folder = try TemporaryFolder()
    let (file, _, _) = try sample(folder)
    let expected = try readHot(file)
    for depth in [1, 2, 5] {
      let reader = try ReadAheadTickReader(file, depth: depth)
      var batch = file.makeBatch()
      var events: [HotEvent] = []
      while try reader.nextBatch(into: &batch) { events += hotEvents(batch) }
      #expect(events == expected)
    }
    // Dropping a reader in the middle must end its thread.
    for _ in 0..<20 {
      let reader = try ReadAheadTickReader(file, depth: 2)
      var batch = file.makeBatch()
      #expect(try reader.nextBatch(into: &batch))
    }
  }

  @Test func appendingEqualsWritingAtOnce() throws {
    let folder = try TemporaryFolder()
    for seed in 50..<56 as Range<UInt64> {
      var random = RandomEvents(seed: seed, instrumentCount: 2)
      let steps = random.steps(1_500)
      let whole = folder.path("whole.ticks")
      let expected = try write(steps, to: whole, options: options(block: 64), instrumentCount: 2)
      let parts = folder.path("parts.ticks")
      try write(Array(steps[..<700]), to: parts, options: options(block: 64), instrumentCount: 2)
      let writer = try TickWriter(appendingTo: parts, options: options(block: 64))
      for step in steps[700...] {
        if let replacement = step.replacement {
          try writer.append(step.event, replacingIdentifierWith: replacement)
        } else {
          try writer.append(step.event)
        }
      }
      try writer.finish()
      let file = try TickFile(path: parts)
      #expect(try readAll(file) == expected)
      #expect(try TickInspection(file).operations == TickInspection(TickFile(path: whole)).operations)
      #expect(try TickFile.verify(path: parts).isIntact)
    }
  }

  @Test func anUnfinishedWriterLeavesNothing() throws {
    let folder = try TemporaryFolder()
    do {
      let writer = try TickWriter(path: folder.path("gone.ticks"))
      let instrument = try writer.addInstrument(testInstruments[0])
      try writer.append(MarketEvent(kind: .trade, exchangeTime: Timestamp(nanoseconds: 5), instrument: instrument))
      #expect(throws: TickStoreError.self) {
        try writer.append(MarketEvent(kind: .trade, exchangeTime: Timestamp(nanoseconds: 5), instrument: 9))
      }
    }
    #expect(folder.contents.isEmpty)
    #expect(throws: TickStoreError.self) { try TickWriter(path: folder.path("no/such/folder.ticks")) }
  }

  @Test func anEmptyFileIsAFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("empty.ticks")
    try TickWriter(path: path).finish()
    let file = try TickFile(path: path)
    #expect(file.eventCount == 0)
    #expect(try readAll(file).isEmpty)
    #expect(try readHot(file, TickReader.Options(from: Timestamp(nanoseconds: 0))).isEmpty)
    #expect(try TickFile.verify(path: path).isIntact)
    #expect(try TickInspection(file).eventCount == 0)
  }
}
