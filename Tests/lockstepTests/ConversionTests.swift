import Foundation
import TestSupport
import Testing

@Suite("Commands that write files")
struct ConversionTests {
  private let folder: ScratchFolder
  private let trades: String

  init() throws {
    folder = try ScratchFolder()
    trades = folder.path("trades.csv")
    var text = "time,price,quantity,side\n"
    for index in 0..<5_000 {
      text += "\(1_709_294_400_000 + index * 250),\(1000 + index % 7).25,\(1 + index % 9),buy\n"
    }
    try Data(text.utf8).write(to: URL(fileURLWithPath: trades))
  }

  private func importTrades(_ output: String, _ more: String...) throws -> Binary.Outcome {
    try Binary.run("import", trades, "--instrument", "ALFA", "-o", output, more: more)
  }

  @Test("A table becomes a tick file and a table again")
  func roundTrip() throws {
    let ticks = folder.path("day.ticks")
    let first = try importTrades(ticks)
    #expect(first.code == 0 && first.output.isEmpty, "\(first)")
    // Not a terminal: no progress line, just what was guessed and the closing remark.
    let lines = first.messages.split(separator: "\n")
    #expect(lines.count == 3 && lines.dropLast().allSatisfy { $0.hasPrefix("note: ") })
    #expect(!first.messages.contains("\r"))
    #expect(first.messages.contains("5,000 events of 1 instrument from csv"))
    #expect(try importTrades(folder.path("quiet.ticks"), "--quiet").messages.isEmpty)
    let table = folder.path("back.csv")
    #expect(try Binary.run("export", ticks, "-o", table).code == 0)
    let again = folder.path("again.ticks")
    #expect(try Binary.run("export", ticks, "--format", "csv", "-o", "-").lines.count == 5_002)
    #expect(try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n").count == 5_002)
    // The table says everything, so that its tick file is the same to the byte.
    let back = folder.path("back.ticks")
    #expect(try Binary.run("import", table, "-o", back).code == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: back)) == Data(contentsOf: URL(fileURLWithPath: ticks)))
    let json = try importTrades(again, "--json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(object["events"] as? Int == 5_000 && object["format"] as? String == "csv")
    #expect(try Data(contentsOf: URL(fileURLWithPath: ticks)) == Data(contentsOf: URL(fileURLWithPath: again)))
  }

  @Test("An export counts what it wrote and what it read, in the schema that fits or the one asked for")
  func schemas() throws {
    let ticks = folder.path("day.ticks")
    #expect(try importTrades(ticks).code == 0)
    func counts(_ output: String, _ more: String...) throws -> [String: Any] {
      let outcome = try Binary.run("export", ticks, "-o", output, "--json", more: more)
      #expect(outcome.code == 0, "\(outcome.messages)")
      return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }
    let trades = try counts(folder.path("trades.dbn"))
    #expect(trades["events"] as? Int == 5_000 && trades["read"] as? Int == 5_000)
    // Trades alone show no quote that they could be written with.
    let quotes = try Binary.run("export", ticks, "--schema", "mbp-1", "-o", folder.path("quotes.dbn"))
    #expect(quotes.code == 4 && quotes.messages.contains("none of its 5000 events"), "\(quotes.messages)")
    #expect(!folder.names.contains("quotes.dbn"))
    let consolidated = try Binary.run("export", ticks, "--schema", "cmbp-1", "-o", folder.path("quotes.dbn"))
    #expect(consolidated.code == 1 && consolidated.messages.contains("Best prices go to mbp-1"))
    let csv = folder.path("mixed.csv")
    try Data(
      "time,bid,bid_quantity,ask,ask_quantity\n1709294400000,1000.25,1,1000.5,1\n1709294401000,1000.25,2,1000.5,1\n"
        .utf8
    ).write(to: URL(fileURLWithPath: csv))
    #expect(
      try Binary.run("import", self.trades, csv, "--instrument", "ALFA", "-o", ticks, "--force").code == 0)
    let part = try counts(folder.path("part.dbn"), "--schema", "trades")
    #expect(part["events"] as? Int == 5_000 && part["read"] as? Int == 5_002)
    #expect((part["leftOut"] as? [String: Int])?.values.reduce(0, +) == 2)
    let words = try Binary.run("export", ticks, "-o", folder.path("part.dbn"), "--schema", "trades", "--force")
    #expect(words.messages.contains("5,000 events written of 5,002 read"), "\(words.messages)")
    #expect(try Binary.run("export", ticks, "--schema", "mbo", "-o", folder.path("x.csv")).code == 2)
  }

