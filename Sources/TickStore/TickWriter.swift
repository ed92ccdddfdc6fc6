public import MarketTypes

/// Writes a tick file: instruments, then events in arrival order; `finish` makes the file appear.
///
/// Nothing is visible under the file's name before `finish` returns, and a writer that is dropped without it leaves
/// nothing behind.
public final class TickWriter {
  /// How a file is laid out.
  public struct Options: Hashable, Sendable {
    /// Events per block while the books are small; at most 65,536.
    public var blockCapacity = 8_192
    /// Blocks between two keyframes, at least.
    public var keyframeBlocks = 1
    /// Blocks between two keyframes take at least this many times the bytes of a keyframe. A block of large books goes on
    /// until it should take twice that, and a keyframe follows it: so one stands in front of every block. Only where 65,536
    /// events are too few for the size of the books do several blocks share a keyframe.
    public var keyframeShare = 2
    /// A change of an order to a smaller size at the same price keeps its place in the queue, as on CME.
    public var sizeDownKeepsPriority = true
    /// Encodings that columns may use; nil lets the writer choose by measured size.
    var allowedEncodings: Set<ColumnEncoding>?

    public init() {}
  }

  public let path: String
  public let options: Options
  private var output: FileOutput
  private var encoder: EventEncoder
  private var index = FileIndex()
  private let zstd = ZstdEncoder()
  private var bytesSinceKeyframe = 0
  private var blocksSinceKeyframe = 0
  /// Events after which the current block ends.
  private var blockEnd: Int
  private var largestBlock = 0
  private var isFinished = false
  public private(set) var instruments: [Instrument] = []

  /// Starts a file at `path`, which appears when the writer finishes.
  public init(path: String, options: Options = Options()) throws(TickStoreError) {
    guard options.blockCapacity > 0, options.blockCapacity <= blockCapacityMax, options.keyframeBlocks > 0 else {
      throw TickStoreError(.misuse, file: path, reason: "a block holds 1 to \(blockCapacityMax) events")
    }
    self.path = path
    self.options = options
    encoder = EventEncoder(
      builder: BlockBuilder(zstd: zstd, allowed: options.allowedEncodings),
      sizeDownKeepsPriority: options.sizeDownKeepsPriority)
    blockEnd = options.blockCapacity
    output = try FileOutput(path: path)
    // How large the largest block is shows at the end only; a file torn before says what is possible.
    try output.write(FileLayout.header(blockCapacity: blockCapacityMax))
  }

  /// Continues the finished file at `path` after its last event; the longer file replaces it on `finish`.
  public convenience init(appendingTo path: String, options: Options = Options()) throws(TickStoreError) {
    let file = try TickFile(path: path)
    try self.init(path: path, options: options)
    try copy(file)
  }

  private func copy(_ file: TickFile) throws(TickStoreError) {
    try file.copyFrames(to: &output)
    index = file.index
    largestBlock = file.blockCapacity
    instruments = file.instruments
    let state = try file.finalState()
    encoder.restore(state, operationCounts: index.operationCounts)
    bytesSinceKeyframe = output.offset - (index.keyframes.last?.offset ?? 0)
    blocksSinceKeyframe = index.blocks.count - (index.keyframes.last?.block ?? 0)
  }

  /// How many events the file holds so far.
  public var eventCount: UInt64 { index.eventCount + UInt64(encoder.builder.count) }

  /// How many of them name an order the source never announced, or could not be applied.
  public var orphanCount: UInt64 { index.orphanCount + UInt64(encoder.builder.orphans) }

  /// Announces an instrument and returns the number its events carry.
  public func addInstrument(_ instrument: Instrument) throws(TickStoreError) -> UInt16 {
    try requireOpen()
    guard instruments.count < Int(FrameHeader.mixedInstruments) else {
      throw TickStoreError(.misuse, file: path, reason: "a file holds at most 65,535 instruments")
    }
    instruments.append(instrument)
    index.instrumentOffsets.append(output.offset)
    var header = FrameHeader(.instrument)
    header.ordinal = eventCount
    header.instrumentCount = instruments.count
    try output.write(FrameHeader.frame(header, hot: InstrumentCodec.encode(instrument)))
    return UInt16(instruments.count - 1)
  }

