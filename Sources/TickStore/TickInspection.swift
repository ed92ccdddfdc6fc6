public import MarketTypes

/// What a tick file holds, for people: totals, kinds, times, and what each column costs.
public struct TickInspection: Sendable {
  /// The bytes one column takes over all blocks.
  public struct Column: Hashable, Sendable {
    public var name: String
    public var isHot: Bool
    public var bytes: Int
    public var values: UInt64
    /// How many blocks use each encoding, by its name.
    public var encodings: [String: Int]
  }

  /// A stretch of the file without events.
  public struct Gap: Hashable, Sendable {
    public var after: Timestamp
    public var nanoseconds: Int64
  }

  public var formatVersion = FileLayout.version
  public var instruments: [Instrument]
  public var eventCount: UInt64
  public var orphanCount: UInt64
  /// Events by operation name.
  public var operations: [String: UInt64]
  /// Events by instrument number.
  public var eventsByInstrument: [UInt64]
  /// Smallest and largest exchange time, where any is known.
  public var firstTime: Timestamp?
  public var lastTime: Timestamp?
  public var blockCount: Int
  public var blockCapacity: Int
  public var keyframeCount: Int
  public var keyframeBytes = 0
  public var fileBytes: Int
  /// Bytes of the hot and of the cold sections of all blocks.
  public var hotBytes = 0
  public var coldBytes = 0
  public var columns: [Column]
  /// The longest times without an event, longest first.
  public var gaps: [Gap]
  /// Steps back of the exchange clock from one event to the next.
  public var timeStepsBack: UInt64 = 0

  public var bytesPerEvent: Double { eventCount == 0 ? 0 : Double(fileBytes) / Double(eventCount) }
  public var hotBytesPerEvent: Double { eventCount == 0 ? 0 : Double(hotBytes) / Double(eventCount) }

  /// Reads times and instruments of the whole file and the directories of all columns.
  public init(_ file: TickFile, gapCount: Int = 10) throws(TickStoreError) {
    instruments = file.instruments
    eventCount = file.eventCount
    orphanCount = file.orphanCount
    operations = [:]
    eventsByInstrument = Array(repeating: 0, count: file.instruments.count)
    blockCount = file.blockCount
    blockCapacity = file.blockCapacity
    keyframeCount = file.keyframeCount
    fileBytes = file.byteCount
    columns = []
    gaps = []
    for operation in EventCode.Operation.allCases where file.index.operationCounts[Int(operation.rawValue)] > 0 {
      operations["\(operation)"] = file.index.operationCounts[Int(operation.rawValue)]
    }
    do throws(FormatFault) {
      var totals: [UInt8: Column] = [:]
      for number in 0..<file.blockCount {
        let header = try file.header(ofBlock: number)
        let offset = file.index.blocks[number].offset
        try Self.add(try header.hot(file.mapping.view, at: offset), isHot: true, to: &totals)
        try Self.add(try header.cold(file.mapping.view, at: offset), isHot: false, to: &totals)
        hotBytes += header.hotLength
        coldBytes += header.coldLength
      }
      columns = totals.sorted { $0.key < $1.key }.map(\.value)
      for entry in file.index.keyframes {
        keyframeBytes += try FrameHeader(file.mapping.view, at: entry.offset).frameLength
      }
    } catch { throw error.inFile(file.path) }
    try readEvents(file, gapCount)
  }

  private static func add(_ view: ByteView, isHot: Bool, to totals: inout [UInt8: Column]) throws(FormatFault) {
    let section = try SectionView(view)
    for index in 0..<section.columnCount {
      let entry = try section.entry(index)
      let name = ColumnNumber(rawValue: entry.number).map { "\($0)" } ?? "column \(entry.number)"
      let encoding = ColumnEncoding(rawValue: entry.encoding).map { "\($0)" } ?? "unknown"
      var column = totals[entry.number] ?? Column(name: name, isHot: isHot, bytes: 0, values: 0, encodings: [:])
      column.bytes += entry.length + ColumnEntry.size
      column.values += UInt64(entry.count)
      column.encodings[encoding, default: 0] += 1
      totals[entry.number] = column
    }
  }

  private mutating func readEvents(_ file: TickFile, _ gapCount: Int) throws(TickStoreError) {
    var reader = try TickReader(file, options: TickReader.Options(columns: [.times, .instruments]))
    var batch = file.makeBatch()
    var first = Int64.max
    var last = Int64.min
    var previous: Int64?
    while try reader.nextBatch(into: &batch) {
      for index in 0..<batch.count {
        eventsByInstrument[Int(batch.uniformInstrument ?? batch.instruments[index])] += 1
        let time = batch.times[index]
        guard time != Timestamp.unknown.nanoseconds else { continue }
        first = min(first, time)
        last = max(last, time)
        if let previous {
          let (step, overflow) = time.subtractingReportingOverflow(previous)
          if time < previous { timeStepsBack += 1 } else if !overflow { note(step, after: previous, gapCount) }
        }
        previous = time
      }
    }
    if first <= last {
      firstTime = Timestamp(nanoseconds: first)
      lastTime = Timestamp(nanoseconds: last)
    }
  }

  private mutating func note(_ step: Int64, after time: Int64, _ gapCount: Int) {
    guard step > 0, gapCount > 0, gaps.count < gapCount || step > gaps[gaps.count - 1].nanoseconds else { return }
    let gap = Gap(after: Timestamp(nanoseconds: time), nanoseconds: step)
    gaps.insert(gap, at: gaps.firstIndex { $0.nanoseconds < step } ?? gaps.count)
    if gaps.count > gapCount { gaps.removeLast() }
  }
}
