import MarketTypes

/// Decodes the hot section of a block into an `EventBatch`, reusing its scratch memory.
///
/// Every count is checked against the codes before an operand column is decoded, so a consumer may trust the counts of
/// the batch. Slots, where they are asked for, are below the header's limit, however their column is coded. Columns that
/// are not asked for are left as they are.
struct HotDecoder {
  private var words: [UInt32] = []
  private var longs: [Int64] = []
  private var slow = ColumnDecoder()

  /// Makes room for `count` values and what kernels may write past them; once the largest block has been here, nothing.
  private func makeRoom<Value: FixedWidthInteger>(_ count: Int, in column: inout [Value]) {
    let needed = count + EventBatch.padding
    if column.count < needed { column = Array(repeating: 0, count: needed) }
  }

  mutating func decode(
    _ header: FrameHeader, _ hot: ByteView, _ columns: TickColumns, into batch: inout EventBatch
  ) throws(FormatFault) {
    let count = header.eventCount
    let section = try SectionView(hot)
    batch.removeAll()
    guard let codes = try section.column(.codes), codes.entry.count == count,
      codes.entry.encoding == ColumnEncoding.planes.rawValue
    else { throw FormatFault("a block has no codes for its events", at: hot.origin) }
    let operands = try decodeCodes(codes.view, count, &batch.codes)
    guard operands == header.operands else {
      throw FormatFault("a block's operand counts contradict its codes", at: hot.origin)
    }
    if columns.contains(.times) { try column64(section, .times, count, &batch.times) }
    if header.instrument == FrameHeader.mixedInstruments {
      if columns.contains(.instruments) {
        try instruments(section, count, below: header.instrumentCount, &batch.instruments)
      }
      batch.uniformInstrument = nil
    } else {
      guard Int(header.instrument) < header.instrumentCount else {
        throw FormatFault("a block names an instrument that the file does not declare", at: hot.origin)
      }
      batch.uniformInstrument = header.instrument
    }
    if columns.contains(.prices) {
      _ = try column32(section, .buyPrices, operands.buyPrices, &batch.buyPrices)
      _ = try column32(section, .sellPrices, operands.sellPrices, &batch.sellPrices)
    }
    if columns.contains(.quantities) { try column64(section, .quantities, operands.quantities, &batch.quantities) }
    if columns.contains(.slots) {
      let largest =
        try column32(section, .slots, operands.slots, &batch.slots)
        ?? batch.slots[..<operands.slots].max()
      if let largest, largest >= header.slotLimit {
        throw FormatFault("a block names a slot that no order ever took", at: hot.origin)
      }
    }
    if columns.contains(.changes) { try column64(section, .changes, operands.changes, &batch.changes) }
    if columns.contains(.priceChanges) {
      _ = try column32(section, .priceChanges, operands.priceChanges, &batch.priceChanges)
    }
    batch.count = count
    batch.buyPriceCount = operands.buyPrices
    batch.sellPriceCount = operands.sellPrices
    batch.quantityCount = operands.quantities
    batch.slotCount = operands.slots
    batch.changeCount = operands.changes
    batch.priceChangeCount = operands.priceChanges
  }

  private func decodeCodes(_ view: ByteView, _ count: Int, _ output: inout [UInt8]) throws(FormatFault) -> OperandTotals
  {
    makeRoom(count, in: &output)
    var totals = OperandTotals()
    var fault: FormatFault?
    unsafe output.withUnsafeMutableBufferPointer { target in
      do throws(FormatFault) {
        totals = unsafe try CodeColumn.decode(view, count: count, into: target.baseAddress!)
      } catch { fault = error }
    }
    if let fault { throw fault }
    return totals
  }

  private mutating func column64(
    _ section: SectionView, _ number: ColumnNumber, _ count: Int, _ output: inout [Int64]
  ) throws(FormatFault) {
    makeRoom(count, in: &output)
    // What a kernel needs for one chunk, 1,032 values.
    makeRoom(8, in: &words)
    guard count > 0 else { return }
    guard let (entry, view) = try section.column(number), entry.count == count else {
      throw FormatFault("column \(number.rawValue) does not hold what the codes read", at: section.view.origin)
    }
    guard entry.encoding == ColumnEncoding.packed.rawValue else {
      try decodeSlowly(entry, view)
      for index in 0..<count { output[index] = longs[index] }
      return
    }
    var fault: FormatFault?
    unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe words.withUnsafeMutableBufferPointer { scratch in
        do throws(FormatFault) {
          unsafe try HotKernels.decode64(entry, view, into: target.baseAddress!, scratch: scratch.baseAddress!)
        } catch { fault = error }
      }
    }
    if let fault { throw fault }
  }

  /// Decodes a 32-bit column and returns its largest value as unsigned bits; nil where decoding does not give it away.
  private mutating func column32<Value: FixedWidthInteger & BitwiseCopyable>(
    _ section: SectionView, _ number: ColumnNumber, _ count: Int, _ output: inout [Value]
  ) throws(FormatFault) -> UInt32? {
    precondition(Value.bitWidth == 32)
    makeRoom(count, in: &output)
    guard count > 0 else { return nil }
    guard let (entry, view) = try section.column(number), entry.count == count else {
      throw FormatFault("column \(number.rawValue) does not hold what the codes read", at: section.view.origin)
    }
    guard entry.encoding == ColumnEncoding.packed.rawValue, entry.scale == 1 else {
      try decodeSlowly(entry, view)
      var largest: UInt32 = 0
      for index in 0..<count {
        output[index] = Value(truncatingIfNeeded: longs[index])
        largest = max(largest, UInt32(truncatingIfNeeded: longs[index]))
      }
      return largest
    }
    var largest: UInt32?
    var fault: FormatFault?
    unsafe output.withUnsafeMutableBytes { bytes in
      let target = unsafe bytes.baseAddress!.assumingMemoryBound(to: UInt32.self)
      do throws(FormatFault) { largest = unsafe try HotKernels.decode32(entry, view, into: target) } catch {
        fault = error
      }
    }
    if let fault { throw fault }
    return largest
  }

  private mutating func decodeSlowly(_ entry: ColumnEntry, _ view: ByteView) throws(FormatFault) {
    guard entry.encoding != ColumnEncoding.zstd.rawValue else {
      throw FormatFault("a hot column is compressed", at: view.origin)
    }
    try slow.decode(entry, view, into: &longs)
  }

  private mutating func instruments(
    _ section: SectionView, _ count: Int, below limit: Int, _ output: inout [UInt16]
  ) throws(FormatFault) {
    makeRoom(count, in: &output)
    var wide: [UInt32] = []
    swap(&wide, &words)
    defer { swap(&wide, &words) }
    _ = try column32(section, .instruments, count, &wide)
    // Truncation would hide a large value, so the check comes before the narrowing.
    for index in 0..<count {
      guard wide[index] < UInt32(limit) else {
        throw FormatFault("a block names an instrument that the file does not declare", at: section.view.origin)
      }
      output[index] = UInt16(truncatingIfNeeded: wide[index])
    }
  }
}
