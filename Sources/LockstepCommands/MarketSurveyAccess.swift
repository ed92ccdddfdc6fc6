import CommandLineInterface
import MarketTypes
import Simulation
import TickStore

/// Parameters and work that the commands on a tick file's market share.
enum MarketSurveyAccess {
  static let instrument = Option(
    "instrument", short: "i", .text("SYMBOL|N"),
    "The instrument, by symbol or by number from 0; by default the busiest.")

  /// The number of the instrument asked for; without a question the one with most events.
  static func instrument(_ invocation: Invocation, in file: TickFile) throws -> UInt16 {
    guard !file.instruments.isEmpty else { throw Failure(.badData, "\(file.path) holds no instruments") }
    guard let stated = invocation[instrument] else {
      let counts = try TickInspection(file, gapCount: 0).eventsByInstrument
      let busiest = counts.indices.max { (counts[$0], -$0) < (counts[$1], -$1) }
      return UInt16(busiest ?? 0)
    }
    if let index = file.instruments.firstIndex(where: { $0.symbol == stated }) { return UInt16(index) }
    if let number = Int(stated), file.instruments.indices.contains(number) { return UInt16(number) }
    let known = file.instruments.prefix(10).map(\.symbol).joined(separator: ", ")
    throw Failure(
      .badData, "\(file.path) holds no instrument '\(stated)'",
      advice: "It holds \(known)\(file.instruments.count > 10 ? ", ..." : ".")")
  }

  /// One replay of the file with a survey of the instrument's book.
  static func survey(
    _ file: TickFile, instrument: UInt16, sampleNanoseconds: Int64 = 1_000_000_000, _ invocation: Invocation
  ) throws -> MarketSurvey {
    let traded: [EventCode.Operation] = [.executeWhole, .executePart, .executePriced, .fill]
    var survey = MarketSurvey(
      instrument: instrument, sampleNanoseconds: sampleNanoseconds,
      countsPrints: traded.allSatisfy { file.count(of: $0) == 0 })
    let line = invocation.console.progress("replaying")
    defer { line.finish() }
    let total = Double(max(1, file.eventCount))
    try MarketRecording.replay(file, observer: &survey) { done in
      line.update(share: Double(done) / total)
      return !Interruption.isRequested
    }
    try Interruption.check()
    return survey
  }
}
