import Foundation
import ReportSupport
import Testing

@testable import Reporting

/// Pages in headless Chromium, by the script beside; skipped, visibly, where there is no Chromium or no Python.
@Suite(.serialized) struct BrowserTests {
  static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("browser/check.py").path

  static let isPresent: Bool = {
    let names = [
      ProcessInfo.processInfo.environment["LOCKSTEP_CHROMIUM"] ?? "chromium", "chromium-browser", "google-chrome",
    ]
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let hasBrowser = names.contains { name in
      name.hasPrefix("/")
        ? FileManager.default.isExecutableFile(atPath: name)
        : folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
    return hasBrowser && (try? PythonReader.run("pass"))?.status == 0
  }()

  @Test(.enabled(if: isPresent, "needs Chromium and Python"), arguments: ["days", "maker", "hostile", "empty"])
  func behaves(name: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("\(name).html")
    try ReportPageTests.page(name).write(to: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [PythonReader.executable, Self.script, file.path] + (name == "hostile" ? ["--hostile"] : [])
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(output)")
  }
}
