extension Program {
  /// `help [COMMAND...]` and, for machines, `help --json`.
  static func helpCommand(of root: Command, version: String) -> Command {
    let words = Argument<String>(.text("COMMAND"), isRequired: false, isRepeated: true, "The command to explain.")
    return Command(
      "help", summary: "Explain a command, or list all of them as JSON.", examples: ["help import", "help --json"],
      parameters: [words, CommonParameters.json]
    ) { invocation in
      let tree = withBuiltIns(root, version: version)
      var command = tree
      let path = invocation.all(words)
      for word in path {
        guard let next = command.subcommand(word) else {
          throw Failure.usage(
            "unknown command '\(word)'" + suggestion(for: word, among: command.subcommands.map(\.name)))
        }
        command = next
      }
      let console = invocation.console
      if invocation[CommonParameters.json] {
        let json = path.isEmpty ? treeJSON(tree, version: version) : commandJSON(command)
        try console.writeLine(json.indentedText)
      } else {
        try console.write(
          HelpText(programName: root.name, command: command, path: path, isStyled: console.stylesOutput).text)
      }
      return .success
    }
  }

  /// The tree that users see: with the commands every program has.
  static func withBuiltIns(_ root: Command, version: String) -> Command {
    var tree = root
    tree.subcommands += [helpCommand(of: root, version: version), completionsCommand(of: root)]
    return tree
  }

  private static func treeJSON(_ root: Command, version: String) -> JSONValue {
    .object([
      "program": .string(root.name), "version": .string(version), "summary": .string(root.summary),
      "options": .array((CommonParameters.shared + [CommonParameters.version]).map { parameterJSON($0.specification) }),
      "commands": .array(root.subcommands.map(commandJSON)),
      "exitCodes": .array(
        ExitCode.allCases.map { .object(["code": .integer($0.rawValue), "meaning": .string($0.meaning)]) }),
    ])
  }

  private static func commandJSON(_ command: Command) -> JSONValue {
    .object([
      "name": .string(command.name), "summary": .string(command.summary),
      "examples": .array(command.examples.map { .string($0) }),
      "arguments": .array(command.arguments.map(parameterJSON)),
      "options": .array(command.options.map(parameterJSON)),
      "commands": .array(command.subcommands.map(commandJSON)),
    ])
  }

  private static func parameterJSON(_ parameter: ParameterSpecification) -> JSONValue {
    var members: [JSONValue.Member] = [.init(key: "name", value: .string(parameter.name))]
    if let short = parameter.short { members.append(.init(key: "short", value: .string(String(short)))) }
    if parameter.role != .flag { members.append(.init(key: "value", value: .string(parameter.placeholder))) }
    if case .words(let words) = parameter.completion {
      members.append(.init(key: "choices", value: .array(words.map { .string($0) })))
    }
    members.append(.init(key: "required", value: .bool(parameter.isRequired)))
    members.append(.init(key: "repeated", value: .bool(parameter.isRepeated && parameter.role != .flag)))
    members.append(.init(key: "summary", value: .string(parameter.summary)))
    return .object(members)
  }
}
