import Foundation
import MarketTypes
import TestSupport
import Testing
import TickStore

@testable import TickImport

/// Tick files as tables of comma-separated values, and back.
@Suite struct EventTableTests {
  private struct Scratch {
    let folder: TemporaryFolder
    var ticks: String { folder.url.appendingPathComponent("a.ticks").path }
    var table: String { folder.url.appendingPathComponent("a.csv").path }
    var back: String { folder.url.appendingPathComponent("b.ticks").path }

    init() throws { folder = try TemporaryFolder() }

    /// Exports `ticks`, imports what comes out, and compares every byte.
    func requireReturn(_ comment: Comment? = nil) throws {
      let summary = try exportTicks(from: ticks, to: table, format: .text(.csv))
      #expect(summary.leftOut.isEmpty)
      let imported = try importTicks(from: [table], to: back)
      #expect(imported.format == "csv" && imported.passes == 1 && imported.events == Int(summary.events), comment)
      let (before, after) = (try TickFile(path: ticks), try TickFile(path: back))
      #expect(before.instruments == after.instruments, comment)
      let (old, new) = (try TickEventReader(before), try TickEventReader(after))
      while let event = try old.next() {
        let again = try new.next()
        guard event == again, old.replacement == new.replacement else {
          Issue.record("event \(old.ordinal): \(event) and \(String(describing: again)), or their new identifiers")
          return
        }
      }
      let same =
        try Data(contentsOf: URL(fileURLWithPath: ticks)) == Data(contentsOf: URL(fileURLWithPath: back))
      #expect(same, comment)
    }
  }

  private static let instruments = [
    Instrument(symbol: "ALFA", venue: "XNAS", tick: .one, sourceIdentifier: 7),
    Instrument(
      symbol: "BETA, \"the second\"", tick: DecimalUnit(mantissa: 25, exponent: 4)!,
      lot: DecimalUnit(mantissa: 1, exponent: 3)!, multiplier: DecimalUnit(mantissa: 50, exponent: 0)!,
      currency: "EUR", settlement: .inverse),
    // The same symbol at another venue, and one without any event.
    Instrument(
      symbol: "ALFA", venue: "BATS", tick: DecimalUnit(mantissa: 1, exponent: 2)!, settlement: .quanto,
      sourceIdentifier: .max),
    Instrument(symbol: "", tick: DecimalUnit(mantissa: 1, exponent: 9)!),
  ]

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `any events and instruments come back as the same tick file`(seed: UInt64) throws {
    let scratch = try Scratch()
    var random = RandomEvents(seed: seed, instrumentCount: seed % 2 == 0 ? 1 : 3)
    random.nonsenseEvery = seed < 3 ? 0 : 4
    let writer = try TickWriter(path: scratch.ticks)
    for instrument in Self.instruments { _ = try writer.addInstrument(instrument) }
    for step in random.steps(600) {
      if let replacement = step.replacement {
        try writer.append(step.event, replacingIdentifierWith: replacement)
      } else {
        try writer.append(step.event)
      }
    }
    try writer.finish()
    try scratch.requireReturn()
  }

  @Test func `every kind, unknown times, nameless flags and strange statuses come back`() throws {
    let scratch = try Scratch()
    let writer = try TickWriter(path: scratch.ticks)
    for instrument in Self.instruments { _ = try writer.addInstrument(instrument) }
    for (place, kind) in EventKind.allCases.enumerated() {
      var event = MarketEvent(
        kind: kind, exchangeTime: place % 2 == 0 ? .unknown : Timestamp(nanoseconds: -5), instrument: 1,
        side: .sell, price: Price(ticks: -3), quantity: Quantity(lots: 200), identifier: UInt64.max, sequence: .max,
        flags: EventFlags(rawValue: 0xF200), channel: .max, sendDelta: .min, origin: .max)
      if kind == .orphan { event.slot = UInt32(EventKind.modify.rawValue) }
      try writer.append(event)
    }
    try writer.finish()
    try scratch.requireReturn()
  }

