/// Why a source could not be read: the file, where in it, what is wrong and what to do.
public struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// Byte offset in the decompressed file, or a line number for text formats.
  public var position: Position
  public var reason: String
  public var advice: String

  public enum Position: Hashable, Sendable {
    case none
    case offset(Int)
    case line(Int)
  }

  public init(file: String, position: Position = .none, reason: String, advice: String = "") {
    self.file = file
    self.position = position
    self.reason = reason
    self.advice = advice
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
