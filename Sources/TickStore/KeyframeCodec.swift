import MarketTypes

/// Keyframes to and from the columns of a frame.
enum KeyframeCodec {
  /// The frame of `keyframe`; identifiers lie in the cold section.
  static func encode(_ keyframe: TickKeyframe, instrumentCount: Int, zstd: ZstdEncoder) -> [UInt8] {
    var writer = SectionWriter(zstd: zstd)
    let orders = keyframe.orders
    var orderCounts = [Int64](repeating: 0, count: instrumentCount)
    for order in orders { orderCounts[Int(order.instrument)] += 1 }
    var levelCounts = [Int64](repeating: 0, count: instrumentCount * 2)
    for level in keyframe.levels { levelCounts[Int(level.instrument) * 2 + Int(level.side.rawValue)] += 1 }
    let quotes = keyframe.quotes.compactMap { $0 }
    writer.add(.orderCounts, orderCounts, shape: .plain, omitsZeros: true)
    writer.add(.orderSlots, orders.map { Int64($0.slot) }, shape: .plain)
    writer.add(.orderSides, orders.map { Int64($0.side.rawValue) }, shape: .plain, omitsZeros: true)
    writer.add(.orderPrices, orders.map { Int64($0.price.ticks) }, shape: .price)
    writer.add(.orderQuantities, orders.map { $0.quantity.lots }, shape: .plain)
    writer.add(.freeSlots, keyframe.freeSlots.map { Int64($0) }, shape: .plain)
    writer.add(.levelCounts, levelCounts, shape: .plain, omitsZeros: true)
    writer.add(.levelPrices, keyframe.levels.map { Int64($0.price.ticks) }, shape: .price)
    writer.add(.levelQuantities, keyframe.levels.map { $0.quantity.lots }, shape: .plain)
    writer.add(.quoteMarks, keyframe.quotes.map { $0 == nil ? 0 : 1 }, shape: .plain, omitsZeros: true)
    writer.add(
      .quotePrices, quotes.flatMap { [Int64($0.bidPrice.ticks), Int64($0.askPrice.ticks)] }, shape: .plain)
    writer.add(.quoteQuantities, quotes.flatMap { [$0.bidQuantity.lots, $0.askQuantity.lots] }, shape: .plain)
    writer.add(.statuses, keyframe.statuses.map { Int64($0.rawValue) }, shape: .plain, omitsZeros: true)
    var hot: [UInt8] = []
    hot.appendLittleEndian(UInt64(orders.count))
    hot.appendLittleEndian(UInt64(keyframe.freeSlots.count))
    hot.appendLittleEndian(UInt64(keyframe.levels.count))
    writer.finish(into: &hot)
    // An entry takes at least a byte, so that a reader can bound its memory by the frame's length.
    let floor = orders.count + keyframe.freeSlots.count + keyframe.levels.count
    while hot.count < floor || hot.count % 8 != 0 { hot.append(0) }
    var cold: [UInt8] = []
    writer.add(
      .keyIdentifiers, orders.map { Int64(bitPattern: $0.identifier) }, shape: .counter, isCold: true, omitsZeros: true)
    writer.finish(into: &cold)
    var header = FrameHeader(.keyframe)
    header.ordinal = keyframe.ordinal
    header.instrumentCount = instrumentCount
    header.slotLimit = keyframe.highWater
    return FrameHeader.frame(header, hot: hot, cold: cold)
  }

