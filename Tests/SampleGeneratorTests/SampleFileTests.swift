import Foundation
import Testing
import TickStore

@testable import SampleGenerator

@Suite("The embedded sample")
struct SampleFileTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Datasets/sample")

  @Test("The file is the one its metadata describes, and small")
  func metadata() throws {
    let stated = try JSONDecoder().decode(
      SampleMetadata.self, from: Data(contentsOf: Self.folder.appendingPathComponent("metadata.json")))
    let file = Self.folder.appendingPathComponent(stated.file)
    #expect(try SampleMetadata.sha256(of: file) == stated.sha256)
    #expect(stated.bytes <= 8_000_000)
    #expect(try TickFile(path: file.path).eventCount == stated.events)
  }
}
