import CommandLineInterface
import Lab

/// `lockstep resume`: goes on with a run that was interrupted.
enum Resume {
  static let folder = Argument<String>(.folder("RUN"), "The folder that the run was going to be, or its name.")

  static func command(_ registry: StrategyRegistry) -> Command {
    Command(
      "resume", summary: "Go on with an interrupted run, to the same bytes.",
      examples: ["resume Reports/2024-03-01-quickstart-1a2b3c4d"],
      discussion: """
        An interrupted run leaves RUN.partial with its resolved scenario and a checkpoint: how many events it had
        replayed, and a hash of every lane's state. Strategies are arbitrary programs, so resuming replays the run from its
        start, checks at the checkpoint that it came to the same state, and goes on. A run that was killed noted at its start
        what it was made of, and once it was entered in the ledger, resuming enters it no second time. Ends with 6 when data
        or program have changed since. A stream that the interrupted run left is replaced by one that begins at the run's
        start.
        """,
      parameters: [
        folder, Run.threads, Run.stream, Run.noLedger, CommonParameters.force, RunAccess.folder, CommonParameters.json,
      ]
    ) { invocation in
      let path = try RunAccess.interruptedPath(of: invocation[folder], invocation)
      return try Run.finish(invocation) { options in
        try ScenarioRun.resume(folder: path, strategies: registry, options: options)
      }
    }
  }
}
