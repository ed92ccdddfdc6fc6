/// Why a run could not be made, apart from faults of its scenario.
public struct RunError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// Data is missing, damaged or not what the scenario says.
    case badData
    /// The scenario asks for what its data does not allow.
    case badScenario
    /// The system refused: a folder, a full disk, a lock.
    case system
    /// Another run holds the folder, or a finished one is in the way.
    case occupied
    /// What was stored and what a run gives are not the same.
    case mismatch
    /// Somebody asked to stop.
    case interrupted
  }

  public var kind: Kind
  public var message: String
  /// What to do about it; empty when the message says it all.
  public var advice: String

  public init(_ kind: Kind, _ message: String, advice: String = "") {
    self.kind = kind
    self.message = message
    self.advice = advice
  }

  public var description: String { advice.isEmpty ? message : "\(message); \(advice)" }
}
