import MarketTypes
import Simulation
import Testing
import TickStore

@testable import Lab

/// Compares what a market does with what a file says it did.
private struct ComparedWithFile: MarketEventSink {
  let reader: TickEventReader
  var equalCount = 0
  var firstDifference: (MarketEvent, MarketEvent?)?

  mutating func append(_ event: MarketEvent) throws(TickStoreError) {
    guard firstDifference == nil else { return }
    var stored = try reader.next()
    // A file numbers the orders it holds, and notes that an auction's price is not the order's.
    stored?.slot = event.slot
    stored?.flags.remove(.contradictsBook)
    if stored == event { equalCount += 1 } else { firstDifference = (event, stored) }
  }
}

@Suite("The day of the embedded sample") struct SampleDayTests {
  /// The first half hour, in this build; `.ci/check-scenarios` makes the whole day, byte for byte, in release.
  @Test("Its scenario makes the same events again")
  func theScenarioMakesItsFirstHalfHour() throws {
    let model = try MarketScenario(path: ScenarioRunTests.folder + "/sample-day.toml").model
    let file = try TickFile(path: ScenarioRunTests.sample)
    var market = try SimulatedMarket(model)
    var sink = ComparedWithFile(reader: try TickEventReader(file))
    let end = model.startNanoseconds + 1_800_000_000_000
    try market.run(into: &sink, threads: 2) { $0 < end }
    #expect(sink.firstDifference == nil)
    #expect(sink.equalCount > 30_000)
  }
}
