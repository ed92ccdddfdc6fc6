import CommandLineInterface
import MarketTypes
import Simulation
import TickStore

/// `lockstep facts`: how much a market behaves as markets do.
enum Facts {
  static let sample = Option(
    "sample", .integer("MILLISECONDS", in: 1...86_400_000), "Time between two samples of the book (1000).")

  static let command = Command(
    "facts", summary: "Measure the stylised facts of a tick file beside the bands of the literature.",
    examples: ["facts day.ticks", "facts day.ticks --instrument ALFA --json"],
    discussion: "A value outside its band is marked; that is a finding, not an error.",
    parameters: [TickFileAccess.file, MarketSurveyAccess.instrument, sample, CommonParameters.json]
  ) { invocation in
    let file = try TickFileAccess.open(invocation)
    let number = try MarketSurveyAccess.instrument(invocation, in: file)
    let survey = try MarketSurveyAccess.survey(
      file, instrument: number, sampleNanoseconds: Int64(invocation[sample] ?? 1_000) * 1_000_000, invocation)
    let facts = try StylisedFacts.measure(survey)
    let symbol = file.instruments[Int(number)].symbol
    if invocation[CommonParameters.json] {
      let json: JSONValue = .object([
        "file": .string(file.path), "symbol": .string(symbol), "samples": .integer(survey.doubledMiddles.count),
        "trades": .integer(survey.tradeSigns.count),
        "facts": .array(
          facts.map {
            .object([
              "identifier": .string($0.identifier), "summary": .string($0.summary), "value": .number($0.value),
              "low": .number($0.low), "high": .number($0.high), "isWithinBand": .bool($0.isWithinBand),
              "source": .string($0.source),
            ])
          }),
      ])
      try invocation.console.writeLine(json.indentedText)
      return .success
    }
    try invocation.console.writeLine("\(symbol) in \(file.path)")
    var rows = [["", "fact", "value", "band", "", "source"]]
    for fact in facts {
      rows.append([
        "", fact.summary, Words.decimal(fact.value, 3),
        "\(Words.decimal(fact.low, 2)) to \(Words.decimal(fact.high, 2))",
        fact.isWithinBand ? "within" : "OUTSIDE", fact.source,
      ])
    }
    for row in Words.columns(rows) { try invocation.console.writeLine(row) }
    return .success
  }
}
