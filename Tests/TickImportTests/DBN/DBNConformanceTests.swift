import Foundation
import TestSupport
import Testing
import TickImport

/// Every public fixture, field by field, against the values of the format's own decoder.
@Suite(.enabled(if: RealData.isPresent))
struct DBNConformanceTests {
  let expected: [String: [String: Any]] = {
    guard RealData.isPresent, let data = try? Data(contentsOf: RealData.file("dbn/EXPECTED.json")) else { return [:] }
    let json = try? JSONSerialization.jsonObject(with: data)
    return json as? [String: [String: Any]] ?? [:]
  }()

  @Test func `every fixture has the expected records, as stored and upgraded`() throws {
    #expect(expected.count == 133)
    for (name, expected) in expected where expected["error"] == nil {
      let path = RealData.file("dbn/\(name)").path
      try check(name, try Summary(path: path, upgrades: false), expected)
      if let upgraded = expected["upgraded_to_v3"] as? [String: Any] {
        try check(name + " upgraded", try Summary(path: path, upgrades: true), upgraded)
      }
    }
  }

  @Test func `legacy files are refused with advice`() throws {
    let refused = expected.filter { $0.value["error"] != nil }
    #expect(refused.count == 10)
    for name in refused.keys {
      let error = #expect(throws: ImportError.self) {
        try Summary(path: RealData.file("dbn/\(name)").path, upgrades: false)
      }
      #expect(error?.reason.contains("DBZ") == true)
      #expect(error?.advice.isEmpty == false)
    }
  }

  private func check(_ name: String, _ actual: Summary, _ expected: [String: Any]) throws {
    let place = Comment(rawValue: name)
    if let records = expected["records"] as? Int { #expect(actual.records == records, place) }
    for (key, value) in [
      "by_rtype": actual.byKind, "record_sizes": actual.sizes, "actions": actual.actions,
      "sides": actual.sides, "flags": actual.flags,
    ] {
      if let counts = expected[key] as? [String: Int] { #expect(value == counts, "\(name) \(key)") }
    }
    for (key, value) in actual.sums {
      if let sum = expected[key] as? NSNumber { #expect(value == Int128(sum.stringValue), "\(name) \(key)") }
    }
    for (key, value) in actual.times {
      if let time = expected[key] as? NSNumber { #expect(value == UInt64(time.stringValue), "\(name) \(key)") }
    }
    if let records = expected["first2"] as? [[String: Any]] {
      for (index, record) in records.enumerated() { compare(actual.first[index], record, "\(name) record \(index)") }
    }
    if let record = expected["last"] as? [String: Any] {
      compare(try #require(actual.last), record, "\(name) last record")
    }
    if let metadata = expected["metadata"] as? [String: Any] { try compare(actual.metadata, metadata, name) }
  }

  private func compare(_ record: DBNRecord, _ expected: [String: Any], _ place: String) {
    for (key, value) in expected where !["levels", "ts_index", "ts_out"].contains(key) {
      guard let actual = record[key] else {
        Issue.record("\(place) lacks \(key)")
        continue
      }
      switch actual {
      case .integer(let number): #expect(String(number) == (value as? NSNumber)?.stringValue, "\(place) \(key)")
      case .unsigned(let number): #expect(String(number) == (value as? NSNumber)?.stringValue, "\(place) \(key)")
      case .text(let text):
        if let isTrue = value as? Bool {
          #expect((text == "Y") == isTrue, "\(place) \(key)")
        } else if value is NSNull {
          #expect(text == "~", "\(place) \(key)")
        } else {
          #expect(text == value as? String, "\(place) \(key)")
        }
      }
    }
    for field in record.layout.fields {
      #expect(
        expected[field.name] != nil || ["md_security_trading_status"].contains(field.name), "\(place) \(field.name)")
    }
  }

  private func compare(_ metadata: DBNMetadata?, _ expected: [String: Any], _ name: String) throws {
    let metadata = try #require(metadata)
    #expect(metadata.dataset == expected["dataset"] as? String)
    #expect(metadata.schema?.name == expected["schema"] as? String)
    #expect(String(metadata.start) == (expected["start"] as? NSNumber)?.stringValue)
    #expect(metadata.end.map(String.init) == (expected["end"] as? NSNumber)?.stringValue)
    #expect(metadata.limit.map(String.init) == (expected["limit"] as? NSNumber)?.stringValue)
    #expect(metadata.hasSendTime == expected["ts_out"] as? Bool)
    #expect(metadata.symbols == expected["symbols"] as? [String])
    #expect(metadata.mappings.count == expected["n_mappings"] as? Int)
    #expect(metadata.partial.count == expected["n_partial"] as? Int)
    #expect(metadata.notFound.count == expected["n_not_found"] as? Int)
    for (symbol, intervals) in expected["mappings_first3"] as? [String: [[String: Any]]] ?? [:] {
      let mapping = try #require(metadata.mappings.first { $0.symbol == symbol }, "\(name) \(symbol)")
      #expect(mapping.intervals.map(\.symbol) == intervals.map { $0["symbol"] as? String })
      #expect(
        mapping.intervals.map { Self.date($0.startDate) } == intervals.map { $0["start_date"] as? String })
      #expect(mapping.intervals.map { Self.date($0.endDate) } == intervals.map { $0["end_date"] as? String })
    }
  }

  private static func date(_ number: UInt32) -> String {
    String(format: "%04d-%02d-%02d", number / 10_000, number / 100 % 100, number % 100)
  }

  /// The figures of one file that EXPECTED.json holds.
  struct Summary {
    var metadata: DBNMetadata?
    var records = 0
    var byKind: [String: Int] = [:]
    var sizes: [String: Int] = [:]
    var actions: [String: Int] = [:]
    var sides: [String: Int] = [:]
    var flags: [String: Int] = [:]
    var sums: [String: Int128] = ["sum_price": 0, "sum_size": 0, "sum_sequence": 0]
    var times: [String: UInt64] = [:]
    var first: [DBNRecord] = []
    var last: DBNRecord?

    init(path: String, upgrades: Bool) throws {
      let reader = try DBNReader(path: path, upgrades: upgrades)
      metadata = reader.metadata
      while let record = try reader.next() {
        records += 1
        byKind[String(record.kind.rawValue), default: 0] += 1
        sizes[String(record.bytes.count), default: 0] += 1
        if let action = record.text("action") ?? record.integer("action").map({ String($0) }) {
          actions[action, default: 0] += 1
        }
        if let side = record.text("side") { sides[side, default: 0] += 1 }
        if let mark = record.integer("flags") { flags[String(mark), default: 0] += 1 }
        if let price = record.integer("price"), price != Int128(Int64.max) { sums["sum_price"]! += price }
        if let size = record.integer("size") { sums["sum_size"]! += size }
        if let sequence = record.integer("sequence") { sums["sum_sequence"]! += sequence }
        for clock in ["ts_event", "ts_recv"] {
          if let time = record.integer(clock), time != Int128(UInt64.max) {
            times["\(clock)_min"] = min(times["\(clock)_min"] ?? .max, UInt64(time))
            times["\(clock)_max"] = max(times["\(clock)_max"] ?? 0, UInt64(time))
          }
        }
        if first.count < 2 { first.append(record) }
        last = record
      }
    }
  }
}
