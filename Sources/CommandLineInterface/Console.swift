import Glibc

/// Standard output takes no more: a closed pipe, a full disk.
public struct OutputError: Error, Hashable, Sendable, CustomStringConvertible {
  public var number: Int32

  /// The reader has gone, as in `lockstep cat FILE | head`: nothing is wrong.
  public var isClosedPipe: Bool { number == EPIPE }

  public var description: String { "cannot write to standard output: \(String(cString: strerror(number)))" }
}

/// Where a command's data and remarks go: data to standard output, everything else to standard error.
public final class Console {
  private var buffer: [UInt8] = []
  private let outputDescriptor: Int32
  private let messageDescriptor: Int32
  public internal(set) var isQuiet = false
  /// Data is styled only for a person's terminal that has not asked for plain text (`NO_COLOR`, `TERM=dumb`).
  public let stylesOutput: Bool
  public let stylesMessages: Bool

  public init(outputDescriptor: Int32 = 1, messageDescriptor: Int32 = 2) {
    self.outputDescriptor = outputDescriptor
    self.messageDescriptor = messageDescriptor
    let wantsPlainText = Self.environment("NO_COLOR").map { !$0.isEmpty } ?? false || Self.environment("TERM") == "dumb"
    stylesOutput = !wantsPlainText && isatty(outputDescriptor) == 1
    stylesMessages = !wantsPlainText && isatty(messageDescriptor) == 1
    buffer.reserveCapacity(Self.bufferSize + 4096)
  }

  static let bufferSize = 1 << 16

  /// Appends data to standard output.
  public func write(_ text: String) throws(OutputError) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  public func writeLine(_ text: String) throws(OutputError) {
    buffer.append(contentsOf: text.utf8)
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Hands everything written so far to the system.
  public func flush() throws(OutputError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    let number = buffer.withUnsafeBytes { Self.writeAll($0, to: outputDescriptor) }
    if number != 0 { throw OutputError(number: number) }
  }

  /// A remark for the person at the terminal; silent under `--quiet`.
  public func remark(_ text: String) {
    if !isQuiet { message(text) }
  }

  /// A line on standard error; a closed standard error is no reason to stop.
  public func message(_ text: String) {
    var line = Array(text.utf8)
    line.append(UInt8(ascii: "\n"))
    _ = line.withUnsafeBytes { Self.writeAll($0, to: messageDescriptor) }
  }

  func report(_ failure: Failure, command: String) {
    let label = stylesMessages ? "\u{1B}[1;31merror:\u{1B}[0m" : "error:"
    message("\(command): \(label) \(failure.message)")
    if !failure.advice.isEmpty { message(failure.advice) }
  }

  /// A progress line for a job, shown only on a terminal and not under `--quiet`.
  public func progress(_ label: String, totalBytes: Int? = nil) -> ProgressLine {
    ProgressLine(
      label: label, totalBytes: totalBytes,
      descriptor: !isQuiet && isatty(messageDescriptor) == 1 ? messageDescriptor : nil)
  }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Writes all bytes and returns 0, or the error number that stopped it.
  static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = bytes
    while let base = rest.baseAddress, rest.count > 0 {
      let count = Glibc.write(descriptor, base, rest.count)
      if count > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if count < 0, errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, 1000)
      } else if count < 0, errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
