import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import TickImport

/// Any bytes give records or a typed error.
struct DBNBadInputTests {
  /// A little of every kind that a decoder treats in its own way.
  private static func sample() -> [UInt8] {
    var generator = SeededGenerator(seed: 11)
    var sample = DBNSample.random(count: 40, using: &generator)
    sample.order("A", id: 900, flags: 32, event: 5, received: 90)
    sample.order("A", id: 901, flags: 32 | 128, event: 5, received: 90)
    sample.order("N", "N", id: 0, price: .max, size: 0)
    for kind in DBNRecordKind.allCases where kind != .mbo { sample.bytes += zeros(kind) }
    return sample.bytes
  }

  /// A record of a kind with nothing but zeros, which is lawful for all of them.
  private static func zeros(_ kind: DBNRecordKind) -> [UInt8] {
    let size = DBNLayout.layout(of: kind, version: 3).size
    return [UInt8(size / 4), kind.rawValue] + [UInt8](repeating: 0, count: size - 2)
  }

  @Test func `chunks, cuts, flips and insertions never trap and never hang`() throws {
    try checkTotality(DBNDecoder.self, sample: Self.sample(), name: "small.dbn")
  }

  @Test func `a file cut inside a record says where`() {
    let bytes = Self.sample()
    let error = #expect(throws: ImportError.self) {
      try decode(DBNDecoder.self, Array(bytes.dropLast(3)), name: "cut.dbn")
    }
    let last = DBNLayout.layout(of: .bbo1m, version: 3).size
    #expect(error?.position == .offset(bytes.count - last))
    #expect(error?.file == "cut.dbn")
    #expect(error?.reason.contains("ends inside a record") == true)
  }

  @Test(arguments: [
    (3, 0, "version 0"), (3, 4, "version 4"), (3, 255, "version 255"), (7, 127, "metadata claims"), (4, 0, "claims"),
    (8 + 16, 200, "schema"), (8 + 45, 0, "length"), (8 + 46, 2, "symbols of 583 bytes"), (8 + 103, 9, "claims"),
    (8 + 107, 255, "claims"),
  ])
  func `a bad header is refused with its reason`(offset: Int, value: Int, reason: String) {
    var bytes = DBNSample(version: 3).bytes
    bytes[offset] = UInt8(value)
    if offset == 4 { bytes[5] = 0 }
    if offset == 8 + 45 { bytes[offset + 1] = 0 }
    let error = #expect(throws: ImportError.self) { try decode(DBNDecoder.self, bytes, name: "bad.dbn") }
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "accepted")")
  }

  @Test func `lengths and kinds that cannot be are refused where they stand`() {
    let start = DBNSample().bytes
    for (tail, reason) in [
      ([0, 0xA0, 0, 0], "claims 0 bytes"), ([3, 0xA0, 0, 0], "claims 12 bytes"),
      ([4, 0x77] + [UInt8](repeating: 0, count: 14), "kind 119"),
      ([5, 0xA0] + [UInt8](repeating: 0, count: 18), "instead of 56"),
      ([4, 0x13] + [UInt8](repeating: 0, count: 14), "instead of 520"),
    ] as [([UInt8], String)] {
      let error = #expect(throws: ImportError.self) { try decode(DBNDecoder.self, start + tail, name: "bad.dbn") }
      #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
      #expect(error.map { if case .offset(let place) = $0.position { place >= start.count } else { false } } == true)
    }
  }

  @Test func `actions and times that cannot be are refused`() {
    var odd = DBNSample()
    odd.order("Z", id: 1)
    #expect(throws: ImportError.self) { try decode(DBNDecoder.self, odd.bytes, name: "odd.dbn") }
    var late = DBNSample()
    late.order("A", id: 1, event: UInt64.max - 1)
    #expect(throws: ImportError.self) { try decode(DBNDecoder.self, late.bytes, name: "late.dbn") }
  }

  @Test(
    arguments: [
      ("a.v1.dbn.frag", 1), ("day/b.v3.dbn.frag.zst", 3), ("c.dbn.frag", 2), ("C.V2.DBN.FRAG", 2), ("c.dbn", nil),
      ("frag/d.dbn", nil),
    ] as [(String, UInt8?)])
  func `a fragment's version is in its name`(name: String, version: UInt8?) {
    #expect(DBNStart.fragmentVersion(name: name) == version)
  }

  @Test func `the legacy format and a file of something else are refused with advice`() {
    let legacy: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 200, 0, 0, 0] + Array("DBZ".utf8) + [1, 0, 0, 0, 0]
    for bytes in [legacy, Array("time,price\n1,2\n3,4\n".utf8)] {
      let error = #expect(throws: ImportError.self) { try decode(DBNDecoder.self, bytes, name: "x.dbn") }
      #expect(error?.advice.isEmpty == false)
    }
  }

  @Test func `random bytes behind a good header never trap`() {
    for seed in 0..<300 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = DBNSample(version: UInt8.random(in: 1...3, using: &generator)).bytes
      let kinds = DBNRecordKind.allCases
      for _ in 0..<20 {
        let kind = kinds.randomElement(using: &generator) ?? .mbo
        let size = DBNLayout.layout(of: kind, version: 3).size
        bytes += [UInt8(size / 4), kind.rawValue]
        bytes += (0..<size - 2).map { _ in UInt8.random(in: 0...255, using: &generator) }
      }
      do throws(ImportError) {
        _ = try decode(DBNDecoder.self, bytes, name: "random.dbn")
      } catch { #expect(!error.reason.isEmpty) }
    }
  }

  @Test func `clears without end cost no time`() throws {
    var sample = DBNSample()
    for id in 0..<2_000 as Range<UInt64> { sample.order("A", id: id, instrument: 5) }
    let clear = DBNSample.clear(instrument: 17077)
    for _ in 0..<20_000 { sample.bytes += clear }
    #expect(try decode(DBNDecoder.self, sample.bytes, name: "clears.dbn").count(.clear) == 20_000)
  }
}

extension DBNSample {
  static func clear(instrument: UInt32) -> [UInt8] {
    var sample = DBNSample()
    let start = sample.bytes.count
    sample.order("R", "N", id: 0, price: .max, size: 0, instrument: instrument)
    return Array(sample.bytes[start...])
  }
}
