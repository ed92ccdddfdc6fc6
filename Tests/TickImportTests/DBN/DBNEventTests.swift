import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import TickImport

/// What the records of public files become, one test per trait of the data.
@Suite(.enabled(if: RealData.isPresent))
struct DBNEventTests {
  static let dayBefore = "dbn/nautilus/esh4-glbx-mdp3-20231224.mbo.dbn.zst"
  static let day = "dbn/nautilus/esh4-glbx-mdp3-20231225.mbo.dbn.zst"

  private func imported(_ paths: String...) throws -> (output: RealImports.Imported, summary: ImportSummary) {
    try RealImports.read(paths)
  }

  @Test func `a day of orders keeps every kind of change apart`() throws {
    let (output, summary) = try imported(Self.day)
    #expect(
      summary.eventsByKind == [
        .add: 29_216, .cancel: 17_999, .reduce: 2_314, .modify: 9_897 + 22, .trade: 2_973, .fill: 6_364,
        // Fills of orders that never rested: they name the incoming order.
        .orphan: 7, .snapshotBegin: 1, .snapshotEnd: 1,
      ])
    #expect(
      output.events.count { $0.kind == .trade && $0.side == .none }
        + output.events.count {
          $0.kind != .trade && $0.origin >> 24 == UInt32(UInt8(ascii: "N"))
        } == 36)
    #expect(output.events.count { $0.flags.contains(.endOfEvent) } == 47_022)
    let instrument = try #require(output.instruments.first)
    #expect(output.instruments.count == 1)
    #expect(instrument.symbol == "ESH4" && instrument.venue == "GLBX.MDP3" && instrument.tick.description == "0.25")
    #expect(instrument.sourceIdentifier == 17_077)
    #expect(output.events.allSatisfy { $0.channel == 1 })
  }

  @Test func `the book agrees with an independent rebuild at every checkpoint, crossed states included`() throws {
    let expected = try #require(
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: RealData.file("dbn/nautilus/esh4-20231225.book.expected.json"))) as? [String: Any])
    let lines = try #require(expected["checkpoints"] as? [[String: Any]]).map {
      ($0["n_last"] as? Int ?? 0, $0["line"] as? String ?? "")
    }
    let (output, _) = try imported(Self.day)
    var book = NaiveOrderBook()
    var states = 0
    var wanted = lines[...]
    for event in output.events {
      book.apply(event)
      guard event.flags.contains(.endOfEvent) else { continue }
      states += 1
      guard let next = wanted.first, next.0 == states else { continue }
      wanted = wanted.dropFirst()
      func text(_ side: Side) -> String {
        book.best(side).map { "\(Int64($0.price) * 250_000_000),\($0.quantity)" } ?? "None,None"
      }
      #expect("17077,\(event.sequence),\(text(.buy)),\(text(.sell))" == next.1)
    }
    #expect(wanted.isEmpty)
    #expect(book.orders.count == 11_217)
    #expect(book.unknown == 7)
  }

  @Test func `the book is crossed before the open only, and the first trade names no aggressor`() throws {
    let (output, _) = try imported(Self.day)
    var book = NaiveBestPrices()
    var crossed: [MarketEvent] = []
    for event in output.events {
      book.apply(event)
      if event.flags.contains(.endOfEvent), book.isCrossed { crossed.append(event) }
    }
    #expect(crossed.count == 891)
    let open: Int64 = 1_703_545_200_000_000_000
    #expect(
      crossed.allSatisfy {
        $0.exchangeTime.nanoseconds < open && $0.exchangeTime.nanoseconds > open - 1_210_000_000_000
      })
    let trade = try #require(output.events.first { $0.kind == .trade })
    #expect(trade.exchangeTime.nanoseconds == open && trade.side == .none && trade.quantity.lots == 44)
  }

  @Test func `two days in a row hold no order twice, because the snapshot of the second starts the book anew`() throws {
    let (output, summary) = try imported(Self.dayBefore, Self.day)
    #expect(summary.eventsByKind[.snapshotBegin] == 2 && summary.eventsByKind[.snapshotEnd] == 2)
    #expect(output.instruments.count == 1)
    var book = NaiveOrderBook()
    for event in output.events { book.apply(event) }
    #expect(book.orders.count == 11_217)
    #expect(book.unknown == 7)
    #expect(output.events.count { $0.flags.contains(.synthetic) } == 4)
  }

  @Test func `a snapshot happens when it was sent, its orders keep their own older times`() throws {
    let (output, _) = try imported(Self.day)
    let begin = try #require(output.events.first)
    #expect(begin.kind == .snapshotBegin && begin.exchangeTime.nanoseconds == 1_703_462_400_000_000_000)
    let order = output.events[1]
    #expect(order.exchangeTime.nanoseconds == 1_703_422_805_243_925_307 && order.localTime == begin.exchangeTime)
    #expect(output.events.count { $0.flags.contains(.snapshot) && !$0.flags.contains(.synthetic) } == 8_725)
    let end = try #require(output.events.firstIndex { $0.kind == .snapshotEnd })
    #expect(end == 8_726)
  }

  @Test func `quotes and trades of MBP-1 agree with the file of trades and with the bars`() throws {
    let folder = "dbn/nautilus/historical_bars"
    let quotes = try imported("\(folder)/futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst").output.events
    let trades = try imported("\(folder)/futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst").output.events
    #expect(quotes.count { $0.kind == .quote } == 2_288)
    let seen = quotes.filter { $0.kind == .trade }
    #expect(seen.count == 120 && trades.count == 120)
    for (left, right) in zip(seen, trades) {
      #expect(left.exchangeTime == right.exchangeTime && left.quantity == right.quantity && left.side == right.side)
      #expect(left.price == right.price && left.sequence == right.sequence)
    }
    let bars = try imported("\(folder)/futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst").output
    let start: Int64 = 1_719_878_280_000_000_000
    for minute in 0..<4 {
      let end = start + Int64(minute + 1) * 60_000_000_000
      let volume = trades.filter {
        $0.exchangeTime.nanoseconds >= end - 60_000_000_000 && $0.exchangeTime.nanoseconds < end
      }
      .reduce(0) { $0 + $1.quantity.lots }
      let matching = bars.events.filter { $0.exchangeTime.nanoseconds == end && $0.bar.volume.lots == volume }
      #expect(matching.count == 1, "minute \(minute)")
      #expect(volume == [18, 23, 175, 37][minute])
    }
  }

  @Test func `depth becomes changes that rebuild every stored book`() throws {
    for name in ["test_data.mbp-10.dbn", "test_data.mbp-10.v3.dbn.zst"] {
      let path = RealData.file("dbn/databento-dbn-tests/\(name)").path
      let (output, _) = try importToArray([path])
      #expect(output.events.first?.kind == .snapshotBegin)
      var levels: [String: Int64] = [:]
      for event in output.events where event.kind == .setLevel {
        levels["\(event.side)\(event.price.ticks)"] = event.quantity.lots == 0 ? nil : event.quantity.lots
      }
      let reader = try DBNReader(path: path)
      var last: DBNRecord?
      while let record = try reader.next() { last = record }
      var stored: [String: Int64] = [:]
      let unit =
        Int128(output.instruments[0].tick.mantissa)
        * (output.instruments[0].tick.exponent == 2 ? 10_000_000 : 1_000_000_000)
      for level in 0..<10 {
        for (side, letters) in [(Side.buy, "bid"), (.sell, "ask")] {
          let price = try #require(last?.integer("\(letters)_px_0\(level)"))
          let size = try #require(last?.integer("\(letters)_sz_0\(level)"))
          stored["\(side)\(price / unit)"] = Int64(size)
        }
      }
      #expect(levels == stored)
    }
  }

  @Test func `definitions give instruments their units, also to the file that follows`() throws {
    let (output, summary) = try imported("dbn/nautilus/historical_bars/futures_definition.dbn.zst")
    #expect(summary.skipped["definition"] == output.instruments.count)
    let instrument = try #require(output.instruments.first { $0.symbol == "ESU4" })
    #expect(instrument.tick.description == "0.25" && instrument.multiplier.description == "50")
    #expect(instrument.currency == "USD")
    let both = try imported(
      "dbn/nautilus/historical_bars/futures_definition.dbn.zst",
      "dbn/nautilus/historical_bars/futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"
    ).output
    #expect(both.instruments.map(\.symbol) == ["ESU4"], "instruments without events are left out")
    #expect(both.events.allSatisfy { both.instruments[Int($0.instrument)].multiplier.description == "50" })
  }

  @Test func `a live stream of mixed kinds imports, counting what becomes no event`() throws {
    let (output, summary) = try imported("dbn/databento-python-tests/LIVE/test_data.live.dbn.zst")
    #expect(summary.skipped == ["symbol mapping": 20, "statistics": 9, "definition": 2])
    #expect(output.instruments.map(\.symbol) == ["ESZ4"])
    #expect(summary.eventsByKind[.bar] == 4)
  }

  @Test func `every fixture imports, those without records included`() throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: RealData.file("dbn").path)
      .filter { $0.contains(".dbn") }
    #expect(names.count > 100)
    for name in names {
      do {
        _ = try importToArray([RealData.file("dbn/\(name)").path])
      } catch { Issue.record(error, "\(name)") }
    }
  }

  @Test(arguments: [UInt8(1), 3]) func `a day of orders goes out as it came in`(version: UInt8) throws {
    let path = RealData.file(Self.day).path
    let (output, _) = try imported(Self.day)
    let folder = try TemporaryFolder()
    let copy = folder.url.appendingPathComponent("copy.dbn.zst").path
    var exporter = try DBNExporter(
      instruments: output.instruments,
      options: .init(version: version, start: output.events[0].exchangeTime, end: output.events[0].exchangeTime),
      name: copy)
    try export(output.events, with: &exporter, to: copy)
    #expect(exporter.leftOut.isEmpty || exporter.leftOut == [.snapshotEnd: 1])
    let original = try DBNReader(path: path)
    let written = try DBNReader(path: copy)
    #expect(written.metadata?.version == version && written.metadata?.dataset == "GLBX.MDP3")
    var records = 0
    while let record = try original.next() {
      let other = try written.next()
      guard record.bytes == other?.bytes else {
        Issue.record("record \(records) differs: \(record.bytes) \(other?.bytes ?? [])")
        break
      }
      records += 1
    }
    #expect(records == 68_792)
    #expect(try written.next() == nil)
    let again = try importToArray([copy])
    #expect(again.output.events == output.events)
  }

  @Test func `trades and bars go out as they came in`() throws {
    let folder = "dbn/nautilus/historical_bars"
    for (name, schema) in [
      ("futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst", DBNSchema.trades),
      ("futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst", .ohlcv1m),
    ] {
      let path = RealData.file("\(folder)/\(name)").path
      let (output, _) = try importToArray([path])
      var exporter = try DBNExporter(
        instruments: output.instruments,
        options: .init(schema: schema, start: output.events[0].exchangeTime, end: output.events[0].exchangeTime),
        name: "copy")
      let temporary = try TemporaryFolder()
      let copy = temporary.url.appendingPathComponent("copy.dbn").path
      try export(output.events, with: &exporter, to: copy)
      let original = try DBNReader(path: path)
      let written = try DBNReader(path: copy)
      while let record = try original.next() { #expect(try written.next()?.bytes == record.bytes) }
      #expect(try written.next() == nil)
    }
  }

  private func export(
    _ events: [MarketEvent], with exporter: inout some EventExporter, to path: String
  ) throws {
    let file = try OutputFile(path: path, compression: path.hasSuffix(".zst") ? .zstd(level: 3) : .none)
    var bytes = try exporter.header()
    for event in events { try exporter.append(event, replacement: nil, to: &bytes) }
    try file.write(bytes)
    try file.finish()
  }
}
