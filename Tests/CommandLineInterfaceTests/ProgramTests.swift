import Glibc
import Testing

@testable import CommandLineInterface

@Suite("Programs")
struct ProgramTests {
  @Test("Help shows an example first")
  func help() {
    for words in [["import", "--help"], ["help", "import"], ["import", "-h", "--limit"]] {
      let outcome = SampleProgram.run(words: words)
      if words.count == 3 {
        // A mistake is a mistake even when help is asked for.
        #expect(outcome.code == .usage)
        continue
      }
      #expect(outcome.code == .success)
      #expect(outcome.output.hasPrefix("Example:\n  sample import a.csv -o b.ticks\n"))
      #expect(outcome.output.contains("sample import SOURCE... --output FILE [options]"))
      #expect(outcome.output.contains("  -n, --limit N"))
      #expect(outcome.messages.isEmpty)
    }
  }

  @Test("Without a command the program explains itself")
  func noCommand() {
    let outcome = SampleProgram.run()
    #expect(outcome.code == .success)
    #expect(outcome.output.contains("Commands:\n  import"))
    #expect(outcome.output.contains("130 interrupted"))
    #expect(!outcome.output.contains("\u{1B}"))
  }

  @Test func version() {
    #expect(SampleProgram.run("--version").output == "sample 1.2.3\n")
  }

  @Test("Errors become exit codes and messages")
  func errors() {
    var outcome = SampleProgram.run("config", "show")
    #expect(outcome.code == .badConfiguration)
    #expect(outcome.messages == "sample config show: error: no settings\n")
    outcome = SampleProgram.run("config", "stop")
    #expect(outcome.code == .interrupted)
    outcome = SampleProgram.run("config", "unknown")
    #expect(outcome.code == .badData)
    #expect(outcome.messages == "sample config unknown: error: strange\nLook again.\n")
    #expect(SampleProgram.run("show", "x").code == .verificationFailed)
  }

  @Test("Remarks go to standard error and are silent under --quiet")
  func quiet() {
    #expect(SampleProgram.run("import", "a", "-o", "b").messages == "a remark\n")
    #expect(SampleProgram.run("--quiet", "import", "a", "-o", "b").messages.isEmpty)
  }

  @Test("The tree is available to machines")
  func tree() {
    let text = SampleProgram.run("help", "--json").output
    #expect(text.contains("\"name\": \"import\""))
    #expect(text.contains("\"choices\": [\n"))
    #expect(text.contains("\"name\": \"completions\""))
    #expect(text.contains("\"code\": 130"))
  }

  @Test("Standard output that takes nothing is a failure; one whose reader left is not")
  func unwritableOutput() {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    let silent = open("/dev/null", O_WRONLY)
    defer { close(silent) }
    let program = SampleProgram.program
    #expect(program.run(["help"], console: Console(outputDescriptor: full, messageDescriptor: silent)) == .failure)
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    #expect(program.run(["help"], console: Console(outputDescriptor: ends[1], messageDescriptor: silent)) == .success)
  }

  @Test("Documented exit codes")
  func exitCodes() {
    #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 130])
  }

  @Test("JSON text")
  func json() {
    let value: JSONValue = .object([
      "b": .array([.integer(UInt64.max), .integer(-1), .number(0.5), .number(.nan), .number(3), .null]),
      "a": .string("q\"\\\n\u{1}é"), "c": .bool(true), "d": .array([]),
    ])
    let lines = value.indentedText.split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(
      lines.joined()
        == #"{"b": ["18446744073709551615",-1,0.5,null,3,null],"a": "q\"\\\n\u0001é","c": true,"d": []}"#)
    #expect(JSONValue.object(["a": .array([.integer(1)])]).indentedText == "{\n  \"a\": [\n    1\n  ]\n}")
  }

  @Test("Progress text")
  func progress() {
    let text = ProgressText(
      label: "importing", bytes: 250_000_000, totalBytes: 1_000_000_000, events: 12_345_678, seconds: 2)
    #expect(text.line(width: 120) == "importing  25%  12.3 M events  6.17 M events/s  125 MB/s  6 s left")
    #expect(text.line(width: 20).count == 19)
    #expect(ProgressText.duration(3_700) == "1 h 1 min")
    #expect(ProgressText.scaled(0) == "0 ")
  }
}
