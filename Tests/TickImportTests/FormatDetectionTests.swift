import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import TickImport

@Suite struct FormatDetectionTests {
  @Test(
    arguments: [
      ("itch", "07302019.bin", ItchTests.sample.bytes), ("lobster", "x.csv", Array(LobsterTests.sample.utf8)),
      ("pitch", "x.txt", Array(PitchTests.sample.utf8)), ("bitstamp", "x.csv", Array(BitstampTests.orders.utf8)),
      ("bitstamp-log", "x.log", Array(BitstampTests.log.utf8)), ("binance", "x.gz", Array(BinanceTests.spot.utf8)),
      ("binance", "x.gz", Array(BinanceTests.coin.utf8)), ("tardis", "x.csv.gz", Array(TardisTests.book.utf8)),
      ("tardis", "x.csv", Array(TardisTests.snapshots.utf8)),
      ("lean", LeanTests.equityQuotes, Array(LeanTests.oneSided.utf8)),
      ("csv", "x.csv", Array(CSVTests.orders.utf8)), ("csv", "x.csv.gz", Array("a,b\n1,2\n".utf8)),
    ] as [(String, String, [UInt8])])
  func knowsTheSamples(_ format: String, name: String, bytes: [UInt8]) {
    #expect(TickFormat.detect(head: Array(bytes.prefix(TickFormat.headCount)), name: name)?.name == format)
  }

  @Test func leavesTheUnknownAlone() {
    var generator = SeededGenerator(seed: 1)
    for length in 0..<300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      for format in TickFormat.all { #expect(format.detect(bytes, "data.bin") == .no || length < 20) }
    }
  }

  @Test(
    .enabled(if: RealData.isPresent),
    arguments: [
      ("itch/RITCH/ex20101224.TEST_ITCH_50.gz", "itch", 3, 12_018),
      ("lobster/bigfatwhale/AAPL_2012-06-21_34200_37800_message_50.csv.gz", "lobster", 1, 91_998),
      ("pitch/bats_pitch_example_20k.txt", "pitch", 288, 20_288),
      ("l3-bitstamp/ob-analytics/orders.csv.xz", "bitstamp", 1, 50_414),
      ("l3-bitstamp/ob-analytics/2015-05-01.log.xz", "bitstamp-log", 1, 51_082),
      ("binance-raw/hftbacktest/spot/btcusdt_20240808.gz", "binance", 1, 163_872),
      ("crypto-fx/nautilus/tardis/bitmex_trades_XBTUSD.csv", "tardis", 1, 10),
      ("lean/future/cme/minute/es/20131007_trade.zip", "lean", 3, 1_671),
      ("crypto-fx/nautilus/truefx/usdjpy-ticks.csv", "csv", 1, 1_000),
    ])
  func importsThroughTheDriver(_ path: String, format: String, instruments: Int, events: Int) throws {
    // Some of these are also stored as tick files by other tests.
    let isStored = FormatStoreTests.samples.contains { $0.path == path }
    let (output, summary): (RealImports.Imported, ImportSummary)
    if isStored {
      let stored = try RealImports.store(path)
      (output, summary) = (stored.output, stored.summary)
    } else {
      (output, summary) = try RealImports.read([path])
    }
    #expect(summary.format == format)
    #expect(summary.instruments.count == instruments)
    #expect(summary.events == events)
    #expect(output.events.count == summary.events)
  }
}
