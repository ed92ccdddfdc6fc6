import Foundation
import MarketTypes
import Synchronization
import TestSupport
import Testing
import TickStore

@testable import TickImport

/// Imports files into memory.
func importToArray(
  _ sources: [String], options: ImportOptions = ImportOptions()
) throws(ImportError) -> (output: ArrayOutput, summary: ImportSummary) {
  let output = ArrayOutput()
  let summary = try importEvents(from: sources, options: options, to: { output })
  #expect(output.isFinished)
  return (output, summary)
}

/// Imports of public files with usual options, each made once for all tests of the process.
enum RealImports {
  struct Imported: Sendable {
    var events: [MarketEvent]
    var instruments: [Instrument]
  }

  private static let made = Mutex<[[String]: (output: Imported, summary: ImportSummary)]>([:])
  private static let stored = Mutex<[String: (output: Imported, summary: ImportSummary, file: TickFile)]>([:])

  /// What the files, which lie below the folder of real data, hold.
  static func read(_ paths: [String]) throws -> (output: Imported, summary: ImportSummary) {
    try made.withLock { made in
      if let known = made[paths] { return known }
      let (output, summary) = try importToArray(paths.map { RealData.file($0).path })
      let result = (Imported(events: output.events, instruments: output.instruments), summary)
      made[paths] = result
      return result
    }
  }

  /// What the file holds, and the tick file made of it in the same reading.
  static func store(_ path: String) throws -> (output: Imported, summary: ImportSummary, file: TickFile) {
    try stored.withLock { stored in
      if let known = stored[path] { return known }
      let folder = try TemporaryFolder()
      let ticks = folder.url.appendingPathComponent("out.ticks").path
      let output = ArrayOutput()
      let summary = try importEvents(from: [RealData.file(path).path]) { () throws(ImportError) in
        TeeOutput(output, try TickFileOutput(path: ticks))
      }
      #expect(output.isFinished)
      // Its mapping keeps the bytes when the name is gone.
      let file = try TickFile(path: ticks)
      let result = (Imported(events: output.events, instruments: output.instruments), summary, file)
      stored[path] = result
      return result
    }
  }
}

/// Gives every event to two outputs, so that one reading serves both.
final class TeeOutput: EventOutput {
  private let first: any EventOutput
  private let second: any EventOutput

  init(_ first: any EventOutput, _ second: any EventOutput) {
    self.first = first
    self.second = second
  }

  func addInstrument(_ instrument: Instrument) throws(ImportError) -> UInt16 {
    let number = try first.addInstrument(instrument)
    #expect(try second.addInstrument(instrument) == number)
    return number
  }

  func append(_ events: UnsafeBufferPointer<MarketEvent>) throws(ImportError) {
    try first.append(events)
    try second.append(events)
  }

  func append(_ event: MarketEvent, replacingIdentifierWith identifier: UInt64) throws(ImportError) {
    try first.append(event, replacingIdentifierWith: identifier)
    try second.append(event, replacingIdentifierWith: identifier)
  }

  func finish() throws(ImportError) {
    try first.finish()
    try second.finish()
  }

  func discard() {
    first.discard()
    second.discard()
  }
}

/// A file in a folder of its own that goes away with the value.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// Runs a compressor of the system on a file; nil when the machine has none.
  func run(_ tool: String, _ arguments: [String]) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    process.currentDirectoryURL = url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

/// A book kept the slow, obvious way from events.
struct NaiveOrderBook {
  struct Order {
    var side: Side
    var price: Int32
    var quantity: Int64
  }

  private(set) var orders: [UInt64: Order] = [:]
  /// Events on orders that are not there.
  private(set) var unknown = 0

  mutating func apply(_ event: MarketEvent) {
    switch event.kind {
    case .add:
      orders[event.identifier] = Order(side: event.side, price: event.price.ticks, quantity: event.quantity.lots)
    case .cancel:
      if orders.removeValue(forKey: event.identifier) == nil { unknown += 1 }
    case .reduce, .execute:
      guard let left = orders[event.identifier]?.quantity else { return unknown += 1 }
      orders[event.identifier]?.quantity -= event.quantity.lots
      if left <= event.quantity.lots { orders[event.identifier] = nil }
    case .modify:
      guard orders[event.identifier] != nil else { return unknown += 1 }
      orders[event.identifier]?.price = event.price.ticks
      orders[event.identifier]?.quantity = event.quantity.lots
    case .clear, .snapshotBegin: orders = [:]
    case .orphan: unknown += 1
    default: break
    }
  }

  func best(_ side: Side) -> (price: Int32, quantity: Int64)? {
    let prices = orders.values.filter { $0.side == side }.map(\.price)
    guard let best = side == .buy ? prices.max() : prices.min() else { return nil }
    return (best, orders.values.filter { $0.side == side && $0.price == best }.reduce(0) { $0 + $1.quantity })
  }
}

/// The best prices after every event, kept by levels: slow to scan only when a best level empties.
struct NaiveBestPrices {
  private var orders: [UInt64: NaiveOrderBook.Order] = [:]
  private var levels: [[Int32: Int64]] = [[:], [:]]
  private var best: [Int32?] = [nil, nil]

  var isCrossed: Bool {
    guard let bid = best[0], let ask = best[1] else { return false }
    return bid >= ask
  }

  mutating func apply(_ event: MarketEvent) {
    switch event.kind {
    case .add:
      put(event.identifier, .init(side: event.side, price: event.price.ticks, quantity: event.quantity.lots))
    case .cancel: take(event.identifier)
    case .reduce, .execute:
      guard var order = take(event.identifier) else { return }
      order.quantity -= event.quantity.lots
      if order.quantity > 0 { put(event.identifier, order) }
    case .modify:
      guard let order = take(event.identifier) else { return }
      put(event.identifier, .init(side: order.side, price: event.price.ticks, quantity: event.quantity.lots))
    case .clear, .snapshotBegin: self = NaiveBestPrices()
    default: break
    }
  }

  private mutating func put(_ identifier: UInt64, _ order: NaiveOrderBook.Order) {
    orders[identifier] = order
    let side = Int(order.side.rawValue)
    levels[side][order.price, default: 0] += order.quantity
    best[side] = best[side].map { side == 0 ? max($0, order.price) : min($0, order.price) } ?? order.price
  }

  @discardableResult
  private mutating func take(_ identifier: UInt64) -> NaiveOrderBook.Order? {
    guard let order = orders.removeValue(forKey: identifier) else { return nil }
    let side = Int(order.side.rawValue)
    levels[side][order.price, default: 0] -= order.quantity
    if levels[side][order.price] == 0 {
      levels[side][order.price] = nil
      if best[side] == order.price { best[side] = side == 0 ? levels[side].keys.max() : levels[side].keys.min() }
    }
    return order
  }
}
