import CommandLineInterface
import Glibc
import Lab
import Reporting

/// `lockstep run`: a scenario in, a run folder out.
enum Run {
  static let output = Option(
    "output", short: "o", .folder(), "The run's folder; by default Reports/DATE-NAME-HASH.")
  static let threads = Option(
    "threads", .integer(in: 1...1_024), "Lanes run on this many threads; the result is the same.")

  static func command(_ registry: StrategyRegistry) -> Command {
    Command(
      "run", summary: "Run a scenario and leave a folder with its result.",
      examples: ["run Scenarios/quickstart.toml", "run Scenarios/quickstart.toml --set run.seed=7 -o Reports/seven"],
      discussion: """
        The folder appears complete or not at all. It holds the resolved scenario, summary.json, log.jsonl and result.h5.
        Ends with 5 when a risk control stopped the shown lane; the result is complete then too.

        \(ScenarioAccess.overrideNote)
        """,
      parameters: [
        ScenarioAccess.scenario, output, ScenarioAccess.set, threads, CommonParameters.force, CommonParameters.json,
      ]
    ) { try run($0, registry) }
  }

  private static func run(_ invocation: Invocation, _ registry: StrategyRegistry) throws -> ExitCode {
    let scenario = try ScenarioAccess.read(invocation, registry)
    var options = RunOptions(date: String(TimeText.iso8601(Int64(time(nil)) * 1_000_000_000).prefix(10)))
    options.folder = invocation[output]
    // A folder of its own holds the same run under the same name: replacing it loses nothing.
    options.replaces = invocation[CommonParameters.force] || invocation[output] == nil
    options.threads = invocation[threads] ?? 1
    let line = invocation.console.progress(scenario.name)
    defer { line.finish() }
    options.progress = { state in
      line.update(share: Double(state.events) / Double(max(1, state.totalEvents)))
      return !Interruption.isRequested
    }
    let clock = ContinuousClock.now
    let finished = try ScenarioRun.execute(scenario, strategies: registry, options: options)
    line.finish()
    try RunWords.report(finished, seconds: seconds(since: clock), invocation)
    return finished.result.identity.isStoppedByRisk ? .stoppedByRiskControl : .success
  }

  private static func seconds(since clock: ContinuousClock.Instant) -> Double {
    let elapsed = (ContinuousClock.now - clock).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }
}