  /// The keyframe whose frame begins at `offset`; identifiers only when `withIdentifiers`.
  static func decode(_ view: ByteView, at offset: Int, withIdentifiers: Bool) throws(FormatFault) -> TickKeyframe {
    let header = try FrameHeader(view, at: offset)
    guard header.kind == .keyframe else { throw FormatFault("no keyframe begins here", at: view.origin + offset) }
    let hot = try header.hot(view, at: offset)
    let limit = UInt64(hot.count)
    let stated = (orders: try hot.u64(0), free: try hot.u64(8), levels: try hot.u64(16))
    guard stated.orders <= limit, stated.free <= limit, stated.levels <= limit,
      stated.orders + stated.free == UInt64(header.slotLimit)
    else { throw FormatFault("a keyframe's counts contradict each other", at: hot.origin) }
    let orderCount = Int(stated.orders)
    let instruments = header.instrumentCount
    let section = try SectionView(try hot.slice(24, hot.count - 24))
    var decoder = ColumnDecoder()
    func column(_ number: ColumnNumber, _ count: Int) throws(FormatFault) -> [Int64] {
      var values: [Int64] = []
      try section.values(number, count: count, decoder: &decoder, into: &values)
      return values
    }
    func require(_ isValid: Bool) throws(FormatFault) {
      if !isValid { throw FormatFault("a keyframe holds an impossible value", at: hot.origin) }
    }
    var keyframe = TickKeyframe()
    keyframe.ordinal = header.ordinal
    keyframe.highWater = header.slotLimit
    let slots = try column(.orderSlots, orderCount)
    let sides = try column(.orderSides, orderCount)
    let prices = try column(.orderPrices, orderCount)
    let quantities = try column(.orderQuantities, orderCount)
    var identifiers = [Int64](repeating: 0, count: withIdentifiers ? 0 : orderCount)
    if withIdentifiers {
      let cold = try SectionView(try header.cold(view, at: offset))
      try cold.values(.keyIdentifiers, count: orderCount, decoder: &decoder, into: &identifiers)
    }
    var place = 0
    keyframe.orders.reserveCapacity(orderCount)
    for (instrument, count) in try column(.orderCounts, instruments).enumerated() {
      try require(count >= 0 && count <= Int64(orderCount - place))
      for _ in 0..<count {
        try require(slots[place] >= 0 && slots[place] < Int64(header.slotLimit) && sides[place] & ~1 == 0)
        keyframe.orders.append(
          TickKeyframe.Order(
            slot: UInt32(slots[place]), instrument: UInt16(instrument), side: sides[place] == 0 ? .buy : .sell,
            price: Price(ticks: Int32(truncatingIfNeeded: prices[place])), quantity: Quantity(lots: quantities[place]),
            identifier: UInt64(bitPattern: identifiers[place])))
        place += 1
      }
    }
    try require(place == orderCount)
    for slot in try column(.freeSlots, Int(stated.free)) {
      try require(slot >= 0 && slot < Int64(header.slotLimit))
      keyframe.freeSlots.append(UInt32(slot))
    }
    try decodeLevels(Int(stated.levels), instruments, column, require, &keyframe)
    return keyframe
  }

  private static func decodeLevels(
    _ levelCount: Int, _ instruments: Int, _ column: (ColumnNumber, Int) throws(FormatFault) -> [Int64],
    _ require: (Bool) throws(FormatFault) -> Void, _ keyframe: inout TickKeyframe
  ) throws(FormatFault) {
    let prices = try column(.levelPrices, levelCount)
    let quantities = try column(.levelQuantities, levelCount)
    var place = 0
    for (index, count) in try column(.levelCounts, instruments * 2).enumerated() {
      try require(count >= 0 && count <= Int64(levelCount - place))
      for _ in 0..<count {
        keyframe.levels.append(
          TickKeyframe.Level(
            instrument: UInt16(index / 2), side: index % 2 == 0 ? .buy : .sell,
            price: Price(ticks: Int32(truncatingIfNeeded: prices[place])), quantity: Quantity(lots: quantities[place])))
        place += 1
      }
    }
    try require(place == levelCount)
    let marks = try column(.quoteMarks, instruments)
    let quoteCount = marks.count(where: { $0 == 1 })
    let quotePrices = try column(.quotePrices, quoteCount * 2)
    let quoteQuantities = try column(.quoteQuantities, quoteCount * 2)
    place = 0
    for mark in marks {
      try require(mark & ~1 == 0)
      guard mark == 1 else {
        keyframe.quotes.append(nil)
        continue
      }
      keyframe.quotes.append(
        MarketEvent.Quote(
          bidPrice: Price(ticks: Int32(truncatingIfNeeded: quotePrices[place])),
          bidQuantity: Quantity(lots: quoteQuantities[place]),
          askPrice: Price(ticks: Int32(truncatingIfNeeded: quotePrices[place + 1])),
          askQuantity: Quantity(lots: quoteQuantities[place + 1])))
      place += 2
    }
    for status in try column(.statuses, instruments) {
      keyframe.statuses.append(MarketStatus(rawValue: UInt8(truncatingIfNeeded: status)) ?? .unknown)
    }
  }
}
