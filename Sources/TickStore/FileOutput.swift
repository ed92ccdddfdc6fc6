import Glibc

/// A file that appears under its name only when it is complete: written beside, synced, renamed, folder synced.
struct FileOutput: ~Copyable {
  private let path: String
  private let temporary: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 20
  /// Bytes accepted so far.
  private(set) var offset = 0

  init(path: String) throws(TickStoreError) {
    self.path = path
    temporary = path + ".\(getpid()).partial"
    descriptor = unsafe open(temporary, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(temporary, "cannot be created") }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      unsafe unlink(temporary)
    }
  }

  mutating func write(_ bytes: [UInt8]) throws(TickStoreError) {
    buffer.append(contentsOf: bytes)
    offset += bytes.count
    if buffer.count >= Self.bufferSize { try flush() }
  }

  private mutating func flush() throws(TickStoreError) {
    var done = 0
    while done < buffer.count {
      let written = unsafe buffer.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw Self.failure(temporary, "cannot be written")
      }
      done += written
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Makes the file appear.
  mutating func finish() throws(TickStoreError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw Self.failure(temporary, "cannot be synced") }
    guard close(descriptor) == 0 else {
      descriptor = -1
      unsafe unlink(temporary)
      throw Self.failure(temporary, "cannot be closed")
    }
    descriptor = -1
    guard unsafe rename(temporary, path) == 0 else {
      unsafe unlink(temporary)
      throw Self.failure(path, "cannot be renamed into place")
    }
    let folder = Self.folder(of: path)
    let handle = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { return }
    fsync(handle)
    close(handle)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func failure(_ path: String, _ what: String) -> TickStoreError {
    let reason = unsafe String(cString: strerror(errno))
    return TickStoreError(.system, file: path, reason: "\(what): \(reason)")
  }
}
