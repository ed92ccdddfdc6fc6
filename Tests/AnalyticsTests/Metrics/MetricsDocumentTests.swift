import Analytics
import Foundation
import Testing

@Test
func metricsDocumentIsCurrent() throws {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  let file = root.appending(path: "Sources/Analytics/METRICS.md")
  let document = MetricCatalogue.standard.document
  if ProcessInfo.processInfo.environment["LOCKSTEP_WRITE_METRICS"] != nil {
    try Data(document.utf8).write(to: file)
  }
  let stored = try String(decoding: Data(contentsOf: file), as: UTF8.self)
  #expect(stored == document, "the file is stale: write it anew with LOCKSTEP_WRITE_METRICS=1")
}
