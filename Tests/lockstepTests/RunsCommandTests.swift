import Foundation
import Testing

/// `runs` and `ledger` over runs that the program itself made.
@Suite struct RunsCommandTests {
  private static let scenario = Binary.repository.appending(path: "Scenarios/quickstart.toml").path
  /// A few minutes of it: these tests are about folders and ledgers.
  private static let short = ["--set", "data.until=2024-03-01T14:36:00Z", "--set", "report.resamples=100"]

  private static func json(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
  }

  @Test func finishedRunsAreListedTaggedProvedAndRemoved() throws {
    let scratch = try ScratchFolder()
    let folder = scratch.url
    for seed in ["1", "2"] {
      let made = try Binary.run(
        "run", Self.scenario, "--set", "run.seed=\(seed)", "-o", "Reports/seed-\(seed)", more: Self.short, in: folder)
      #expect(made.code == 0, "\(made.messages)")
    }
    let list = try Binary.run("runs", "--json", "--sort=-profit", in: folder)
    #expect(list.code == 0, "\(list.messages)")
    let runs = try #require(try Self.json(list.output) as? [[String: Any]])
    #expect(Set(runs.compactMap { $0["run"] as? String }) == ["seed-1", "seed-2"])
    #expect(runs.allSatisfy { $0["fault"] is NSNull && $0["result_hash"] is String && $0["fills"] != nil })
    #expect(try Binary.run("runs", "--where", "run.x =", in: folder).code == 2)
    #expect(try Binary.run("runs", "--where", "name = 'nobody'", in: folder).output.isEmpty)
    let metric = try Binary.run("runs", "--sort=-metric.sharp", in: folder)
    #expect(metric.code == 2 && metric.messages.contains("sharpe"), "\(metric.messages)")
    #expect(try Binary.run("runs", "--where", "param.half_spraed > 1", in: folder).code == 2)
    #expect(
      try Binary.run("runs", "--where", "param.half_spread > 0 and metric.sharpe is null or 1", in: folder).code == 0)

    #expect(try Binary.run("runs", "tag", "seed-1", "keep", in: folder).output == "seed-1: keep\n")
    #expect(try Binary.run("runs", "--where", "tag.keep", in: folder).output.contains("seed-1"))
    let shown = try Binary.run("runs", "show", "seed-1", in: folder)
    #expect(shown.output.contains("tags: keep") && shown.output.contains("result.h5"), "\(shown.output)")
    #expect(try Binary.run("runs", "show", "seed", in: folder).code == 2)
    try Self.namesServe(in: scratch)

