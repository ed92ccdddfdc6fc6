import MarketTypes

/// Trades and bars.
extension DBNExporter {
  mutating func appendTrade(_ event: MarketEvent, to bytes: inout [UInt8]) throws(ImportError) {
    guard event.kind == .trade || event.kind == .execute, !event.flags.contains(.synthetic),
      !event.flags.contains(.nonPrintable)
    else {
      leftOut[event.kind, default: 0] += 1
      return
    }
    let aggressor = event.kind == .execute ? event.side.opposite : event.side
    let depth = Self.isDBN(event) ? UInt8(truncatingIfNeeded: event.origin >> 8) : 0
    let flags = Self.isDBN(event) ? UInt8(truncatingIfNeeded: event.origin) : DBN.Flag.last
    appendHeader(.trade, length: 48, event, time: event.exchangeTime, to: &bytes)
    bytes.appendLittleEndian(try price(event.price, event))
    bytes.appendLittleEndian(try size(event.quantity.lots, event))
    let side = aggressor == .buy ? UInt8(ascii: "B") : aggressor == .sell ? UInt8(ascii: "A") : UInt8(ascii: "N")
    bytes += [UInt8(ascii: "T"), side, flags, depth]
    bytes.appendLittleEndian(Self.time(event.localTime))
    bytes.appendLittleEndian(event.sendDelta)
    bytes.appendLittleEndian(UInt32(truncatingIfNeeded: event.sequence))
  }

  private static func isDBN(_ event: MarketEvent) -> Bool {
    event.kind == .trade && event.origin & DBN.marketRecord != 0
      && UInt8(truncatingIfNeeded: event.origin >> 16) == UInt8(ascii: "T")
  }

  mutating func appendBar(_ event: MarketEvent, to bytes: inout [UInt8]) throws(ImportError) {
    let kinds: [DBNSchema: DBNRecordKind] = [
      .ohlcv1s: .ohlcv1s, .ohlcv1m: .ohlcv1m, .ohlcv1h: .ohlcv1h, .ohlcv1d: .ohlcv1d,
      .ohlcvEod: .ohlcvEod,
    ]
    let length = options.schema == .ohlcvEod ? 86_400_000_000_000 : options.schema.barNanoseconds
    guard event.kind == .bar, let kind = kinds[options.schema], let length else {
      leftOut[event.kind, default: 0] += 1
      return
    }
    // A bar that says another length than the one asked for belongs to another file; deprecated ones leave it to the schema.
    let stated = DBNRecordKind(rawValue: UInt8(truncatingIfNeeded: event.origin))
    if event.origin != 0, stated != kind, stated != .ohlcvDeprecated {
      leftOut[.bar, default: 0] += 1
      return
    }
    let bar = event.bar
    let start = Timestamp(nanoseconds: event.exchangeTime.nanoseconds &- Int64(length))
    appendHeader(kind, length: 56, event, time: start, to: &bytes)
    for price in [bar.open, bar.high, bar.low, bar.close] {
      bytes.appendLittleEndian(try self.price(price, event))
    }
    bytes.appendLittleEndian(try whole(bar.volume.lots, event))
  }
}
