/// What a command line asks for.
enum Request {
  case run(Command, path: [String], values: [String: [any Sendable]])
  case help(Command, path: [String])
  case version
}

/// Reads a command line against a tree of commands.
struct CommandParser {
  let root: Command
  private var command: Command
  private var path: [String] = []
  private var values: [String: [any Sendable]] = [:]
  private var positional: [String] = []
  private var asksForHelp = false
  private var asksForVersion = false

  private init(root: Command) {
    self.root = root
    command = root
  }

  /// The request, or a usage failure that names the word that is wrong.
  static func parse(_ words: [String], root: Command) throws(Failure) -> Request {
    var parser = CommandParser(root: root)
    do {
      try parser.read(words)
      return try parser.finish()
    } catch {
      // The mistake belongs to a command: say how to learn about it.
      var failure = error
      if failure.advice.isEmpty {
        failure.advice = "Try '\(([root.name] + parser.path).joined(separator: " ")) --help'."
      }
      throw failure
    }
  }

  private mutating func read(_ words: [String]) throws(Failure) {
    var index = 0
    var takesOptions = true
    while index < words.count {
      let word = words[index]
      index += 1
      if takesOptions, word == "--" {
        takesOptions = false
      } else if takesOptions, word.hasPrefix("--") {
        try readLong(word.dropFirst(2), words, &index)
      } else if takesOptions, word.hasPrefix("-"), word != "-" {
        try readShort(word.dropFirst(), words, &index)
      } else if !command.subcommands.isEmpty, positional.isEmpty {
        guard let next = command.subcommand(word) else {
          throw .usage("unknown command '\(word)'" + commandSuggestion(word))
        }
        command = next
        path.append(word)
      } else {
        positional.append(word)
      }
    }
  }

  private var knownOptions: [ParameterSpecification] {
    let own = command.options + CommonParameters.shared.map(\.specification)
    return path.isEmpty ? own + [CommonParameters.version.specification] : own
  }

  /// Commands of like names here, or the commands one level down that have this very name.
  private func commandSuggestion(_ word: String) -> String {
    let below = command.subcommands.filter { $0.subcommand(word) != nil }.map { "\($0.name) \(word)" }
    if !below.isEmpty { return "; " + question(below) }
    return suggestion(for: word, among: command.subcommands.map(\.name))
  }

  private mutating func readLong(_ text: Substring, _ words: [String], _ index: inout Int) throws(Failure) {
    let equals = text.firstIndex(of: "=")
    let name = String(text[..<(equals ?? text.endIndex)])
    let attached = equals.map { String(text[text.index(after: $0)...]) }
    guard let option = knownOptions.first(where: { $0.name == name }) else {
      throw .usage(
        "unknown option '--\(name)'" + suggestion(for: name, among: knownOptions.map(\.name), prefix: "--"))
    }
    if option.role == .flag {
      guard attached == nil else { throw .usage("--\(name) takes no value") }
      note(option)
    } else if let attached {
      try store(option, attached)
    } else {
      try store(option, try value(of: option, words, &index))
    }
  }

  /// `-q`, `-o FILE`, `-oFILE` and clusters of flags such as `-qf`.
  private mutating func readShort(_ text: Substring, _ words: [String], _ index: inout Int) throws(Failure) {
    var rest = text
    while let letter = rest.popFirst() {
      guard let option = knownOptions.first(where: { $0.short == letter }) else {
        throw .usage(
          "unknown option '-\(letter)'",
          advice: letter.isNumber ? "Write '--' before an argument that begins with a dash." : "")
      }
      if option.role == .flag {
        note(option)
      } else if rest.isEmpty {
        try store(option, try value(of: option, words, &index))
      } else {
        try store(option, String(rest.first == "=" ? rest.dropFirst() : rest))
        return
      }
    }
  }

  private func value(
    of option: ParameterSpecification, _ words: [String], _ index: inout Int
  ) throws(Failure) -> String {
    guard index < words.count, !isOption(words[index]) else {
      throw .usage("--\(option.name) needs a value: --\(option.name) \(option.placeholder)")
    }
    defer { index += 1 }
    return words[index]
  }

  /// Whether a word is an option of this command, so that a forgotten value is noticed.
  private func isOption(_ word: String) -> Bool {
    if word == "--" { return true }
    if word.hasPrefix("--") {
      let name = String(word.dropFirst(2).prefix { $0 != "=" })
      return knownOptions.contains { $0.name == name }
    }
    guard word.utf8.count == 2, word.hasPrefix("-"), let letter = word.last else { return false }
    return knownOptions.contains { $0.short == letter }
  }

  private mutating func note(_ flag: ParameterSpecification) {
    values[Invocation.key(flag)] = [true]
    if flag.name == CommonParameters.help.specification.name { asksForHelp = true }
    if flag.name == CommonParameters.version.specification.name, path.isEmpty { asksForVersion = true }
  }

  private mutating func store(_ parameter: ParameterSpecification, _ text: String) throws(Failure) {
    let key = Invocation.key(parameter)
    if !parameter.isRepeated, values[key] != nil { throw .usage("\(key) is given twice") }
    do {
      values[key, default: []].append(try parameter.read(text))
    } catch {
      throw .usage("\(key): \(error.reason)")
    }
  }

  private mutating func finish() throws(Failure) -> Request {
    if asksForHelp { return .help(command, path: path) }
    if asksForVersion { return .version }
    guard command.action != nil else {
      if path.isEmpty { return .help(command, path: path) }
      throw .usage(
        "\(path.joined(separator: " ")) needs a command: \(command.subcommands.map(\.name).joined(separator: ", "))")
    }
    try assignArguments()
    for option in command.options where option.isRequired && values[Invocation.key(option)] == nil {
      throw .usage("--\(option.name) \(option.placeholder) is missing")
    }
    return .run(command, path: path, values: values)
  }

  private mutating func assignArguments() throws(Failure) {
    var rest = positional[...]
    for argument in command.arguments {
      if argument.isRepeated {
        guard !argument.isRequired || !rest.isEmpty else { throw .usage("\(argument.name) is missing") }
        for text in rest { try store(argument, text) }
        rest = []
      } else if let text = rest.popFirst() {
        try store(argument, text)
      } else if argument.isRequired {
        throw .usage("\(argument.name) is missing")
      }
    }
    if let extra = rest.first { throw .usage("unexpected argument '\(extra)'") }
  }
}
