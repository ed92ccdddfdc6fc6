import CommandLineInterface
import Glibc
import Lab
import Reporting
import TickStore

/// `lockstep verify`: whether a tick file is as it was written, or a run as its scenario gives it.
enum Verify {
  static let subject = Argument<String>(
    .file("FILE|RUN", endings: [".ticks"]), "A tick file, or a run: its folder or name.")

  static func command(_ registry: StrategyRegistry) -> Command {
    Command(
      "verify", summary: "Check a tick file's checksums, or run a stored run again and compare.",
      examples: ["verify day.ticks", "verify Reports/2024-03-01-quickstart-1a2b3c4d"],
      discussion: """
        A tick file is checked byte by byte. A run's folder is checked against its own hashes, then its scenario runs again
        and must give the same result. Ends with 6 when something differs, and says what.
        """,
      parameters: [subject, Run.threads, RunAccess.folder, CommonParameters.json]
    ) { invocation in
      let word = invocation[subject]
      var status = stat()
      if stat(word, &status) == 0 {
        return status.st_mode & S_IFMT == S_IFDIR ? try run(word, invocation, registry) : try file(invocation)
      }
      // What has the ending of tick files was meant as one.
      guard errno == ENOENT, !word.hasSuffix(".ticks") else { return try file(invocation) }
      return try run(try RunAccess.path(of: word, invocation), invocation, registry)
    }
  }

  private static func run(
    _ folder: String, _ invocation: Invocation, _ registry: StrategyRegistry
  ) throws -> ExitCode {
    let stored = try StoredRun(folder: folder)
    let line = invocation.console.progress("verifying")
    defer { line.finish() }
    try stored.verify(strategies: registry, threads: invocation[Run.threads] ?? 1) { state in
      line.update(share: state.share)
      return !Interruption.isRequested
    }
    line.finish()
    let hash = stored.result.identity.resultHash
    if invocation[CommonParameters.json] {
      let json: JSONValue = .object([
        "run": .string(stored.folder), "verified": .bool(true), "result_hash": .string(hash),
      ])
      try invocation.console.writeLine(json.indentedText)
    } else {
      try invocation.console.writeLine("\(stored.folder): the same result again, hash \(hash)")
    }
    return .success
  }

  private static func file(_ invocation: Invocation) throws -> ExitCode {
    let path = invocation[subject]
    let result = try TickFileAccess.reading { () throws(TickStoreError) in try TickFile.verify(path: path) }
    let console = invocation.console
    if invocation[CommonParameters.json] {
      let json: JSONValue = .object([
        "file": .string(path), "intact": .bool(result.isIntact), "events": .integer(result.eventCount),
        "blocks": .integer(result.blockCount), "keyframes": .integer(result.keyframeCount),
        "faults": .array(result.faults.map(faultJSON)),
      ])
      try console.writeLine(json.indentedText)
    } else if result.isIntact {
      try console.writeLine(
        "\(path): intact, \(Words.grouped(result.eventCount)) events in \(result.blockCount) blocks, "
          + "\(result.keyframeCount) keyframes")
    }
    if result.isIntact { return .success }
    // A file of another kind is bad data; a tick file that changed has failed verification.
    if let fault = result.faults.first, fault.kind == .notTicks { throw fault }
    for fault in result.faults.dropFirst().prefix(20) { console.message("\(fault)") }
    throw Failure(
      .verificationFailed, result.faults.first?.description ?? path,
      advice: "Recover its complete blocks with: lockstep repair FILE -o OUT.ticks")
  }

  private static func faultJSON(_ fault: TickStoreError) -> JSONValue {
    .object([
      "offset": fault.offset.map { .integer($0) } ?? .null, "kind": .string("\(fault.kind)"),
      "reason": .string(fault.reason),
    ])
  }
}
