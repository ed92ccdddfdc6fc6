import CArchive
import Glibc

/// A file that is written beside its place, compressed if asked, and appears there only when it is complete.
public final class OutputFile {
  /// How the bytes are packed on the way.
  public enum Compression: Hashable, Sendable {
    case none
    case zstd(level: Int)
    case gzip
  }

  public let path: String
  private let temporaryPath: String
  private var descriptor: Int32
  private var archive: OpaquePointer?
  private var pending: [UInt8] = []
  private static let bufferSize = 1 << 18

  /// Refuses to overwrite unless `replaces`; `-` is standard output.
  public init(path: String, compression: Compression = .none, replaces: Bool = false) throws(ImportError) {
    self.path = path
    if path == SourceStream.standardInput {
      temporaryPath = ""
      descriptor = STDOUT_FILENO
    } else {
      guard replaces || access(path, F_OK) != 0 else {
        throw ImportError(
          file: path, reason: "the file is there already", advice: "Replace it with --force.", cause: .badOutput)
      }
      temporaryPath = "\(path).\(getpid()).partial"
      descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    }
    pending.reserveCapacity(Self.bufferSize)
    guard descriptor >= 0 else { throw systemFailure("cannot create") }
    if compression != .none { try compress(compression) }
  }

  deinit { discard() }

  private func compress(_ compression: Compression) throws(ImportError) {
    guard let archive = archive_write_new() else { throw failure("out of memory") }
    self.archive = archive
    archive_write_set_format_raw(archive)
    switch compression {
    case .none: break
    case .gzip: archive_write_add_filter_gzip(archive)
    case .zstd(let level):
      archive_write_add_filter_zstd(archive)
      archive_write_set_filter_option(archive, "zstd", "compression-level", "\(level)")
    }
    archive_write_set_bytes_in_last_block(archive, 1)
    let entry = archive_entry_new()
    defer { archive_entry_free(entry) }
    archive_entry_set_pathname(entry, "data")
    archive_entry_set_filetype(entry, UInt32(Glibc.S_IFREG))
    guard archive_write_open_fd(archive, descriptor) == ARCHIVE_OK,
      archive_write_header(archive, entry) == ARCHIVE_OK
    else { throw archiveFailure() }
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(ImportError) {
    if pending.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize { return try put(bytes) }
    pending.append(contentsOf: bytes)
  }

  public func write(_ bytes: [UInt8]) throws(ImportError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(ImportError) in try write(UnsafeRawBufferPointer(bytes)) }
  }

  private func flush() throws(ImportError) {
    try pending.withUnsafeBufferPointer { (bytes) throws(ImportError) in try put(UnsafeRawBufferPointer(bytes)) }
    pending.removeAll(keepingCapacity: true)
  }

  private func put(_ bytes: UnsafeRawBufferPointer) throws(ImportError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      let count: Int
      if let archive {
        count = archive_write_data(archive, piece.baseAddress, piece.count)
        guard count > 0 else { throw archiveFailure() }
      } else {
        count = Glibc.write(descriptor, piece.baseAddress, piece.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw systemFailure("cannot write") }
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Makes the file appear: contents, then name, reach the disk.
  public func finish() throws(ImportError) {
    try flush()
    if let archive {
      guard archive_write_close(archive) == ARCHIVE_OK else { throw archiveFailure() }
      archive_write_free(archive)
      self.archive = nil
    }
    if temporaryPath.isEmpty { return }
    guard fsync(descriptor) == 0 else { throw systemFailure("cannot write") }
    close(descriptor)
    descriptor = -1
    guard rename(temporaryPath, path) == 0 else {
      let failure = systemFailure("cannot rename")
      unlink(temporaryPath)
      throw failure
    }
    let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) + "/" : "."
    let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folderDescriptor >= 0 {
      fsync(folderDescriptor)
      close(folderDescriptor)
    }
  }

  /// Leaves nothing behind; harmless after `finish`.
  public func discard() {
    if let archive {
      archive_write_fail(archive)
      archive_write_free(archive)
      self.archive = nil
    }
    if descriptor >= 0, !temporaryPath.isEmpty {
      close(descriptor)
      unlink(temporaryPath)
    }
    descriptor = -1
  }

  private func systemFailure(_ what: String) -> ImportError { failure("\(what): \(String(cString: strerror(errno)))") }

  private func archiveFailure() -> ImportError {
    let text = archive.flatMap { archive_error_string($0) }.map { String(cString: $0) }
    return failure("cannot compress: \(text ?? "unknown failure")")
  }

  private func failure(_ reason: String) -> ImportError { ImportError(file: path, reason: reason, cause: .badOutput) }
}
