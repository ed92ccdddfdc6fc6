import Foundation
import MarketTypes
import Testing
import TickStore

@Suite("The embedded sample")
struct SampleTests {
  struct Metadata: Codable {
    var file: String
    var bytes: Int
    var sha256: String
    var events: UInt64
    var instruments: [String]
    var scenario: String
  }

  private static let folder = Binary.repository.appendingPathComponent("Datasets/sample")

  private static func metadata() throws -> Metadata {
    try JSONDecoder().decode(Metadata.self, from: Data(contentsOf: folder.appendingPathComponent("metadata.json")))
  }

  @Test("The file is the one its metadata describes, and small")
  func description() throws {
    let metadata = try Self.metadata()
    let path = Self.folder.appendingPathComponent(metadata.file).path
    let sum = try Binary.run(URL(fileURLWithPath: "/usr/bin/sha256sum"), words: [path])
    #expect(sum.output.prefix(64) == metadata.sha256)
    let file = try TickFile(path: path)
    #expect(file.eventCount == metadata.events)
    #expect(file.instruments.map(\.symbol) == metadata.instruments)
    #expect(metadata.bytes <= 8_000_000)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == metadata.bytes)
  }
}
