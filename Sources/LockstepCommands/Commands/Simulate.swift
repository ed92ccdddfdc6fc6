import CommandLineInterface
import Lab
import MarketTypes
import Simulation

/// `lockstep simulate`: a simulated market's day as an ordinary tick file.
enum Simulate {
  static let scenario = Argument<String>(.file("SCENARIO", endings: [".toml"]), "The market scenario.")
  static let output = Option(
    "output", short: "o", .file(endings: [".ticks"]), isRequired: true, "The tick file to write.")
  static let seed = Option("seed", .integer(in: 0...Int.max), "Another seed than the scenario's.")
  static let threads = Option(
    "threads", .integer(in: 1...1_024), "Simulate instruments on this many threads (1); the result is the same.")

  static let command = Command(
    "simulate", summary: "Simulate a market and record its day as a tick file.",
    examples: ["simulate Scenarios/sample-day.toml -o day.ticks", "simulate market.toml -o other.ticks --seed 7"],
    discussion: """
      The same scenario and seed give the same bytes. Nothing is left behind when the simulation fails or is interrupted.
      'lockstep calibrate' makes a scenario from a tick file; 'lockstep facts' measures how real the result looks.
      """,
    parameters: [scenario, output, seed, threads, CommonParameters.force, CommonParameters.json],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    let source = invocation[scenario]
    let path = invocation.required(output)
    var model = try MarketScenario(path: source).model
    if let seed = invocation[seed] { model.seed = UInt64(seed) }
    try OutputPath.prepare(path, isForced: invocation[CommonParameters.force], inputs: [source])
    var market = try SimulatedMarket(model)
    let clock = ContinuousClock.now
    let start = market.time
    let length = Double(max(1, market.endTime - start))
    let line = invocation.console.progress("simulating")
    defer { line.finish() }
    let isComplete = try MarketRecording.record(&market, to: path, threads: invocation[threads] ?? 1) { time in
      line.update(share: Double(time - start) / length)
      return !Interruption.isRequested
    }
    line.finish()
    guard isComplete else { throw Interrupted() }
    try report(market, model, path, ContinuousClock.now - clock, invocation)
    return .success
  }

  private static func report(
    _ market: borrowing SimulatedMarket, _ model: MarketModel, _ path: String, _ time: Duration,
    _ invocation: Invocation
  ) throws {
    let bytes = OutputPath.size(of: path)
    if invocation[CommonParameters.json] {
      let json: JSONValue = .object([
        "file": .string(path), "events": .integer(market.eventCount), "actions": .integer(market.actionCount),
        "bytes": .integer(bytes), "seed": .integer(model.seed),
        "instruments": .array(market.instruments.map { .string($0.symbol) }),
      ])
      return try invocation.console.writeLine(json.indentedText)
    }
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    invocation.console.remark(
      "\(path): \(Words.grouped(UInt64(market.eventCount))) events of \(market.instruments.count) "
        + "instrument\(market.instruments.count == 1 ? "" : "s"), seed \(model.seed), "
        + "\(Words.grouped(UInt64(bytes))) bytes, \(Words.decimal(seconds, 2)) s")
  }
}
