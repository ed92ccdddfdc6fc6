/// A bash script that completes commands, options, choices and paths.
struct BashCompletion {
  let program: String
  let nodes: [CompletionNode]

  var script: String {
    let paths = nodes.map(\.path).filter { !$0.isEmpty }.map { "\"\($0)\"" }.joined(separator: "|")
    var lines = [
      "# bash completion for \(program)",
      "_\(program)() {",
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path= word words= kind=",
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do",
      "    case \"$path $word\" in",
      "      \(paths)) path=\"$path $word\" ;;",
      "    esac",
      "  done",
      "  case \"$path $previous\" in",
    ]
    for node in nodes {
      for option in node.options where option.role == .option {
        let pattern = node.names(of: option).map { "\"\(node.path) \($0)\"" }.joined(separator: "|")
        lines.append("    \(pattern)) \(assignment(option.completion)) ;;")
      }
    }
    lines += ["    *) case \"$path\" in"]
    for node in nodes {
      let options = node.options.flatMap(node.names).joined(separator: " ")
      let words = node.subcommands.map(\.name).joined(separator: " ")
      let values = node.arguments.last.map { assignment($0.completion) } ?? "words='\(words)'"
      lines.append(
        "      \"\(node.path)\") if [[ $current == -* ]]; then words='\(options)'; else \(values); fi ;;")
    }
    lines += [
      "    esac ;;",
      "  esac",
      "  COMPREPLY=()",
      "  case \"$kind\" in",
      "    file) mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); compopt -o filenames 2>/dev/null ;;",
      "    folder) mapfile -t COMPREPLY < <(compgen -d -- \"$current\"); compopt -o filenames 2>/dev/null ;;",
      "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\") ;;",
      "  esac",
      "}",
      "complete -F _\(program) \(program) ./\(program)",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private func assignment(_ completion: Completion) -> String {
    switch completion {
    case .none: "words="
    case .files: "kind=file"
    case .folders: "kind=folder"
    case .words(let words): "words='\(words.joined(separator: " "))'"
    }
  }
}

/// A zsh script: one `_arguments` call per command.
struct ZshCompletion {
  let program: String
  let nodes: [CompletionNode]

  var script: String {
    var lines = ["#compdef \(program)", ""]
    for node in nodes { lines += function(node) }
    lines.append("\(functionName("")) \"$@\"")
    return lines.joined(separator: "\n") + "\n"
  }

  private func functionName(_ path: String) -> String {
    "_" + program + String(path.map { $0 == " " || $0 == "-" ? "_" : $0 })
  }

  private func function(_ node: CompletionNode) -> [String] {
    var lines = ["\(functionName(node.path))() {", "  local context state line", "  _arguments -C \\"]
    for option in node.options {
      for name in node.names(of: option) {
        let value = option.role == .option ? ":\(option.placeholder):\(action(option.completion))" : ""
        lines.append("    \(CompletionNode.quoted("*\(name)[\(escaped(option.summary))]\(value)")) \\")
      }
    }
    for argument in node.arguments {
      let repeated = argument.isRepeated ? "*" : ""
      lines.append("    '\(repeated):\(argument.placeholder):\(action(argument.completion))' \\")
    }
    if node.subcommands.isEmpty { return lines + ["    && return 0", "}", ""] }
    lines += ["    '1:command:->command' '*::argument:->argument' && return 0", "  case $state in", "    command)"]
    lines.append("      local -a commands=(")
    for command in node.subcommands {
      lines.append("        \(CompletionNode.quoted("\(command.name):\(command.summary)"))")
    }
    lines += ["      )", "      _describe command commands ;;", "    argument)", "      case $line[1] in"]
    for command in node.subcommands {
      lines.append("        \(command.name)) \(functionName(node.path + " " + command.name)) ;;")
    }
    return lines + ["      esac ;;", "  esac", "}", ""]
  }

  private func action(_ completion: Completion) -> String {
    switch completion {
    case .none: " "
    case .files: "_files"
    case .folders: "_files -/"
    case .words(let words): "(\(words.joined(separator: " ")))"
    }
  }

  private func escaped(_ text: String) -> String {
    String(text.flatMap { "[]:\\".contains($0) ? ["\\", $0] : [$0] })
  }
}

/// A fish script: one `complete` line per command, option and choice.
struct FishCompletion {
  let program: String
  let nodes: [CompletionNode]

  var script: String {
    var lines = ["# fish completion for \(program)", "complete -c \(program) -f"]
    for node in nodes {
      let here = condition(node)
      for command in node.subcommands {
        lines.append("complete -c \(program) \(here) -a \(command.name) -d \(CompletionNode.quoted(command.summary))")
      }
      for option in node.options {
        let short = option.short.map { " -s \($0)" } ?? ""
        let value = option.role == .option ? " -r" + action(option.completion) : ""
        lines.append(
          "complete -c \(program) \(here) -l \(option.name)\(short)\(value) -d \(CompletionNode.quoted(option.summary))"
        )
      }
      for argument in node.arguments {
        let values = action(argument.completion)
        if !values.isEmpty { lines.append("complete -c \(program) \(here)\(values)") }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func condition(_ node: CompletionNode) -> String {
    let words = node.path.split(separator: " ")
    if words.isEmpty { return "-n __fish_use_subcommand" }
    var tests = words.map { "__fish_seen_subcommand_from \($0)" }
    if !node.subcommands.isEmpty {
      tests.append("not __fish_seen_subcommand_from \(node.subcommands.map(\.name).joined(separator: " "))")
    }
    return "-n '\(tests.joined(separator: "; and "))'"
  }

  private func action(_ completion: Completion) -> String {
    switch completion {
    case .none: ""
    case .files: " -F"
    case .folders: " -a '(__fish_complete_directories)'"
    case .words(let words): " -a '\(words.joined(separator: " "))'"
    }
  }
}