  @Test("Sources that repeat each other are refused unless both are wanted")
  func overlaps() throws {
    let words = ["import", trades, trades, "--instrument", "ALFA", "-o", folder.path("twice.ticks")]
    let refused = try Binary.run(Binary.url, words: words)
    #expect(refused.code == 4 && refused.messages.contains("--overlaps keep"), "\(refused.messages)")
    #expect(!folder.names.contains("twice.ticks"))
    #expect(try Binary.run(Binary.url, words: words + ["--overlaps", "keep"]).messages.contains("10,000 events"))
  }

  @Test("Nothing is overwritten without --force, and never what is being read")
  func force() throws {
    let ticks = folder.path("day.ticks")
    try Data("precious".utf8).write(to: URL(fileURLWithPath: ticks))
    let refused = try importTrades(ticks)
    #expect(refused.code == 1)
    #expect(refused.messages.contains("exists already\n--force replaces it."))
    #expect(try String(contentsOfFile: ticks, encoding: .utf8) == "precious")
    #expect(try importTrades(ticks, "--force").code == 0)
    #expect(try Binary.run("import", trades, "-o", trades, "--force").messages.contains("both read and written"))
    #expect(try Binary.run("repair", ticks, "-o", ticks, "--force").code == 1)
    #expect(try Binary.run("verify", ticks).code == 0)
    #expect(try Binary.run("export", ticks, "-o", folder.url.path, "--format", "csv").code == 1)
  }

  @Test("A bad source ends with 4 and leaves nothing behind")
  func badSources() throws {
    let names = folder.names
    try Data("time,price,quantity\n1709294400000,1.5,1\nnonsense,,\n".utf8).write(
      to: URL(fileURLWithPath: folder.path("bad.csv")))
    try Data().write(to: URL(fileURLWithPath: folder.path("empty.dbn")))
    try Data([0x28, 0xB5, 0x2F, 0xFD, 0, 1, 2, 3]).write(to: URL(fileURLWithPath: folder.path("bad.dbn.zst")))
    for name in ["bad.csv", "empty.dbn", "bad.dbn.zst", "missing.dbn"] {
      let outcome = try Binary.run("import", folder.path(name), "--instrument", "A", "-o", folder.path("out.ticks"))
      #expect(outcome.code == 4, "\(name): \(outcome)")
      #expect(outcome.messages.contains(name), "\(outcome.messages)")
    }
    #expect(Set(folder.names) == Set(names + ["bad.csv", "empty.dbn", "bad.dbn.zst"]))
  }

  @Test("An output that cannot be written ends with 1")
  func unwritable() throws {
    let outcome = try importTrades(folder.path("no/such/folder/day.ticks"))
    #expect(outcome.code == 1, "\(outcome)")
    let ticks = folder.path("day.ticks")
    #expect(try importTrades(ticks).code == 0)
    #expect(try Binary.shell("lockstep export \(ticks) --format csv -o - > /dev/full").code == 1)
    #expect(try Binary.run("export", ticks, "-o", folder.path("day.txt")).code == 2)
  }

