import CommandLineInterface
import Foundation
import Testing

import LockstepCommands

@Suite("The program")
struct ProgramTests {
  @Test("Help and version")
  func help() throws {
    #expect(try Binary.run("--version").output == "lockstep \(Lockstep.version)\n")
    let help = try Binary.run()
    #expect(help.code == 0)
    #expect(help.output.contains("doctor"))
    #expect(help.messages.isEmpty)
  }

  @Test("Every command has a summary and an example that parses")
  func examples() throws {
    func visit(_ command: Command, _ path: [String]) throws {
      #expect(!command.summary.isEmpty, "\(path)")
      if command.action != nil { #expect(!command.examples.isEmpty, "\(path)") }
      for example in command.examples {
        let words = example.prefix { $0 != ">" && $0 != "|" }.split(separator: " ").map(String.init)
        #expect(words.starts(with: path), "\(example)")
        try Lockstep.program().check(words)
      }
      for child in command.subcommands { try visit(child, path + [child.name]) }
    }
    try visit(Lockstep.program().root, [])
  }

  @Test("The command lines of the documents parse", arguments: ["README.md"])
  func documents(name: String) throws {
    let text = try String(contentsOf: Binary.repository.appendingPathComponent(name), encoding: .utf8)
    var isInside = false
    var count = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { isInside = !isInside && line == "```sh" }
      guard isInside, line.hasPrefix("./lockstep ") else { continue }
      let words = line.prefix { $0 != "#" && $0 != ">" && $0 != "|" }.split(separator: " ").dropFirst().map(String.init)
      if words.first == "test" { continue }
      try Lockstep.program().check(words)
      count += 1
    }
    #expect(count > 0)
  }

  @Test("A wrong command line ends with 2 and leaves standard output empty")
  func usage() throws {
    let outcome = try Binary.run("docter")
    #expect(outcome.code == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.messages.contains("did you mean 'doctor'?"))
    #expect(try Binary.run("show").messages.contains("did you mean 'runs show' or 'config show'?"))
  }

  @Test("A reader that leaves early and a full device")
  func output() throws {
    let early = try Binary.shell("set -o pipefail; lockstep help --json | head -n 1")
    #expect(early.code == 0 && early.output == "{\n" && early.messages.isEmpty)
    let full = try Binary.shell("lockstep help --json > /dev/full")
    #expect(full.code == 1)
    #expect(full.messages.contains("cannot write to standard output: No space left on device"))
    let closed = try Binary.shell("lockstep help --json >&-")
    #expect(closed.code == 1)
  }

  @Test("doctor reports in words and in JSON, and fails where something is wrong")
  func doctor() throws {
    let words = try Binary.run("doctor")
    #expect(words.code == 0 && words.output.contains("processor"))
    let json = try Binary.run("doctor", "--json", "--folder", "/nonexistent")
    #expect(json.code == 1)
    let findings = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: String]])
    #expect(findings.contains { $0["subject"] == "disk" && $0["verdict"] == "error" })
  }
}
