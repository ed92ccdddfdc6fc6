import MarketTypes
import TestSupport
import Testing

@testable import TickImport

/// What order records become, on made-up sequences.
struct DBNOrderTests {
  private func events(_ build: (inout DBNSample) -> Void) throws -> [SourceRecord] {
    var sample = DBNSample()
    build(&sample)
    return try decode(DBNDecoder.self, sample.bytes, name: "made.dbn").records
  }

  @Test func `smaller keeps its place, larger or moved loses it, nothing left is a cancel`() throws {
    let records = try events {
      $0.order("A", id: 1, size: 10)
      $0.order("M", id: 1, size: 4)
      $0.order("M", id: 1, size: 4)
      $0.order("M", id: 1, size: 5)
      $0.order("M", id: 1, price: 4_001_000_000_000, size: 3)
      $0.order("C", id: 1, price: 4_001_000_000_000, size: 1)
      $0.order("M", id: 1, price: 4_001_000_000_000, size: 0)
      $0.order("M", id: 1, size: 7)
    }
    #expect(records.map(\.event.kind) == [.add, .reduce, .reduce, .modify, .modify, .reduce, .cancel, .add])
    #expect(records.map(\.quantity) == [10, 6, 0, 5, 3, 1, 2, 7])
  }

  @Test func `the three records of one execution become one event, and only when they agree`() throws {
    func execution(_ change: (inout DBNSample) -> Void) throws -> [EventKind] {
      try events {
        $0.order("A", "A", id: 1, size: 10)
        change(&$0)
      }.dropFirst().map(\.event.kind)
    }
    let merged = try execution {
      $0.order("T", "B", id: 0, size: 4, flags: 0)
      $0.order("F", "A", id: 1, size: 4, flags: 0)
      $0.order("C", "A", id: 1, size: 4, flags: 130)
    }
    #expect(merged == [.execute])
    let apart: [EventKind] = [.trade, .fill, .reduce]
    for odd in 0..<9 {
      let kinds = try execution {
        $0.order("T", odd == 0 ? "N" : "B", id: odd == 1 ? 8 : 0, size: 4, flags: odd == 2 ? 128 : 0)
        $0.order("F", odd == 3 ? "N" : "A", id: 1, size: odd == 4 ? 3 : 4, flags: 0, sequence: odd == 5 ? 2 : 1)
        $0.order(
          "C", "A", id: 1, price: odd == 6 ? 4_001_000_000_000 : 4_000_000_000_000, size: 4, flags: 128,
          received: odd == 7 ? 77 : nil, delta: odd == 8 ? 6 : 7)
      }
      #expect(kinds == apart, "difference \(odd)")
    }
  }

  @Test func `orders of two instruments and of two publishers are apart`() throws {
    var sample = DBNSample(symbols: ["A": 1, "B": 2])
    sample.order("A", id: 5, size: 3, instrument: 1)
    sample.order("A", id: 5, size: 4, instrument: 2)
    sample.order("A", id: 5, size: 5, instrument: 1, publisher: 9)
    sample.order("R", "N", id: 0, instrument: 1)
    sample.order("C", id: 5, size: 4, instrument: 2)
    sample.order("C", id: 5, size: 5, instrument: 1, publisher: 9)
    sample.order("C", id: 5, size: 3, instrument: 1)
    let sink = try decode(DBNDecoder.self, sample.bytes, name: "two.dbn")
    #expect(sink.instruments.map { "\($0.symbol)@\($0.venue)" } == ["A@GLBX.MDP3", "B@GLBX.MDP3", "A@GLBX.MDP3#9"])
    #expect(sink.records.map(\.event.kind) == [.add, .add, .add, .clear, .cancel, .cancel, .orphan])
  }

