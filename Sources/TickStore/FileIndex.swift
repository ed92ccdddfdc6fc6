/// The fixed parts of a file: its first 64 bytes and its last 24.
enum FileLayout {
  static let headerSize = 64
  static let trailerSize = 24
  static let version: UInt32 = 1
  /// "LSTICKS1" and "LSTICKSE", read as little-endian integers.
  static let magic: UInt64 = 0x3153_4B43_4954_534C
  static let endMagic: UInt64 = 0x4553_4B43_4954_534C

  static func header(blockCapacity: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(magic)
    bytes.appendLittleEndian(version)
    bytes.appendLittleEndian(UInt32(blockCapacity))
    bytes.append(contentsOf: repeatElement(0, count: 40))
    bytes.appendLittleEndian(bytes.checksum(0..<56))
    return bytes
  }

  /// Checks the first bytes and returns how many events a block of the file may hold.
  static func blockCapacity(_ view: ByteView) throws(FormatFault) -> Int {
    guard view.count >= 8, try view.u64(0) == magic else {
      throw FormatFault("this is not a tick file", at: 0, kind: .notTicks)
    }
    guard view.count >= headerSize else { throw FormatFault("the file ends inside its header", at: 0, kind: .torn) }
    guard try view.slice(0, 56).checksum == view.u64(56) else {
      throw FormatFault("the checksum of the file's header does not match", at: 0)
    }
    guard try view.u32(8) == version else {
      throw FormatFault("the file has version \(try view.u32(8)); this reader knows \(version)", at: 8, kind: .notTicks)
    }
    let capacity = Int(try view.u32(12))
    guard capacity > 0, capacity <= blockCapacityMax else {
      throw FormatFault("the file states an impossible block size", at: 12)
    }
    return capacity
  }

  static func trailer(footerOffset: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(UInt64(footerOffset))
    bytes.appendLittleEndian(endMagic)
    bytes.appendLittleEndian(bytes.checksum(0..<16))
    return bytes
  }

  /// Where the footer begins, by the file's last bytes.
  static func footerOffset(_ view: ByteView) throws(FormatFault) -> Int {
    let start = view.count - trailerSize
    guard start >= headerSize, try view.u64(start + 8) == endMagic,
      try view.slice(start, 16).checksum == view.u64(start + 16)
    else {
      throw FormatFault("the file has no footer: it was not finished or has been cut", at: max(0, start), kind: .torn)
    }
    let offset = try view.u64(start)
    guard offset >= UInt64(headerSize), offset < UInt64(start) else {
      throw FormatFault("the footer's offset lies outside the file", at: start)
    }
    return Int(offset)
  }
}

/// One block in the index.
struct BlockEntry: Hashable, Sendable {
  static let size = 40

  var offset: Int
  var ordinal: UInt64
  var minTime: Int64
  /// The largest exchange time up to the end of this block; never steps back.
  var reachedTime: Int64
  var eventCount: Int
}

/// One keyframe in the index.
struct KeyframeEntry: Hashable, Sendable {
  static let size = 16

  var offset: Int
  /// The block whose first event comes right after the keyframe's state.
  var block: Int
}

/// Totals, blocks, keyframes and instruments: the footer's content, also rebuilt by walking a torn file.
struct FileIndex: Sendable {
  var eventCount: UInt64 = 0
  var orphanCount: UInt64 = 0
  var slotLimit: UInt32 = 0
  var operationCounts = [UInt64](repeating: 0, count: 32)
  var blocks: [BlockEntry] = []
  var keyframes: [KeyframeEntry] = []
  var instrumentOffsets: [Int] = []

  /// Notes a block whose frame begins at `offset`.
  mutating func add(_ header: FrameHeader, at offset: Int) {
    let reached = max(blocks.last?.reachedTime ?? .min, header.maxTime)
    blocks.append(
      BlockEntry(
        offset: offset, ordinal: header.ordinal, minTime: header.minTime, reachedTime: reached,
        eventCount: header.eventCount))
    eventCount += UInt64(header.eventCount)
    orphanCount += UInt64(header.orphans)
    slotLimit = header.slotLimit
  }

