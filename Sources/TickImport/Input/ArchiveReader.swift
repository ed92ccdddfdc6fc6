import CArchive
import Glibc

/// libarchive over a `FileInput`, restricted to the one container that the first bytes named.
final class ArchiveReader {
  private let archive: OpaquePointer
  private let source: Source

  /// What the C callbacks see: the input and the buffer that libarchive borrows until its next call.
  private final class Source {
    static let bufferSize = 256 << 10
    let input: FileInput
    let buffer: UnsafeMutableRawBufferPointer

    init(input: FileInput) {
      self.input = input
      buffer = .allocate(byteCount: Self.bufferSize, alignment: 16)
    }

    deinit { buffer.deallocate() }
  }

  init(input: FileInput, container: SourceStream.Container) throws(ImportError) {
    guard let archive = archive_read_new() else {
      throw ImportError(file: input.name, reason: "out of memory")
    }
    self.archive = archive
    source = Source(input: input)
    switch container {
    case .plain: break
    case .gzip: archive_read_support_filter_gzip(archive)
    case .xz: archive_read_support_filter_xz(archive)
    case .zstd: archive_read_support_filter_zstd(archive)
    case .zip: break
    }
    if container == .zip {
      archive_read_support_format_zip(archive)
    } else {
      archive_read_support_format_raw(archive)
    }
    if input.size != nil {
      archive_read_set_seek_callback(archive) { _, context, offset, whence in
        let source = Unmanaged<Source>.fromOpaque(context!).takeUnretainedValue()
        let place = source.input.seek(offset, whence)
        return place < 0 ? Int64(ARCHIVE_FATAL) : place
      }
    }
    let status = archive_read_open(
      archive, Unmanaged.passUnretained(source).toOpaque(), nil,
      { archive, context, piece in
        let source = Unmanaged<Source>.fromOpaque(context!).takeUnretainedValue()
        let got = source.input.readRaw(into: source.buffer)
        if got < 0 { ArchiveReader.reportReadFailure(archive, errno) }
        piece?.pointee = UnsafeRawPointer(source.buffer.baseAddress)
        return got < 0 ? Int(ARCHIVE_FATAL) : got
      }, nil)
    guard status == ARCHIVE_OK else { throw failure(input.name, input.bytesRead) }
  }

  deinit { archive_read_free(archive) }

  private static func reportReadFailure(_ archive: OpaquePointer?, _ code: Int32) {
    archive_clear_error(archive)
    archive_set_error_text(archive, code, strerror(code))
  }

  /// The name of the next entry that is a file; nil at the end.
  func nextEntry() throws(ImportError) -> String? {
    while true {
      var entry: OpaquePointer?
      switch archive_read_next_header(archive, &entry) {
      case ARCHIVE_OK, ARCHIVE_WARN:
        let kind = UInt32(archive_entry_filetype(entry))
        guard kind == UInt32(Glibc.S_IFREG) else { continue }
        return archive_entry_pathname_utf8(entry).map { String(cString: $0) }
          ?? archive_entry_pathname(entry).map { String(cString: $0) } ?? "data"
      case ARCHIVE_EOF: return nil
      case ARCHIVE_RETRY: continue
      default: throw failure(source.input.name, source.input.bytesRead)
      }
    }
  }

  /// Some decompressed bytes of the entry; 0 at its end.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, name: String, offset: Int
  ) throws(ImportError) -> Int {
    while true {
      let got = archive_read_data(archive, buffer.baseAddress, buffer.count)
      if got >= 0 { return got }
      if got == Int(ARCHIVE_RETRY) { continue }
      throw failure(name, offset)
    }
  }

  private func failure(_ name: String, _ offset: Int) -> ImportError {
    guard !source.input.isInterrupted else {
      return ImportError(file: name, position: .offset(offset), reason: "stopped", cause: .cancelled)
    }
    let text = archive_error_string(archive).map { String(cString: $0) } ?? "unknown failure"
    return ImportError(
      file: name, position: .offset(offset), reason: "cannot decompress: \(text)",
      advice: "The file is damaged or cut short.")
  }
}
