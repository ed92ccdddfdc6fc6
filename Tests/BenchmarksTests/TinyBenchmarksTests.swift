import Foundation
import Testing

/// Runs every benchmark executable with tiny parameters: it must finish, and print a hash of each result.
@Suite struct TinyBenchmarksTests {
  /// The folder of the built executables: beside the test bundle.
  static let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

  @Test(arguments: [
    "TickStoreBenchmarks", "TickImportBenchmarks", "OrderBooksBenchmarks", "MatchingBenchmarks", "SimulationBenchmarks",
    "LaneBenchmarks", "AccountingBenchmarks", "AnalyticsBenchmarks", "RiskBenchmarks", "ReportBenchmarks",
    "ReportingBenchmarks",
  ])
  func runsAndPrintsHashes(name: String) throws {
    let candidates = [Self.folder, Self.folder.deletingLastPathComponent()].map { $0.appendingPathComponent(name) }
    let program = candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    let process = Process()
    let executable: URL = try #require(program, "\(name) is not built beside the tests in \(Self.folder.path)")
    process.executableURL = executable
    process.arguments = ["--tiny", "--json"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("{") }
    #expect(!lines.isEmpty)
    for line in lines { #expect(line.contains("\"hash\""), "\(line)") }
  }
}
