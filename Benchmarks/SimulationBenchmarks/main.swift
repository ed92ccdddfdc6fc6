import BenchmarkHarness
import MarketTypes
import Simulation

/// Counts and hashes events without keeping them.
struct HashingSink: MarketEventSink {
  var count = 0
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func append(_ event: MarketEvent) throws(Never) {
    count += 1
    hash = (hash ^ UInt64(bitPattern: event.exchangeTime.nanoseconds)) &* 0x100_0000_01B3
    hash =
      (hash ^ UInt64(bitPattern: event.quantity.lots) ^ UInt64(UInt32(bitPattern: event.price.ticks)) << 32)
      &* 0x100_0000_01B3
  }
}

var runner = BenchmarkRunner()

@MainActor func measure(_ name: String, _ model: MarketModel, threads: Int = 1) throws {
  var market = try SimulatedMarket(model)
  var sink = HashingSink()
  market.run(into: &sink, threads: threads)
  let actions = market.actionCount
  runner.measure(name, items: actions, unit: "agent events", note: "\(sink.count) feed events") {
    guard var market = try? SimulatedMarket(model) else { return 0 }
    var sink = HashingSink()
    market.run(into: &sink, threads: threads)
    return sink.hash
  }
}

/// The default market at about a thousand arrivals a second.
@MainActor func busy(_ model: inout MarketModel) {
  if runner.options.isTiny {
    model.preOpenSeconds = 1
    model.closingAuctionSeconds = 1
  }
  model.instruments[0].flow.limitRate = 100
  model.instruments[0].flow.marketRate = 15
}

var flowOnly = MarketModel()
flowOnly.continuousSeconds = runner.options.isTiny ? 3 : 3_600
busy(&flowOnly)
flowOnly.instruments[0].agents = .none
try measure("zero-intelligence flow, one venue", flowOnly)

var crowd = MarketModel()
crowd.continuousSeconds = runner.options.isTiny ? 3 : 3_600
busy(&crowd)
crowd.instruments[0].agents.institution = InstitutionModel()
try measure("flow and agents, one venue", crowd)

var wide = crowd
wide.continuousSeconds = runner.options.isTiny ? 2 : 600
wide.fundamentalCorrelation = 0.6
wide.instruments = (0..<8).map { index in
  var instrument = crowd.instruments[0]
  instrument.symbol = "S\(index)"
  return instrument
}
wide.venues = [VenueModel(), VenueModel()]
wide.venues[1].name = "ALT"
try measure("8 instruments, 2 venues, 1 thread", wide)
try measure("8 instruments, 2 venues, 2 threads", wide, threads: 2)
