import Catalogue
import Foundation
import Ledger
import MarketTypes
import Reporting
import Synchronization
import Testing
import TickStore

@testable import Lab

@Suite("Run folders")
struct RunFolderTests {
  static func options(_ folder: String, progress: @escaping ProgressHandler = { _ in true }) -> RunOptions {
    var options = RunOptions(date: "2024-03-01")
    options.folder = folder
    options.progress = progress
    return options
  }

  static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing was thrown"
    } catch {
      return "\(error)"
    }
  }

  @Test("A run leaves its files, is verified, and is not overwritten by accident")
  func complete() throws {
    let place = try TestFolder()
    let registry = ScenarioRunTests.registry
    let scenario = try ScenarioRunTests.short()
    let finished = try ScenarioRun.execute(
      scenario, strategies: registry, options: Self.options("\(place.path)/deep/run"))
    #expect(place.names == ["deep"])
    let names = try FileManager.default.contentsOfDirectory(atPath: finished.folder).sorted()
    #expect(names.filter { $0 != "report.html" } == ["log.jsonl", "result.h5", "scenario.toml", "summary.json"])
    // Its data has an absolute path, so there is no place to note.
    let stored = try StoredRun(folder: finished.folder)
    #expect(stored.result.contentHash() == finished.result.identity.resultHash)
    try stored.verify(strategies: registry)
    #expect(
      Self.message {
        _ = try ScenarioRun.execute(scenario, strategies: registry, options: Self.options(finished.folder))
      }.contains("exists already"))
    // A changed result, summary or scenario is noticed.
    let summary = "\(finished.folder)/summary.json"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: summary))
    try (bytes + Data(" ".utf8)).write(to: URL(fileURLWithPath: summary))
    #expect(Self.message { try stored.verify(strategies: registry) }.contains("summary.json does not belong"))
    try bytes.write(to: URL(fileURLWithPath: summary))
    let toml = "\(finished.folder)/scenario.toml"
    let text = try String(contentsOfFile: toml, encoding: .utf8)
    try text.replacingOccurrences(of: "seed = 1", with: "seed = 2").write(
      toFile: toml, atomically: true, encoding: .utf8)
    #expect(Self.message { try stored.verify(strategies: registry) }.contains("scenario.toml is not the scenario"))
  }

  @Test("An interrupted run resumes to the same bytes, and notices what has changed")
  func resume() throws {
    let place = try TestFolder()
    let registry = ScenarioRunTests.registry
    let scenario = try ScenarioRunTests.short()
    let whole = try ScenarioRun.execute(scenario, strategies: registry, options: Self.options("\(place.path)/whole"))
    let path = "\(place.path)/cut"
    #expect(
      Self.message {
        _ = try ScenarioRun.execute(
          scenario, strategies: registry, options: Self.options(path) { $0.events < 4_000 || $0.stage != "replaying" })
      }.contains("lockstep resume \(path)"))
    #expect(place.names == ["cut.partial", "whole"])
    let checkpoint = "\(path).partial/checkpoint.json"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: checkpoint))
    let stored = try Checkpoint(parsing: Array(bytes), file: checkpoint)
    #expect(stored.events > 0)
    var wrong = stored
    wrong.stateHash = String(repeating: "0", count: 64)
    try Data(wrong.bytes).write(to: URL(fileURLWithPath: checkpoint))
    #expect(
      Self.message {
        _ = try ScenarioRun.resume(folder: path, strategies: registry, options: Self.options(path))
      }.contains("the lanes are not where the interrupted run was"))
    try bytes.write(to: URL(fileURLWithPath: checkpoint))
    _ = try ScenarioRun.resume(folder: path, strategies: registry, options: Self.options(path))
    for name in ["result.h5", "summary.json", "scenario.toml"] {
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
          == Data(contentsOf: URL(fileURLWithPath: "\(whole.folder)/\(name)")), "\(name)")
    }
    #expect(
      Self.message {
        _ = try ScenarioRun.resume(folder: path, strategies: registry, options: Self.options(path))
      }.contains("is finished already"))
  }

  @Test("A run that is interrupted after its replay is resumed to the same bytes")
  func interruptedLate() throws {
    let place = try TestFolder()
    let registry = ScenarioRunTests.registry
    let scenario = try ScenarioRunTests.short("html = false\n")
    let whole = try ScenarioRun.execute(scenario, strategies: registry, options: Self.options("\(place.path)/whole"))
    let path = "\(place.path)/late"
    var asked = 0
    #expect(
      Self.message {
        _ = try ScenarioRun.execute(
          scenario, strategies: registry,
          options: Self.options(path) { state in
            asked += state.stage == "analysing" ? 1 : 0
            return asked < 4
          })
      }.contains("lockstep resume \(path)"))
    #expect(asked == 4 && !FileManager.default.fileExists(atPath: path))
    _ = try ScenarioRun.resume(folder: path, strategies: registry, options: Self.options(path))
    for name in ["result.h5", "summary.json", "scenario.toml"] {
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
          == Data(contentsOf: URL(fileURLWithPath: "\(whole.folder)/\(name)")), "\(name)")
    }
  }

  @Test("A run's files are the same wherever data and scenario lie, and the run is found to be the same from there")
  func places() throws {
    let registry = ScenarioRunTests.registry
    var texts: [Data] = []
    var homes: [TestFolder] = []
    for depth in ["one", "another/much/deeper/one"] {
      let home = try TestFolder()
      homes.append(home)
      try home.write("", to: "\(depth)/data/x")
      try FileManager.default.copyItem(atPath: ScenarioRunTests.sample, toPath: "\(home.path)/\(depth)/data/day.ticks")
      let path = try home.write(
        """
        schema = 1
        [data]
        files = ["../data/day.ticks"]
        instruments = ["ALFA"]
        until = 2024-03-01T14:33:00Z
        [strategy]
        name = "grid-maker"
        [report]
        html = false
        resamples = 100
        simulated_paths = 100
        """, to: "\(depth)/scenarios/s.toml")
      let scenario = try Scenario(paths: [path], strategies: registry)
      let finished = try ScenarioRun.execute(
        scenario, strategies: registry, options: Self.options("\(home.path)/\(depth)/reports/run"))
      let stored = try Data(contentsOf: URL(fileURLWithPath: "\(finished.folder)/scenario.toml"))
      #expect(!String(decoding: stored, as: UTF8.self).contains(home.path))
      texts.append(stored + (try Data(contentsOf: URL(fileURLWithPath: "\(finished.folder)/result.h5"))))
      try StoredRun(folder: finished.folder).verify(strategies: registry)
      let again = try Scenario(paths: ["\(finished.folder)/scenario.toml"], strategies: registry)
      #expect(try again.text() == scenario.text())
    }
    #expect(texts[0] == texts[1])
    // Everything moves together: the run sees its data from where it stands.
    let moved = try TestFolder()
    try FileManager.default.moveItem(atPath: "\(homes[0].path)/one", toPath: "\(moved.path)/two")
    try StoredRun(folder: "\(moved.path)/two/reports/run").verify(strategies: registry)
    // The run moves alone: its data is where it was.
    let alone = try TestFolder()
    let deep = "\(homes[1].path)/another/much/deeper/one/reports/run"
    try FileManager.default.moveItem(atPath: deep, toPath: "\(alone.path)/run")
    try StoredRun(folder: "\(alone.path)/run").verify(strategies: registry)
  }

  @Test(
    "An estimate says within a factor of two how big a run will be",
    arguments: ["quickstart", "monte-carlo", "momentum"])
  func estimate(name: String) throws {
    let place = try TestFolder()
    let scenario = try Scenario(
      paths: ["\(ScenarioRunTests.folder)/\(name).toml"],
      overrides: [ScenarioOverride(key: "data.until", value: "2024-03-01T16:00:00Z", origin: "--set")],
      strategies: ScenarioRunTests.registry)
    let estimate = try RunEstimate(scenario, strategies: ScenarioRunTests.registry, seconds: 0.2)
    let finished = try ScenarioRun.execute(
      scenario, strategies: ScenarioRunTests.registry, options: Self.options("\(place.path)/run"))
    var bytes = 0
    for file in try FileManager.default.contentsOfDirectory(atPath: finished.folder) {
      bytes += try Data(contentsOf: URL(fileURLWithPath: "\(finished.folder)/\(file)")).count
    }
    #expect(estimate.laneCount == 1 && estimate.addedLaneCount == scenario.monteCarlo.executionDraws + 1)
    #expect((0.5...2).contains(estimate.bytes / Double(bytes)), "\(estimate.bytes) for \(bytes)")
    let events = Double(finished.result.identity.eventCount)
    #expect((0.5...2).contains(Double(estimate.events) / events), "\(estimate.events) for \(events)")
    #expect(estimate.analysisSeconds > 0 && estimate.seconds > estimate.analysisSeconds)
  }

  @Test("Any bytes are the place of a run's data or nothing")
  func locations() throws {
    let good = DataLocation(dataFolder: "/a/b/c", runFolder: "/a/d/run")
    #expect(good.fromRun == "../../b/c" && good.fromRoot == "/a/b/c")
    let bytes = try good.bytes
    #expect(DataLocation(parsing: bytes) == good)
    // The last byte is a line feed.
    for cut in 0..<(bytes.count - 1) { #expect(DataLocation(parsing: Array(bytes[..<cut])) == nil) }
  }

  @Test("Any bytes are a checkpoint or an error")
  func checkpoints() throws {
    let good = Checkpoint(
      scenarioHash: "a", engineVersion: "b", sources: ["c"], events: 5, marketTime: -7, stateHash: "d", ledgerSize: 2)
    let bytes = try good.bytes
    #expect(try Checkpoint(parsing: bytes, file: "f") == good)
    for cut in 0..<bytes.count {
      #expect(throws: RunError.self) { try Checkpoint(parsing: Array(bytes[..<cut]), file: "f") }
    }
  }

  private static func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test("Whoever looks while a run takes its name never takes a file of it away")
  func finishing() throws {
    let place = try TestFolder()
    let path = "\(place.path)/run"
    final class Flag: Sendable { let isSet = Mutex(false) }
    let done = Flag()
    let other = Thread {
      // Rests after each time it has the folder, or nobody else would.
      while !done.isSet.withLock({ $0 }) {
        guard let folder = try? RunFolder(path: path, replaces: true) else { continue }
        folder.discard()
        usleep(2_000)
      }
    }
    other.start()
    for round in 0..<16 {
      // Half of the rounds replace what the round before left.
      if round.isMultiple(of: 2) { try? FileManager.default.removeItem(atPath: path) }
      var folder: RunFolder?
      while folder == nil {
        folder = try? RunFolder(path: path, replaces: true)
        if folder == nil { usleep(100) }
      }
      try folder?.write([UInt8(round)], as: "result.h5")
      try folder?.finish()
      #expect(try Self.names(path) == ["result.h5"], "round \(round)")
      #expect(FileManager.default.contents(atPath: "\(path)/result.h5") == Data([UInt8(round)]))
    }
    done.isSet.withLock { $0 = true }
    while !other.isFinished { usleep(1_000) }
    #expect(place.names == ["run"])
  }

  @Test("What a process left that was killed while it replaced a finished run is put right")
  func leftovers() throws {
    let place = try TestFolder()
    let path = "\(place.path)/run"
    // After the exchange: the former run is in the place of the unfinished one, and no interrupted run.
    try place.write("new", to: "run/summary.json")
    for (name, text) in [("summary.json", "old"), ("scenario.toml", ""), (".replaced", "")] {
      try place.write(text, to: "run.partial/\(name)")
    }
    try place.write("", to: "run.4711.former/summary.json")
    try place.write("{}", to: "run.partial.checkpoint")
    #expect(!RunFolder.isInterrupted(path))
    #expect(
      Self.message {
        _ = try ScenarioRun.resume(folder: path, strategies: ScenarioRunTests.registry, options: Self.options(path))
      }.contains("is finished already"))
    do { _ = try RunFolder(path: path, replaces: true, keeps: RunFolder.resumable) }
    #expect(place.names == ["run", "run.partial"])
    #expect(try Self.names("\(path).partial").isEmpty && Self.names(path) == ["summary.json"])
    // Before it: the finished run stays, and the unfinished one can be resumed.
    try place.write("", to: "run/.replaced")
    try place.write("", to: "run.partial/scenario.toml")
    try place.write("{}", to: "run.partial.checkpoint")
    #expect(RunFolder.isInterrupted(path))
    do { _ = try RunFolder(path: path, replaces: true, keeps: RunFolder.resumable) }
    #expect(try Self.names(path) == ["summary.json"])
    #expect(try Self.names("\(path).partial") == ["checkpoint.json", "scenario.toml"])
    #expect(place.names == ["run", "run.partial"])
    // Where names cannot be exchanged, there is a moment without the name.
    try FileManager.default.moveItem(atPath: path, toPath: "\(path).former")
    #expect(Self.message { _ = try RunFolder(path: path, replaces: false) }.contains("exists already"))
    #expect(place.names == ["run", "run.partial"] && FileManager.default.fileExists(atPath: "\(path)/summary.json"))
  }

  @Test("Nothing but a run gives way to a run")
  func strangers() throws {
    let place = try TestFolder()
    try place.write("thesis", to: "precious/thesis.txt")
    try place.write("{}", to: "runs/a/summary.json")
    try place.write("", to: "runs/ledger/log")
    try place.write("{}", to: "runs/summary.json")
    try place.write("mine", to: "other.partial/mine.txt")
    try place.write("", to: "file")
    for name in ["precious", "runs", "file"] {
      #expect(
        Self.message { _ = try RunFolder(path: "\(place.path)/\(name)", replaces: true) }
          .contains("not the folder of one run"))
    }
    #expect(
      Self.message { _ = try RunFolder(path: "\(place.path)/other", replaces: true) }.contains("is in the way"))
    #expect(try Self.names("\(place.path)/precious") == ["thesis.txt"])
    #expect(try Self.names("\(place.path)/runs") == ["a", "ledger", "summary.json"])
    #expect(try Self.names("\(place.path)/other.partial") == ["mine.txt"])
    // A run that can be resumed is not thrown away unasked.
    try place.write("", to: "half.partial/scenario.toml")
    try place.write("{}", to: "half.partial/checkpoint.json")
    let half = "\(place.path)/half"
    #expect(Self.message { _ = try RunFolder(path: half, replaces: false) }.contains("an interrupted run is kept"))
    #expect(try Self.names("\(half).partial") == ["checkpoint.json", "scenario.toml"])
    do { _ = try RunFolder(path: half, replaces: true) }
    #expect(try Self.names("\(half).partial").isEmpty)
    #expect(place.names == ["file", "half.partial", "other.partial", "precious", "runs"])
  }

  /// A few minutes of the sample.
  private static func brief() throws -> Scenario {
    var scenario = try ScenarioRunTests.short("html = false\n")
    // 14:33:00.
    scenario.data.until = 1_709_303_580_000_000_000
    return scenario
  }

  /// A run that stops after its first events.
  private static func interrupt(_ scenario: Scenario, at path: String) {
    let message = message {
      _ = try ScenarioRun.execute(
        scenario, strategies: ScenarioRunTests.registry,
        options: options(path) { _ in !FileManager.default.fileExists(atPath: "\(path).partial/checkpoint.json") })
    }
    #expect(message.contains("lockstep resume"), "the place is noted before the first event: \(message)")
  }

  @Test("Resuming keeps nothing of a killed run but what it needs, and notices other data without any state")
  func killed() throws {
    let place = try TestFolder()
    let registry = ScenarioRunTests.registry
    let path = "\(place.path)/run"
    let scenario = try Self.brief()
    Self.interrupt(scenario, at: path)
    for name in ["result.h5.1740.partial", ".summary.json.new", "summary.json", "result.h5", "rows/1"] {
      try place.write("", to: "run.partial/\(name)")
    }
    let file = "\(path).partial/checkpoint.json"
    let noted = try Checkpoint(parsing: try ScenarioText.bytes(of: file), file: file)
    let other = Checkpoint(scenarioHash: noted.scenarioHash, engineVersion: noted.engineVersion, sources: ["other"])
    try Data(other.bytes).write(to: URL(fileURLWithPath: file))
    func resume() throws {
      _ = try ScenarioRun.resume(folder: path, strategies: registry, options: Self.options(path))
    }
    #expect(Self.message(resume).contains("the data is not what the run was begun with"))
    var begun = other
    begun.sources = noted.sources
    try Data(begun.bytes).write(to: URL(fileURLWithPath: file))
    try resume()
    #expect(try Self.names(path) == ["log.jsonl", "result.h5", "scenario.toml", "summary.json"])
    #expect(place.names == ["run"])
  }

  @Test("A run that is killed behind its entry is entered once; what it shows of other entries is heads and trials")
  func enteredOnce() throws {
    let place = try TestFolder()
    let registry = ScenarioRunTests.registry
    func options(_ path: String) -> RunOptions {
      var options = Self.options(path)
      options.entersLedger = true
      return options
    }
    // What the ledger holds does not depend on the length of a run: half a minute, sampled often enough for statistics of luck.
    var scenario = try Self.brief()
    scenario.data.until = 1_709_303_310_000_000_000
    scenario.run.equityIntervalSeconds = 1
    scenario.monteCarlo.runsPessimistic = false
    let whole = try ScenarioRun.execute(
      scenario, strategies: registry, options: options("\(place.path)/a/run"))
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(whole.folder)/result.h5"))
    func resumed(in folder: String, noting size: Int?) throws -> Data {
      let path = "\(folder)/run"
      Self.interrupt(scenario, at: path)
      let file = "\(path).partial/checkpoint.json"
      var noted = try Checkpoint(parsing: try ScenarioText.bytes(of: file), file: file)
      noted.ledgerSize = size
      try Data(noted.bytes).write(to: URL(fileURLWithPath: file))
      _ = try ScenarioRun.resume(folder: path, strategies: registry, options: options(path))
      return try Data(contentsOf: URL(fileURLWithPath: "\(path)/result.h5"))
    }
    func count(_ folder: String) throws -> Int { try LedgerFile(path: "\(folder)/ledger", for: .reading).count }
    // Killed behind the entry, while nobody else entered anything, or another run did.
    for (name, hasOther) in [("b", false), ("c", true)] {
      let folder = "\(place.path)/\(name)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: "\(place.path)/a/ledger", toPath: "\(folder)/ledger")
      if hasOther {
        var other = whole.result
        other.identity.resultHash = String(repeating: "0", count: 64)
        try RunLedger.enter(&other, in: "\(folder)/ledger")
      }
      #expect(try resumed(in: folder, noting: 0) == bytes)
      #expect(try count(folder) == (hasOther ? 2 : 1))
    }
    // Killed before it: the head and the trials are those of the ledger at the end, and nothing else is different.
    let late = "\(place.path)/d"
    try FileManager.default.createDirectory(atPath: late, withIntermediateDirectories: true)
    var other = whole.result
    other.identity.resultHash = String(repeating: "0", count: 64)
    try RunLedger.enter(&other, in: "\(late)/ledger")
    #expect(try resumed(in: late, noting: nil) != bytes)
    #expect(try count(late) == 2)
    var result = try StoredRun(folder: "\(late)/run").result
    #expect(result.identity.ledgerHead != whole.result.identity.ledgerHead && result.identity.priorTrials == 1)
    result.identity.ledgerHead = whole.result.identity.ledgerHead
    result.identity.priorTrials = whole.result.identity.priorTrials
    let again = "\(place.path)/again.h5"
    try RunResultFile.write(result, analysis: RunAnalysis(result, settings: scenario.analysisSettings), to: again)
    #expect(try Data(contentsOf: URL(fileURLWithPath: again)) == bytes)
  }

  @Test("A run's own name stands for scenario and data")
  func ownName() throws {
    let scenario = try Self.brief()
    func name(_ sources: [String]) throws -> String {
      try scenario.folderName(date: "2024-03-01", in: "Reports", sources: sources)
    }
    #expect(try name(["a"]) == name(["a"]) && name(["a"]) != name(["b"]))
    let place = try TestFolder()
    var options = RunOptions(date: "2024-03-01")
    options.reports = place.path
    let finished = try ScenarioRun.execute(scenario, strategies: ScenarioRunTests.registry, options: options)
    let hashes = finished.result.identity.sources.map(\.sha256)
    #expect(
      try finished.folder == scenario.folderName(date: "2024-03-01", in: place.path, sources: hashes))
  }

  @Test("A folder that is being written to is refused")
  func occupied() throws {
    let place = try TestFolder()
    let path = "\(place.path)/run"
    let first = try RunFolder(path: path, replaces: false)
    #expect(
      Self.message { _ = try RunFolder(path: path, replaces: false) }.contains(
        "another run is being written to \(path)"))
    first.discard()
    #expect(place.names.isEmpty)
  }

  @Test("Missing and foreign data, unknown instruments and foreign currencies say what to do, and leave nothing")
  func badData() throws {
    let place = try TestFolder()
    let registry = ScenarioRunTests.registry
    func message(_ data: String, _ more: String = "") throws -> String {
      let text = "schema = 1\n\(more)\n[data]\n\(data)\n[strategy]\nname = \"null\"\n"
      let scenario = try Scenario(text: text, file: "s.toml", strategies: registry)
      return Self.message {
        _ = try ScenarioRun.execute(scenario, strategies: registry, options: Self.options("\(place.path)/run"))
      }
    }
    let sample = ScenarioRunTests.sample
    #expect(try message("files = [\"\(place.path)/gone.ticks\"]").contains("No such file or directory"))
    let text = try place.write("no ticks at all, but long enough to hold a header of some kind", to: "x.ticks")
    #expect(try message("files = [\"\(text)\"]").contains("x.ticks"))
    #expect(
      try message("files = [\"\(sample)\"]\ninstruments = [\"ALPA\"]").contains("did you mean 'ALFA'?"))
    #expect(
      try message("files = [\"\(sample)\"]", "account.currency = \"EUR\"").contains("set account.currency to USD"))
    #expect(try message("files = [\"\(sample)\", \"\(sample)\"]").contains("does not go on after"))
    for span in ["from = 2025-01-01T00:00:00Z", "until = 2020-01-01T00:00:00Z"] {
      #expect(try message("files = [\"\(sample)\"]\n\(span)").contains("no event lies in the span"))
    }
    let gap = "from = 2024-03-01T14:28:00.000000001Z\nuntil = 2024-03-01T14:28:00.000000002Z"
    #expect(try message("files = [\"\(sample)\"]\n\(gap)").contains("no event lies in what the scenario chooses"))
    #expect(place.names == ["x.ticks"])
  }

  /// What a time range of the sample holds, as a file of its own.
  private static func part(_ from: String, _ until: String, to path: String) throws {
    func time(_ clock: String) throws -> Timestamp {
      let parts = clock.split(separator: ":").compactMap { Int64($0) }
      return Timestamp(nanoseconds: 1_709_251_200_000_000_000 + (parts[0] * 60 + parts[1]) * 60_000_000_000)
    }
    let file = try TickFile(path: ScenarioRunTests.sample)
    let writer = try TickWriter(path: path)
    for instrument in file.instruments { _ = try writer.addInstrument(instrument) }
    let reader = try TickEventReader(file, from: try time(from), until: try time(until))
    while let event = try reader.next() { try writer.append(event) }
    try writer.finish()
  }

  @Test("Files that overlap partly are refused, files that follow each other are not")
  func overlaps() throws {
    let place = try TestFolder()
    let registry = ScenarioRunTests.registry
    for (name, from, until) in [("a", "14:30", "14:33"), ("b", "14:32", "14:35"), ("c", "14:33", "14:35")] {
      try Self.part(from, until, to: "\(place.path)/\(name).ticks")
    }
    func message(_ files: String...) throws -> String {
      let list = files.map { "\"\(place.path)/\($0).ticks\"" }.joined(separator: ", ")
      let text =
        "schema = 1\n[data]\nfiles = [\(list)]\ninstruments = [\"ALFA\"]\n[strategy]\nname = \"null\"\n[report]\nhtml = false\n"
      let scenario = try Scenario(text: text, file: "s.toml", strategies: registry)
      return Self.message { _ = try ScenarioRun.compute(scenario, strategies: registry) }
    }
    let overlap = try message("a", "b")
    #expect(overlap.contains("a.ticks and") && overlap.contains("b.ticks overlap: the second begins at"), "\(overlap)")
    #expect(try message("a", "c") == "nothing was thrown")
    #expect(try message("c", "a").contains("does not go on after"))
  }

  private static func shell(_ line: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", line + " 2>/dev/null"]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Containers may not mount; then the writers' own tests with injected failures have to do.
  static let canMount: Bool = {
    guard geteuid() == 0, let place = try? TestFolder() else { return false }
    guard (try? shell("mount -t tmpfs -o size=16k tmpfs \(place.path)")) == 0 else { return false }
    return (try? shell("umount \(place.path)")) == 0
  }()

  @Test(
    "A disk that fills up is said so, and nothing looks finished",
    .enabled(if: canMount, "mounting a small tmpfs is not allowed here"))
  func fullDisk() throws {
    let place = try TestFolder()
    let mount = "\(place.path)/small"
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    #expect(try Self.shell("mount -t tmpfs -o size=64k tmpfs \(mount)") == 0)
    defer { _ = try? Self.shell("umount \(mount)") }
    let message = Self.message {
      _ = try ScenarioRun.execute(
        try ScenarioRunTests.short(), strategies: ScenarioRunTests.registry, options: Self.options("\(mount)/run"))
    }
    #expect(message.contains("No space left") || message.contains("space"), "\(message)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: mount).filter { $0 == "run" }.isEmpty)
  }
}
