import CommandLineInterface
import TickImport

/// `lockstep formats`: what can be imported and exported.
enum Formats {
  static let command = Command(
    "formats", summary: "List the formats that import reads.", examples: ["formats"],
    parameters: [CommonParameters.json]
  ) { invocation in
    let console = invocation.console
    if invocation[CommonParameters.json] {
      let formats = TickFormat.all.map { format -> JSONValue in
        .object(["name": .string(format.name), "summary": .string(format.summary)])
      }
      try console.writeLine(JSONValue.array(formats).indentedText)
      return .success
    }
    let width = TickFormat.all.map(\.name.count).max() ?? 0
    for format in TickFormat.all {
      try console.writeLine(
        format.name + String(repeating: " ", count: width - format.name.count + 2) + format.summary)
    }
    return .success
  }
}
