import MarketTypes

/// What `TickFile.repair` saved and what it could not.
public struct TickRepair: Hashable, Sendable {
  public var recoveredBlocks = 0
  public var recoveredEvents: UInt64 = 0
  /// Bytes of events after the first damage; 0 when only the index was missing.
  public var lostBytes = 0
  /// Events that the lost part held, where the file's own index still says so.
  public var lostEvents: UInt64?
  /// Where and what the first damage is; nil when nothing was wrong.
  public var damage: TickStoreError?
}

extension TickFile {
  /// Writes every complete block before the first damage of the file at `path` to a new file at `target`.
  ///
  /// Later blocks would name orders whose arrival is lost, so they are left out. The source is not changed.
  public static func repair(path: String, to target: String) throws(TickStoreError) -> TickRepair {
    let mapping = try MappedFile(path: path)
    let view = mapping.view
    var report = TickRepair()
    var index = FileIndex()
    var end = FileLayout.headerSize
    var decoder = HotDecoder()
    let capacity: Int
    do throws(FormatFault) { capacity = try FileLayout.blockCapacity(view) } catch { throw error.inFile(path) }
    var batch = EventBatch(capacity: capacity)
    do throws(FormatFault) {
      var walk = FrameWalk(view)
      walking: while let (header, offset) = try walk.next() {
        if header.kind == .footer { break walking }
        try header.verifySections(view, at: offset)
        switch header.kind {
        case .block:
          guard header.eventCount > 0, header.eventCount <= capacity else {
            throw FormatFault("a block has an impossible size", at: offset)
          }
          try decoder.decode(header, try header.hot(view, at: offset), .all, into: &batch)
          for place in 0..<batch.count { index.operationCounts[Int(batch.codes[place] & 31)] += 1 }
          index.add(header, at: offset)
        case .keyframe: index.keyframes.append(KeyframeEntry(offset: offset, block: index.blocks.count))
        case .instrument: index.instrumentOffsets.append(offset)
        case .footer: break
        }
        end = offset + header.frameLength
      }
      _ = try readInstruments(view, index.instrumentOffsets)
      // Everything up to the footer is there; the footer itself may still be damaged.
      if let fault = footerFault(view, at: end) { report.damage = fault.inFile(path) }
    } catch {
      report.damage = error.inFile(path)
      report.lostBytes = view.count - end
      if let stated = try? TickFile(mapping: mapping, path: path).eventCount, stated >= index.eventCount {
        report.lostEvents = stated - index.eventCount
      }
    }
    report.recoveredBlocks = index.blocks.count
    report.recoveredEvents = index.eventCount
    try write(index, view, end: end, capacity: capacity, from: path, to: target)
    return report
  }

  private static func footerFault(_ view: ByteView, at offset: Int) -> FormatFault? {
    do throws(FormatFault) {
      let header = try FrameHeader(view, at: offset)
      try header.verifySections(view, at: offset)
      guard try FileLayout.footerOffset(view) == offset else {
        throw FormatFault("the footer is not where the file's end says", at: offset)
      }
      return nil
    } catch { return error }
  }

  private static func write(
    _ index: FileIndex, _ view: ByteView, end: Int, capacity: Int, from path: String, to target: String
  ) throws(TickStoreError) {
    var output = try FileOutput(path: target)
    try output.write(FileLayout.header(blockCapacity: capacity))
    try copy(view, FileLayout.headerSize..<end, of: path, to: &output)
    try output.writeEnd(index)
    try output.finish()
  }
}

extension FileOutput {
  /// Writes footer and trailer.
  mutating func writeEnd(_ index: FileIndex) throws(TickStoreError) {
    var header = FrameHeader(.footer)
    header.ordinal = index.eventCount
    header.instrumentCount = index.instrumentOffsets.count
    header.slotLimit = index.slotLimit
    let start = offset
    try write(FrameHeader.frame(header, hot: index.encode()))
    try write(FileLayout.trailer(footerOffset: start))
  }
}
