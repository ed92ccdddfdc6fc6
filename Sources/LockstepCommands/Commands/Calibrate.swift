import CommandLineInterface
import Lab
import MarketTypes
import Simulation
import TickStore

/// `lockstep calibrate`: a market scenario whose order flow is that of a tick file.
enum Calibrate {
  static let output = Option(
    "output", short: "o", .file(endings: [".toml"]), isRequired: true, "The scenario to write.")

  static let command = Command(
    "calibrate", summary: "Fit a simulated market to an instrument of a tick file and write it as a scenario.",
    examples: ["calibrate day.ticks -o market.toml --instrument ALFA"],
    discussion: """
      Arrival, cancel, placement and size distributions, the Hawkes kernel of arrivals and the memory of trade signs are
      fitted to the time in which the market was open; the report says how well. The file must hold single orders.
      """,
    parameters: [
      TickFileAccess.file, output, MarketSurveyAccess.instrument, CommonParameters.force, CommonParameters.json,
    ],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    let path = invocation.required(output)
    try OutputPath.prepare(
      path, isForced: invocation[CommonParameters.force], inputs: [invocation[TickFileAccess.file]])
    let file = try TickFileAccess.open(invocation)
    let number = try MarketSurveyAccess.instrument(invocation, in: file)
    let instrument = file.instruments[Int(number)]
    let survey = try MarketSurveyAccess.survey(file, instrument: number, invocation)
    let fit: MarketCalibration
    do {
      fit = try MarketCalibration.fit(
        survey, symbol: instrument.symbol, tick: instrument.tick.description, lot: instrument.lot.description,
        isCancelled: { Interruption.isRequested })
    } catch {
      try Interruption.check()
      throw error
    }
    var model = MarketModel()
    model.continuousSeconds = min(864_000, max(1, survey.openSeconds.rounded()))
    model.instruments = [fit.model]
    model.venues[0].name = instrument.venue.isEmpty ? "SIM" : instrument.venue
    try model.validate()
    let text = try MarketScenario(model: model).text()
    try OutputPath.write(text, to: path)
    try report(fit, path, instrument, invocation)
    return .success
  }

  private static func report(
    _ fit: MarketCalibration, _ path: String, _ instrument: Instrument, _ invocation: Invocation
  ) throws {
    let console = invocation.console
    if invocation[CommonParameters.json] {
      let hawkes = fit.hawkes
      let json: JSONValue = .object([
        "file": .string(path), "symbol": .string(instrument.symbol),
        "hawkes": .object([
          "baseRate": .number(hawkes.baseRate), "branching": .number(hawkes.branching), "decay": .number(hawkes.decay),
          "logLikelihood": .number(hawkes.logLikelihood),
          "poissonLogLikelihood": .number(hawkes.poissonLogLikelihood),
          "residualDistance": .number(hawkes.residualDistance), "residualPValue": .number(hawkes.residualPValue),
          "arrivals": .integer(hawkes.arrivalCount),
        ]),
        "fits": .array(
          fit.notes.map {
            .object([
              "part": .string($0.part), "observations": .integer($0.observations), "quality": .string($0.quality),
            ])
          }),
      ])
      return try console.writeLine(json.indentedText)
    }
    var rows = [["part", "observations", "how well"]]
    for note in fit.notes { rows.append([note.part, Words.grouped(UInt64(note.observations)), note.quality]) }
    for row in Words.columns(rows) { try console.writeLine(row) }
    console.remark("\(path): the order flow of \(instrument.symbol)")
  }
}
