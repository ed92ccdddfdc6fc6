import Glibc

/// The few file operations that a ledger needs, so that tests can make each of them fail.
public protocol LedgerStorage: AnyObject {
  /// The name for error messages.
  var name: String { get }
  /// The length in bytes.
  func size() throws(LedgerError) -> Int
  /// The bytes from `offset`, fewer than `count` only at the end.
  func read(at offset: Int, count: Int) throws(LedgerError) -> [UInt8]
  /// Replaces or adds bytes; all are written, or it throws after writing some of them.
  func write(_ bytes: [UInt8], at offset: Int) throws(LedgerError)
  /// Cuts the file.
  func truncate(to size: Int) throws(LedgerError)
  /// Returns when everything written so far survives a loss of power.
  func sync() throws(LedgerError)
}

/// A ledger's file on disk.
final class LedgerFileStorage: LedgerStorage {
  let name: String
  private let descriptor: Int32

  /// Opens for reading only, or (creating the file if there is none) for appending under an exclusive lock.
  init(path: String, isAppending: Bool) throws(LedgerError) {
    name = path
    let flags = isAppending ? O_RDWR | O_CREAT : O_RDONLY
    // Without O_NONBLOCK a named pipe in the place of the file would wait for its other end.
    descriptor = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path, "cannot be opened") }
    do throws(LedgerError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, "cannot be examined") }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw LedgerError(.notLedger, file: path, reason: "is no regular file")
      }
      if isAppending { try lock() }
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  private func lock() throws(LedgerError) {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      guard errno == EWOULDBLOCK else { throw Self.failure(name, "cannot be locked") }
      throw LedgerError(.busy, file: name, reason: "another process is appending; try again when it has ended")
    }
  }

  func size() throws(LedgerError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(name, "cannot be examined") }
    return Int(status.st_size)
  }

  func read(at offset: Int, count: Int) throws(LedgerError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let got = pread(descriptor, buffer.baseAddress! + initialized, count - initialized, offset + initialized)
        if got < 0 && errno == EINTR { continue }
        failed = got < 0
        if got <= 0 { break }
        initialized += got
      }
    }
    if failed { throw Self.failure(name, "cannot be read") }
    return bytes
  }

  func write(_ bytes: [UInt8], at offset: Int) throws(LedgerError) {
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        pwrite(descriptor, buffer.baseAddress! + done, buffer.count - done, offset + done)
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw Self.failure(name, "cannot be written")
      }
      done += written
    }
  }

  func truncate(to size: Int) throws(LedgerError) {
    guard ftruncate(descriptor, size) == 0 else { throw Self.failure(name, "cannot be cut") }
  }

  func sync() throws(LedgerError) {
    guard fsync(descriptor) == 0 else { throw Self.failure(name, "cannot be synced") }
    // A new file's name must survive as well; a folder that may be written but not read cannot be synced by anybody.
    let handle = open(Self.folder(of: name), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else {
      if errno == EACCES { return }
      throw Self.failure(name, "its folder cannot be opened to sync it")
    }
    let reason = fsync(handle) == 0 ? 0 : errno
    close(handle)
    // Some file systems sync no folders and say so.
    guard reason == 0 || reason == EINVAL else {
      throw LedgerError(
        .system, file: name, reason: "its folder cannot be synced: \(String(cString: strerror(reason)))")
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func failure(_ path: String, _ what: String) -> LedgerError {
    LedgerError(.system, file: path, reason: "\(what): \(String(cString: strerror(errno)))")
  }
}
