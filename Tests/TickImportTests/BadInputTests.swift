import Foundation
import TestSupport
import Testing

@testable import TickImport

/// Damage as it meets the whole import, from the file on disk to the tick file that must not appear.
struct BadInputTests {
  /// A small sound file of each format.
  struct Sample: Sendable, CustomTestStringConvertible {
    var format: String
    var name: String
    var bytes: [UInt8]
    var options: [String: String] = [:]

    init(_ format: String, _ name: String, _ text: String, _ options: [String: String] = [:]) {
      self.init(format, name, Array(text.utf8), options)
    }

    init(_ format: String, _ name: String, _ bytes: [UInt8], _ options: [String: String] = [:]) {
      self.format = format
      self.name = name
      self.bytes = bytes
      self.options = options
    }

    var testDescription: String { format }
  }

  static let samples: [Sample] = {
    var dbn = DBNSample()
    for number in 1...6 as ClosedRange<UInt64> { dbn.order("A", id: number, event: number) }
    return [
      Sample("dbn", "small.dbn", dbn.bytes), Sample("itch", ItchTests.name, ItchTests.sample.bytes),
      Sample("lobster", LobsterTests.name, LobsterTests.sample),
      Sample("pitch", PitchTests.name, PitchTests.sample),
      Sample("bitstamp", "orders.csv", BitstampTests.orders),
      Sample("bitstamp-log", "day.log", BitstampTests.log), Sample("binance", "spot", BinanceTests.spot),
      Sample("bybit", "a.data", BybitKrakenTests.book), Sample("kraken", "a.json", BybitKrakenTests.trades),
      Sample("tardis", "book.csv", TardisTests.book),
      Sample(
        "lean", "quotes.csv", LeanTests.oneSided,
        ["resolution": "tick", "security": "equity", "date": "2013-10-07", "kind": "quote", "market": "usa"]),
      Sample("csv", "orders.csv", CSVTests.orders, ["instrument": "ABC"]),
    ]
  }()

  /// Imports `bytes`; true when they were accepted. A refusal names the file and a reason, counts as bad input, and
  /// leaves the folder as it was.
  private func accepts(
    _ bytes: [UInt8], _ sample: Sample, named name: String? = nil, _ format: TickFormat?, in folder: TemporaryFolder
  ) throws -> Bool {
    let name = name ?? sample.name
    let path = try folder.write(bytes, name)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let target = folder.url.appendingPathComponent("out.ticks").path
    defer { try? FileManager.default.removeItem(atPath: target) }
    let files = FileManager.default
    do {
      _ = try importTicks(
        from: [path], to: target, options: ImportOptions(format: format, decoderOptions: sample.options))
      #expect(files.fileExists(atPath: target))
      return true
    } catch {
      #expect(error.file.contains(name) && !error.reason.isEmpty && error.cause == .badInput, "\(error)")
      let left = try files.contentsOfDirectory(atPath: folder.url.path)
      #expect(left == [name], "\(sample.format) left \(left)")
      return false
    }
  }

  @Test(arguments: samples)
  func `any damage ends in events or in a typed error without an output`(_ sample: Sample) throws {
    let folder = try TemporaryFolder()
    let format = try #require(TickFormat.named(sample.format))
    #expect(try accepts(sample.bytes, sample, format, in: folder), "the sound file")
    #expect(try !accepts([], sample, format, in: folder), "an empty file")
    // The decoders' own tests cut at every byte; here about a hundred cuts go through files.
    for length in stride(from: 1, to: sample.bytes.count, by: max(1, sample.bytes.count / 100)) {
      _ = try accepts(Array(sample.bytes[..<length]), sample, format, in: folder)
    }
    for seed in 0..<60 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = sample.bytes
      for _ in 0...seed % 4 {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
      _ = try accepts(bytes, sample, format, in: folder)
    }
    // Lengths and numbers as large as they can be written.
    for place in stride(from: 0, to: sample.bytes.count - 8, by: max(1, sample.bytes.count / 40)) {
      var bytes = sample.bytes
      bytes.replaceSubrange(place..<place + 8, with: [UInt8](repeating: 0xFF, count: 8))
      _ = try accepts(bytes, sample, format, in: folder)
      bytes.replaceSubrange(place..<place + 8, with: Array("99999999999999999999".utf8))
      _ = try accepts(bytes, sample, format, in: folder)
    }
  }

  @Test(arguments: samples)
  func `a wrong ending changes nothing, and a wrong format is refused`(_ sample: Sample) throws {
    let folder = try TemporaryFolder()
    let format = try #require(TickFormat.named(sample.format))
    // What the bytes are follows from the bytes: neither ending makes them compressed.
    for name in ["wrong.zst", "wrong.zip"] {
      _ = try accepts(sample.bytes, sample, named: name, nil, in: folder)
      if sample.format == "dbn" { #expect(try accepts(sample.bytes, sample, named: name, nil, in: folder)) }
    }
    _ = try accepts(sample.bytes, sample, format, in: folder)
    let other = try #require(TickFormat.named(sample.format == "dbn" ? "itch" : "dbn"))
    #expect(try !accepts(sample.bytes, sample, other, in: folder))
    let noise = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 197 &+ $0 >> 3) }
    #expect(try !accepts(noise, sample, format, in: folder), "noise")
  }
}
