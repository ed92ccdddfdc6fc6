import Glibc

@testable import CommandLineInterface

/// What a program printed and how it ended.
struct Outcome {
  var code: ExitCode
  var output: String
  var messages: String
}

/// A small program with every kind of parameter, which prints what it was given.
enum SampleProgram {
  static let limit = Option("limit", short: "n", .integer(in: 1...1000), "At most this many.")
  static let format = Option("format", .choice("FORMAT", of: ["csv", "dbn"]), "The format.")
  static let column = Option("column", .keyAndValue(), isRepeated: true, "A column.")
  static let output = Option("output", short: "o", .file(), isRequired: true, "The file to write.")
  static let from = Option("from", .time(), "From this time.")
  static let sources = Argument<String>(.file("SOURCE"), isRepeated: true, "What to read.")
  static let file = Argument<String>(.file("FILE", endings: [".ticks"]), "The file to read.")

  static let program = Program(
    "sample", version: "1.2.3", summary: "A sample.", examples: ["import a -o b"],
    commands: [
      Command(
        "import", summary: "Read files.", examples: ["import a.csv -o b.ticks"],
        parameters: [sources, output, limit, format, column, from, CommonParameters.force, CommonParameters.json]
      ) { invocation in
        let console = invocation.console
        try console.writeLine("sources=\(invocation.all(sources).joined(separator: "|"))")
        try console.writeLine("output=\(invocation.required(output))")
        if let value = invocation[limit] { try console.writeLine("limit=\(value)") }
        if let value = invocation[format] { try console.writeLine("format=\(value)") }
        if let value = invocation[from] { try console.writeLine("from=\(value)") }
        for column in invocation.all(column) { try console.writeLine("column \(column.key)=\(column.value)") }
        if invocation[CommonParameters.force] { try console.writeLine("force") }
        if invocation[CommonParameters.json] { try console.writeLine("json") }
        console.remark("a remark")
        return .success
      },
      Command("show", summary: "Show a file.", parameters: [file]) { invocation in
        try invocation.console.writeLine(invocation[file])
        return .verificationFailed
      },
      Command(
        "config", summary: "Settings.",
        subcommands: [
          Command("show", summary: "Show settings.") { _ in throw Failure(.badConfiguration, "no settings") },
          Command("stop", summary: "Stop.") { _ in throw Interrupted() },
          Command("unknown", summary: "Fail.") { _ in throw ValueError("strange") },
        ]),
    ],
    explain: { error in (error as? ValueError).map { Failure(.badData, $0.reason, advice: "Look again.") } })

  static func run(_ words: String...) -> Outcome { run(words: words) }

  static func run(words: [String]) -> Outcome {
    withTemporaryDescriptor { output in
      withTemporaryDescriptor { messages in
        let console = Console(outputDescriptor: output, messageDescriptor: messages)
        let code = program.run(words, console: console)
        return Outcome(code: code, output: contents(of: output), messages: contents(of: messages))
      }
    }
  }

  private static func withTemporaryDescriptor<Result>(_ body: (Int32) -> Result) -> Result {
    guard let file = tmpfile() else { preconditionFailure("no temporary file") }
    defer { fclose(file) }
    return body(fileno(file))
  }

  private static func contents(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
