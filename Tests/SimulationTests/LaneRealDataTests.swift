import Foundation
import MarketTypes
import Simulation
import TestSupport
import TickImport
import TickStore
import Testing

/// Independence of lanes on recorded markets.
@Suite struct LaneRealDataTests {
  static func check(_ file: TickFile, batches: Int, count: Int, alone: [Int]) throws {
    try LaneIndependenceTests.check(count: count, alone: alone, instruments: file.instruments, pace: 2_000) {
      ShortSource(source: try TickEventSource(file), batches: batches)
    }
  }

  static func withTicks(_ path: String, _ body: (TickFile) throws -> Void) throws {
    let output = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".ticks").path
    defer { try? FileManager.default.removeItem(atPath: output) }
    _ = try importTicks(from: [RealData.file(path).path], to: output, options: ImportOptions())
    try body(TickFile(path: output))
  }

  static let long = LaneIndependenceTests.isLong
  static let count = long ? 110 : 11
  static let alone = long ? Array(0..<110) : [2, 6, 9]

  @Test func theSample() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Datasets/sample/day.ticks").path
    try Self.check(TickFile(path: path), batches: 1, count: Self.count, alone: Self.alone)
  }

  @Test(.enabled(if: RealData.isPresent), arguments: realFiles)
  func recordedMarkets(path: String) throws {
    try Self.withTicks(path) {
      // The futures' first batch is a snapshot and a call; continuous trading begins in the second.
      let batches = path == Self.realFiles[0] ? 2 : 1
      try Self.check($0, batches: Self.long ? 4 : batches, count: Self.count, alone: Self.alone)
      if path == Self.realFiles[0] { try Self.checkSurvey($0) }
    }
  }

  /// The CME tells of a trade by a print, the fills of resting orders and their cancels; the snapshot before it is a day old.
  static func checkSurvey(_ file: TickFile) throws {
    var survey = MarketSurvey(instrument: 0)
    try MarketRecording.replay(file, observer: &survey)
    // All fills of the day; fills of one moment and side are one trade.
    #expect(survey.tradeSizes.reduce(0, +) == 10_187 && survey.tradeSigns.count == 2_958)
    // 22:00 to 24:00, not the day since the snapshot's oldest order.
    #expect(abs(survey.openSeconds - 7_200) < 60 && survey.doubledMiddles.count <= 7_200)
  }

  /// Order-level, levels with trades, and bars.
  static let realFiles = [
    "dbn/nautilus/esh4-glbx-mdp3-20231225.mbo.dbn.zst", "binance-raw/hftbacktest/usdm/btcusdt_20240808.gz",
    "lean/equity/usa/minute/aapl/20140605_trade.zip",
  ]
}