  @Test func `snapshots are set off from what surrounds them`() throws {
    let records = try events {
      $0.order("A", id: 1)
      $0.order("A", id: 1, flags: 40, event: 3, received: 5000)
      $0.order("A", id: 2, flags: 168, event: 4, received: 5000)
      $0.order("A", id: 1, flags: 40, event: 3, received: 6000)
      $0.order("C", id: 1, event: 7000)
      $0.order("R", "N", id: 0, flags: 40, event: 8000)
      $0.order("A", id: 3, flags: 168, event: 3, received: 8050)
    }
    #expect(
      records.map(\.event.kind) == [
        .add, .snapshotBegin, .add, .add, .snapshotEnd, .snapshotBegin, .add, .snapshotEnd, .cancel, .snapshotBegin,
        .add,
        .snapshotEnd,
      ])
    #expect(records.map { $0.event.flags.contains(.synthetic) }.filter { $0 }.count == 5)
    #expect(records[9].event.flags.contains(.synthetic) == false, "the source's own clear begins this one")
  }

  @Test func `an order that cannot rest and events on it are kept without effect`() throws {
    let records = try events {
      $0.order("A", id: 1, price: .max)
      $0.order("A", "N", id: 2)
      $0.order("A", id: 3, size: 0)
      $0.order("C", id: 1)
      $0.order("F", id: 2)
      $0.order("M", id: 4, size: 2)
      $0.order("A", id: 4, size: 3)
      $0.order("C", id: 4, size: 9)
    }
    #expect(
      records.map(\.event.kind) == [.orphan, .orphan, .orphan, .orphan, .orphan, .add, .cancel, .add, .cancel])
    #expect(records[6].event.flags == [.synthetic])
    #expect(records[0].price == SourceRecord.noPrice)
  }

  @Test func `missing times are unknown`() throws {
    let records = try events { $0.order("A", id: 1, received: UInt64.max) }
    #expect(records[0].event.localTime == .unknown && records[0].event.exchangeTime.nanoseconds == 1000)
  }

  @Test func `whole files one after the other read as one`() throws {
    var first = DBNSample()
    first.order("A", id: 1)
    var second = DBNSample(version: 1)
    second.order("C", id: 1)
    let sink = try decode(DBNDecoder.self, first.bytes + second.bytes, name: "both.dbn", chunk: 100)
    #expect(sink.records.map(\.event.kind) == [.add, .cancel])
  }

  @Test(arguments: 0..<12 as Range<UInt64>) func `random sequences go out as they came in`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let sample = DBNSample.random(count: 600, using: &generator)
    let folder = try TemporaryFolder()
    let (output, summary) = try importToArray([try folder.write(sample.bytes, "random.dbn")])
    #expect(summary.eventsByKind[.execute] ?? 0 > 10)
    var exporter = try DBNExporter(
      instruments: output.instruments, options: .init(start: .unknown, end: .unknown), name: "out")
    var bytes: [UInt8] = []
    for event in output.events { try exporter.append(event, to: &bytes) }
    #expect(exporter.leftOut.isEmpty)
    #expect(bytes == Array(sample.bytes.dropFirst(DBNSample().bytes.count)))
  }
}

/// The table against a dictionary.
struct OrderTableTests {
  private struct Key: Hashable {
    var identifier: UInt64
    var instrument: UInt16
  }

  @Test(arguments: 0..<6 as Range<UInt64>) func `random operations agree with a dictionary`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var table = OrderTable(key: seed)
    var twin: [Key: UInt32] = [:]
    for step in 0..<30_000 as Range<UInt32> {
      let key = Key(
        identifier: UInt64.random(in: 0..<6_000, using: &generator) << (seed * 8),
        instrument: UInt16.random(in: 0..<3, using: &generator))
      let place = table.find(key.identifier, key.instrument)
      #expect((place >= 0 ? table[place].quantity : nil) == twin[key])
      switch Int.random(in: 0..<1_000, using: &generator) {
      case 0:
        table.removeAll(of: key.instrument)
        twin = twin.filter { $0.key.instrument != key.instrument }
      case 1..<600:
        if place < 0 {
          let order = OrderTable.Order(price: 1, quantity: step, side: 0)
          let isInserted = table.insert(key.identifier, key.instrument, order)
          #expect(isInserted)
          twin[key] = step
        }
      default:
        if place >= 0 {
          table.remove(at: place)
          twin[key] = nil
        }
      }
      #expect(table.count == twin.count)
    }
  }
}
