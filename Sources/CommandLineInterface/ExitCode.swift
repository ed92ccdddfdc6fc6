/// How a command ended, as every shell and scheduler can read it.
public enum ExitCode: Int32, Hashable, Sendable, CaseIterable {
  case success = 0
  case failure = 1
  /// The command line itself is wrong.
  case usage = 2
  /// A scenario or setting is wrong.
  case badConfiguration = 3
  /// Data is missing, damaged or not what it claims to be.
  case badData = 4
  /// A risk control ended the run; its result is complete.
  case stoppedByRiskControl = 5
  /// A stored result or file is not what its hashes say.
  case verificationFailed = 6
  /// SIGINT or SIGTERM; nothing half-written is left.
  case interrupted = 130

  public var meaning: String {
    switch self {
    case .success: "done"
    case .failure: "failed"
    case .usage: "wrong command line"
    case .badConfiguration: "bad configuration"
    case .badData: "bad or missing data"
    case .stoppedByRiskControl: "stopped by a risk control"
    case .verificationFailed: "verification failed"
    case .interrupted: "interrupted"
    }
  }
}

/// An error a command reports to its user: what and where, what to do, and how the process ends.
public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
  public var code: ExitCode
  public var message: String
  /// What the user can do about it; empty when the message says it all.
  public var advice: String

  public init(_ code: ExitCode, _ message: String, advice: String = "") {
    self.code = code
    self.message = message
    self.advice = advice
  }

  public static func usage(_ message: String, advice: String = "") -> Failure {
    Failure(.usage, message, advice: advice)
  }

  public var description: String { advice.isEmpty ? message : "\(message)\n\(advice)" }
}