  /// Appends an event; order events name their order by `identifier`, and the writer resolves its slot.
  ///
  /// An event that cannot be applied (an unknown order, an add without side or price) is kept whole as an orphan.
  public func append(_ event: MarketEvent) throws(TickStoreError) {
    try append(event, replacement: nil)
  }

  /// Appends a modify after which the order is known as `newIdentifier` (ITCH's replace).
  public func append(_ event: MarketEvent, replacingIdentifierWith newIdentifier: UInt64) throws(TickStoreError) {
    try append(event, replacement: newIdentifier)
  }

  /// Appends many events, as one by one but with less ado for each.
  public func append(_ events: [MarketEvent]) throws(TickStoreError) {
    var rest = events[...]
    while !rest.isEmpty {
      let taken = isFinished ? 0 : encoder.append(rest, blockCapacity: blockEnd, instruments.count)
      rest = rest.dropFirst(taken)
      if encoder.builder.count >= blockEnd {
        try flushBlock()
      } else if let event = rest.first {
        throw misuse(event)
      }
    }
  }

  private func append(_ event: MarketEvent, replacement: UInt64?) throws(TickStoreError) {
    guard Int(event.instrument) < instruments.count, !isFinished else { throw misuse(event) }
    encoder.append(event, replacement: replacement)
    if encoder.builder.count >= blockEnd { try flushBlock() }
  }

  private func misuse(_ event: MarketEvent) -> TickStoreError {
    TickStoreError(
      .misuse, file: path,
      reason: isFinished
        ? "the writer is finished" : "instrument \(event.instrument) has not been added to the file")
  }

  private func requireOpen() throws(TickStoreError) {
    if isFinished { throw TickStoreError(.misuse, file: path, reason: "the writer is finished") }
  }

  private func flushBlock() throws(TickStoreError) {
    let events = encoder.builder.count
    guard events > 0 else { return }
    let block = encoder.builder.finish(
      ordinal: index.eventCount, instrumentCount: instruments.count,
      slotLimit: encoder.state.table.allocator.highWater)
    index.add(block.header, at: output.offset)
    try output.write(block.bytes)
    bytesSinceKeyframe += block.bytes.count
    blocksSinceKeyframe += 1
    // A keyframe entry takes four to eight bytes; identifiers make the larger half of that.
    let keyframeBytes = encoder.state.size * 8 + 512
    let isLongEnough = events == blockEnd && blockEnd < blockCapacityMax
    if blocksSinceKeyframe >= options.keyframeBlocks,
      isLongEnough || bytesSinceKeyframe >= keyframeBytes * options.keyframeShare
    {
      try writeKeyframe()
    }
    largestBlock = max(largestBlock, events)
    // The next block is taken to cost as much an event as this one; a wrong guess is put right by the next.
    let worthwhile = keyframeBytes * options.keyframeShare * 2 * events / block.bytes.count
    blockEnd = min(max(options.blockCapacity, worthwhile), blockCapacityMax)
  }

  private func writeKeyframe() throws(TickStoreError) {
    let keyframe = encoder.state.keyframe(ordinal: index.eventCount, instrumentCount: instruments.count)
    index.keyframes.append(KeyframeEntry(offset: output.offset, block: index.blocks.count))
    try output.write(KeyframeCodec.encode(keyframe, instrumentCount: instruments.count, zstd: zstd))
    bytesSinceKeyframe = 0
    blocksSinceKeyframe = 0
  }

  /// Completes the file and makes it appear under its name.
  public func finish() throws(TickStoreError) {
    try requireOpen()
    try flushBlock()
    isFinished = true
    index.operationCounts = encoder.operationCounts
    index.slotLimit = encoder.state.table.allocator.highWater
    try output.writeEnd(index)
    try output.finish(header: FileLayout.header(blockCapacity: max(options.blockCapacity, largestBlock)))
  }
}
