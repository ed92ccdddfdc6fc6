/// The help page of a command: examples first, then what it accepts.
struct HelpText {
  let programName: String
  let command: Command
  let path: [String]
  var isStyled = false

  private var fullName: String { ([programName] + path).joined(separator: " ") }

  var text: String {
    var sections: [String] = []
    if !command.examples.isEmpty {
      let lines = command.examples.map { "  \(programName) \($0)" }
      sections.append(heading(lines.count == 1 ? "Example" : "Examples") + lines.joined(separator: "\n"))
    }
    sections.append(command.summary)
    sections.append(heading("Usage") + "  " + usage)
    if !command.subcommands.isEmpty {
      sections.append(heading("Commands") + Self.table(command.subcommands.map { ($0.name, $0.summary) }))
    }
    if !command.arguments.isEmpty {
      sections.append(heading("Arguments") + Self.table(command.arguments.map { (Self.label($0), $0.summary) }))
    }
    let shared = CommonParameters.shared + (path.isEmpty ? [CommonParameters.version] : [])
    let options = command.options + shared.map(\.specification)
    sections.append(heading("Options") + Self.table(options.map { (Self.label($0), $0.summary) }))
    if !command.discussion.isEmpty { sections.append(command.discussion) }
    if path.isEmpty {
      let codes = ExitCode.allCases.map { "\($0.rawValue) \($0.meaning)" }
      sections.append(heading("Exit codes") + Self.wrap(codes.joined(separator: ", "), indent: 2))
    }
    return sections.joined(separator: "\n\n") + "\n"
  }

  var usage: String {
    var parts = [fullName]
    parts += command.arguments.map { argument in
      let name = argument.name + (argument.isRepeated ? "..." : "")
      return argument.isRequired ? name : "[\(name)]"
    }
    parts += command.options.filter(\.isRequired).map { "--\($0.name) \($0.placeholder)" }
    if !command.subcommands.isEmpty { parts.append(command.action == nil ? "COMMAND" : "[COMMAND]") }
    parts.append("[options]")
    return parts.joined(separator: " ")
  }

  private func heading(_ text: String) -> String {
    isStyled ? "\u{1B}[1m\(text):\u{1B}[0m\n" : "\(text):\n"
  }

  static func label(_ parameter: ParameterSpecification) -> String {
    if parameter.role == .argument { return parameter.name + (parameter.isRepeated ? "..." : "") }
    let short = parameter.short.map { "-\($0), " } ?? "    "
    return short + "--\(parameter.name)" + (parameter.placeholder.isEmpty ? "" : " \(parameter.placeholder)")
  }

  /// Two columns, the second wrapped to 100 characters.
  static func table(_ rows: [(String, String)]) -> String {
    let width = min(rows.map { $0.0.count }.max() ?? 0, 28)
    return rows.map { label, summary in
      let text = wrap(summary, indent: width + 4)
      if label.count > width { return "  \(label)\n\(text)" }
      let padded = label + String(repeating: " ", count: width - label.count)
      return "  \(padded)  " + String(text.drop { $0 == " " })
    }.joined(separator: "\n")
  }

  static func wrap(_ text: String, indent: Int, width: Int = 100) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, indent + line.count + 1 + word.count > width {
        lines.append(margin + line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    lines.append(margin + line)
    return lines.joined(separator: "\n")
  }
}
