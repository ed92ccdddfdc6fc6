import Glibc

/// Records of equal size, in the order of their numbers: the newest in memory, those before them in a file without a name,
/// so that memory does not grow with the length of a run.
///
/// Written by one thread; after `finish` it only gives its records back, to any thread. Few records never reach a disk.
final class RowFile<Record: BitwiseCopyable & Sendable>: @unchecked Sendable {
  private let folder: String
  /// Records that stay in memory at most.
  private let limit: Int
  private var descriptor: Int32 = -1
  /// The newest, from number `stored` on.
  private var newest: [Record] = []
  private var stored = 0
  /// Everything, once it is finished and does not fit.
  private var map: UnsafeMutableRawPointer?
  private(set) var count = 0
  /// The most records that were held in memory at once.
  private(set) var mostHeld = 0

  init(in folder: String, limit: Int) {
    self.folder = folder
    self.limit = Swift.max(1, limit)
  }

  deinit {
    if let map { munmap(map, stored * MemoryLayout<Record>.stride) }
    if descriptor >= 0 { close(descriptor) }
  }

  /// Everything lies in memory.
  var isInMemory: Bool { map == nil && stored == 0 }

  func append(_ record: Record) throws(RunError) {
    if newest.count == limit { try store() }
    newest.append(record)
    count += 1
    mostHeld = Swift.max(mostHeld, newest.count)
  }

  /// Changes a record, wherever it lies.
  func replace(_ number: Int, with record: Record) throws(RunError) {
    precondition(map == nil && number < count, "the rows are finished, or there is no such row")
    if number >= stored {
      newest[number - stored] = record
    } else {
      try write([record], from: number)
    }
  }

  /// Says that nothing follows.
  func finish() throws(RunError) {
    guard stored > 0, map == nil else { return }
    try store()
    let size = stored * MemoryLayout<Record>.stride
    guard let all = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), all != MAP_FAILED else {
      throw failure("cannot be mapped")
    }
    map = all
  }

  /// A record of a finished file, or one that is still in memory.
  subscript(_ number: Int) -> Record {
    precondition((0..<count).contains(number), "there is no such row")
    if let map { return map.load(fromByteOffset: number * MemoryLayout<Record>.stride, as: Record.self) }
    precondition(number >= stored, "rows are read after the last was written")
    return newest[number - stored]
  }

  private func store() throws(RunError) {
    try write(newest, from: stored)
    stored += newest.count
    newest.removeAll(keepingCapacity: true)
  }

  private func write(_ records: [Record], from number: Int) throws(RunError) {
    if descriptor < 0 { try open() }
    let stride = MemoryLayout<Record>.stride
    var done = 0
    while done < records.count * stride {
      let count = records.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done, off_t(number * stride + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("cannot be written") }
      done += count
    }
  }

  private func open() throws(RunError) {
    // Without a name from the start; where the file system knows no such files, the name is taken away at once.
    descriptor = Glibc.open(folder, 0o20_000_000 | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 { return }
    var name = Array("\(folder)/.rows-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw failure("cannot be made") }
    unlink(name)
  }

  private func failure(_ what: String) -> RunError {
    let reason = errno
    return RunError(
      .system, "\(folder): the file of orders and fills \(what): \(String(cString: strerror(reason)))",
      advice: reason == ENOSPC || reason == EDQUOT ? "free some space, or name another folder with -o" : "")
  }
}

extension RowFile: RandomAccessCollection {
  var startIndex: Int { 0 }
  var endIndex: Int { count }
}

/// Where rows of the shown lane lie while a run goes on.
struct RowStorage: Sendable {
  var folder: String = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  /// Rows of one kind that stay in memory; what is more goes to the disk.
  var limit = 1 << 16

  func file<Record: BitwiseCopyable & Sendable>(of type: Record.Type = Record.self) -> RowFile<Record> {
    RowFile(in: folder, limit: limit)
  }
}