  @Test("verify finds a flipped bit, repair saves what stands before it")
  func repair() throws {
    let ticks = folder.path("day.ticks")
    try TickCommandTests.write(ticks)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: ticks))
    let torn = folder.path("torn.ticks")
    try bytes.dropLast(30).write(to: URL(fileURLWithPath: torn))
    #expect(try Binary.run("verify", torn).code == 6)
    let saved = folder.path("saved.ticks")
    let outcome = try Binary.run("repair", torn, "-o", saved)
    #expect(outcome.code == 0 && outcome.output.contains("7 events in 1 blocks"), "\(outcome)")
    #expect(try Binary.run("cat", saved).output == Binary.run("cat", ticks).output)
    #expect(try Binary.run("verify", saved).output.contains("intact, 7 events"))
  }

  @Test("A signal ends an import with 130 and leaves nothing behind")
  func interrupt() throws {
    let process = Process()
    let input = Pipe()
    process.executableURL = Binary.url
    process.arguments = [
      "import", "-", "--format", "csv", "--instrument", "A", "-o", folder.path("out.ticks"), "--quiet",
    ]
    process.standardInput = input
    process.standardError = FileHandle.nullDevice
    try process.run()
    // More rows arrive until the program has noticed the signal and closed its end.
    let rows = try Data(contentsOf: URL(fileURLWithPath: trades))
    signal(SIGPIPE, SIG_IGN)
    for round in 0..<200 where process.isRunning {
      try? input.fileHandleForWriting.write(contentsOf: round == 0 ? rows : rows.dropFirst(25))
      // Not SIGINT: a shell that started the tests in the background has it ignored.
      // Two at once, as `timeout` sends them, are one wish; stopped, the process gets both together.
      if round == 5 { for number in [SIGSTOP, SIGTERM, SIGHUP, SIGCONT] { kill(process.processIdentifier, number) } }
    }
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(!folder.names.contains { $0.hasPrefix("out") })
  }

  @Test("Devices and pipes are not replaced, and links are followed")
  func onlyRegularFiles() throws {
    let pipe = folder.path("pipe.ticks")
    #expect(mkfifo(pipe, 0o600) == 0)
    for output in [pipe, "/dev/null"] {
      let refused = try importTrades(output, "--force")
      #expect(refused.code == 1 && refused.messages.contains("is not a regular file"), "\(refused.messages)")
    }
    let link = folder.path("link.ticks")
    try Data().write(to: URL(fileURLWithPath: folder.path("linked.ticks")))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "linked.ticks")
    #expect(try importTrades(link, "--force").code == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "linked.ticks")
    #expect(try Binary.run("verify", folder.path("linked.ticks")).code == 0)
  }

  @Test("A signal also ends an import that waits for bytes", arguments: [true, false])
  func interruptWaiting(isCompressed: Bool) throws {
    let process = Process()
    let input = Pipe()
    process.executableURL = Binary.url
    process.arguments = [
      "import", "-", "--format", "csv", "--instrument", "A", "-o", folder.path("out.ticks"), "--quiet",
    ]
    process.standardInput = input
    process.standardError = FileHandle.nullDevice
    try process.run()
    // The begin of a gzip stream, or of a table; nothing follows, and the pipe stays open.
    try input.fileHandleForWriting.write(
      contentsOf: isCompressed
        ? Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0]) : Data("time,price,quantity\n".utf8))
    usleep(500_000)
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(!folder.names.contains { $0.hasPrefix("out") })
    try input.fileHandleForWriting.close()
  }

  @Test(
    "An order-level file comes back from DBN record for record", .enabled(if: RealData.isPresent))
  func realData() throws {
    let source = RealData.file("dbn/nautilus/esh4-glbx-mdp3-20231225.mbo.dbn.zst").path
    let ticks = folder.path("es.ticks")
    #expect(try Binary.run("import", source, "-o", ticks).code == 0)
    let json = try Binary.run("inspect", ticks, "--json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let instruments = try #require(object["instruments"] as? [[String: Any]])
    let spans = try #require(instruments.first?["firstCrossedSpans"] as? [[String: Int]])
    #expect(spans.map { $0["states"] } == [891])
    let back = folder.path("back.dbn")
    #expect(try Binary.run("export", ticks, "-o", back).code == 0)
    let again = folder.path("again.ticks")
    #expect(try Binary.run("import", back, "-o", again).code == 0)
    #expect(try Binary.run("cat", again, "--json").output == Binary.run("cat", ticks, "--json").output)
  }
}
