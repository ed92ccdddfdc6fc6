import Foundation
import MarketTypes
import Testing
import TickStore

@Suite("Commands on tick files")
struct TickCommandTests {
  static let noon: Int64 = 1_709_294_400_000_000_000

  /// A file of two instruments with a gap of 100 s and a book that is crossed for 3 s.
  static func write(_ path: String) throws {
    let writer = try TickWriter(path: path)
    for symbol in ["ALFA", "BETA"] {
      _ = try writer.addInstrument(
        Instrument(symbol: symbol, venue: "SIMX", tick: try #require(DecimalUnit("0.25")), lot: .one))
    }
    func event(_ kind: EventKind, _ second: Int64, _ instrument: UInt16, _ side: Side, _ ticks: Int32, id: UInt64)
      throws
    {
      try writer.append(
        MarketEvent(
          kind: kind, exchangeTime: Timestamp(nanoseconds: noon + second * 1_000_000_000), instrument: instrument,
          side: side, price: Price(ticks: ticks), quantity: Quantity(lots: 5), identifier: id, sequence: id))
    }
    try event(.add, 0, 0, .buy, 400, id: 1)
    try event(.add, 1, 0, .sell, 402, id: 2)
    try event(.add, 2, 1, .buy, 800, id: 3)
    try event(.add, 102, 0, .sell, 398, id: 4)
    try event(.add, 103, 1, .sell, 804, id: 5)
    try event(.cancel, 105, 0, .sell, 398, id: 4)
    try event(.execute, 106, 0, .sell, 402, id: 2)
    try writer.finish()
  }

  private let folder: ScratchFolder
  private let file: String

  init() throws {
    folder = try ScratchFolder()
    file = folder.path("day.ticks")
    try Self.write(file)
  }

  @Test("inspect names instruments, counts, gaps and crossed spans")
  func inspect() throws {
    let text = try Binary.run("inspect", file)
    #expect(text.code == 0 && text.messages.isEmpty)
    for words in [
      "orders", "ALFA", "SIMX", "0.25", "bytes per event", "without an event", "Crossed spans: 1", "3.000 s",
    ] {
      #expect(text.output.contains(words), "\(words)")
    }
    let json = try Binary.run("inspect", file, "--json", "--gaps", "1")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(object["events"] as? Int == 7)
    #expect((object["operations"] as? [String: Int]) == ["add": 5, "cancel": 1, "executeWhole": 1])
    let gaps = try #require(object["gaps"] as? [[String: Int]])
    #expect(gaps == [["after": Int(Self.noon + 2_000_000_000), "nanoseconds": 100_000_000_000]])
    #expect(object["from"] as? Int == Int(Self.noon))
    let columns = try #require(object["columns"] as? [[String: Any]])
    #expect(columns.contains { $0["section"] as? String == "hot" && $0["bytes"] as? Int ?? 0 > 0 })
    let instruments = try #require(object["instruments"] as? [[String: Any]])
    let span = try #require((instruments[0]["firstCrossedSpans"] as? [[String: Int]])?.first)
    #expect(span["to"] == Int(Self.noon + 105_000_000_000) && span["states"] == 1)
  }

  @Test("cat prints exact decimals, and selects by time, instrument and count")
  func cat() throws {
    let all = try Binary.run("cat", file)
    #expect(all.lines.count == 7)
    #expect(all.lines[0] == "2024-03-01T12:00:00.000000000Z ALFA add buy 100.00 x 5 #1")
    let some = try Binary.run("cat", file, "--from", "2024-03-01T12:00:01", "--to", "2024-03-01T12:01:43", "-i", "ALFA")
    #expect(some.lines.map { $0.suffix(2) } == ["#2", "#4"])
    #expect(try Binary.run("cat", file, "-n", "2").lines.count == 2)
    #expect(try Binary.run("cat", file, "-n", "0").output.isEmpty)
    let json = try Binary.run("cat", file, "--json", "-n", "1")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(object["price"] as? Double == 100 && object["kind"] as? String == "add")
    #expect(json.output.contains("\"price\":100.00,\"quantity\":5,\"identifier\":1"), "\(json.output)")
  }

  @Test("cat ends quietly when its reader leaves")
  func head() throws {
    let outcome = try Binary.shell("set -o pipefail; lockstep cat \(file) | head -n 1")
    #expect(outcome.code == 0 && outcome.lines.count == 1 && outcome.messages.isEmpty)
  }

  @Test("Wrong selections are refused")
  func selections() throws {
    let unknown = try Binary.run("cat", file, "-i", "GAMMA")
    #expect(unknown.code == 4)
    #expect(unknown.messages.contains("It holds ALFA, BETA."))
    #expect(try Binary.run("cat", file, "--from", "2024-03-02", "--to", "2024-03-01").code == 2)
  }

  @Test("Missing, foreign, cut and flipped files end with 4", arguments: ["inspect", "cat", "verify", "export"])
  func badFiles(command: String) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    let cut = folder.path("cut.ticks")
    try bytes.prefix(bytes.count - 1).write(to: URL(fileURLWithPath: cut))
    let flipped = folder.path("flipped.ticks")
    var changed = bytes
    changed[bytes.count / 2] ^= 1
    try changed.write(to: URL(fileURLWithPath: flipped))
    let empty = folder.path("empty.ticks")
    try Data().write(to: URL(fileURLWithPath: empty))
    let foreign = folder.path("foreign.ticks")
    try Data("time,price\n1,2\n".utf8).write(to: URL(fileURLWithPath: foreign))
    for path in [cut, flipped, empty, foreign, folder.path("missing.ticks"), folder.url.path] {
      let out = folder.path("out.csv")
      let outcome = try Binary.run(command, path, more: command == "export" ? ["-o", out] : [])
      // A tick file that changed after it was written fails its verification.
      let isChanged = command == "verify" && (path == cut || path == flipped)
      #expect(outcome.code == (isChanged ? 6 : 4), "\(path): \(outcome)")
      #expect(outcome.messages.contains("error:"), "\(path)")
    }
    #expect(!folder.names.contains { $0.hasPrefix("out") })
  }
}
