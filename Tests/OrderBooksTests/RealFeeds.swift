import Foundation
import MarketTypes
import OrderBooks
import Synchronization
import TestSupport
import TickImport
import TickStore

/// Imports public captures into tick files and replays them through the books.
enum RealFeeds {
  /// Files imported so far, once for all tests of the process. Their names are gone already; the mappings keep the bytes.
  private static let imported = Mutex<[[String]: TickFile]>([:])

  /// Imports `paths` (below the folder of real data) and hands the file to `body`.
  static func withTicks<Result>(
    _ paths: [String], options: [String: String] = [:], _ body: (TickFile) throws -> Result
  ) throws -> Result {
    try body(try ticks(paths, options))
  }

  private static func ticks(_ paths: [String], _ options: [String: String]) throws -> TickFile {
    let key = paths + options.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    return try imported.withLock { files in
      if let file = files[key] { return file }
      let output = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".ticks").path
      defer { try? FileManager.default.removeItem(atPath: output) }
      _ = try importTicks(
        from: paths.map { RealData.file($0).path }, to: output, options: ImportOptions(decoderOptions: options))
      let file = try TickFile(path: output)
      files[key] = file
      return file
    }
  }

  static func replay<Observer: BookObserver & ~Copyable>(
    _ file: TickFile, _ observer: inout Observer
  ) throws -> BookAnomalies {
    var books = BookSet(instrumentCount: file.instruments.count)
    var reader = try TickReader(file)
    var batch = file.makeBatch()
    while try reader.nextBatch(into: &batch) { books.apply(batch, observer: &observer) }
    return books.anomalies
  }

  /// Lines of a text fixture, decompressed if need be.
  static func lines(_ path: String) throws -> [String] {
    let stream = try SourceStream(path: RealData.file(path).path)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while try stream.nextEntry() {
      while true {
        let count = try chunk.withUnsafeMutableBytes { try stream.read(into: $0) }
        if count == 0 { break }
        bytes += chunk[..<count]
      }
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

/// The touch after every event of one instrument.
struct TouchRecorder: BookObserver {
  struct Touch: Hashable {
    var bid: BookLevel?
    var ask: BookLevel?
    var isEndOfEvent: Bool
    var operation: UInt8
  }

  var touches: [Touch] = []

  mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
    touches.append(
      Touch(
        bid: books.bestLevel(.buy), ask: books.bestLevel(.sell), isEndOfEvent: change.code.isEndOfEvent,
        operation: change.code.operationNumber))
  }
}
