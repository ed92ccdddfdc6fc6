import Foundation
import MarketTypes
import OrderBooks
import TestSupport
import Testing
import TickStore

@testable import Simulation

/// Keeps a feed's events.
struct CollectingMarketSink: MarketEventSink {
  var events: [MarketEvent] = []

  mutating func append(_ event: MarketEvent) throws(Never) { events.append(event) }
}

@Suite struct SimulatedMarketTests {
  static func smallModel(instruments: Int = 1, venues: Int = 1) -> MarketModel {
    var model = MarketModel()
    model.preOpenSeconds = 5
    model.continuousSeconds = 40
    model.closingAuctionSeconds = 5
    model.fundamentalCorrelation = 0.5
    var instrument = InstrumentModel()
    instrument.flow.limitRate = 150
    instrument.flow.marketRate = 20
    instrument.agents.momentum.wakeRate = 1
    instrument.agents.meanReversion.wakeRate = 1
    instrument.agents.fundamental.wakeRate = 1
    var institution = InstitutionModel()
    institution.startSecond = 5
    institution.endSecond = 30
    institution.quantity = 5_000
    instrument.agents.institution = institution
    model.instruments = (0..<instruments).map { index in
      var copy = instrument
      copy.symbol = "S\(index)"
      return copy
    }
    model.venues = (0..<venues).map { index in
      var venue = VenueModel()
      venue.name = "V\(index)"
      return venue
    }
    return model
  }

  static func events(_ model: MarketModel, threads: Int = 1, span: Int64 = 10_000_000_000) throws -> [MarketEvent] {
    var market = try SimulatedMarket(model)
    var sink = CollectingMarketSink()
    market.run(into: &sink, threads: threads, spanNanoseconds: span)
    return sink.events
  }

  @Test func threadsAndSpansChangeNothing() throws {
    let model = Self.smallModel(instruments: 3, venues: 2)
    let reference = try Self.events(model)
    #expect(reference.count > 5_000)
    #expect(try Self.events(model, threads: 2) == reference)
    #expect(try Self.events(model, threads: 3, span: 777_777_777) == reference)
    #expect(zip(reference, reference.dropFirst()).allSatisfy { $0.exchangeTime <= $1.exchangeTime })
    var other = model
    other.seed = 2
    #expect(try Self.events(other) != reference)
  }

  @Test func anInstrumentIsTheSameAloneAndAmongOthers() throws {
    let alone = try Self.events(Self.smallModel(instruments: 1))
    let among = try Self.events(Self.smallModel(instruments: 3)).filter { $0.instrument == 0 }
    #expect(alone == among)
  }

  /// The feed alone must rebuild the matching engine's own book.
  @Test func theFeedRebuildsTheBook() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = Self.smallModel()
    var market = InstrumentMarket(market: model, index: 0)
    for moment in [4.0, 5.5, 20, 44.9] {
      market.run(until: model.startNanoseconds + Int64(moment * 1e9))
      let path = folder.appendingPathComponent("\(moment).ticks").path
      let writer = try TickWriter(path: path)
      let tick = try #require(DecimalUnit("0.01"))
      _ = try writer.addInstrument(Instrument(symbol: "S", tick: tick))
      for event in market.venues[0].recorder.events { try writer.append(event) }
      try writer.finish()
      let file = try TickFile(path: path)
      #expect(file.orphanCount == 0)
      var reader = try TickReader(file)
      var books = BookSet(instrumentCount: 1)
      var batch = file.makeBatch()
      var observer = NullObserver()
      while try reader.nextBatch(into: &batch) { books.apply(batch, observer: &observer) }
      #expect(books.anomalies.total == 0)
      for side in [Side.buy, .sell] {
        let fed = books.levels(side)
        let engine = market.venues[0].engine.levels(side)
        #expect(fed.map(\.price) == engine.map(\.price), "\(moment) s")
        #expect(fed.map(\.quantity) == engine.map(\.quantity.lots), "\(moment) s")
        #expect(engine.count > 3)
      }
    }
  }

  @Test func theDayHasItsPhasesAndAuctions() throws {
    let events = try Self.events(Self.smallModel())
    #expect(events.filter { $0.kind == .status }.map(\.status) == [.preOpen, .open, .closingAuction, .closed])
    #expect(events.contains { $0.flags.contains(.auction) && $0.kind == .trade })
    #expect(events.filter { $0.kind == .execute }.count > 100)
  }

  @Test func theInstitutionWorksItsOrder() throws {
    let model = Self.smallModel()
    var market = InstrumentMarket(market: model, index: 0)
    market.run(until: model.startNanoseconds + 36_000_000_000)
    let remaining = try #require(market.institution?.remaining)
    #expect(remaining < 2_500)
    #expect(market.inventories.last == 5_000 - remaining)
  }

  /// An arrival drawn before a change of phase leaves an excitation of a later moment behind; a fast decay used to turn
  /// it into a number that is none.
  @Test func fastDecayOutlivesAChangeOfPhase() throws {
    var model = Self.smallModel()
    model.instruments[0].flow.decay = 1e6
    #expect(try Self.events(model).count > 1_000)
  }

  @Test func absurdModelsAreRefused() throws {
    var model = Self.smallModel()
    model.instruments[0].flow.branching = 1.5
    #expect(throws: MarketModelError.self) { _ = try SimulatedMarket(model) }
    model = Self.smallModel()
    model.instruments[0].flow.distanceWeights = [.nan]
    #expect(throws: MarketModelError.self) { _ = try SimulatedMarket(model) }
    model = Self.smallModel()
    model.instruments[0].tick = "zero"
    #expect(throws: MarketModelError.self) { _ = try SimulatedMarket(model) }
    model = Self.smallModel()
    model.venues = []
    #expect(throws: MarketModelError.self) { _ = try SimulatedMarket(model) }
  }
}
