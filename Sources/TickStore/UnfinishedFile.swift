import Glibc

/// A file that appears under its name only when it is complete: written beside it, synced, renamed, its folder synced.
///
/// Dropped before `finish`, it leaves nothing behind.
public final class UnfinishedFile {
  public let path: String
  private let temporary: String
  /// Where the bytes go; -1 once the file is finished or discarded.
  public private(set) var descriptor: Int32

  /// Opens the file beside `path`, or beside what `path` links to; a device, pipe or folder of that name is refused.
  public init(path stated: String) throws(TickStoreError) {
    path = try Self.target(of: stated)
    temporary = "\(path).\(getpid()).partial"
    descriptor = unsafe open(temporary, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw TickStoreError(system: path, "cannot be created") }
  }

  deinit { discard() }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(TickStoreError) {
    var done = 0
    while done < bytes.count {
      let written = unsafe Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if written < 0 {
        if errno == EINTR { continue }
        throw TickStoreError(system: path, "cannot be written")
      }
      done += written
    }
  }

  /// Writes over the first bytes of what has been written.
  public func replaceStart(with bytes: UnsafeRawBufferPointer) throws(TickStoreError) {
    var done = 0
    while done < bytes.count {
      let written = unsafe pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(done))
      if written < 0 {
        if errno == EINTR { continue }
        throw TickStoreError(system: path, "cannot be written")
      }
      done += written
    }
  }

  /// Makes the file appear: contents, then name, reach the disk.
  public func finish() throws(TickStoreError) {
    precondition(descriptor >= 0, "a file is finished once")
    do throws(TickStoreError) {
      guard fsync(descriptor) == 0 else { throw TickStoreError(system: path, "cannot be synced") }
      let closed = close(descriptor)
      descriptor = -1
      guard closed == 0 else { throw TickStoreError(system: path, "cannot be closed") }
      guard unsafe rename(temporary, path) == 0 else {
        throw TickStoreError(system: path, "cannot be renamed into place")
      }
    } catch {
      discard()
      unsafe unlink(temporary)
      throw error
    }
    try syncFolder()
  }

  /// The name itself lasts only once its folder is on disk. A folder that may be written but not read cannot be synced by
  /// anybody, and some file systems sync no folders and say so.
  private func syncFolder() throws(TickStoreError) {
    let folder = unsafe open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else {
      if errno == EACCES { return }
      throw TickStoreError(system: path, "is whole, but its folder cannot be opened to sync its name")
    }
    let reason = fsync(folder) == 0 ? 0 : errno
    close(folder)
    guard reason == 0 || reason == EINVAL else {
      errno = reason
      throw TickStoreError(system: path, "is whole, but its name cannot be synced and may not outlast a loss of power")
    }
  }

  /// Leaves nothing behind; harmless after `finish`.
  public func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    unsafe unlink(temporary)
  }

  /// The name that the finished file takes. To rename over a link would cut it, and over a device or pipe would replace it.
  private static func target(of path: String) throws(TickStoreError) -> String {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return path }
    var target = path
    if status.st_mode & S_IFMT == S_IFLNK {
      guard let resolved = unsafe realpath(path, nil) else {
        throw TickStoreError(system: path, "is a link to nothing that can be found")
      }
      target = unsafe String(cString: resolved)
      unsafe free(resolved)
      guard unsafe lstat(target, &status) == 0 else { return target }
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TickStoreError(.system, file: path, reason: "is not a regular file")
    }
    return target
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

extension TickStoreError {
  /// What the operating system refused, with its reason.
  init(system file: String, _ what: String) {
    let reason = unsafe String(cString: strerror(errno))
    self.init(.system, file: file, reason: "\(what): \(reason)")
  }
}
