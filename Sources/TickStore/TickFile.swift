public import MarketTypes

/// A finished tick file, mapped into memory: its instruments, its index and its blocks.
///
/// Opening reads the header, the footer and the instruments only. The file is safe to share between threads.
public final class TickFile: Sendable {
  public let path: String
  /// The largest number of events in one block: the capacity that a batch needs.
  public let blockCapacity: Int
  public let instruments: [Instrument]
  let index: FileIndex
  let mapping: MappedFile

  /// Opens the finished file at `path`.
  public convenience init(path: String) throws(TickStoreError) {
    try self.init(mapping: try MappedFile(path: path), path: path)
  }

  /// Reads a tick file that is already in memory; `name` is for error messages.
  public convenience init(bytes: [UInt8], name: String) throws(TickStoreError) {
    try self.init(mapping: MappedFile(bytes: bytes), path: name)
  }

  init(mapping: MappedFile, path: String) throws(TickStoreError) {
    self.path = path
    self.mapping = mapping
    do throws(FormatFault) {
      let view = mapping.view
      blockCapacity = try FileLayout.blockCapacity(view)
      let offset = try FileLayout.footerOffset(view)
      let header = try FrameHeader(view, at: offset)
      guard header.kind == .footer, offset + header.frameLength == view.count - FileLayout.trailerSize else {
        throw FormatFault("the footer is not where the file's end says", at: offset)
      }
      index = try FileIndex(try header.hot(view, at: offset), fileSize: view.count)
      instruments = try Self.readInstruments(view, index.instrumentOffsets)
    } catch { throw error.inFile(path) }
  }

  static func readInstruments(_ view: ByteView, _ offsets: [Int]) throws(FormatFault) -> [Instrument] {
    guard offsets.count < Int(FrameHeader.mixedInstruments) + 1 else {
      throw FormatFault(
        "the file declares too many instruments", at: offsets[Int(FrameHeader.mixedInstruments)])
    }
    var instruments: [Instrument] = []
    for offset in offsets {
      let header = try FrameHeader(view, at: offset)
      guard header.kind == .instrument else { throw FormatFault("no instrument begins here", at: offset) }
      instruments.append(try InstrumentCodec.decode(try header.hot(view, at: offset)))
    }
    return instruments
  }

  /// How many events the file holds.
  public var eventCount: UInt64 { index.eventCount }

  /// How many of them have no book effect because their order is unknown or the event cannot be applied.
  public var orphanCount: UInt64 { index.orphanCount }

  public var blockCount: Int { index.blocks.count }

  public var keyframeCount: Int { index.keyframes.count }

  /// One more than the highest slot of the file: how many orders a book may have to hold at once.
  public var slotLimit: UInt32 { index.slotLimit }

  /// Bytes of the file.
  public var byteCount: Int { mapping.view.count }

  /// A batch that any block of this file fits into.
  public func makeBatch() -> EventBatch { EventBatch(capacity: blockCapacity) }

  /// The header of a block, checked against the index.
  func header(ofBlock number: Int) throws(FormatFault) -> FrameHeader {
    let entry = index.blocks[number]
    let header = try FrameHeader(mapping.view, at: entry.offset)
    guard header.kind == .block, header.eventCount == entry.eventCount, header.ordinal == entry.ordinal,
      header.eventCount <= blockCapacity, header.maxTime <= entry.reachedTime,
      header.instrumentCount <= instruments.count,
      UInt64(header.slotLimit) <= header.ordinal + UInt64(header.eventCount)
    else { throw FormatFault("a block is not the one the index names", at: entry.offset) }
    return header
  }

  /// The books of the nearest keyframe before the first event of `block`; also the block that keyframe precedes, and the
  /// number of events before it.
  func state(
    before block: Int, withIdentifiers: Bool
  ) throws(FormatFault) -> (state: MarketState, block: Int, ordinal: UInt64)? {
    guard let entry = index.keyframe(before: block) else { return nil }
    let keyframe = try KeyframeCodec.decode(mapping.view, at: entry.offset, withIdentifiers: withIdentifiers)
    let ordinal = entry.block < index.blocks.count ? index.blocks[entry.block].ordinal : index.eventCount
    guard keyframe.ordinal == ordinal, keyframe.quotes.count <= instruments.count else {
      throw FormatFault("a keyframe is not the one the index names", at: entry.offset)
    }
    do throws(FormatFault) { return (try MarketState(keyframe), entry.block, ordinal) } catch {
      throw error.placed(at: entry.offset)
    }
  }

  /// The state after the last event, identifiers included.
  func finalState() throws(TickStoreError) -> MarketState {
    let reader = try TickEventReader(self, startBlock: index.blocks.count)
    return try reader.finalState()
  }

  /// Copies everything but the footer.
  func copyFrames(to output: inout FileOutput) throws(TickStoreError) {
    let end: Int
    do throws(FormatFault) { end = try FileLayout.footerOffset(mapping.view) } catch { throw error.inFile(path) }
    try Self.copy(mapping.view, FileLayout.headerSize..<end, of: path, to: &output)
  }

  /// Copies a range of the file at `path`; a fault of the output, a full disk say, is thrown as the output's own.
  static func copy(
    _ view: ByteView, _ range: Range<Int>, of path: String, to output: inout FileOutput
  ) throws(TickStoreError) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let bytes: [UInt8]
      do throws(FormatFault) {
        let part = try view.slice(offset, min(1 << 20, range.upperBound - offset))
        bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: part.base, count: part.count))
      } catch { throw error.inFile(path) }
      try output.write(bytes)
      offset += bytes.count
    }
  }
}
