import CommandLineInterface
import Lab

/// `lockstep estimate`: how long and how big a run will be.
enum Estimate {
  static func command(_ registry: StrategyRegistry) -> Command {
    Command(
      "estimate", summary: "Say how long a scenario will take and how big its result will be.",
      examples: ["estimate Scenarios/quickstart.toml"],
      discussion: """
        Counts events from the files' indices, replays their beginning for about a second with every lane that will run, and
        analyses a made-up run of the same size. Lanes that the run adds for itself (drawn executions, and the pessimistic
        one) are counted apart.
        """,
      parameters: [ScenarioAccess.scenario, ScenarioAccess.set, Run.threads, CommonParameters.json]
    ) { invocation in
      let scenario = try ScenarioAccess.read(invocation, registry)
      let estimate = try RunEstimate(
        scenario, strategies: registry, threads: invocation[Run.threads] ?? 1
      ) { _ in !Interruption.isRequested }
      for warning in estimate.warnings { invocation.console.remark("warning: \(warning)") }
      if invocation[CommonParameters.json] {
        let json: JSONValue = .object([
          "events": .integer(estimate.events), "lanes": .integer(estimate.laneCount),
          "added_lanes": .integer(estimate.addedLaneCount),
          "events_per_second": .number(estimate.eventsPerSecond.rounded()),
          "seconds": .number((estimate.seconds * 100).rounded() / 100),
          "analysis_seconds": .number((estimate.analysisSeconds * 100).rounded() / 100),
          "bytes": .number(estimate.bytes.rounded()),
          "memory_bytes": .number(estimate.memoryBytes.rounded()),
          "calibration_events": .integer(estimate.calibrationEvents),
          "warnings": .array(estimate.warnings.map { .string($0) }),
        ])
        try invocation.console.writeLine(json.indentedText)
        return .success
      }
      let console = invocation.console
      try console.writeLine(
        "\(scenario.name): \(Words.grouped(estimate.events)) events, \(estimate.laneCount) "
          + "lane\(estimate.laneCount == 1 ? "" : "s")"
          + (estimate.addedLaneCount > 0 ? " and \(estimate.addedLaneCount) to learn how sure they are" : "")
          + ", \(estimate.instrumentCount) "
          + "instrument\(estimate.instrumentCount == 1 ? "" : "s")")
      try console.writeLine(
        "time    about \(Words.duration(Int64(estimate.seconds * 1e9))) at "
          + "\(Words.decimal(estimate.eventsPerSecond / 1e6, 2)) M events/s "
          + "(measured over \(Words.grouped(estimate.calibrationEvents)) events), "
          + "of it \(Words.duration(Int64(estimate.analysisSeconds * 1e9))) for statistics and files")
      try console.writeLine("disk    about \(Words.decimal(estimate.bytes / 1e6, 1)) MB")
      try console.writeLine("memory  about \(Words.decimal(estimate.memoryBytes / 1e6, 0)) MB")
      return .success
    }
  }
}
