import Glibc

/// Raw bytes of a file or of standard input, with a look ahead at the first ones.
final class FileInput {
  let name: String
  /// nil for what cannot be read twice: a pipe, a terminal, standard input.
  let size: Int?
  private(set) var bytesRead = 0
  /// The last read was cut short by a signal.
  private(set) var isInterrupted = false
  private let descriptor: Int32
  private let ownsDescriptor: Bool
  private var ahead: [UInt8] = []

  init(path: String) throws(ImportError) {
    if path == SourceStream.standardInput {
      name = "standard input"
      descriptor = STDIN_FILENO
      ownsDescriptor = false
      size = nil
      return
    }
    name = path
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ImportError(file: path, reason: "this is not a file name")
    }
    // Opening a named pipe waits for its writer.
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let number = errno
      throw ImportError(
        file: path, reason: "cannot open: \(String(cString: strerror(number)))",
        cause: number == EINTR ? .cancelled : .badInput)
    }
    ownsDescriptor = true
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw ImportError(file: path, reason: "cannot open: \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw ImportError(file: path, reason: "this is a folder", advice: "Name the files in it.")
    }
    size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  deinit {
    if ownsDescriptor { close(descriptor) }
  }

  /// The next bytes without taking them; fewer than asked at the end.
  func peek(_ count: Int) throws(ImportError) -> [UInt8] {
    while ahead.count < count {
      var piece = [UInt8](repeating: 0, count: count - ahead.count)
      var got = 0
      piece.withUnsafeMutableBytes { got = Glibc.read(descriptor, $0.baseAddress, $0.count) }
      guard got >= 0 else { throw failure() }
      if got == 0 { break }
      ahead += piece.prefix(got)
    }
    return Array(ahead.prefix(count))
  }

  /// Reads over bytes, as many as there are.
  func skip(_ count: Int) throws(ImportError) {
    var scratch = [UInt8](repeating: 0, count: min(count, 1 << 16))
    var left = count
    while left > 0 {
      let wanted = min(left, scratch.count)
      let got = try scratch.withUnsafeMutableBufferPointer { (bytes) throws(ImportError) in
        try read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[..<wanted]))
      }
      if got == 0 { return }
      left -= got
    }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
    guard buffer.count > 0 else { return 0 }
    let got = readRaw(into: buffer)
    guard got >= 0 else { throw failure() }
    return got
  }

  /// As `read`, with -1 and `errno` for failure: what a C callback can report.
  func readRaw(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    if !ahead.isEmpty {
      let count = min(ahead.count, buffer.count)
      buffer.copyBytes(from: ahead[..<count])
      ahead.removeFirst(count)
      bytesRead += count
      return count
    }
    let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    bytesRead += max(0, got)
    isInterrupted = got < 0 && errno == EINTR
    return got
  }

  /// Moves to a place of a regular file; false when that is impossible.
  func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    guard size != nil else { return -1 }
    // Bytes looked at ahead are behind the descriptor already, so a relative move starts before them.
    let place =
      whence == SEEK_CUR
      ? lseek(descriptor, off_t(offset) - off_t(ahead.count), SEEK_CUR)
      : lseek(descriptor, off_t(offset), whence)
    if place >= 0 { ahead = [] }
    return Int64(place)
  }

  /// A signal whose handler does not ask to restart calls means that the program wants to stop, even while it waits.
  private func failure() -> ImportError {
    let number = errno
    isInterrupted = number == EINTR
    return ImportError(
      file: name, position: .offset(bytesRead), reason: "cannot read: \(String(cString: strerror(number)))",
      cause: isInterrupted ? .cancelled : .badInput)
  }
}
