import Glibc

/// A command-line program: a name, a version and a tree of commands.
public struct Program: Sendable {
  public var version: String
  /// Its name is the program's; its subcommands are what users call.
  public var root: Command
  /// Turns an error of a library into what the user sees.
  public var explain: @Sendable (any Error) -> Failure?

  public init(
    _ name: String, version: String, summary: String, examples: [String] = [], discussion: String = "",
    commands: [Command], explain: @escaping @Sendable (any Error) -> Failure? = { _ in nil }
  ) {
    self.version = version
    self.explain = explain
    root = Command(name, summary: summary, examples: examples, discussion: discussion, subcommands: commands)
    root.subcommands += [Self.helpCommand(of: root, version: version), Self.completionsCommand(of: root)]
  }

  public var name: String { root.name }

  /// Checks a command line without running it.
  public func check(_ words: [String]) throws(Failure) {
    _ = try CommandParser.parse(words, root: root)
  }

  /// Runs the process's own command line and ends the process.
  public func main() -> Never {
    Interruption.listen()
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  /// Runs one command line.
  public func run(_ words: [String], console: Console = Console()) -> ExitCode {
    var place = name
    do {
      var code = ExitCode.success
      switch try CommandParser.parse(words, root: root) {
      case .version: try console.writeLine("\(name) \(version)")
      case .help(let command, let path):
        try console.write(
          HelpText(programName: name, command: command, path: path, isStyled: console.stylesOutput).text)
      case .run(let command, let path, let values):
        place = ([name] + path).joined(separator: " ")
        let invocation = Invocation(path: path, console: console, values: values)
        console.isQuiet = invocation[CommonParameters.quiet]
        code = try command.action?(invocation) ?? .success
      }
      try console.flush()
      return code
    } catch {
      return end(error, place: place, console: console)
    }
  }

  private func end(_ error: any Error, place: String, console: Console) -> ExitCode {
    if let error = error as? OutputError {
      if error.isClosedPipe { return .success }
      console.report(Failure(.failure, error.description), command: place)
      return .failure
    }
    // What was written before the error is data too; a second failure adds nothing to the first.
    try? console.flush()
    let failure: Failure
    switch error {
    case let error as Failure: failure = error
    case is Interrupted: failure = Failure(.interrupted, "interrupted")
    default: failure = explain(error) ?? Failure(.failure, "\(error)")
    }
    console.report(failure, command: place)
    return failure.code
  }
}
