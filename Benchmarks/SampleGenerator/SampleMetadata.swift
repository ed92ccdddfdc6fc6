import Foundation
import MarketTypes

/// What `metadata.json` says about the sample.
struct SampleMetadata: Codable, Hashable {
  var file: String
  var bytes: Int
  var sha256: String
  var events: UInt64
  var instruments: [String]
  var origin: String
  var seed: UInt64
  var command: String
  var licence: String

  init(file: URL, seed: UInt64, events: UInt64) throws {
    self.file = file.lastPathComponent
    bytes = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
    sha256 = try Self.sha256(of: file)
    self.events = events
    self.seed = seed
    instruments = SampleMarket.instruments.map(\.symbol)
    origin = "Synthetic: made by Benchmarks/SampleGenerator of this repository; no real market data."
    command = "swift run -c release SampleGenerator Datasets/sample \(seed)"
    licence = "Apache-2.0"
  }

  func write(beside file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes, .sortedKeys]
    var data = try encoder.encode(self)
    data.append(UInt8(ascii: "\n"))
    try data.write(to: file.deletingLastPathComponent().appendingPathComponent("metadata.json"))
  }

  /// By the system's own tool, which every Debian machine has.
  static func sha256(of file: URL) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    process.arguments = [file.path]
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return String(text.prefix(64))
  }
}