  func encode() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(eventCount)
    bytes.appendLittleEndian(orphanCount)
    bytes.appendLittleEndian(UInt32(blocks.count))
    bytes.appendLittleEndian(UInt32(keyframes.count))
    bytes.appendLittleEndian(UInt32(instrumentOffsets.count))
    bytes.appendLittleEndian(slotLimit)
    for count in operationCounts { bytes.appendLittleEndian(count) }
    for block in blocks {
      bytes.appendLittleEndian(UInt64(block.offset))
      bytes.appendLittleEndian(block.ordinal)
      bytes.appendLittleEndian(block.minTime)
      bytes.appendLittleEndian(block.reachedTime)
      bytes.appendLittleEndian(UInt64(block.eventCount))
    }
    for keyframe in keyframes {
      bytes.appendLittleEndian(UInt64(keyframe.offset))
      bytes.appendLittleEndian(UInt64(keyframe.block))
    }
    for offset in instrumentOffsets { bytes.appendLittleEndian(UInt64(offset)) }
    return bytes
  }

  init() {}

  init(_ view: ByteView, fileSize: Int) throws(FormatFault) {
    eventCount = try view.u64(0)
    orphanCount = try view.u64(8)
    let counts = (Int(try view.u32(16)), Int(try view.u32(20)), Int(try view.u32(24)))
    slotLimit = try view.u32(28)
    guard view.count == 288 + counts.0 * BlockEntry.size + counts.1 * KeyframeEntry.size + counts.2 * 8 else {
      throw FormatFault("the footer's counts do not fit its length", at: view.origin)
    }
    for index in 0..<32 { operationCounts[index] = try view.u64(32 + index * 8) }
    func place(_ offset: Int, below limit: Int) throws(FormatFault) -> Int {
      let value = try view.u64(offset)
      guard value < UInt64(limit) else {
        throw FormatFault("the footer points outside the file", at: view.origin + offset)
      }
      return Int(value)
    }
    blocks.reserveCapacity(counts.0)
    var offset = 288
    var ordinal: UInt64 = 0
    var reached = Int64.min
    for _ in 0..<counts.0 {
      let block = BlockEntry(
        offset: try place(offset, below: fileSize), ordinal: try view.u64(offset + 8),
        minTime: try view.i64(offset + 16),
        reachedTime: try view.i64(offset + 24), eventCount: try place(offset + 32, below: blockCapacityMax + 1))
      guard block.ordinal == ordinal, block.eventCount > 0, block.reachedTime >= reached,
        block.offset > blocks.last?.offset ?? 0
      else { throw FormatFault("the footer's blocks are out of order", at: view.origin + offset) }
      ordinal += UInt64(block.eventCount)
      reached = block.reachedTime
      blocks.append(block)
      offset += BlockEntry.size
    }
    for _ in 0..<counts.1 {
      let keyframe = KeyframeEntry(
        offset: try place(offset, below: fileSize), block: try place(offset + 8, below: counts.0 + 1))
      guard keyframe.block >= keyframes.last?.block ?? 0 else {
        throw FormatFault("the footer's keyframes are out of order", at: view.origin + offset)
      }
      keyframes.append(keyframe)
      offset += KeyframeEntry.size
    }
    for _ in 0..<counts.2 {
      instrumentOffsets.append(try place(offset, below: fileSize))
      offset += 8
    }
    guard ordinal == eventCount else { throw FormatFault("the footer's event counts do not add up", at: view.origin) }
  }

  /// The first block that reaches `time`, or `blocks.count`.
  func block(reaching time: Int64) -> Int {
    var low = 0
    var high = blocks.count
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].reachedTime < time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The last keyframe at or before the start of `block`, or nil for the empty state at the start of the file.
  func keyframe(before block: Int) -> KeyframeEntry? {
    var low = 0
    var high = keyframes.count
    while low < high {
      let middle = (low + high) / 2
      if keyframes[middle].block <= block { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : keyframes[low - 1]
  }
}
