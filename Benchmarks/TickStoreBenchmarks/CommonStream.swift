import Foundation
import MarketTypes

/// The common order-level stream as events: from the raw columns of the peers' generator, or a small synthetic one.
struct CommonStream {
  var events: [MarketEvent] = []
  /// New identifiers of replaced orders, by event; empty when orders keep theirs.
  static let tick = DecimalUnit(mantissa: 1, exponent: 2) ?? .one

  /// Reads `ts rts act side px qty oid` from the .npy files of a folder (an unpacked `l3.npz`).
  init(columns folder: String, limit: Int = .max) throws {
    let times = try Self.load(folder, "ts", as: Int64.self)
    let local = try Self.load(folder, "rts", as: Int64.self)
    let actions = try Self.load(folder, "act", as: UInt8.self)
    let sides = try Self.load(folder, "side", as: UInt8.self)
    let prices = try Self.load(folder, "px", as: Int32.self)
    let quantities = try Self.load(folder, "qty", as: Int32.self)
    let orders = try Self.load(folder, "oid", as: UInt64.self)
    let kinds: [UInt8: EventKind] = [65: .add, 68: .cancel, 88: .reduce, 77: .modify, 69: .execute]
    let count = min(limit, times.count)
    events.reserveCapacity(count)
    for index in 0..<count {
      guard let kind = kinds[actions[index]] else { continue }
      events.append(
        MarketEvent(
          kind: kind, exchangeTime: Timestamp(nanoseconds: times[index]),
          localTime: Timestamp(nanoseconds: local[index]), side: sides[index] == 66 ? .buy : .sell,
          price: Price(ticks: prices[index]), quantity: Quantity(lots: Int64(quantities[index])),
          identifier: orders[index], sequence: UInt64(index)))
    }
  }

  private static func load<Value: BitwiseCopyable>(_ folder: String, _ name: String, as type: Value.Type) throws
    -> [Value]
  {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).npy"), options: .mappedIfSafe)
    guard data.count > 10 else { throw CocoaError(.fileReadCorruptFile) }
    let start = 10 + Int(data[8]) + Int(data[9]) << 8
    let count = (data.count - start) / MemoryLayout<Value>.stride
    return data.withUnsafeBytes { bytes in
      (0..<count).map {
        bytes.loadUnaligned(fromByteOffset: start + $0 * MemoryLayout<Value>.stride, as: Value.self)
      }
    }
  }

  /// A small stream of adds, cancels, executions and changes around a fixed price.
  init(synthetic count: Int, seed: UInt64) {
    var state = seed
    func below(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    var live: [(identifier: UInt64, quantity: Int64, price: Int32, side: Side)] = []
    var time: Int64 = 1_700_000_000_000_000_000
    for index in 0..<count {
      time += Int64(below(4_000_000))
      var event = MarketEvent(kind: .add, exchangeTime: Timestamp(nanoseconds: time))
      event.localTime = Timestamp(nanoseconds: time + 40_000 + Int64(below(40_000)))
      event.sequence = UInt64(index)
      let roll = below(100)
      if live.count < 100 || roll < 45 {
        let side: Side = below(2) == 0 ? .buy : .sell
        let distance = Int32(below(20))
        event.identifier = UInt64(index + 1)
        event.side = side
        event.price = Price(ticks: side == .buy ? 10_000 - distance : 10_001 + distance)
        event.quantity = Quantity(lots: Int64(1 + below(300)))
        live.append((event.identifier, event.quantity.lots, event.price.ticks, side))
      } else {
        let place = Int(below(UInt64(live.count)))
        event.identifier = live[place].identifier
        event.side = live[place].side
        event.price = Price(ticks: live[place].price)
        if roll < 80 || live[place].quantity == 1 {
          event.kind = roll < 70 ? .cancel : .execute
          event.quantity = Quantity(lots: live[place].quantity)
          live.swapAt(place, live.count - 1)
          live.removeLast()
        } else {
          event.kind = roll < 90 ? .execute : .reduce
          event.quantity = Quantity(lots: 1)
          live[place].quantity -= 1
        }
      }
      events.append(event)
    }
  }
}