  @Test func `instruments without events come back`() throws {
    let scratch = try Scratch()
    let writer = try TickWriter(path: scratch.ticks)
    for instrument in Self.instruments { _ = try writer.addInstrument(instrument) }
    try writer.finish()
    try scratch.requireReturn()
  }

  @Test(
    .enabled(if: RealData.isPresent),
    arguments: [
      "dbn/nautilus/esh4-glbx-mdp3-20231224.mbo.dbn.zst",
      "dbn/nautilus/historical_bars/futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst",
      "dbn/nautilus/historical_bars/futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst",
      "dbn/nautilus/options/options_bbo-1m_2024-05-09T09-55_2024-05-09T10-05.dbn.zst",
      "lobster/bigfatwhale/AAPL_2012-06-21_message_50.head672.csv", "itch/RITCH/ex20101224.TEST_ITCH_50",
    ])
  func `real files come back as the same tick file`(source: String) throws {
    let scratch = try Scratch()
    _ = try importTicks(from: [RealData.file(source).path], to: scratch.ticks)
    try scratch.requireReturn("\(source)")
  }

  @Test func `a table by hand needs no numbers, and bad ones are refused by line`() throws {
    let scratch = try Scratch()
    func imported(_ text: String) throws -> ArrayOutput {
      let output = ArrayOutput()
      let path = try scratch.folder.write(Array(text.utf8), "hand.csv")
      _ = try importEvents(from: [path], to: { () throws(ImportError) in output })
      return output
    }
    let head = "exchange_time,kind,symbol,side,price,quantity,identifier,flags,origin\n"
    let output = try imported(head + "5,add,ALFA,buy,1.25,3,9,endOfEvent,\n6,cancel,ALFA,,,,9,,\n")
    #expect(output.events.map(\.kind) == [.add, .cancel] && output.instruments.map(\.symbol) == ["ALFA"])
    #expect(output.events[0].identifier == 9 && output.events[1].flags.isEmpty)
    for (row, reason) in [
      ("x,add,A,buy,1,1,1,,\n", "exchange_time"), ("1,what,A,buy,1,1,1,,\n", "kind 'what'"),
      ("1,add,A,both,1,1,1,,\n", "side 'both'"), ("1,add,A,buy,1,1,1,loud,\n", "flag 'loud'"),
      ("1,add,A,buy,1,1,1,,4294967296\n", "origin"), ("1,add\n", "fields"),
    ] {
      let error = #expect(throws: ImportError.self) { try imported(head + row) }
      #expect(error?.position == .line(2) && error?.reason.contains(reason) == true, "\(row)")
    }
    let numbered = "exchange_time,kind,instrument,flags,origin\n5,clear,3,,\n"
    #expect(throws: ImportError.self) { try imported(numbered) }
  }

  @Test func `a cut or damaged table is refused or read, never worse`() throws {
    let text = #"""
      exchange_time,local_time,symbol,kind,side,price,quantity,ask_price,ask_quantity,high,low,close,identifier,\#
      replacement,sequence,flags,channel,send_delta,origin,intended_kind,instrument,venue,currency,multiplier,\#
      settlement,source_number
      ,,"A ""x""",instrument,,0.01,1,,,,,,,,,,,,,,0,X,USD,1,linear,3
      1,2,A,add,buy,1.25,3,,,,,,9,,1,endOfEvent|512,3,-4,5,,0,,,,,
      ,,A,quote,,1.25,3,1.26,4,,,,,,1,endOfEvent,,,,,0,,,,,
      4,5,A,orphan,sell,1.25,3,,,,,,9,,1,endOfEvent,3,-4,5,cancel,0,,,,,

      """#
    try checkTotality(CSVDecoder.self, sample: Array(text.utf8), name: "events.csv", mutations: 200)
  }
}
