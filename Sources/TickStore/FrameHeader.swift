/// What a frame of the file holds.
enum FrameKind: UInt32 {
  /// "LSBK": events.
  case block = 0x4B42_534C
  /// "LSKF": the state of every book before the next block.
  case keyframe = 0x464B_534C
  /// "LSIN": one instrument.
  case instrument = 0x4E49_534C
  /// "LSFT": totals and the index.
  case footer = 0x5446_534C
}

/// The 128 bytes in front of every frame; they describe and guard it, so that a file without footer can be walked.
struct FrameHeader: Hashable {
  static let size = 128
  static let mixedInstruments = UInt16.max

  var kind: FrameKind
  var eventCount = 0
  /// How many events lie before this frame in the file.
  var ordinal: UInt64 = 0
  /// Smallest and largest exchange time of the block.
  var minTime = Int64.max
  var maxTime = Int64.min
  var hotLength = 0
  var coldLength = 0
  var hotChecksum: UInt64 = 0
  var coldChecksum: UInt64 = 0
  var operands = OperandTotals()
  /// The instrument of every event, or `mixedInstruments`.
  var instrument = FrameHeader.mixedInstruments
  /// How many instruments the file has declared so far.
  var instrumentCount = 0
  /// One more than the highest slot taken so far, the end of the block included.
  var slotLimit: UInt32 = 0
  /// Events of the block that name an order the source never announced.
  var orphans = 0

  var frameLength: Int { Self.size + hotLength + coldLength }

  init(_ kind: FrameKind) { self.kind = kind }

  /// Reads and checks the header at `offset`; its sections then lie inside the view.
  init(_ view: ByteView, at offset: Int) throws(FormatFault) {
    let header = try view.slice(offset, Self.size)
    guard let kind = FrameKind(rawValue: try header.u32(0)) else {
      throw FormatFault("no frame begins here", at: header.origin)
    }
    guard try header.slice(0, 120).checksum == header.u64(120) else {
      throw FormatFault("the checksum of a frame's header does not match", at: header.origin)
    }
    self.kind = kind
    eventCount = Int(try header.u32(4))
    ordinal = try header.u64(16)
    minTime = try header.i64(24)
    maxTime = try header.i64(32)
    hotLength = Int(try header.u32(40))
    coldLength = Int(try header.u32(44))
    hotChecksum = try header.u64(48)
    coldChecksum = try header.u64(56)
    operands = OperandTotals(
      buyPrices: Int(try header.u32(64)), sellPrices: Int(try header.u32(68)), quantities: Int(try header.u32(72)),
      slots: Int(try header.u32(76)), changes: Int(try header.u32(80)), priceChanges: Int(try header.u32(84)))
    instrument = try header.u16(88)
    instrumentCount = Int(try header.u16(90))
    slotLimit = try header.u32(92)
    orphans = Int(try header.u32(96))
    guard try header.u64(8) == UInt64(frameLength), hotLength % 8 == 0, coldLength % 8 == 0,
      eventCount <= blockCapacityMax, ordinal < 1 << 60
    else { throw FormatFault("a frame's lengths contradict each other", at: header.origin) }
    guard frameLength <= view.count - offset else {
      throw FormatFault("the file ends inside a frame", at: header.origin, kind: .torn)
    }
  }

  func append(to output: inout [UInt8]) {
    let start = output.count
    output.appendLittleEndian(kind.rawValue)
    output.appendLittleEndian(UInt32(eventCount))
    output.appendLittleEndian(UInt64(frameLength))
    output.appendLittleEndian(ordinal)
    output.appendLittleEndian(minTime)
    output.appendLittleEndian(maxTime)
    output.appendLittleEndian(UInt32(hotLength))
    output.appendLittleEndian(UInt32(coldLength))
    output.appendLittleEndian(hotChecksum)
    output.appendLittleEndian(coldChecksum)
    for count in [
      operands.buyPrices, operands.sellPrices, operands.quantities, operands.slots, operands.changes,
      operands.priceChanges,
    ] { output.appendLittleEndian(UInt32(count)) }
    output.appendLittleEndian(instrument)
    output.appendLittleEndian(UInt16(instrumentCount))
    output.appendLittleEndian(slotLimit)
    output.appendLittleEndian(UInt32(orphans))
    output.append(contentsOf: repeatElement(0, count: 20))
    output.appendLittleEndian(output.checksum(start..<start + 120))
  }

  /// The hot section of the frame at `offset`, its checksum verified.
  func hot(_ view: ByteView, at offset: Int) throws(FormatFault) -> ByteView {
    let section = try view.slice(offset + Self.size, hotLength)
    guard section.checksum == hotChecksum else {
      throw FormatFault("the checksum of a frame's hot section does not match", at: section.origin)
    }
    return section
  }

  /// The cold section of the frame at `offset`, its checksum verified.
  func cold(_ view: ByteView, at offset: Int) throws(FormatFault) -> ByteView {
    let section = try view.slice(offset + Self.size + hotLength, coldLength)
    guard section.checksum == coldChecksum else {
      throw FormatFault("the checksum of a frame's cold section does not match", at: section.origin)
    }
    return section
  }

  /// The whole frame: this header with lengths and checksums of the sections, then the sections.
  static func frame(_ header: FrameHeader, hot: [UInt8], cold: [UInt8] = []) -> [UInt8] {
    var header = header
    header.hotLength = hot.count
    header.coldLength = cold.count
    header.hotChecksum = hot.checksum(0..<hot.count)
    header.coldChecksum = cold.checksum(0..<cold.count)
    var output: [UInt8] = []
    output.reserveCapacity(header.frameLength)
    header.append(to: &output)
    output.append(contentsOf: hot)
    output.append(contentsOf: cold)
    return output
  }
}
