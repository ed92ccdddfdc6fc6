import Foundation
import MarketTypes
import TestSupport
import Testing
import TickStore

@testable import TickImport

/// Real files of every format, into a tick file and back.
@Suite struct FormatStoreTests {
  struct Sample: Sendable {
    var path: String
    /// Events on orders nobody announced.
    var orphans: Int
  }

  static let samples = [
    Sample(path: "itch/RITCH/ex20101224.TEST_ITCH_50", orphans: 117),
    Sample(path: "lobster/bigfatwhale/AAPL_2012-06-21_34200_37800_message_50.csv.gz", orphans: 84),
    Sample(path: "pitch/bats_pitch_example_20k.txt", orphans: 0),
    Sample(path: "l3-bitstamp/ob-analytics/orders.csv.xz", orphans: 208 + 5 + 5),
    Sample(path: "l3-bitstamp/ob-analytics/2015-05-01.log.xz", orphans: 176 + 5 + 5),
    Sample(path: "binance-raw/hftbacktest/cm/btcusd_perp_20240808.gz", orphans: 0),
    Sample(path: "crypto-fx/nautilus/tardis/deribit_incremental_book_L2_BTC-PERPETUAL.csv", orphans: 0),
    Sample(path: "crypto-fx/nautilus/tardis/huobi-dm-swap_quotes_BTC-USD.csv", orphans: 0),
    Sample(path: "lean/equity/usa/tick/ibm/20131011_trade.zip", orphans: 0),
    Sample(path: "lean/future/cme/minute/es/20131006_quote.zip", orphans: 0),
    Sample(path: "crypto-fx/nautilus/truefx/usdjpy-ticks.csv", orphans: 0),
  ]

  @Test(.enabled(if: RealData.isPresent), arguments: samples)
  func storedEventsAreTheSources(_ sample: Sample) throws {
    let (output, summary, file) = try RealImports.store(sample.path)
    #expect(output.events.count == summary.events)
    #expect(file.eventCount == UInt64(output.events.count))
    #expect(file.orphanCount == UInt64(sample.orphans))
    #expect(file.instruments == summary.instruments)
    let reader = try TickEventReader(file)
    var different = 0
    for original in output.events {
      guard let stored = try reader.next() else { break }
      // Slots are the file's; sides, prices and quantities that the source left out are filled in.
      var expected = original
      if stored.kind != .quote, stored.kind != .bar { expected.slot = stored.slot }
      if expected.side == .none { expected.side = stored.side }
      if expected.price.isNone { expected.price = stored.price }
      if expected.quantity == .zero { expected.quantity = stored.quantity }
      if stored.kind == .orphan { expected.kind = .orphan }
      if expected != stored, different < 3 { Issue.record("\(expected)\n\(stored)") }
      if expected != stored { different += 1 }
    }
    #expect(different == 0)
    #expect(try reader.next() == nil)
  }

  @Test func replacementsKeepTheirOrder() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write(ItchTests.sample.bytes, ItchTests.name)
    let ticks = folder.url.appendingPathComponent("out.ticks").path
    _ = try importTicks(from: [source], to: ticks)
    let reader = try TickEventReader(TickFile(path: ticks))
    var slots: [EventKind: UInt32] = [:]
    while let event = try reader.next() {
      slots[event.kind] = event.slot
      if event.kind == .modify { #expect(reader.replacement == 3 && event.identifier == 1) }
      if event.kind == .cancel { #expect(event.identifier == 3 && event.price.ticks > 0) }
    }
    #expect(slots[.modify] == slots[.cancel] && slots[.modify] == 0)
  }
}

extension FormatStoreTests {
  @Test func daysFollowEachOtherWithEmptyBooks() throws {
    let folder = try TemporaryFolder()
    let days = try ["AAPL_2012-06-21_message.csv", "AAPL_2012-06-22_message.csv"].map { name in
      try folder.write(Array("34200.5,1,7,18,5853300,1\n34201,1,8,18,5853200,1\n".utf8), name)
    }
    let (output, summary) = try importToArray(days)
    #expect(summary.instruments.count == 1)
    #expect(output.events.map(\.kind) == [.clear, .add, .add, .clear, .add, .add])
  }

  @Test func capturesGoOnInTheNextFile() throws {
    let folder = try TemporaryFolder()
    let lines = BinanceTests.spot.split(separator: "\n").map { Array($0.utf8) + [0x0A] }
    let first = try folder.write(Array(lines[..<5].joined()), "a.log")
    let second = try folder.write(Array(lines[5...].joined()), "b.log")
    let (whole, _) = try importToArray([try folder.write(Array(lines.joined()), "c.log")])
    let (parts, _) = try importToArray([first, second])
    #expect(parts.events == whole.events)
    let orders = BitstampTests.log.split(separator: "\n").map { Array($0.utf8) + [0x0A] }
    let logs = try [orders[..<3], orders[3...]].enumerated().map { index, lines in
      try folder.write(Array(lines.joined()), "\(index).log")
    }
    let (wholeLog, _) = try importToArray([try folder.write(Array(orders.joined()), "d.log")])
    let (logParts, _) = try importToArray(logs)
    #expect(logParts.events == wholeLog.events)
  }

  @Test func seedsFromABookFile() throws {
    let folder = try TemporaryFolder()
    let book = try folder.write(Array("5859400,200,5853300,118\n5859400,1,5853300,1\n".utf8), "AAPL_orderbook.csv")
    let messages = try folder.write(Array("34200,1,50,18,5853300,1\n".utf8), "AAPL_2012-06-21_message.csv")
    let (output, _) = try importToArray([messages], options: ImportOptions(decoderOptions: ["book": book]))
    #expect(output.events.map(\.kind) == [.snapshotBegin, .add, .add, .snapshotEnd, .add])
    #expect(throws: ImportError.self) {
      try importToArray([messages], options: ImportOptions(decoderOptions: ["book": book + ".missing"]))
    }
  }
}