    let head = try Binary.run("ledger", "head", in: folder).output.trimmingCharacters(in: .newlines)
    #expect(head.contains("\"size\":2"))
    let verified = try Binary.run("ledger", "verify", "--against", head, in: folder)
    #expect(verified.code == 0 && verified.output.contains("2 records"), "\(verified.messages)")
    let proof = try Binary.run("ledger", "proof", "seed-2", in: folder)
    #expect(proof.code == 0 && proof.output.contains("leaf_hash"), "\(proof.messages)")
    #expect(try Binary.run("ledger", "consistency", head, in: folder).code == 0)
    let empty = "{\"root\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":0}"
    #expect(try Binary.run("ledger", "consistency", empty, head, in: folder).code == 0)
    #expect(try Binary.run("ledger", "consistency", head, empty, in: folder).code == 2)
    let foreign = head.replacingOccurrences(of: "\"size\":2", with: "\"size\":1")
    #expect(try Binary.run("ledger", "consistency", foreign, head, in: folder).code == 6)

    let signed = try Binary.run("ledger", "sign", "--key", "my.key", in: folder)
    let signature = try #require(try Self.json(signed.output) as? [String: Any])
    let words = [
      "--public-key", try #require(signature["public_key"] as? String), "--signature",
      try #require(signature["signature"] as? String),
    ]
    #expect(try Binary.run("ledger", "check-signature", head, more: words, in: folder).code == 0)
    let other = head.replacingOccurrences(of: "\"size\":2", with: "\"size\":1")
    #expect(try Binary.run("ledger", "check-signature", other, more: words, in: folder).code == 6)
    let rights = try FileManager.default.attributesOfItem(atPath: scratch.path("my.key"))[.posixPermissions] as? Int
    #expect(rights == 0o600)

    #expect(try Binary.run("runs", "rm", "seed-1", in: folder).output == "removed seed-1\n")
    #expect(try Binary.run("runs", "--json", in: folder).output.contains("seed-2"))
    #expect(try Binary.run("ledger", "verify", in: folder).code == 0)
  }

  /// A run is named by its path or as `runs` prints it, from its folder or from another one.
  private static func namesServe(in scratch: ScratchFolder) throws {
    let folder = scratch.url
    let reports = scratch.path("Reports")
    for (words, place) in [([], folder), (["--folder", reports], URL(filePath: "/"))] {
      for line in [
        ["explain", "seed-1", "0"], ["verify", "seed-1"],
        ["report", "seed-2", "-o", scratch.path("page.html"), "--fills", "0,2-3"],
        ["runs", "show", "seed-1"], ["ledger", "proof", "seed-1"], ["compare", "seed-1", "seed-2"],
        ["compare", "seed-1", "seed-2"],
      ] {
        let outcome = try Binary.run(line[0], more: Array(line.dropFirst()) + words, in: place)
        #expect(outcome.code == 0, "\(line): \(outcome.messages)")
      }
    }
    for line in [["runs", "show", "Reports/seed-1/"], ["ledger", "proof", "Reports/seed-1"]] {
      let outcome = try Binary.run(line[0], more: Array(line.dropFirst()), in: folder)
      #expect(outcome.code == 0, "\(line): \(outcome.messages)")
    }
    let page = try String(contentsOfFile: scratch.path("page.html"), encoding: .utf8)
    #expect(page.contains("The 3 fills asked for") && page.contains("id=\"fill-2\"") && !page.contains("id=\"fill-1\""))
    for (list, code) in [("3-2", 2), ("first", 2), ("1,", 2), ("99999999", 4)] {
      #expect(try Binary.run("report", "seed-2", "--fills", list, in: folder).code == code, "\(list)")
    }
    // Two comparisons of the same runs are one page, and it is not in the working folder.
    let pages = try FileManager.default.contentsOfDirectory(atPath: reports).filter { $0.hasPrefix("compare-") }
    #expect(pages.count == 1 && scratch.names == ["Reports", "page.html"], "\(pages) \(scratch.names)")
    for line in [
      ["explain", "sed-1", "0"], ["verify", "eed-1"], ["runs", "show", "seed1"], ["ledger", "proof", "sed-1"],
    ] {
      let outcome = try Binary.run(line[0], more: Array(line.dropFirst()), in: folder)
      #expect(outcome.code == 4 && outcome.messages.contains("Did you mean 'seed-1'"), "\(line): \(outcome.messages)")
    }
    let finished = try Binary.run("resume", "seed-1", in: folder)
    #expect(finished.code == 4 && finished.messages.contains("finished already"), "\(finished.messages)")
    let unknown = try Binary.run("resume", "nothing", in: folder)
    #expect(unknown.code == 4 && unknown.messages.contains("no interrupted run"), "\(unknown.messages)")
    try FileManager.default.removeItem(atPath: scratch.path("page.html"))
  }

  @Test func aChangedLedgerOrResultIsFound() throws {
    let scratch = try ScratchFolder()
    for seed in ["1", "2"] {
      _ = try Binary.run(
        "run", Self.scenario, "--set", "run.seed=\(seed)", "-o", scratch.path("seed-\(seed)"), more: Self.short)
    }
    let words = ["--folder", scratch.url.path]
    let head = try Binary.run("ledger", "head", more: words).output.trimmingCharacters(in: .newlines)
    let ledger = scratch.url.appending(path: "ledger")
    let whole = try Data(contentsOf: ledger)
    var changed = whole
    changed[80] ^= 1
    try changed.write(to: ledger)
    #expect(try Binary.run("ledger", "verify", more: words).code == 6)
    // A shorter ledger is whole in itself, but no longer the one that was vouched for.
    let summary = try Binary.run("ledger", "verify", "--against", head, more: words)
    #expect(summary.code == 6)
    try whole.write(to: ledger)
    #expect(try Binary.run("ledger", "verify", more: words).code == 0)
    try (whole + Data("LSLR torn".utf8)).write(to: ledger)
    let torn = try Binary.run("ledger", "verify", more: words)
    #expect(torn.code == 0 && torn.messages.contains("never finished"), "\(torn.messages)")
    let strict = try Binary.run("ledger", "verify", "--strict", more: words)
    #expect(strict.code == 6 && strict.messages.contains("never finished"), "\(strict.messages)")
    // A tear within the record of a finished run hides that run, which its folder tells.
    try whole.dropLast(5).write(to: ledger)
    let hidden = try Binary.run("ledger", "verify", more: words)
    #expect(hidden.code == 6 && hidden.output.contains("seed-2: it is not in the ledger"), "\(hidden.output)")
    let removed = try Binary.run("ledger", "verify", "--against", head, more: words)
    #expect(removed.code == 6 && removed.messages.contains("records were removed"), "\(removed.messages)")
    try whole.write(to: ledger)
    #expect(try Binary.run("ledger", "verify", "--strict", more: words).code == 0)
    let result = scratch.url.appending(path: "seed-1/result.h5")
    var bytes = try Data(contentsOf: result)
    // One flip may fall on what the hash leaves out, such as the analysis; sixteen over the file do not.
    for part in 1..<16 { bytes[bytes.count * part / 16] ^= 4 }
    try bytes.write(to: result)
    #expect(try Binary.run("ledger", "verify", more: words).code == 6)
    #expect(try Binary.run("ledger", "verify", "--folder", scratch.path("none")).code == 4)
  }

  /// Whenever a run is killed: nothing looks finished that is not, and the ledger verifies.
  @Test func killedRunsLeaveNothingThatLooksFinished() throws {
    let scratch = try ScratchFolder()
    var delay = 1_000
    for round in 0..<8 {
      let process = Process()
      process.executableURL = Binary.url
      process.arguments =
        [
          "run", Self.scenario, "--set", "run.seed=\(round)", "-o", scratch.path("run-\(round)"), "--quiet",
        ] + Self.short
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(delay))
      delay = delay * 5 / 2
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let last = try Binary.run("run", Self.scenario, "-o", scratch.path("last"), more: Self.short)
    #expect(last.code == 0, "\(last.messages)")
    // Every folder with a final name is complete and hashes to what it says, and the ledger counts it.
    let verified = try Binary.run("ledger", "verify", "--json", "--folder", scratch.url.path)
    #expect(verified.code == 0, "\(verified.output)\(verified.messages)")
    let finished = scratch.names.filter { $0.hasPrefix("run-") && !$0.contains(".partial") }
    for name in finished {
      let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path(name))
      #expect(Set(["result.h5", "summary.json", "scenario.toml"]).isSubset(of: files), "\(name): \(files)")
    }
  }
}
