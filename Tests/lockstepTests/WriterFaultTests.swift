import Foundation
import Testing

/// Commands that write one file, when a write, sync or rename fails.
@Suite("Writers that fail")
struct WriterFaultTests {
  /// What the commands read, made once.
  private struct Sources {
    let folder: ScratchFolder
    let shim: FaultShim

    init() throws {
      folder = try ScratchFolder()
      shim = try FaultShim(in: folder)
      var trades = "time,price,quantity\n"
      for index in 0..<50 { trades += "\(1_709_294_400_000 + index),\(1000 + index % 7),1\n" }
      for name in ["a.csv", "b.csv"] { try Data(trades.utf8).write(to: URL(fileURLWithPath: folder.path(name))) }
      let market = """
        schema = 1
        [market]
        pre_open_seconds = 1
        continuous_seconds = 3
        closing_auction_seconds = 1
        [[instrument]]
        symbol = "ALFA"
        """
      try Data(market.utf8).write(to: URL(fileURLWithPath: folder.path("market.toml")))
      _ = try Binary.run("simulate", folder.path("market.toml"), "-o", folder.path("day.ticks"))
      let run = try Binary.run(
        "run", RunCrashTests.smallest(in: folder), "-o", folder.path("runs/one"), "--no-ledger")
      #expect(run.code == 0, "\(run.messages)")
      let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path("day.ticks")))
      try whole.dropLast(40).write(to: URL(fileURLWithPath: folder.path("torn.ticks")))
    }
  }

  /// The command, its output's name, and what it reads.
  static let cases: [[String]] = [
    ["import", "out.ticks", "a.csv", "b.csv", "--instrument", "A", "--overlaps", "keep"],
    ["export", "out.csv", "day.ticks"], ["export", "out.dbn.zst", "day.ticks"], ["repair", "out.ticks", "torn.ticks"],
    ["simulate", "out.ticks", "market.toml"], ["report", "out.html", "runs"],
  ]

  @Test(
    "Every write, sync and rename fails once: the command says so, and leaves its whole file or none",
    .enabled(if: FaultShim.canBeBuilt))
  func fails() throws {
    let sources = try Sources()
    for words in Self.cases { try fails(words, sources) }
  }

  private func fails(_ words: [String], _ sources: Sources) throws {
    let inputs = words.dropFirst(2).map { $0.contains(".") || $0 == "runs" ? sources.folder.path($0) : $0 }
    func run(in place: ScratchFolder, failing operation: Int) throws -> Binary.Outcome {
      try Binary.run(
        Binary.url, words: [words[0]] + inputs + ["-o", place.path(words[1])],
        environment: sources.shim.environment(failing: operation, of: .others, under: place.url.path))
    }
    let untouched = try ScratchFolder()
    #expect(try run(in: untouched, failing: 0).code == 0)
    let whole = try Data(contentsOf: URL(fileURLWithPath: untouched.path(words[1])))
    var failures = 0
    for operation in 1..<40 {
      let place = try ScratchFolder()
      let outcome = try run(in: place, failing: operation)
      guard outcome.messages.contains(FaultShim.mark) else {
        #expect(outcome.code == 0 && operation > 3, "\(outcome.messages)")
        break
      }
      failures += 1
      #expect(outcome.code == 1, "operation \(operation): \(outcome.messages)")
      if place.names == [words[1]] {
        // The last one: the file is there, and whether its name lasts is not known.
        let isLast = try !run(in: ScratchFolder(), failing: operation + 1).messages.contains(FaultShim.mark)
        #expect(isLast && outcome.messages.contains("its name cannot be synced"), "\(operation): \(outcome.messages)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.path(words[1]))) == whole, "operation \(operation)")
      } else {
        // libarchive says the same in its own words.
        let isSaid = outcome.messages.contains("Input/output error") || outcome.messages.contains("Write error")
        #expect(isSaid, "operation \(operation): \(outcome.messages)")
        // It is the output's fault, and the message blames no file that is read.
        let isBlamed = inputs.contains {
          outcome.messages.contains("\($0):") || outcome.messages.contains("\($0) at byte")
        }
        #expect(!isBlamed, "operation \(operation): \(outcome.messages)")
        #expect(place.names.isEmpty, "operation \(operation): \(place.names)")
      }
    }
    // A write, its sync, the rename, the folder's sync.
    #expect(failures >= 4)
  }
}
