import Analytics
import Foundation
import MarketTypes
import Testing

@testable import Reporting

@Suite struct RunResultFileTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "result-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private func remove() { try? FileManager.default.removeItem(at: folder) }

  private func bytes(_ run: RunResult) throws -> [UInt8] {
    try RunResultFile.write(run, to: path("run.h5"))
    return [UInt8](try Data(contentsOf: folder.appending(path: "run.h5")))
  }

  @Test func whatIsWrittenIsRead() throws {
    defer { remove() }
    for run in [
      SampleRun.run(), SampleRun.run(days: 400, samplesPerDay: 100, laneCount: 2, fillCount: 9_000, seed: 5),
      SampleRun.run(days: 1, samplesPerDay: 3, laneCount: 300, fillCount: 0), SampleRun.empty,
    ] {
      try RunResultFile.write(run, to: path("run.h5"))
      let again = try RunResultFile.read(path("run.h5"))
      #expect(again == run)
      #expect(again.contentHash() == run.contentHash())
    }
  }

  @Test func equalRunsGiveEqualBytes() throws {
    defer { remove() }
    let one = try bytes(SampleRun.run())
    var dirt = (0..<400).map { [UInt8](repeating: 0xA5, count: 16 + $0 * 37) }
    dirt.removeAll()
    #expect(one == (try bytes(SampleRun.run())))
    #expect(one != (try bytes(SampleRun.run(seed: 2))))
  }

  @Test func theHashCoversContentAndNothingElse() {
    let run = SampleRun.run()
    let hash = run.contentHash()
    #expect(hash.count == 64)
    var same = run
    same.identity.resultHash = hash
    same.identity.ledgerHead = "head"
    same.identity.priorTrials = 99
    same.identity.sources[0].path = "elsewhere"
    #expect(same.contentHash() == hash)
    let changes: [(inout RunResult) -> Void] = [
      { $0.identity.seed = 1 }, { $0.identity.sources[0].sha256 = "" }, { $0.scenario += " " },
      { $0.instruments[0].tick = .one }, { $0.lanes[1].settings[0].value = 9 }, { $0.laneEquity[5] += 1 },
      { $0.account.cash[3] = 0 }, { $0.orders[0].reason = "x" }, { $0.fills[2].fee = 0 },
      { $0.riskEvents.removeLast() }, { $0.pessimistic = nil }, { $0.windows[0].depth[0] = 0 },
      { $0.assumptions[0].text = "" }, { $0.executionDraws?.profits[0] = 0 },
      { $0.executionDraws?.settings[0].fillProbability = 0.25 }, { $0.missedFills[0].priceTicks = 0 },
      { $0.laneInstruments[1].grossProfit += 1 },
    ]
    for (index, change) in changes.enumerated() {
      var other = run
      change(&other)
      #expect(other.contentHash() != hash, "change \(index)")
    }
  }

  @Test func contradictionsAreNotStored() {
    defer { remove() }
    let changes: [(inout RunResult) -> Void] = [
      { $0.laneEquity.removeLast() }, { $0.shownLane = 3 }, { $0.sampleTimes[1] = 0 }, { $0.account.fees = [] },
      { $0.account.lots.removeLast() }, { $0.orders[0].instrument = 2 }, { $0.orders[0].outcome = 5 },
      { $0.fills[0].instrument = -1 }, { $0.fills[0].orderRow = 1_000 }, { $0.missedFills[0].orderRow = -2 },
      { $0.fills[0].markoutMidHalfTicks = [] }, { $0.riskEvents[0].lane = 3 },
      { $0.executionDraws?.fills = [] }, { $0.executionDraws?.settings = [] }, { $0.pessimistic?.equity = [] },
      { $0.windows[0].fill = 1_000 },
      { $0.marketLots = [1] }, { $0.marketLots = [0, -1] }, { $0.windows[0].ahead = [] },
      { $0.windows[0].rowCount = 3 }, { $0.laneInstruments[0].lane = 3 }, { $0.laneInstruments[0].instrument = 2 },
      { $0.marketRests[1].from = 0 }, { $0.marketRests[0].until = $0.marketRests[0].from },
    ]
    for (index, change) in changes.enumerated() {
      var run = SampleRun.run()
      change(&run)
      #expect(throws: HDF5Error.self, "change \(index)") { try RunResultFile.write(run, to: path("run.h5")) }
    }
    #expect(!FileManager.default.fileExists(atPath: path("run.h5")))
  }

  /// What a run writes beside this file is failed from outside, in the tests of the program.
  @Test func everyWriteOfAResultMayFail() throws {
    defer { remove() }
    let contents = ResultContents(run: SampleRun.empty)
    let count = try RunResultFile.write(contents, to: path("whole.h5"))
    try FileManager.default.removeItem(atPath: path("whole.h5"))
    #expect(count > 10)
    for write in 0..<count {
      let error = #expect(throws: HDF5Error.self, "write \(write) of \(count)") {
        try RunResultFile.write(contents, to: path("run.h5"), failingWrite: write)
      }
      #expect(error?.reason.contains("No space left") == true, "write \(write): \(error?.reason ?? "")")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty, "write \(write)")
    }
  }

  @Test func rowsThatLieElsewhereAreWrittenLikeThoseInMemory() throws {
    defer { remove() }
    let run = SampleRun.run()
    var elsewhere = run
    elsewhere.orders = RunRows(count: run.orders.count) { [orders = run.orders] in orders[$0] }
    elsewhere.fills = RunRows(count: run.fills.count) { [fills = run.fills] in fills[$0] }
    #expect(!elsewhere.orders.isInMemory && elsewhere == run && elsewhere.contentHash() == run.contentHash())
    #expect(try bytes(elsewhere) == (try bytes(run)))
    elsewhere.fills[1].lots += 1
    #expect(elsewhere.fills.isInMemory && elsewhere != run)
  }

  @Test func hostileFilesAreRefused() throws {
    defer { remove() }
    let whole = try bytes(SampleRun.run(days: 1, samplesPerDay: 2_000, laneCount: 1, fillCount: 700))
    #expect(throws: HDF5Error.self) { try RunResultFile.read(bytes: []) }
    #expect(throws: HDF5Error.self) { try RunResultFile.read(path("absent.h5")) }
    #expect(throws: HDF5Error.self) { try RunResultFile.read(folder.path) }
    for length in stride(from: 0, to: whole.count, by: 4_999) {
      #expect(throws: HDF5Error.self) { try RunResultFile.read(bytes: Array(whole[..<length])) }
    }
    // A flipped bit gives some result or an error; it never traps.
    var generator = SampleRun.Generator(seed: 3)
    for _ in 0..<120 {
      var bytes = whole
      for _ in 0...generator.number(3) { bytes[generator.number(bytes.count)] ^= 1 << UInt8(generator.number(8)) }
      if let run = try? RunResultFile.read(bytes: bytes) { try run.validate() }
    }
  }
}

