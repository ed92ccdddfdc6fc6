import Foundation
import MarketTypes
import OrderBooks
import TestSupport
import Testing
import TickStore

@testable import Simulation

@Suite struct CalibrationTests {
  static func survey(_ model: MarketModel, sample: Int64 = 1_000_000_000) throws -> MarketSurvey {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".ticks").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var market = try SimulatedMarket(model)
    try MarketRecording.record(&market, to: path)
    var survey = MarketSurvey(instrument: 0, sampleNanoseconds: sample, arrivalLimit: 8_000)
    try MarketRecording.replay(try TickFile(path: path), observer: &survey)
    return survey
  }

  /// What goes in comes out: a market of known flow is surveyed and fitted.
  @Test func knownFlowIsRecovered() throws {
    var model = MarketModel()
    model.preOpenSeconds = 10
    model.continuousSeconds = 400
    model.closingAuctionSeconds = 0
    model.instruments[0].agents = .none
    model.instruments[0].flow.limitRate = 60
    model.instruments[0].flow.marketRate = 6
    model.instruments[0].flow.cancelRate = 0.05
    model.instruments[0].flow.branching = 0.5
    model.instruments[0].flow.decay = 50
    let truth = model.instruments[0].flow
    let fitted = try MarketCalibration.fit(try Self.survey(model), symbol: "FIT", tick: "0.01", lot: "1")
    let flow = fitted.model.flow
    #expect(abs(flow.branching - truth.branching) < 0.08)
    #expect(abs(flow.decay / truth.decay - 1) < 0.4)
    #expect(abs(flow.limitRate / truth.limitRate - 1) < 0.2)
    #expect(abs(flow.marketRate / truth.marketRate - 1) < 0.3)
    #expect(abs(flow.cancelRate / truth.cancelRate - 1) < 0.3)
    #expect(abs(flow.sidePersistence - truth.sidePersistence) < 0.1)
    #expect(flow.sizeUnit == truth.sizeUnit)
    #expect(fitted.hawkes.residualDistance < 0.05)
    // The fitted market is itself a valid model.
    var again = MarketModel()
    again.instruments = [fitted.model]
    try again.validate()
  }

  @Test func hawkesLikelihoodMatchesADirectSum() throws {
    var random = SeededGenerator(seed: 5)
    var times: [Double] = []
    var time = 0.0
    for _ in 0..<60 {
      time += Double.random(in: 0.001...0.5, using: &random)
      times.append(time)
    }
    let parameters = HawkesFit.Parameters(base: 1.5, branching: 0.4, decay: 3)
    var direct = -1.5 * (time + 1)
    for (index, arrival) in times.enumerated() {
      var intensity = 1.5
      for earlier in times[..<index] { intensity += 0.4 * 3 * exp(-3 * (arrival - earlier)) }
      direct += log(intensity) - 0.4 * (1 - exp(-3 * (time + 1 - arrival)))
    }
    #expect(abs(HawkesFit.logLikelihood(times, span: time + 1, parameters) - direct) < 1e-9)
  }

  @Test func defaultMarketShowsTheStylisedFacts() throws {
    var model = MarketModel()
    model.continuousSeconds = 1_200
    let facts = try StylisedFacts.measure(try Self.survey(model))
    for fact in facts {
      #expect(fact.isWithinBand, "\(fact.identifier) \(fact.value) outside \(fact.low)...\(fact.high)")
    }
  }

  /// A print, two fills and the filled orders' cancels are one trade; what else is cancelled then is none of it.
  @Test func fillsAreTradesAndTheirCancelsAreNot() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".ticks").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try TickWriter(path: path)
    _ = try writer.addInstrument(Instrument(symbol: "A", tick: .one))
    func append(
      _ kind: EventKind, _ second: Int64, id: UInt64 = 0, side: Side = .sell, price: Int32 = 100, quantity: Int64 = 5,
      flags: EventFlags = .endOfEvent
    ) throws {
      try writer.append(
        MarketEvent(
          kind: kind, exchangeTime: Timestamp(nanoseconds: second * 1_000_000_000), side: side,
          price: Price(ticks: price), quantity: Quantity(lots: quantity), identifier: id, flags: flags))
    }
    // A snapshot from ten days before.
    try append(.snapshotBegin, -864_000)
    for id in 1...3 as ClosedRange<UInt64> { try append(.add, -864_000, id: id, flags: [.snapshot]) }
    try append(.add, 10, id: 4, side: .buy, price: 99)
    try append(.trade, 20, side: .buy, quantity: 8)
    try append(.fill, 20, id: 1)
    try append(.fill, 20, id: 2, quantity: 3)
    try append(.cancel, 20, id: 1)
    try append(.cancel, 20, id: 2, quantity: 3)
    try append(.cancel, 20, id: 3)
    try append(.cancel, 30, id: 2, quantity: 2)
    try append(.trade, 40, side: .sell, quantity: 1)
    try writer.finish()
    let file = try TickFile(path: path)
    var survey = MarketSurvey()
    try MarketRecording.replay(file, observer: &survey)
    #expect(survey.tradeSigns == [1] && survey.tradeSizes == [8])
    #expect(survey.cancelCount == 2 && survey.limitCount == 1)
    #expect(survey.openSeconds == 30 && survey.livingOrderSeconds == 70)
    var prints = MarketSurvey(countsPrints: true)
    try MarketRecording.replay(file, observer: &prints)
    #expect(prints.tradeSigns.last == -1)
  }

  @Test func aFitStopsWhenItIsTold() {
    var asked = 0
    let times = (0..<5_000).map { Double($0) }
    #expect(throws: SurveyError.self) {
      try HawkesFit.fit(times) {
        asked += 1
        return asked > 3
      }
    }
    #expect(asked < 5_000, "no further look at the arrivals after the stop")
  }

  @Test func tooLittleIsSaid() {
    #expect(throws: SurveyError.self) { try StylisedFacts.measure(MarketSurvey()) }
    #expect(throws: SurveyError.self) {
      try MarketCalibration.fit(MarketSurvey(), symbol: "X", tick: "1", lot: "1")
    }
    #expect(throws: SurveyError.self) { try HawkesFit.fit([]) }
  }
}
