/// Why a tick file could not be written or read: the file, where in it, and what is wrong.
public struct TickStoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a caller can do about it.
  public enum Kind: Hashable, Sendable {
    /// The operating system refused.
    case system
    /// The bytes are not a tick file, or one of a later version.
    case notTicks
    /// The file ends early or lacks its footer; `TickFile.repair` recovers the complete blocks.
    case torn
    /// A checksum or a stated length does not fit its bytes.
    case corrupt
    /// The caller asked for something the writer or reader cannot do.
    case misuse
  }

  public var kind: Kind
  public var file: String
  /// Byte offset in the file, where there is one.
  public var offset: Int?
  public var reason: String

  public init(_ kind: Kind, file: String, offset: Int? = nil, reason: String) {
    self.kind = kind
    self.file = file
    self.offset = offset
    self.reason = reason
  }

  public var description: String {
    if let offset { "\(file) at byte \(offset): \(reason)" } else { "\(file): \(reason)" }
  }
}

/// A fault found while decoding, before it is known which file the bytes came from.
struct FormatFault: Error, Hashable {
  var kind: TickStoreError.Kind = .corrupt
  /// Nil where only the caller knows which bytes the values came from; it says so with `placed`.
  var offset: Int?
  var reason: String

  @inline(never)
  init(_ reason: String, at offset: Int? = nil, kind: TickStoreError.Kind = .corrupt) {
    self.kind = kind
    self.offset = offset
    self.reason = reason
  }

  /// The fault with the frame it was found in, where it has no closer place.
  func placed(at frame: Int) -> FormatFault { offset == nil ? FormatFault(reason, at: frame, kind: kind) : self }

  func inFile(_ file: String) -> TickStoreError {
    TickStoreError(kind, file: file, offset: offset, reason: reason)
  }
}
