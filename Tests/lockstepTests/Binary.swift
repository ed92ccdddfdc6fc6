import Foundation

/// The built program, run as users run it.
enum Binary {
  struct Outcome {
    var code: Int32
    var output: String
    var messages: String

    var lines: [Substring] { output.split(separator: "\n") }
  }

  /// Beside the test executable, where the build puts both.
  static let url = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("lockstep")

  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func run(_ words: String..., in folder: URL? = nil, environment: [String: String] = [:]) throws -> Outcome {
    try run(url, words: words, in: folder, environment: environment)
  }

  /// Runs a line of bash in which `lockstep` is the program under test.
  static func shell(_ line: String, in folder: URL? = nil) throws -> Outcome {
    let definition = "lockstep() { \"\(url.path)\" \"$@\"; }; "
    return try run(URL(fileURLWithPath: "/bin/bash"), words: ["-c", definition + line], in: folder)
  }

  static func run(
    _ executable: URL, words: [String], in folder: URL? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    let scratch = try ScratchFolder()
    let output = scratch.url.appendingPathComponent("output")
    let messages = scratch.url.appendingPathComponent("messages")
    // Files rather than pipes: nothing has to be drained while the process runs.
    try Data().write(to: output)
    try Data().write(to: messages)
    let process = Process()
    process.executableURL = executable
    process.arguments = words
    if let folder { process.currentDirectoryURL = folder }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: messages)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: try String(decoding: Data(contentsOf: output), as: UTF8.self),
      messages: try String(decoding: Data(contentsOf: messages), as: UTF8.self))
  }
}

/// A folder of its own for a test, removed afterwards.
final class ScratchFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}
