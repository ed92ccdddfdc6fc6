import Foundation
import Testing

/// Exit code 4 through the program, for every format it reads.
@Suite("Bad sources of every format")
struct BadSourceTests {
  /// A small sound file of a format, and a tail that nothing may end in.
  struct Sample: Sendable, CustomTestStringConvertible {
    var format: String
    var name: String
    var bytes: [UInt8]
    var words: [String]

    init(_ format: String, _ name: String, _ text: String, _ words: String...) {
      (self.format, self.name, bytes, self.words) = (format, name, Array(text.utf8), words)
    }

    init(_ format: String, _ name: String, _ bytes: [UInt8]) {
      (self.format, self.name, self.bytes, words) = (format, name, bytes, [])
    }

    var testDescription: String { format }
  }

  /// NASDAQ's messages: a two-byte length, type, locate, tracking number, six bytes of time, and the rest.
  private static let itch: [UInt8] = {
    func message(_ type: Character, _ rest: [UInt8]) -> [UInt8] {
      [0, UInt8(11 + rest.count), type.asciiValue ?? 0, 0, 1, 0, 0, 0x1E, 0, 0, 0, 0, 1] + rest
    }
    let symbol = Array("ABC     ".utf8)
    return message("S", Array("O".utf8))
      + message("A", [0, 0, 0, 0, 0, 0, 0, 1] + Array("B".utf8) + [0, 0, 0, 9] + symbol + [0, 0x0F, 0x42, 0x40])
  }()

  static let samples = [
    Sample("itch", "01302019.itch", itch),
    Sample("lobster", "AAPL_2012-06-21_message.csv", "34200.5,1,7,18,5853300,1\n34201,1,8,18,5853200,1\n"),
    Sample(
      "pitch", "pitch_2009-03-02.txt", "28800011AAK27GA0000DTS000100SH    0000619200Y\n28800012XAK27GA0000DT000060\n"),
    Sample(
      "bitstamp", "orders.csv",
      "id,timestamp,exchange.timestamp,price,volume,action,direction\n7,1430438404518,1430438404000,236.47,20,created,bid\n"
    ),
    Sample(
      "bitstamp-log", "day.log",
      """
      1430438404518 order_created {"price": "236.47", "amount": "2", "datetime": "1430438404", "id": 7, "order_type": 0}

      """),
    Sample(
      "binance", "spot.log",
      """
      1723161254087896568 {"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3,"p":"61837.63","q":"0.02","T":1723161255342,"m":true,"M":true}

      """),
    Sample(
      "bybit", "a.data",
      """
      {"topic":"orderbook.500.XRPUSDT","type":"snapshot","ts":1733011200691,"data":{"s":"XRPUSDT","b":[["1.9531","6"]],"a":[],"u":7,"seq":100}}

      """),
    Sample(
      "kraken", "trades.json",
      """
      {"error": [], "result": {"XBTUSDT": [["105433.6", "0.5", 1762795433.5, "b", "l", "", 7]], "last": "1"}}
      """),
    Sample(
      "tardis", "book.csv",
      """
      exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount
      binance-futures,BTCUSDT,1640995200000000,1640995200100000,true,bid,50000.0,1.0

      """),
    Sample(
      "lean", "quotes.csv", "14400151,0,0,140200,500,Q,1,0\n", "--resolution", "tick", "--security", "equity", "--date",
      "2013-10-07", "--kind", "quote", "--market", "usa"),
    Sample("csv", "trades.csv", "time,price,quantity\n1709294400000,1.5,1\n", "--instrument", "ABC"),
  ]

  private func run(
    _ bytes: [UInt8], _ sample: Sample, isDetected: Bool = false, in folder: ScratchFolder
  ) throws -> Binary.Outcome {
    let source = folder.path(sample.name)
    let target = folder.path("out.ticks")
    try Data(bytes).write(to: URL(fileURLWithPath: source))
    let format = isDetected ? [] : ["--format", sample.format]
    let outcome = try Binary.run("import", source, "-o", target, more: format + sample.words)
    #expect(folder.names == (outcome.code == 0 ? ["out.ticks", sample.name].sorted() : [sample.name]))
    try? FileManager.default.removeItem(atPath: target)
    try? FileManager.default.removeItem(atPath: source)
    return outcome
  }

