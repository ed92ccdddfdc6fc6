import Foundation
import Reporting
import Testing

@testable import Lab

@Suite("Rows that do not stay in memory")
struct RowFileTests {
  @Test("Random appends and changes give what an array gives, and no more than the limit is held")
  func twin() throws {
    for limit in [1, 3, 64] {
      let place = try TestFolder()
      let file = RowFile<Int>(in: place.path, limit: limit)
      var twin: [Int] = []
      var state: UInt64 = 7
      for step in 0..<200 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        if twin.isEmpty || state >> 60 < 12 {
          twin.append(step)
          try file.append(step)
        } else {
          let row = Int(state >> 33) % twin.count
          twin[row] = -step
          try file.replace(row, with: -step)
        }
      }
      try file.finish()
      #expect(Array(file) == twin && file.mostHeld == min(limit, twin.count))
      // The file has no name, so nothing can be left behind.
      #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).isEmpty)
    }
  }

  @Test("A folder that cannot be written is an error that says so")
  func absentFolder() throws {
    let file = RowFile<Int>(in: "/absent/folder", limit: 1)
    try file.append(1)
    let error = #expect(throws: RunError.self) { try file.append(2) }
    #expect(error?.message.contains("/absent/folder: the file of orders and fills cannot be made") == true)
  }

  @Test("A run that keeps eight rows of a kind in memory gives the same result, and the same bytes")
  func bounded() throws {
    let place = try TestFolder()
    var scenario = try ScenarioRunTests.short()
    scenario.report.keepsOrderSteps = true
    scenario.fills.probability = 0.7
    func result(limit: Int?) throws -> (RunResult, LaneOutcome) {
      var pass = try RunPass(scenario, strategies: ScenarioRunTests.registry, threads: 1, progress: { _ in true })
      pass.storage.folder = place.path
      if let limit { pass.storage.limit = limit }
      return (try pass.result(), try pass.lanes(eventLimit: nil))
    }
    let (whole, _) = try result(limit: nil)
    let (small, outcome) = try result(limit: 8)
    let history = outcome.history
    #expect(whole.orders.count > 100 && whole.fills.count > 20 && whole.orders.isInMemory)
    #expect(!small.orders.isInMemory && !small.fills.isInMemory && !small.orderSteps.isInMemory)
    #expect(!whole.missedFills.isEmpty)
    #expect(history.orders.mostHeld == 8 && history.fills.mostHeld == 8 && history.steps?.mostHeld == 8)
    #expect(whole == small && whole.contentHash() == small.contentHash())
    try RunResultFile.write(whole, to: "\(place.path)/whole.h5")
    try RunResultFile.write(small, to: "\(place.path)/small.h5")
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: "\(place.path)/whole.h5"))
        == Data(contentsOf: URL(fileURLWithPath: "\(place.path)/small.h5")))
  }
}
