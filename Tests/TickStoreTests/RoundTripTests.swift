import MarketTypes
import TestSupport
import Testing

@testable import TickStore

let testInstruments = (0..<5).map { number in
  Instrument(
    symbol: "TEST\(number)", venue: "XTST", tick: DecimalUnit("0.25") ?? .one, currency: "EUR",
    settlement: number == 2 ? .inverse : .linear, sourceIdentifier: UInt32(number) * 7)
}

/// Writes the steps and returns what the naive model expects to be read back.
@discardableResult
func write(
  _ steps: [RandomEvents.Step], to path: String, options: TickWriter.Options = TickWriter.Options(),
  instrumentCount: Int = 1
) throws -> [MarketEvent] {
  let writer = try TickWriter(path: path, options: options)
  for instrument in testInstruments.prefix(instrumentCount) { _ = try writer.addInstrument(instrument) }
  var model = NaiveTickModel(sizeDownKeepsPriority: options.sizeDownKeepsPriority)
  var expected: [MarketEvent] = []
  for step in steps {
    if let replacement = step.replacement {
      try writer.append(step.event, replacingIdentifierWith: replacement)
    } else {
      try writer.append(step.event)
    }
    expected.append(model.apply(step.event, replacement: step.replacement))
  }
  try writer.finish()
  return expected
}

func readAll(_ file: TickFile) throws -> [MarketEvent] {
  let reader = try TickEventReader(file)
  var events: [MarketEvent] = []
  while let event = try reader.next() { events.append(event) }
  return events
}

func options(block: Int, keyframeBlocks: Int = 2, share: Int = 0) -> TickWriter.Options {
  var options = TickWriter.Options()
  options.blockCapacity = block
  options.keyframeBlocks = keyframeBlocks
  options.keyframeShare = share
  return options
}

@Suite struct RoundTripTests {
  @Test(arguments: [1, 3, 64, 255, 1_024, 3_000])
  func anySequenceSurvives(block: Int) throws {
    let folder = try TemporaryFolder()
    for seed in 0..<6 as Range<UInt64> {
      let instrumentCount = seed % 2 == 0 ? 1 : 4
      var random = RandomEvents(seed: seed &+ UInt64(block) << 8, instrumentCount: UInt16(instrumentCount))
      random.nonsenseEvery = seed < 2 ? 0 : 9
      let steps = random.steps(block == 1 ? 200 : 2_500)
      let path = folder.path("a.ticks")
      let expected = try write(steps, to: path, options: options(block: block), instrumentCount: instrumentCount)
      let file = try TickFile(path: path)
      #expect(file.instruments == Array(testInstruments.prefix(instrumentCount)))
      let events = try readAll(file)
      #expect(events.count == expected.count)
      for (index, (event, expected)) in zip(events, expected).enumerated() where event != expected {
        Issue.record("block \(block) seed \(seed) event \(index): read \(event), expected \(expected)")
        return
      }
      #expect(folder.contents == ["a.ticks"])
    }
  }
}
