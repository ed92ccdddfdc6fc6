import Foundation
import Testing

@testable import CommandLineInterface

@Suite("Shell completions")
struct CompletionTests {
  /// What bash would offer after these words.
  private func bash(_ words: String...) throws -> [String] {
    let script = SampleProgram.run("completions", "bash").output
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    let list = words.map(CompletionNode.quoted).joined(separator: " ")
    process.arguments = [
      "-c",
      script + "COMP_WORDS=(sample \(list)); COMP_CWORD=\(words.count); _sample; printf '%s\\n' \"${COMPREPLY[@]}\"",
    ]
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func bashOffersCommandsOptionsAndChoices() throws {
    #expect(try bash("im") == ["import"])
    #expect(try bash("config", "") == ["show", "stop", "unknown"])
    #expect(try bash("import", "--fo") == ["--format", "--force"])
    #expect(try bash("import", "--format", "") == ["csv", "dbn"])
    #expect(try bash("completions", "z") == ["zsh"])
    #expect(try bash("import", "/etc/hostnam") == ["/etc/hostname"])
  }

  @Test(arguments: ["zsh", "fish"])
  func otherShellsNameEveryCommand(shell: String) {
    let script = SampleProgram.run("completions", shell).output
    for word in ["import", "config", "stop", "limit", "csv", "completions"] { #expect(script.contains(word)) }
  }
}
