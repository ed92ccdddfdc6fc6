import CommandLineInterface
import Glibc
import Lab
import Reporting
import Simulation

/// `lockstep run`: a scenario in, a run folder out.
enum Run {
  static let output = Option(
    "output", short: "o", .folder(), "The run's folder; by default Reports/DATE-NAME-HASH.")
  static let threads = Option(
    "threads", .integer(in: 1...1_024), "Lanes run on this many threads; the result is the same.")

  static let stream = Option(
    "stream", .file("FILE", endings: [".h5"]),
    "Show the lanes' equity in this HDF5 file while the run goes on (SWMR, for h5py and others); an earlier stream is "
      + "replaced.")

  static let noLedger = Flag("no-ledger", "Do not enter the run in the ledger of the folder that its own stands in.")

  static func command(_ registry: StrategyRegistry) -> Command {
    Command(
      "run", summary: "Run a scenario and leave a folder with its result.",
      examples: ["run Scenarios/quickstart.toml", "run Scenarios/quickstart.toml --set run.seed=7 -o Reports/seven"],
      discussion: """
        The folder appears complete or not at all. It holds the resolved scenario, summary.json, log.jsonl, result.h5,
        report.html, and in location.json where the scenario's data lies. HASH in its own name stands for scenario, data and
        program.
        Ends with 5 when a risk control stopped the shown lane; the result is complete then too. An interrupted run (130)
        goes on with 'lockstep resume'.

        '--set look_ahead.cutoffs=20' also runs the lanes on data that ends early, at twenty of their decisions, and compares
        what they decided until then; where that differs the run ends with 6, and its result says which decision.

        \(ScenarioAccess.overrideNote)
        """,
      parameters: [
        ScenarioAccess.scenario, output, ScenarioAccess.set, threads, stream, noLedger, CommonParameters.force,
        CommonParameters.json,
      ]
    ) { invocation in
      let scenario = try ScenarioAccess.read(invocation, registry)
      return try finish(invocation) { options in
        options.folder = invocation[output]
        // Its own name has the hash of scenario, data and program: the same name is the same run, and nothing is lost.
        options.replaces = invocation[CommonParameters.force] || invocation[output] == nil
        return try ScenarioRun.execute(scenario, strategies: registry, options: options)
      }
    }
  }

  /// Runs with progress on a terminal, reports, and gives the exit code.
  static func finish(
    _ invocation: Invocation, _ body: (inout RunOptions) throws -> FinishedRun
  ) throws -> ExitCode {
    // A strategy that traps takes the process with it; the message says which one, and when in the market's time.
    StrategyTraps.nameOnStandardError()
    var options = RunOptions(date: String(TimeText.iso8601(Int64(time(nil)) * 1_000_000_000).prefix(10)))
    options.threads = invocation[threads] ?? 1
    options.entersLedger = !invocation[noLedger]
    options.streamPath = invocation[stream]
    options.replacesStream = invocation[CommonParameters.force]
    let line = invocation.console.progress("running")
    defer { line.finish() }
    options.progress = { state in
      line.update(state)
      return !Interruption.isRequested
    }
    let clock = ContinuousClock.now
    let finished = try body(&options)
    line.finish()
    let elapsed = (ContinuousClock.now - clock).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    try RunWords.report(finished, seconds: seconds, invocation)
    if finished.result.lookAhead?.passes == false { return .verificationFailed }
    return finished.result.identity.isStoppedByRisk ? .stoppedByRiskControl : .success
  }
}

extension ProgressLine {
  /// Percent, events/s, × real time and time left of a run.
  func update(_ state: RunProgress) {
    update(
      stage: state.stage, share: state.share, events: state.events,
      marketSeconds: Double(state.marketTime - state.marketStart) / 1e9)
  }
}
