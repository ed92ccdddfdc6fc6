public import MarketTypes

/// Reads the hot columns of a tick file, one block per batch.
public struct TickReader {
  /// What to read.
  public struct Options: Hashable, Sendable {
    /// Start at the first event that reaches this time: the first at or after it.
    public var from: Timestamp?
    /// Stop before the first event that reaches this time.
    public var until: Timestamp?
    /// Only events of these instruments; slots are then renumbered as if the file held nothing else.
    public var instruments: Set<UInt16>?
    /// Also read what the feed took for each event, from the cold columns.
    public var readsFeedDelays: Bool
    /// Only these columns; batches hold no values of the others: their counts are zero, and their arrays mean nothing.
    ///
    /// The others are not decoded. Their bytes are still read for the checksum, because the one over a block's hot section
    /// covers the directory too, without which no column can be trusted. Selecting instruments decodes all columns, and
    /// `until` times, whatever is asked for.
    public var columns: TickColumns

    public init(
      from: Timestamp? = nil, until: Timestamp? = nil, instruments: Set<UInt16>? = nil, readsFeedDelays: Bool = false,
      columns: TickColumns = .all
    ) {
      self.from = from
      self.until = until
      self.instruments = instruments
      self.readsFeedDelays = readsFeedDelays
      self.columns = columns
    }
  }

  public let file: TickFile
  public let options: Options
  /// The state of every book before the first event that `nextBatch` returns; nil at the start of the file, where all
  /// books are empty.
  public private(set) var start: TickKeyframe?
  /// How many blocks lie behind, read or passed over.
  public var blocksPassed: Int { block }
  /// The block that the next batch comes from.
  private var block = 0
  private var decoder = HotDecoder()
  private var feedDelays = FeedDelays()
  /// Events of the first block that lie before the start.
  private var skipped = EventCursor()
  private var selection: SlotSelection?
  private var isAtEnd = false

  /// What is decoded to give what was asked for.
  private var decodedColumns: TickColumns {
    if options.instruments != nil { return .all }
    return options.until == nil ? options.columns : options.columns.union(.times)
  }

  public init(_ file: TickFile, options: Options = Options()) throws(TickStoreError) {
    self.file = file
    self.options = options
    if let instruments = options.instruments { selection = SlotSelection(instruments) }
    guard let from = options.from else { return }
    do throws(FormatFault) { try position(at: from.nanoseconds) } catch { throw error.inFile(file.path) }
  }

  /// Reads a file after another one into the same books: slots go on where those of `previous` ended.
  ///
  /// Both readers must name instruments in their options. The books must see a clear of each instrument of the previous
  /// file, in the order of `clearing`, before the first event of this one.
  public init(
    _ file: TickFile, options: Options, after previous: TickReader, clearing order: [UInt16]
  ) throws(TickStoreError) {
    guard let ended = previous.selection, options.instruments != nil else {
      throw TickStoreError(.misuse, file: file.path, reason: "files that follow each other need named instruments")
    }
    self.file = file
    self.options = options
    selection = options.instruments.map { SlotSelection($0) }
    selection?.follow(ended, clearing: order)
    guard let from = options.from else { return }
    do throws(FormatFault) { try position(at: from.nanoseconds) } catch { throw error.inFile(file.path) }
  }

  /// Decodes the next block; false at the end. The batch must hold `file.blockCapacity` events.
  public mutating func nextBatch(into batch: inout EventBatch) throws(TickStoreError) -> Bool {
    guard batch.capacity >= file.blockCapacity else {
      throw TickStoreError(
        .misuse, file: file.path,
        reason: "the batch holds \(batch.capacity) events, a block up to \(file.blockCapacity)")
    }
    while !isAtEnd, block < file.index.blocks.count {
      do throws(FormatFault) {
        try decode(block, decodedColumns, into: &batch)
        if skipped.event > 0 {
          batch.dropFirst(skipped)
          skipped = EventCursor()
        }
        if let until = options.until, file.index.blocks[block].reachedTime >= until.nanoseconds {
          batch.keepFirst(Self.firstIndex(in: batch, reaching: until.nanoseconds))
          isAtEnd = true
        }
        if selection != nil { try selection?.select(&batch) }
        if options.columns != .all { batch.forget(except: options.columns) }
      } catch { throw error.placed(at: file.index.blocks[block].offset).inFile(file.path) }
      block += 1
      if batch.count > 0 { return true }
    }
    batch.removeAll()
    return false
  }

  private mutating func decode(
    _ number: Int, _ columns: TickColumns, into batch: inout EventBatch
  ) throws(FormatFault) {
    let header = try file.header(ofBlock: number)
    let hot = try header.hot(file.mapping.view, at: file.index.blocks[number].offset)
    try decoder.decode(header, hot, columns, into: &batch)
    if options.readsFeedDelays {
      let cold = try header.cold(file.mapping.view, at: file.index.blocks[number].offset)
      try feedDelays.read(cold, into: &batch)
    }
  }

  /// The first event at or after `time`, or the batch's count.
  static func firstIndex(in batch: borrowing EventBatch, reaching time: Int64) -> Int {
    for index in 0..<batch.count where batch.times[index] >= time { return index }
    return batch.count
  }

  private mutating func position(at time: Int64) throws(FormatFault) {
    block = file.index.block(reaching: time)
    var state = MarketState()
    var next = 0
    var ordinal: UInt64 = 0
    if let (restored, first, _) = try file.state(before: block, withIdentifiers: false) {
      state = restored
      next = first
    }
    var batch = EventBatch(growingTo: file.blockCapacity)
    while next < min(block + 1, file.index.blocks.count) {
      // The state before the start needs everything.
      try decode(next, .all, into: &batch)
      ordinal = file.index.blocks[next].ordinal
      let count = next < block ? batch.count : Self.firstIndex(in: batch, reaching: time)
      var cursor = EventCursor()
      do throws(FormatFault) { try state.apply(batch, count, &cursor) } catch {
        throw error.placed(at: file.index.blocks[next].offset)
      }
      ordinal += UInt64(count)
      if next == block { skipped = cursor }
      next += 1
    }
    if block == file.index.blocks.count { ordinal = file.index.eventCount }
    var start = state.keyframe(ordinal: ordinal, instrumentCount: file.instruments.count)
    if selection != nil { start = selection?.begin(start) ?? start }
    self.start = start
  }
}
