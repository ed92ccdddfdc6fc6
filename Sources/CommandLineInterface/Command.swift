/// One command of a tree: what it accepts, how it is explained, and what it does.
///
/// Commands are plain values, so that a program with its own strategies can take a library's commands, add or drop
/// some, and hand the tree to `Program`.
public struct Command: Sendable {
  public typealias Action = @Sendable (Invocation) throws -> ExitCode

  public var name: String
  /// One line for the list of commands.
  public var summary: String
  /// Whole command lines without the program's name; help shows them first.
  public var examples: [String]
  /// Paragraphs after the list of options.
  public var discussion: String
  public var parameters: [any Parameter]
  public var subcommands: [Command]
  public var action: Action?

  public init(
    _ name: String, summary: String, examples: [String] = [], discussion: String = "",
    parameters: [any Parameter] = [], subcommands: [Command] = [], action: Action? = nil
  ) {
    self.name = name
    self.summary = summary
    self.examples = examples
    self.discussion = discussion
    self.parameters = parameters
    self.subcommands = subcommands
    self.action = action
  }

  var options: [ParameterSpecification] { parameters.map(\.specification).filter { $0.role != .argument } }
  var arguments: [ParameterSpecification] { parameters.map(\.specification).filter { $0.role == .argument } }

  func subcommand(_ name: String) -> Command? { subcommands.first { $0.name == name } }
}

/// Parameters that many commands share.
public enum CommonParameters {
  public static let help = Flag("help", short: "h", "Explain this command.")
  public static let quiet = Flag("quiet", short: "q", "Print no progress and no remarks, only data and errors.")
  public static let json = Flag("json", "Print JSON for machines.")
  public static let force = Flag("force", short: "f", "Replace the output file if it exists.")
  public static let version = Flag("version", "Print the version.")

  /// Accepted by every command of a program.
  static let shared: [any Parameter] = [help, quiet]
}
