import Foundation
import Ledger
import MarketTypes
import Reporting
import Testing

@testable import Catalogue

/// A folder of runs as the run command leaves them.
struct RunsFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "runs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  var path: String { url.path }

  func remove() { try? FileManager.default.removeItem(at: url) }

  static func run(_ name: String, profit: Double = 1, spread: Double = 2, lanes: Int = 1) -> RunResult {
    let day: Int64 = 86_400_000_000_000
    let samples = 60
    var run = RunResult(
      identity: RunIdentity(
        name: name, scenarioHash: "aa", engineVersion: "1", seed: 7, startingCapital: 1_000, start: 0,
        end: day * Int64(samples), eventCount: 5, strategy: "grid-maker"),
      scenario: "name = \"\(name)\"",
      instruments: [Instrument(symbol: "A", tick: .one)],
      lanes: (0..<lanes).map {
        LaneResult(
          name: "lane \($0)", settings: [.init(name: "half_spread", value: spread + Double($0))],
          finalEquity: 1_000 + profit, profit: profit, fills: 3)
      },
      sampleTimes: (0...samples).map { Int64($0) * day })
    run.laneEquity = (0..<lanes).flatMap { lane in
      (0...samples).map { 1_000 + profit * Double($0) / Double(samples) + Double(($0 * (7 + lane)) % 5) - 2 }
    }
    run.identity.resultHash = run.contentHash()
    return run
  }

  /// Writes a run's folder with the given name.
  func add(_ folder: String, _ run: RunResult, analysed: Bool = false) throws {
    let place = url.appending(path: folder)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    var settings = RunAnalysisSettings()
    settings.resamples = 100
    settings.simulatedPaths = 32
    let analysis = analysed ? RunAnalysis(run, settings: settings) : nil
    try RunResultFile.write(run, analysis: analysis, to: place.appending(path: "result.h5").path)
    let lanes = run.lanes.map { lane -> CanonicalJSON in
      .object([
        "name": .string(lane.name), "profit": .number(lane.profit), "final_equity": .number(lane.finalEquity),
        "fills": .integer(lane.fills), "stopped_by_risk": .bool(lane.isStoppedByRisk),
        "settings": .object(lane.settings.map { .init(key: $0.name, value: .number($0.value)) }),
      ])
    }
    let identity = run.identity
    let summary = CanonicalJSON.object([
      "schema": 1, "name": .string(identity.name), "strategy": .string(identity.strategy),
      "result_hash": .string(identity.resultHash), "seed": .integer(identity.seed),
      "currency": .string(identity.currency),
      "starting_capital": .number(identity.startingCapital), "start": .integer(identity.start),
      "end": .integer(identity.end), "events": .integer(identity.eventCount), "stopped_by_risk": false,
      "shown_lane": .integer(run.shownLane), "lanes": .array(lanes),
    ])
    try Data(try summary.canonicalBytes()).write(to: place.appending(path: "summary.json"))
  }

  func open() throws -> RunCatalogue {
    let catalogue = try RunCatalogue(folder: path)
    try catalogue.update()
    return catalogue
  }
}

