import BenchmarkHarness
import Foundation
import MarketTypes
import TickImport
import TickStore

/// Counts events and hashes what a consumer would read of them.
final class HashingOutput: EventOutput {
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  private(set) var count = 0

  func addInstrument(_ instrument: Instrument) throws(ImportError) -> UInt16 { 0 }

  func append(_ events: UnsafeBufferPointer<MarketEvent>) throws(ImportError) {
    count += events.count
    var hash = hash
    for event in events {
      let mixed = event.identifier ^ UInt64(bitPattern: event.quantity.lots) << 32 ^ UInt64(event.kind.rawValue)
      hash = (hash ^ mixed ^ UInt64(UInt32(bitPattern: event.price.ticks))) &* 0x100_0000_01B3
    }
    self.hash = hash
  }

  func append(_ event: MarketEvent, replacingIdentifierWith identifier: UInt64) throws(ImportError) {
    try withUnsafePointer(to: event) { (pointer) throws(ImportError) in
      try append(UnsafeBufferPointer(start: pointer, count: 1))
    }
  }

  func finish() throws(ImportError) {}
  func discard() {}
}

@main
struct TickImportBenchmarks {
  static func main() throws {
    let options = BenchmarkOptions()
    var runner = BenchmarkRunner(options: options)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    var sources: [(name: String, path: String, records: Int)] = []
    if options.rest.isEmpty {
      let count = options.isTiny ? 2_000 : 2_000_000
      let bytes = OrderStream.bytes(records: count)
      for (name, compression) in [("plain", OutputFile.Compression.none), ("zstd", .zstd(level: 3))] {
        let path = folder.appendingPathComponent("\(name).dbn").path
        let file = try OutputFile(path: path, compression: compression)
        try file.write(bytes)
        try file.finish()
        sources.append(("made, \(name)", path, count))
      }
    }
    for path in options.rest {
      sources.append((URL(fileURLWithPath: path).lastPathComponent, path, try Self.records(path)))
    }
    for source in sources {
      runner.measure("decode DBN MBO, \(source.name)", items: source.records, unit: "records") {
        let output = HashingOutput()
        _ = try? importEvents(from: [source.path], to: { output })
        return output.hash
      }
      let ticks = folder.appendingPathComponent("out.ticks").path
      runner.measure("import DBN MBO to .ticks, \(source.name)", items: source.records, unit: "records") {
        guard let summary = try? importTicks(from: [source.path], to: ticks, replaces: true) else { return 0 }
        return UInt64(summary.events)
      }
      let copy = folder.appendingPathComponent("copy.dbn").path
      runner.measure("export .ticks to DBN, \(source.name)", items: source.records, unit: "records") {
        let summary = try? exportTicks(
          from: ticks, to: copy, format: .dbn(version: 3, schema: .mbo), replaces: true)
        return summary?.events ?? 0
      }
    }
  }

  /// How many order records a file has, from the events it becomes: one per record but for merged executions.
  private static func records(_ path: String) throws -> Int {
    let output = CountingOutput()
    _ = try importEvents(from: [path], to: { output })
    return output.records
  }
}

/// Counts the source's records behind events.
final class CountingOutput: EventOutput {
  private(set) var records = 0

  func addInstrument(_ instrument: Instrument) throws(ImportError) -> UInt16 { 0 }

  func append(_ events: UnsafeBufferPointer<MarketEvent>) throws(ImportError) {
    for event in events {
      records += event.flags.contains(.mergedExecution) ? 3 : event.flags.contains(.synthetic) ? 0 : 1
    }
  }

  func append(_ event: MarketEvent, replacingIdentifierWith identifier: UInt64) throws(ImportError) { records += 1 }
  func finish() throws(ImportError) {}
  func discard() {}
}
