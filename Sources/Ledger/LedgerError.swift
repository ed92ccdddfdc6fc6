/// Why a ledger could not be read or appended to: the file, where in it, and what is wrong.
public struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a caller can do about it.
  public enum Kind: Hashable, Sendable {
    /// The operating system refused.
    case system
    /// Another process is appending.
    case busy
    /// The bytes are not a ledger, or one of a later version.
    case notLedger
    /// A record in the middle does not fit its checksums: not the work of a crash.
    case damaged
    /// The ledger has fewer records than an earlier head counted.
    case truncated
    /// The ledger's first records are not those of an earlier head.
    case rewritten
    /// The caller asked for something the ledger cannot do.
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
