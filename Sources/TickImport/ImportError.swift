/// Why a source could not be read: the file, where in it, what is wrong and what to do.
public struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// Byte offset in the decompressed file, or a line number for text formats.
  public var position: Position
  public var reason: String
  public var advice: String
  public var cause: Cause

  /// Whose fault it is, for the exit code.
  public enum Cause: Hashable, Sendable {
    case badInput
    case badOutput
    case cancelled
  }

  /// Where in the file.
  public enum Position: Hashable, Sendable {
    case none
    case offset(Int)
    case line(Int)
  }

  public init(
    file: String, position: Position = .none, reason: String, advice: String = "",
    cause: Cause = .badInput
  ) {
    self.file = file
    self.position = position
    self.reason = reason
    self.advice = advice
    self.cause = cause
  }

  public var description: String {
    let place =
      switch position {
      case .none: file
      case .offset(let offset): "\(file) at byte \(offset)"
      case .line(let line): "\(file) line \(line)"
      }
    return advice.isEmpty ? "\(place): \(reason)" : "\(place): \(reason). \(advice)"
  }
}