  private func check(_ sample: Sample) throws {
    let folder = try ScratchFolder()
    let sound = try run(sample.bytes, sample, in: folder)
    #expect(sound.code == 0, "\(sample.format): \(sound)")
    let noise = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 197 &+ $0 >> 3) }
    let bad: [(String, [UInt8])] = [
      ("empty", []), ("noise", noise), ("cut", Array(sample.bytes[..<(sample.bytes.count * 2 / 3)])),
      ("tail", sample.bytes + noise), ("zstd", [0x28, 0xB5, 0x2F, 0xFD, 0, 1, 2, 3]), ("gzip", [0x1F, 0x8B, 8, 0]),
    ]
    for (what, bytes) in bad {
      let outcome = try run(bytes, sample, in: folder)
      // A text may be cut where what is left still makes sense.
      if what == "cut", outcome.code == 0 { continue }
      #expect(outcome.code == 4, "\(sample.format), \(what): \(outcome)")
      #expect(outcome.messages.contains(sample.name) && outcome.output.isEmpty, "\(what): \(outcome.messages)")
    }
    #expect(try run([], sample, isDetected: true, in: folder).code == 4)
  }

  @Test("Damage ends with 4, names the file and leaves nothing behind", arguments: samples)
  func damage(_ sample: Sample) throws { try check(sample) }

  @Test("The same for DBN, whose sample is an export")
  func damagedExport() throws {
    let folder = try ScratchFolder()
    let ticks = folder.path("day.ticks")
    try TickCommandTests.write(ticks)
    let path = folder.path("day.dbn")
    #expect(try Binary.run("export", ticks, "-o", path).code == 0)
    try check(Sample("dbn", "small.dbn", Array(Data(contentsOf: URL(fileURLWithPath: path)))))
  }

  @Test("The list of formats is the one tested")
  func isComplete() throws {
    let listed = try Binary.run("formats").lines.map { $0.split(separator: " ").first.map(String.init) ?? "" }
    let tested = Self.samples.map(\.format) + ["dbn"]
    for format in tested { #expect(listed.contains(format)) }
    #expect(listed.count(where: { !$0.isEmpty && $0 != "name" && $0 != "format" }) == tested.count, "\(listed)")
  }

  @Test("A bad second source names itself; two good ones merge")
  func severalSources() throws {
    let folder = try ScratchFolder()
    let head = "time,symbol,price,quantity\n"
    let texts = [
      "a.csv": "\(head)1700000000001,A,1,1\n1700000000003,A,2,1\n", "b.csv": "\(head)1700000000002,B,1,1\n",
      "bad.csv": "\(head)1700000000002,B,1,1\nnonsense,B,1,1\n",
    ]
    for (name, text) in texts { try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(name))) }
    let target = folder.path("out.ticks")
    let bad = try Binary.run("import", folder.path("a.csv"), folder.path("bad.csv"), "-o", target)
    #expect(bad.code == 4 && bad.messages.contains("bad.csv line 3"), "\(bad)")
    #expect(folder.names == texts.keys.sorted())
    func symbols(_ words: String...) throws -> [String] {
      let files = [folder.path("a.csv"), folder.path("b.csv"), "-o", target, "--force"]
      #expect(try Binary.run("import", more: files + words).code == 0)
      return try Binary.run("cat", target, "--json").lines.compactMap {
        (try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])?["symbol"] as? String
      }
    }
    #expect(try symbols() == ["A", "B", "A"])
    #expect(try symbols("--in-order") == ["A", "A", "B"])
  }

  @Test("A signal while sources are merged leaves nothing behind")
  func interrupt() throws {
    let folder = try ScratchFolder()
    let first = folder.path("a.csv")
    try Data("time,price,quantity\n1700000000001,1,1\n".utf8).write(to: URL(fileURLWithPath: first))
    let process = Process()
    let input = Pipe()
    process.executableURL = Binary.url
    process.arguments = [
      "import", first, "-", "--format", "csv", "--instrument", "A", "-o", folder.path("out.ticks"), "--quiet",
    ]
    process.standardInput = input
    process.standardError = FileHandle.nullDevice
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data("time,price,quantity\n".utf8))
    usleep(500_000)
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(folder.names == ["a.csv"])
    try input.fileHandleForWriting.close()
  }
}
