import CArchive
import Glibc
import TickStore

/// A file that is written beside its place, compressed if asked, and appears there only when it is complete.
public final class OutputFile {
  /// How the bytes are packed on the way.
  public enum Compression: Hashable, Sendable {
    case none
    case zstd(level: Int)
    case gzip
  }

  public let path: String
  /// Nil for standard output.
  private let file: UnfinishedFile?
  private var archive: OpaquePointer?
  private var pending: [UInt8] = []
  private static let bufferSize = 1 << 18

  /// Refuses to overwrite unless `replaces`; `-` is standard output.
  public init(path: String, compression: Compression = .none, replaces: Bool = false) throws(ImportError) {
    self.path = path
    if path == SourceStream.standardInput {
      file = nil
    } else {
      guard replaces || access(path, F_OK) != 0 else {
        throw ImportError(
          file: path, reason: "the file is there already", advice: "Replace it with --force.", cause: .badOutput)
      }
      do throws(TickStoreError) { file = try UnfinishedFile(path: path) } catch {
        throw ImportError(file: path, reason: error.reason, cause: .badOutput)
      }
    }
    pending.reserveCapacity(Self.bufferSize)
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
    guard archive_write_open_fd(archive, file?.descriptor ?? STDOUT_FILENO) == ARCHIVE_OK,
      archive_write_header(archive, entry) == ARCHIVE_OK
    else { throw archiveFailure() }
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(ImportError) {
    if pending.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize { return try put(bytes) }
    pending.append(contentsOf: bytes)
  }

  /// Appends bytes.
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
        count = Glibc.write(file?.descriptor ?? STDOUT_FILENO, piece.baseAddress, piece.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw failure("cannot be written: \(String(cString: strerror(errno)))") }
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
    do throws(TickStoreError) { try file?.finish() } catch { throw failure(error.reason) }
  }

  /// Leaves nothing behind; harmless after `finish`.
  public func discard() {
    if let archive {
      archive_write_fail(archive)
      archive_write_free(archive)
      self.archive = nil
    }
    file?.discard()
  }

  private func archiveFailure() -> ImportError {
    let text = archive.flatMap { archive_error_string($0) }.map { String(cString: $0) }
    return failure("cannot compress: \(text ?? "unknown failure")")
  }

  private func failure(_ reason: String) -> ImportError { ImportError(file: path, reason: reason, cause: .badOutput) }
}
