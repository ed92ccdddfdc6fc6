import Foundation
import MarketTypes
import Testing
import TickStore

@testable import TickImport

/// Imports behind the events of a tick file.
struct AppendTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.url.appendingPathComponent("days.ticks").path
  }

  private func day(_ number: Int, id: UInt64, price: Int64 = 4_000_000_000_000) throws -> String {
    var sample = DBNSample()
    let time = UInt64(1_704_207_600 + number * 86_400) * 1_000_000_000
    sample.order("A", id: id, price: price, event: time)
    sample.order("A", "A", id: id + 1, price: price + 250_000_000, event: time + 1)
    return try folder.write(sample.bytes, "\(number).dbn")
  }

  private func events() throws -> [MarketEvent] {
    let reader = try TickEventReader(try TickFile(path: path))
    var events: [MarketEvent] = []
    while let event = try reader.next() { events.append(event) }
    return events
  }

  @Test func `days follow each other, and books begin anew`() throws {
    // Appending to nothing makes a file.
    _ = try importTicks(from: [try day(1, id: 1)], to: path, appends: true)
    _ = try importTicks(from: [try day(2, id: 1)], to: path, appends: true)
    #expect(try events().map(\.kind) == [.add, .add, .clear, .add, .add])
    let file = try TickFile(path: path)
    #expect(file.instruments.map(\.symbol) == ["ESH4"] && file.orphanCount == 0)
    let table = try folder.write(Array("time,symbol,price,size\n1704553200,NEW,1.5,2\n".utf8), "new.csv")
    _ = try importTicks(from: [table], to: path, appends: true)
    #expect(try TickFile(path: path).instruments.map(\.symbol) == ["ESH4", "NEW"])
    #expect(try events().last?.instrument == 1)
  }

  @Test func `times do not go back, instruments stay what they are, and a failure leaves the file`() throws {
    _ = try importTicks(from: [try day(2, id: 1)], to: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    func refusal(_ source: String, tick: DecimalUnit? = nil) -> ImportError? {
      #expect(throws: ImportError.self) {
        try importTicks(from: [source], to: path, appends: true, options: ImportOptions(tick: tick))
      }
    }
    #expect(refusal(try day(1, id: 1))?.reason.contains("goes back") == true)
    #expect(refusal(try day(3, id: 1), tick: DecimalUnit("0.125"))?.reason.contains("a tick of 0.25") == true)
    #expect(refusal(try day(4, id: 1, price: 4_000_010_000_000))?.advice.contains("new file") == true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }
}