@Suite struct ResultSchemaTests {
  @Test func schemaDocument() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Reporting/SCHEMA.md")
    if ProcessInfo.processInfo.environment["LOCKSTEP_WRITE_SCHEMA"] != nil {
      try ResultSchema.document.write(to: path, atomically: true, encoding: .utf8)
      // A new schema makes the seeds of the fuzz target useless.
      let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzz/ResultFileFuzz/Corpus")
      try FileManager.default.createDirectory(at: corpus, withIntermediateDirectories: true)
      for (name, run) in [
        ("empty.h5", SampleRun.empty), ("sample.h5", SampleRun.run(days: 1, samplesPerDay: 600, laneCount: 1)),
      ] {
        try RunResultFile.write(run, to: corpus.appending(path: name).path)
      }
    }
    #expect(try String(contentsOf: path, encoding: .utf8) == ResultSchema.document)
  }

  @Test func columnsHaveTheirStatedTypeAndTheirAxes() {
    let contents = ResultContents(run: RunAnalysisTests.longRun, analysis: RunAnalysisTests.long)
    var paths: Set<String> = []
    for group in ResultSchema.groups {
      #expect(paths.insert(group.path).inserted)
      // Of runs too short for daily returns, of positions in several instruments, and of shares that were split.
      let isElsewhere = ["/returns/sampled", "/portfolio_risk/positions", "/splits"].contains(group.path)
      #expect(group.isPresent(contents) || isElsewhere, "\(group.path)")
      var lengths: [String: Int] = [:]
      for column in group.columns {
        let values = column.make(contents)
        #expect(values.kind == column.kind, "\(group.path)/\(column.name)")
        if column.axes == [column.name] { lengths[column.name] = values.count }
        let cells = column.axes.reduce(1) { $0 * (lengths[$1] ?? -1) }
        #expect(values.count == cells, "\(group.path)/\(column.name)")
        #expect(paths.insert("\(group.path)/\(column.name)").inserted)
      }
    }
  }
}
