import Foundation
import MarketTypes
import TestSupport
import Testing
import TickStore

@testable import TickImport

/// Files of every schema that can be given back come back.
@Suite(.enabled(if: RealData.isPresent))
struct DBNExportTests {
  /// A source, what it is written as, and how many events and records there are.
  struct Fixture: CustomTestStringConvertible, Sendable {
    var file: String
    var schema: DBNSchema
    var testDescription: String { "\(file) as \(schema.name)" }
  }

  static let fixtures: [Fixture] =
    [DBNSchema.trades, .status, .ohlcv1s, .ohlcv1m, .ohlcv1h, .mbp1, .tbbo, .bbo1s, .bbo1m, .mbp10].map {
      Fixture(file: "databento-dbn-tests/test_data.\($0.name).v3.dbn.zst", schema: $0)
    } + [
      Fixture(
        file: "nautilus/historical_bars/futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst", schema: .mbp1),
      Fixture(
        file: "nautilus/historical_bars/futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst", schema: .trades),
      Fixture(
        file: "nautilus/historical_bars/futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst", schema: .ohlcv1m),
    ]

  private func events(_ path: String) throws -> [MarketEvent] {
    let reader = try TickEventReader(try TickFile(path: path))
    var events: [MarketEvent] = []
    while let event = try reader.next() { events.append(event) }
    return events
  }

  private func records(_ path: String) throws -> [DBNRecord] {
    let reader = try DBNReader(path: path, upgrades: true)
    var records: [DBNRecord] = []
    while let record = try reader.next() { records.append(record) }
    return records
  }

  @Test(arguments: [UInt8(1), 2, 3]) func `definitions come back as the same instruments`(version: UInt8) throws {
    let folder = try TemporaryFolder()
    func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
    let source = RealData.file("dbn/nautilus/historical_bars/futures_definition.dbn.zst").path
    _ = try importTicks(from: [source], to: path("a.ticks"))
    #expect(try naturalSchema(of: path("a.ticks")) == .definition)
    let summary = try exportTicks(
      from: path("a.ticks"), to: path("b.dbn"), format: .dbn(version: version, schema: .definition))
    _ = try importTicks(from: [path("b.dbn")], to: path("b.ticks"))
    let instruments = try TickFile(path: path("a.ticks")).instruments
    #expect(summary.instruments == instruments.count && !instruments.isEmpty)
    #expect(try TickFile(path: path("b.ticks")).instruments == instruments)
    // What the exchange said and a tick file keeps stands in the record's own fields.
    let (before, after) = (try records(source), try records(path("b.dbn")))
    for field in ["raw_symbol", "currency", "min_price_increment", "instrument_id"] {
      #expect(before.map { $0[field] } == after.map { $0[field] }, "\(field)")
    }
  }

  @Test(arguments: fixtures) func `what went in comes back`(fixture: Fixture) throws {
    let folder = try TemporaryFolder()
    func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
    let source = RealData.file("dbn/\(fixture.file)").path
    _ = try importTicks(from: [source], to: path("a.ticks"))
    #expect(try naturalSchema(of: path("a.ticks")) == fixture.schema)
    let summary = try exportTicks(
      from: path("a.ticks"), to: path("b.dbn"), format: .dbn(version: 3, schema: fixture.schema))
    #expect(summary.leftOut.isEmpty && summary.events + UInt64(summary.implied) == summary.read)
    _ = try importTicks(from: [path("b.dbn")], to: path("b.ticks"))
    #expect(try events(path("b.ticks")) == events(path("a.ticks")))
    let (before, after) = (try records(source), try records(path("b.dbn")))
    #expect(before.count == after.count)
    // What only a record says: the price and size of a change that was no trade, numbers of orders, the time of the trade
    // before a sample.
    let isMarket = [.mbp1, .tbbo, .bbo1s, .bbo1m, .mbp10, .status].contains(fixture.schema)
    for (left, right) in zip(before, after) {
      for field in left.layout.fields {
        let isLost =
          isMarket
          && (field.name.hasPrefix("bid_ct") || field.name.hasPrefix("ask_ct")
            || (["price", "size"].contains(field.name) && left.text("action") != "T")
            || (fixture.schema == .status && (field.name.hasPrefix("is_") || field.name == "trading_event"))
            || (fixture.schema.name.hasPrefix("bbo") && ["ts_event", "side"].contains(field.name)))
        if !isLost { #expect(left.value(field) == right.value(field), "\(field.name)") }
        // What is lost is not made up.
        let undefined: DBNValue? = ["price": .integer(.max), "size": .unsigned(UInt64(UInt32.max))][field.name]
        if isMarket, let undefined {
          #expect([left.value(field), undefined].contains(right.value(field)), "\(field.name)")
        }
      }
    }
  }

  @Test func `what cannot be given back is refused with advice, and nothing is left`() throws {
    let folder = try TemporaryFolder()
    func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }
    func refusal(_ fixture: String, _ schema: DBNSchema) throws -> ImportError? {
      var source = RealData.file("dbn/databento-dbn-tests/test_data.\(fixture).v3.dbn.zst").path
      if fixture == "mbo" {
        // That fixture's orders were never announced.
        var generator = SeededGenerator(seed: 1)
        source = try folder.write(DBNSample.random(count: 100, using: &generator).bytes, "orders.dbn")
      }
      _ = try importTicks(from: [source], to: path("a.ticks"), replaces: true)
      let error = #expect(throws: ImportError.self) {
        try exportTicks(from: path("a.ticks"), to: path("b.dbn"), format: .dbn(version: 3, schema: schema))
      }
      #expect(!FileManager.default.fileExists(atPath: path("b.dbn")))
      return error
    }
    #expect(try refusal("mbo", .mbp1)?.advice == "Write them with --schema mbo.")
    #expect(try refusal("mbo", .mbp10)?.advice == "Write them with --schema mbo.")
    #expect(try refusal("mbp-10", .mbo)?.advice == "Write them with --schema mbp-10.")
    #expect(try refusal("mbp-1", .bbo1s)?.advice == "Write them with --schema mbp-1.")
    for schema in [DBNSchema.cmbp1, .cbbo1s, .tcbbo, .statistics, .imbalance] {
      #expect(try refusal("trades", schema)?.advice.isEmpty == false)
    }
    #expect(try refusal("ohlcv-1s", .ohlcv1m)?.reason.contains("none of its 2 events") == true)
  }
}
