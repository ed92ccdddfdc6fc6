import TestSupport
import Testing

@testable import CommandLineInterface

@Suite("Command lines")
struct CommandParserTests {
  @Test("Options, arguments and flags in any order")
  func order() {
    let expected = "sources=a|b\noutput=c\nlimit=5\nformat=csv\n"
    #expect(SampleProgram.run("import", "a", "b", "-o", "c", "--limit", "5", "--format=csv").output == expected)
    #expect(SampleProgram.run("import", "-oc", "--limit=5", "a", "--format", "csv", "b").output == expected)
    #expect(SampleProgram.run("import", "-n5", "-o=c", "a", "--format", "csv", "--", "b").output == expected)
  }

  @Test("After -- everything is an argument, and a single dash is one too")
  func dashes() {
    #expect(SampleProgram.run("import", "-o", "c", "--", "--json", "-x").output == "sources=--json|-x\noutput=c\n")
    #expect(SampleProgram.run("import", "-", "-o", "-").output == "sources=-\noutput=-\n")
  }

  @Test("Repeated options keep their order; clusters of flags work")
  func repetition() {
    let outcome = SampleProgram.run("import", "a", "-qfo", "c", "--column", "time=0", "--column=price=a=b", "--json")
    #expect(outcome.output == "sources=a\noutput=c\ncolumn time=0\ncolumn price=a=b\nforce\njson\n")
    #expect(outcome.messages.isEmpty)
  }

  @Test("Times become nanoseconds")
  func times() {
    #expect(
      SampleProgram.run("import", "a", "-o", "c", "--from", "1970-01-01T00:00:01").output.contains("from=1000000000\n"))
  }

  @Test(
    "A wrong command line says what is wrong and ends with 2",
    arguments: [
      (["imprt"], "unknown command 'imprt'; did you mean 'import'?"),
      (["import", "a", "-o", "c", "--fromat", "csv"], "unknown option '--fromat'; did you mean '--format'"),
      (["import", "a", "-o", "c", "--zzz"], "unknown option '--zzz'"),
      (["import", "a", "-o", "c", "--json=1"], "--json takes no value"),
      (["import", "a", "-o", "c", "--limit"], "--limit needs a value: --limit N"),
      (["import", "a", "-o", "--limit", "5"], "--output needs a value: --output FILE"),
      (["import", "a", "-o", "c", "--limit", "0"], "--limit: expects a whole number from 1 to 1000, not 0"),
      (["import", "a", "-o", "c", "--limit", "x"], "--limit: expects a whole number, not 'x'"),
      (["import", "a", "-o", "c", "-o", "d"], "--output is given twice"),
      (["import", "a", "-o", "c", "--format", "cvs"], "'cvs' is not one of csv, dbn; did you mean 'csv'?"),
      (["import", "a", "-o", "c", "--column", "=1"], "--column: expects KEY=VALUE"),
      (["import", "a", "-o", "c", "--from", "yesterday"], "--from: expects a UTC time such as"),
      (["import", "a", "-o", ""], "--output: expects a path"),
      (["import", "a"], "--output FILE is missing"),
      (["import", "-o", "c"], "SOURCE is missing"),
      (["import", "a", "-o", "c", "-7"], "unknown option '-7'\nWrite '--' before"),
      (["show"], "FILE is missing"),
      (["show", "a", "b"], "unexpected argument 'b'"),
      (["config"], "config needs a command: show, stop, unknown"),
      (["config", "shwo"], "unknown command 'shwo'; did you mean 'show'"),
      (["help", "shwo"], "unknown command 'shwo'; did you mean 'show'"),
      (["completions", "tcsh"], "'tcsh' is not one of bash, zsh, fish"),
    ])
  func usage(words: [String], message: String) {
    let outcome = SampleProgram.run(words: words)
    #expect(outcome.code == .usage)
    #expect(outcome.output.isEmpty)
    #expect(outcome.messages.contains(message), "\(outcome.messages)")
  }

  @Test("Any words are parsed or refused, never a trap")
  func randomWords() {
    var generator = SeededGenerator(seed: 7)
    let pieces = [
      "import", "show", "config", "help", "--", "-", "--limit", "--limit=", "-n", "-n9", "--output", "-o", "x", "=",
      "--=",
      "-=", "", "--json", "-qfh", "é", "--é", "-é", "--column", "a=b", "--version", "completions", "zsh",
    ]
    for _ in 0..<5000 {
      let words = (0..<Int.random(in: 0...6, using: &generator)).map { _ in pieces.randomElement(using: &generator)! }
      _ = try? CommandParser.parse(words, root: SampleProgram.program.root)
    }
  }

  @Test("Edit distance counts insertions, deletions, replacements and swaps")
  func distances() {
    #expect(editDistance("", "abc") == 3)
    #expect(editDistance("import", "imprt") == 1)
    #expect(editDistance("import", "improt") == 1)
    #expect(editDistance("kitten", "sitting") == 3)
    #expect(nearest(to: "insp", among: ["inspect", "import"]) == ["inspect"])
    #expect(nearest(to: "zebra", among: ["inspect", "import"]).isEmpty)
  }
}
