import MarketTypes

/// Collects the columns of the block that is being written.
struct BlockBuilder {
  var codes: [UInt8] = []
  var times: [Int64] = []
  var instruments: [Int64] = []
  var buyPrices: [Int64] = []
  var sellPrices: [Int64] = []
  var quantities: [Int64] = []
  var slots: [Int64] = []
  var changes: [Int64] = []
  var priceChanges: [Int64] = []
  // Cold
  var localTimes: [Int64] = []
  var marks: [Int64] = []
  var orderIdentifiers: [Int64] = []
  var otherIdentifiers: [Int64] = []
  var sequences: [Int64] = []
  var channels: [Int64] = []
  var sendDeltas: [Int64] = []
  var origins: [Int64] = []
  var statedPrices: [Int64] = []
  var statedQuantities: [Int64] = []

  var hasMixedInstruments = false
  var hasLocalTimes = false
  var orphans = 0
  /// The last origin and channel of an event with the same code, which the next one is expected to share.
  private var expectedOrigins = [UInt32](repeating: 0, count: 256)
  private var expectedChannels = [UInt16](repeating: 0, count: 256)

  private var writer: SectionWriter

  init(zstd: ZstdEncoder, allowed: Set<ColumnEncoding>? = nil) {
    writer = SectionWriter(zstd: zstd, allowed: allowed)
  }

  var count: Int { codes.count }

  mutating func append(price: Int32, isSell: Bool) {
    if isSell { sellPrices.append(Int64(price)) } else { buyPrices.append(Int64(price)) }
  }

  /// Adds what every event has; its operands and stated values have been added before.
  mutating func append(_ code: EventCode, _ event: MarketEvent, marks: EventMarks) {
    var marks = marks
    let place = Int(code.rawValue)
    if expectedOrigins[place] != event.origin {
      marks.insert(.statesOrigin)
      origins.append(Int64(event.origin))
      expectedOrigins[place] = event.origin
    }
    if expectedChannels[place] != event.channel {
      marks.insert(.statesChannel)
      channels.append(Int64(event.channel))
      expectedChannels[place] = event.channel
    }
    if event.localTime == .unknown {
      marks.insert(.lacksLocalTime)
      localTimes.append(0)
    } else {
      hasLocalTimes = true
      localTimes.append(event.localTime.nanoseconds &- event.exchangeTime.nanoseconds)
    }
    if let first = instruments.first, first != Int64(event.instrument) { hasMixedInstruments = true }
    codes.append(code.rawValue)
    times.append(event.exchangeTime.nanoseconds)
    instruments.append(Int64(event.instrument))
    sequences.append(Int64(bitPattern: event.sequence))
    sendDeltas.append(Int64(event.sendDelta))
    self.marks.append(Int64(marks.rawValue))
  }

  /// The block's frame and the bytes of each column; the builder is empty afterwards.
  mutating func finish(ordinal: UInt64, instrumentCount: Int, slotLimit: UInt32) -> BlockFrame {
    var header = FrameHeader(.block)
    header.eventCount = count
    header.ordinal = ordinal
    header.minTime = times.min() ?? .max
    header.maxTime = times.max() ?? .min
    header.instrument = hasMixedInstruments ? FrameHeader.mixedInstruments : UInt16(instruments.first ?? 0)
    header.instrumentCount = instrumentCount
    header.slotLimit = slotLimit
    header.orphans = orphans
    header.operands = OperandTotals(
      buyPrices: buyPrices.count, sellPrices: sellPrices.count, quantities: quantities.count, slots: slots.count,
      changes: changes.count, priceChanges: priceChanges.count)
    writer.add(.codes, encoding: .planes, count: count, bytes: CodeColumn.encode(codes))
    writer.add(.times, times, shape: .counter)
    if hasMixedInstruments { writer.add(.instruments, instruments, shape: .plain) }
    writer.add(.buyPrices, buyPrices, shape: .price)
    writer.add(.sellPrices, sellPrices, shape: .price)
    writer.add(.quantities, quantities, shape: .plain)
    writer.add(.slots, slots, shape: .plain)
    writer.add(.changes, changes, shape: .plain)
    writer.add(.priceChanges, priceChanges, shape: .price)
    var columns = writer.columnBytes
    var hot: [UInt8] = []
    writer.finish(into: &hot)
    if !hasLocalTimes {
      // No event has a local time: the mark alone would say so for each, so the column's absence says it for all.
      let mark = Int64(EventMarks.lacksLocalTime.rawValue)
      for index in marks.indices { marks[index] &= ~mark }
    } else {
      writer.add(.localTimes, localTimes, shape: .plain, isCold: true)
    }
    writer.add(.marks, marks, shape: .plain, isCold: true, omitsZeros: true)
    writer.add(.orderIdentifiers, orderIdentifiers, shape: .counter, isCold: true)
    writer.add(.otherIdentifiers, otherIdentifiers, shape: .counter, isCold: true, omitsZeros: true)
    writer.add(.sequences, sequences, shape: .counter, isCold: true, omitsZeros: true)
    writer.add(.channels, channels, shape: .plain, isCold: true)
    writer.add(.sendDeltas, sendDeltas, shape: .plain, isCold: true, omitsZeros: true)
    writer.add(.origins, origins, shape: .plain, isCold: true)
    writer.add(.statedPrices, statedPrices, shape: .plain, isCold: true)
    writer.add(.statedQuantities, statedQuantities, shape: .plain, isCold: true)
    columns += writer.columnBytes
    var cold: [UInt8] = []
    writer.finish(into: &cold)
    header.hotLength = hot.count
    header.coldLength = cold.count
    let bytes = FrameHeader.frame(header, hot: hot, cold: cold)
    removeAll()
    return BlockFrame(header: header, bytes: bytes, columns: columns)
  }

  private mutating func removeAll() {
    codes.removeAll(keepingCapacity: true)
    times.removeAll(keepingCapacity: true)
    instruments.removeAll(keepingCapacity: true)
    buyPrices.removeAll(keepingCapacity: true)
    sellPrices.removeAll(keepingCapacity: true)
    quantities.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    changes.removeAll(keepingCapacity: true)
    priceChanges.removeAll(keepingCapacity: true)
    localTimes.removeAll(keepingCapacity: true)
    marks.removeAll(keepingCapacity: true)
    orderIdentifiers.removeAll(keepingCapacity: true)
    otherIdentifiers.removeAll(keepingCapacity: true)
    sequences.removeAll(keepingCapacity: true)
    channels.removeAll(keepingCapacity: true)
    sendDeltas.removeAll(keepingCapacity: true)
    origins.removeAll(keepingCapacity: true)
    statedPrices.removeAll(keepingCapacity: true)
    statedQuantities.removeAll(keepingCapacity: true)
    hasMixedInstruments = false
    hasLocalTimes = false
    orphans = 0
    for place in 0..<256 {
      expectedOrigins[place] = 0
      expectedChannels[place] = 0
    }
  }
}

/// A finished block: its header (lengths set), its bytes, and what each column takes.
struct BlockFrame {
  var header: FrameHeader
  var bytes: [UInt8]
  var columns: [(number: UInt8, bytes: Int)]
}