@Suite struct CatalogueTests {
  @Test func runsAreFoundByParametersAndFigures() throws {
    let folder = try RunsFolder()
    defer { folder.remove() }
    try folder.add("2024-01-01-maker-aa", RunsFolder.run("maker", profit: 50, spread: 1), analysed: true)
    try folder.add("2024-01-02-maker-bb", RunsFolder.run("maker", profit: -20, spread: 2), analysed: true)
    try folder.add("2024-01-03-größe-cc", RunsFolder.run("größe", profit: 5, spread: 3))
    let catalogue = try folder.open()
    func folders(_ condition: String?, _ order: String? = nil, limit: Int? = nil) throws -> [String] {
      try catalogue.runs(where: condition, sortedBy: order, limit: limit).map { String($0.folder.suffix(2)) }
    }
    #expect(try folders(nil) == ["aa", "bb", "cc"])
    #expect(try folders("profit > 0 and name = 'maker'") == ["aa"])
    #expect(try folders("param.half_spread >= 2", "-param.half_spread") == ["cc", "bb"])
    #expect(try folders("metric.sharpe > 0") == ["aa"])
    #expect(try folders(nil, "-metric.sharpe", limit: 2) == ["aa", "bb"])
    #expect(try folders("name = 'metric.sharpe'") == [])
    #expect(try folders(nil, "profit") == ["bb", "cc", "aa"])
    let ordered = try catalogue.runs(sortedBy: "-param.half_spread * 2")
    #expect(ordered.map(\.orderValue) == [.real(6), .real(4), .real(2)])
    #expect(try catalogue.runs().allSatisfy { $0.orderValue == nil })
    let run = try catalogue.find("2024-01-03")
    #expect(run.text("name") == "größe" && run.number("profit") == 5 && run.number("lanes") == 1 && run.fault == nil)
    #expect(run.values["seed"] == .integer(7) && run.values["stopped_by_risk"] == .integer(0))
    let hash = try #require(run.text("result_hash"))
    #expect(try catalogue.find(String(hash.prefix(8))) == run)
    for word in ["", "2024", "nothing"] { #expect(throws: CatalogueError.self) { try catalogue.find(word) } }
    let details = try catalogue.details("2024-01-01-maker-aa")
    #expect(details.parameters == [.init(name: "half_spread", value: 1)])
    #expect(details.artefacts.map(\.name) == ["result.h5", "summary.json"])
    #expect(details.metrics.first { $0.id == "sharpe" }?.value != nil)
    #expect(try catalogue.details("2024-01-03-größe-cc").metrics.isEmpty)
  }

  @Test func conditionsCanOnlyRead() throws {
    let folder = try RunsFolder()
    defer { folder.remove() }
    try folder.add("a", RunsFolder.run("a"))
    let catalogue = try folder.open()
    for condition in [
      "profit >", "nothing = 1", "1; DROP TABLE runs", "1) ; DELETE FROM runs; --", "load_extension('x')",
      "(WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c) > 0", "'", "param.x'",
      "1 in (SELECT 1 FROM pragma_user_version)",
    ] {
      do throws(CatalogueError) {
        _ = try catalogue.runs(where: condition)
        Issue.record("\(condition) was taken")
      } catch {
        // A name that no run has is refused before SQLite is asked.
        let says = condition.hasPrefix("param.") ? "no run has it" : "columns are"
        #expect(error.kind == .misuse && error.description.contains(says), "\(error)")
      }
    }
    #expect(try catalogue.runs(where: "1").count == 1)
    #expect(RunCatalogue.expanded("a.b = 'param.x' and \"tag.y\" = 2") == "a.b = 'param.x' and \"tag.y\" = 2")
  }

  @Test func theIndexFollowsTheFolders() throws {
    let folder = try RunsFolder()
    defer { folder.remove() }
    try folder.add("one", RunsFolder.run("one"))
    try folder.add("two", RunsFolder.run("two"))
    var catalogue: RunCatalogue? = try RunCatalogue(folder: folder.path)
    #expect(try catalogue?.update() == .init(read: 2, removed: 0, unchanged: 0))
    #expect(try catalogue?.update() == .init(read: 0, removed: 0, unchanged: 2))
    try FileManager.default.removeItem(at: folder.url.appending(path: "one"))
    try folder.add("two", RunsFolder.run("two", profit: 9))
    try folder.add("three", RunsFolder.run("three"))
    #expect(try catalogue?.update() == .init(read: 2, removed: 1, unchanged: 0))
    #expect(try catalogue?.find("two").number("profit") == 9)
    let before = try catalogue?.runs()
    catalogue = nil
    // It is a copy: gone, damaged or of another version, it comes back the same.
    let file = folder.url.appending(path: RunCatalogue.fileName)
    for damage in [nil, Data("no database at all, but long enough to look at".utf8), Data(repeating: 0, count: 4_096)] {
      try FileManager.default.removeItem(at: file)
      try damage?.write(to: file)
      #expect(try folder.open().runs() == before)
    }
    let database = try SQLiteDatabase(path: file.path)
    try database.execute("PRAGMA user_version = 99")
    #expect(try folder.open().runs() == before)
  }

  @Test func tagsOutliveTheIndex() throws {
    let folder = try RunsFolder()
    defer { folder.remove() }
    try folder.add("one", RunsFolder.run("one"))
    try folder.add("two", RunsFolder.run("two"))
    do {
      let catalogue = try folder.open()
      #expect(try catalogue.tag("one", add: ["keep", "best-1"]).tags == ["best-1", "keep"])
      #expect(try catalogue.tag("one", add: [], remove: ["keep"]).tags == ["best-1"])
      #expect(try catalogue.tag("two", add: ["keep"]).tags == ["keep"])
      #expect(throws: CatalogueError.self) { try catalogue.tag("two", add: ["a b"]) }
      #expect(try catalogue.runs(where: "tag.keep").map(\.folder) == ["two"])
    }
    try FileManager.default.removeItem(at: folder.url.appending(path: RunCatalogue.fileName))
    #expect(try folder.open().runs().map(\.tags) == [["best-1"], ["keep"]])
  }

  @Test func hostileFoldersAreHarmless() throws {
    let folder = try RunsFolder()
    defer { folder.remove() }
    let files = FileManager.default
    try folder.add("good", RunsFolder.run("good"))
    func make(_ name: String, _ summary: String) throws {
      try files.createDirectory(at: folder.url.appending(path: name), withIntermediateDirectories: true)
      try summary.write(to: folder.url.appending(path: "\(name)/summary.json"), atomically: true, encoding: .utf8)
    }
    try make("empty", "")
    try make("list", "[1]")
    try make("deep", String(repeating: "[", count: 100_000))
    try make(
      "odd", #"{"name":"x","result_hash":"y","lanes":[{"settings":[1],"name":3,"profit":"a"},7],"shown_lane":9}"#)
    try make("quote'; DROP TABLE runs; --", #"{"name":"'; DROP TABLE runs","result_hash":"h","lanes":[]}"#)
    try make("unfinished.partial", #"{"name":"x","result_hash":"y"}"#)
    try make(".hidden", #"{"name":"x","result_hash":"y"}"#)
    try files.createDirectory(at: folder.url.appending(path: "nothing"), withIntermediateDirectories: true)
    try files.createDirectory(at: folder.url.appending(path: "nested/summary.json"), withIntermediateDirectories: true)
    try files.createSymbolicLink(at: folder.url.appending(path: "link"), withDestinationURL: folder.url)
    let secret = folder.url.appending(path: "good/summary.json")
    try files.createDirectory(at: folder.url.appending(path: "linked"), withIntermediateDirectories: true)
    try files.createSymbolicLink(at: folder.url.appending(path: "linked/summary.json"), withDestinationURL: secret)
    let catalogue = try folder.open()
    let runs = try catalogue.runs()
    #expect(runs.map(\.folder) == ["deep", "empty", "good", "list", "odd", "quote'; DROP TABLE runs; --"])
    #expect(runs.filter { $0.fault == nil }.map(\.folder) == ["good"])
    for word in ["link", "nothing", "..", "good/../good", "unfinished.partial"] {
      #expect(throws: CatalogueError.self) { try catalogue.remove(word) }
    }
    #expect(try catalogue.remove("quote'") == "quote'; DROP TABLE runs; --")
    #expect(try catalogue.remove("good") == "good")
    #expect(!files.fileExists(atPath: secret.path) && files.fileExists(atPath: folder.path))
    #expect(try catalogue.runs().count == 4)
  }

  @Test func onlyOneProcessChangesIt() throws {
    let folder = try RunsFolder()
    defer { folder.remove() }
    let lock = open(folder.url.appending(path: RunCatalogue.lockName).path, O_CREAT | O_RDWR, 0o644)
    defer { close(lock) }
    #expect(flock(lock, LOCK_SH | LOCK_NB) == 0)
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { _ = flock(lock, LOCK_UN) }
    _ = try folder.open()
    #expect(throws: CatalogueError.self) { try RunCatalogue(folder: folder.path + "/absent") }
  }
}
