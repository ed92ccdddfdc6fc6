import Glibc
import MarketTypes

/// Records of many sources, set aside in a temporary file until all are read: what a merge by time reads again.
///
/// The file has no name, so nothing is left behind however the process ends. Each source is one run of it.
final class RecordSpool {
  /// The records of one source, or of one entry of an archive.
  struct Run {
    var name: String
    var begin: Int
    var end = 0
    var count = 0
    /// The time of its first record.
    var firstTime = Timestamp.unknown.nanoseconds
    /// Where the run joins the stream: the time of its first news, or of its first record if that is later.
    var firstKey = Timestamp.unknown.nanoseconds
    /// The largest time in it.
    var lastKey = Timestamp.unknown.nanoseconds
  }

  private static let bufferSize = 1 << 20

  private(set) var runs: [Run] = []
  /// Records of all runs.
  private(set) var count = 0
  private let folder: String
  private let descriptor: Int32
  private let buffer: UnsafeMutablePointer<UInt8>
  private var used = 0
  private var written = 0
  private var coder = RecordCoder()
  private var run: Run?
  private var sawNews = false

  init(folder: String) throws(ImportError) {
    self.folder = folder
    var template = Array("\(folder)/.lockstep-import-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw ImportError(
        file: folder, reason: "a temporary file cannot be created there: \(reason)", cause: .badOutput)
    }
    unlink(template)
    buffer = .allocate(capacity: Self.bufferSize + RecordCoder.maximumLength)
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// Ends the run at hand and begins the next.
  func begin(_ name: String) {
    endRun()
    run = Run(name: name, begin: written + used)
    coder = RecordCoder()
    sawNews = false
  }

  func append(_ record: SourceRecord) throws(ImportError) {
    used += coder.encode(record, at: buffer + used)
    let time = record.event.exchangeTime.nanoseconds
    if run?.count == 0 { run?.firstTime = time }
    run?.count += 1
    count += 1
    if !sawNews, time != Timestamp.unknown.nanoseconds { place(record.event, time) }
    if let last = run?.lastKey, time > last { run?.lastKey = time }
    if used >= Self.bufferSize { try flush() }
  }

  /// A snapshot in front of the news states the times of its orders, which may lie days back: it belongs to the news.
  private func place(_ event: MarketEvent, _ time: Int64) {
    switch event.kind {
    case .clear, .snapshotBegin, .snapshotEnd: break
    default: sawNews = !event.flags.contains(.snapshot)
    }
    if sawNews || run?.firstKey == Timestamp.unknown.nanoseconds { run?.firstKey = time }
  }

  private func endRun() {
    guard var ended = run, ended.count > 0 else { return }
    ended.end = written + used
    // A run without any time stays behind the one before it.
    if ended.lastKey == Timestamp.unknown.nanoseconds {
      ended.firstKey = runs.last?.lastKey ?? Timestamp.unknown.nanoseconds
      ended.lastKey = ended.firstKey
    }
    ended.firstKey = max(ended.firstKey, ended.firstTime)
    runs.append(ended)
    run = nil
  }

  /// Ends the last run; everything is readable from here on.
  func finish() throws(ImportError) {
    endRun()
    try flush()
  }

  private func flush() throws(ImportError) {
    var done = 0
    while done < used {
      let count = Glibc.write(descriptor, buffer + done, used - done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("written") }
      done += count
    }
    written += used
    used = 0
  }

  /// Reads bytes of the finished spool.
  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(ImportError) {
    var done = 0
    while done < bytes.count {
      let count = pread(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("read") }
      done += count
    }
  }

  private func failure(_ what: String) -> ImportError {
    ImportError(
      file: folder, reason: "a temporary file there cannot be \(what): \(String(cString: strerror(errno)))",
      cause: .badOutput)
  }
}

/// Reads one run of a spool, with the key that places its next record in the merged stream.
struct SpoolReader {
  private let spool: RecordSpool
  private var buffer: [UInt8]
  private var position = 0
  private var filled = 0
  private var offset: Int
  private let end: Int
  private var left: Int
  private var coder = RecordCoder()
  /// The next record and its key: the running maximum of the run's times, because captures step back.
  private(set) var record: SourceRecord
  private(set) var key: Int64

  /// A reader at the first record of a run that has some.
  init(_ spool: RecordSpool, _ run: RecordSpool.Run, bufferSize: Int) throws(ImportError) {
    precondition(run.count > 0 && bufferSize >= RecordCoder.maximumLength)
    self.spool = spool
    // Room behind the last byte, so that a record never reads beyond the buffer.
    buffer = Array(repeating: 0, count: min(bufferSize, run.end - run.begin) + RecordCoder.maximumLength)
    offset = run.begin
    end = run.end
    left = run.count
    key = run.firstKey
    record = SourceRecord(event: MarketEvent(kind: .orphan, exchangeTime: .unknown))
    _ = try advance()
  }

  /// Goes to the next record; false at the end.
  @inline(__always)
  mutating func advance() throws(ImportError) -> Bool {
    guard left > 0 else { return false }
    left -= 1
    if filled - position < RecordCoder.maximumLength, offset < end { try refill() }
    let begin = position
    (record, position) = buffer.withUnsafeBufferPointer { bytes in
      let start = bytes.baseAddress! + begin
      var place = start
      let record = coder.decode(&place)
      return (record, begin + (place - start))
    }
    key = max(key, record.event.exchangeTime.nanoseconds)
    return true
  }

  private mutating func refill() throws(ImportError) {
    let rest = filled - position
    let (from, count) = (position, min(buffer.count - RecordCoder.maximumLength - rest, end - offset))
    let (spool, begin) = (spool, offset)
    try buffer.withUnsafeMutableBufferPointer { (bytes) throws(ImportError) in
      let raw = UnsafeMutableRawBufferPointer(bytes)
      raw.copyBytes(from: UnsafeRawBufferPointer(rebasing: raw[from..<from + rest]))
      try spool.read(into: UnsafeMutableRawBufferPointer(rebasing: raw[rest..<rest + count]), at: begin)
    }
    position = 0
    filled = rest + count
    offset += count
  }
}
