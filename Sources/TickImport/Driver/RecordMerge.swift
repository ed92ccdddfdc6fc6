/// Merges the runs of a spool into one stream in time order.
///
/// A run keeps its own order: its key is the running maximum of its times, so that an event whose time steps back stays
/// behind those before it. Of equal keys the earlier-named source goes first.
struct RecordMerge {
  /// Memory for the buffers of all runs that are open at once.
  private static let bufferBytes = 64 << 20
  private static let reportEvery = 1 << 14

  private struct Entry {
    var key: Int64
    var run: Int

    static func < (left: Entry, right: Entry) -> Bool {
      left.key != right.key ? left.key < right.key : left.run < right.run
    }
  }

  private let spool: RecordSpool
  private let bufferSize: Int
  private var heap: [Entry] = []
  /// Opened when its turn comes and dropped at its end: files of many days hold few buffers at once.
  private var readers: [SpoolReader?]

  /// A merge of a finished spool.
  init(_ spool: RecordSpool, bufferSize: Int? = nil) {
    self.spool = spool
    self.bufferSize = bufferSize ?? max(1 << 12, min(1 << 20, Self.bufferBytes / max(1, spool.runs.count)))
    readers = Array(repeating: nil, count: spool.runs.count)
    // Sorted entries are a heap.
    heap = spool.runs.indices.map { Entry(key: spool.runs[$0].firstKey, run: $0) }.sorted { $0 < $1 }
  }

  /// Hands every record to the sink.
  ///
  /// - Parameter progress: Called with the records done, now and then; returns false to stop.
  mutating func run(into sink: inout ImportSink, progress: (Int) -> Bool) throws(ImportError) {
    var done = 0
    var current = -1
    let spool = spool
    try run { (record, run) throws(ImportError) in
      if run != current {
        current = run
        sink.sourceName = spool.runs[run].name
      }
      try sink.append(record)
      done += 1
      if done % Self.reportEvery == 0, !progress(done) {
        throw ImportError(file: sink.sourceName, reason: "stopped", cause: .cancelled)
      }
    }
  }

  /// Calls `body` with every record and the number of its run.
  @inline(__always)
  mutating func run(_ body: (SourceRecord, Int) throws(ImportError) -> Void) throws(ImportError) {
    while let top = heap.first {
      var reader: SpoolReader
      if let open = readers[top.run] {
        reader = open
        readers[top.run] = nil
      } else {
        reader = try SpoolReader(spool, spool.runs[top.run], bufferSize: bufferSize)
      }
      let bound = second
      var goesOn = true
      repeat {
        try body(reader.record, top.run)
        goesOn = try reader.advance()
      } while goesOn && (bound.map { Entry(key: reader.key, run: top.run) < $0 } ?? true)
      if goesOn {
        heap[0].key = reader.key
        readers[top.run] = reader
      } else {
        let last = heap.removeLast()
        if !heap.isEmpty { heap[0] = last }
      }
      siftDown()
    }
  }

  /// The smallest entry but the first.
  private var second: Entry? {
    guard heap.count > 1 else { return nil }
    return heap.count > 2 && heap[2] < heap[1] ? heap[2] : heap[1]
  }

  private mutating func siftDown() {
    var place = 0
    while true {
      var least = place
      for child in 2 * place + 1...2 * place + 2 where child < heap.count && heap[child] < heap[least] {
        least = child
      }
      if least == place { return }
      heap.swapAt(least, place)
      place = least
    }
  }
}
