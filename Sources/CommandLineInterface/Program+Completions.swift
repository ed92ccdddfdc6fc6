extension Program {
  /// `completions bash|zsh|fish`.
  static func completionsCommand(of root: Command) -> Command {
    let shell = Argument<String>(.choice("SHELL", of: ["bash", "zsh", "fish"]), "The shell to complete in.")
    return Command(
      "completions", summary: "Print a completion script for a shell.",
      examples: ["completions bash > ~/.local/share/bash-completion/completions/\(root.name)"],
      discussion: """
        zsh:  \(root.name) completions zsh > a folder of $fpath, as _\(root.name)
        fish: \(root.name) completions fish > ~/.config/fish/completions/\(root.name).fish
        """,
      parameters: [shell]
    ) { invocation in
      let nodes = CompletionNode.all(in: withBuiltIns(root, version: ""))
      let script =
        switch invocation[shell] {
        case "zsh": ZshCompletion(program: root.name, nodes: nodes).script
        case "fish": FishCompletion(program: root.name, nodes: nodes).script
        default: BashCompletion(program: root.name, nodes: nodes).script
        }
      try invocation.console.write(script)
      return .success
    }
  }
}

/// A command of the flattened tree, as completion scripts need it.
struct CompletionNode {
  /// `""` for the program, else the names with a space before each: `" config show"`.
  var path: String
  var subcommands: [Command]
  var options: [ParameterSpecification]
  var arguments: [ParameterSpecification]

  static func all(in root: Command) -> [CompletionNode] {
    var nodes: [CompletionNode] = []
    func visit(_ command: Command, _ path: String) {
      let shared = CommonParameters.shared + (path.isEmpty ? [CommonParameters.version] : [])
      nodes.append(
        CompletionNode(
          path: path, subcommands: command.subcommands, options: command.options + shared.map(\.specification),
          arguments: command.arguments))
      for child in command.subcommands { visit(child, path + " " + child.name) }
    }
    visit(root, "")
    return nodes
  }

  func names(of option: ParameterSpecification) -> [String] {
    ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
  }

  /// A text between single quotes of any of the shells.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
