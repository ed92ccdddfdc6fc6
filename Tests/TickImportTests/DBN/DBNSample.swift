import MarketTypes

@testable import TickImport

/// Builds small DBN files record by record.
struct DBNSample {
  var bytes: [UInt8]

  init(version: UInt8 = 3, schema: DBNSchema? = .mbo, symbols: [String: UInt32] = ["ESH4": 17077]) {
    var metadata = DBNMetadata(version: version, dataset: "GLBX.MDP3", schema: schema, start: 1, end: 2)
    metadata.mappings = symbols.sorted { $0.key < $1.key }.map {
      .init(symbol: $0.key, intervals: [.init(startDate: 20_240_101, endDate: 20_250_101, symbol: String($0.value))])
    }
    metadata.symbols = symbols.keys.sorted()
    bytes = metadata.encoded()
  }

  /// A file whose names hold on some days only: symbol, number, and the days from one to before the other.
  init(
    schema: DBNSchema? = .mbo, names: [(symbol: String, number: UInt32, from: UInt32, to: UInt32)],
    symbologyIn: UInt8 = DBNMetadata.rawSymbolSymbology
  ) {
    var metadata = DBNMetadata(version: 3, dataset: "XNAS.ITCH", schema: schema, start: 1, end: 2)
    metadata.symbologyIn = symbologyIn
    metadata.mappings = names.map {
      .init(symbol: $0.symbol, intervals: [.init(startDate: $0.from, endDate: $0.to, symbol: String($0.number))])
    }
    bytes = metadata.encoded()
  }

  /// Appends an MBO record.
  mutating func order(
    _ action: Character, _ side: Character = "B", id: UInt64, price: Int64 = 4_000_000_000_000, size: UInt32 = 1,
    flags: UInt8 = 128, event: UInt64 = 1000, received: UInt64? = nil, sequence: UInt32 = 1, instrument: UInt32 = 17077,
    publisher: UInt16 = 1, delta: Int32 = 7, channel: UInt8 = 3
  ) {
    bytes += [14, 0xA0]
    bytes.appendLittleEndian(publisher)
    bytes.appendLittleEndian(instrument)
    bytes.appendLittleEndian(event)
    bytes.appendLittleEndian(id)
    bytes.appendLittleEndian(price)
    bytes.appendLittleEndian(size)
    bytes += [flags, channel, action.asciiValue ?? 0, side.asciiValue ?? 0]
    bytes.appendLittleEndian(received ?? event &+ 50)
    bytes.appendLittleEndian(delta)
    bytes.appendLittleEndian(sequence)
  }

  /// Appends a trade record.
  mutating func trade(
    event: UInt64, price: Int64 = 4_000_000_000_000, size: UInt32 = 1, instrument: UInt32 = 17077
  ) {
    bytes += [12, 0x00]
    bytes.appendLittleEndian(UInt16(1))
    bytes.appendLittleEndian(instrument)
    bytes.appendLittleEndian(event)
    bytes.appendLittleEndian(price)
    bytes.appendLittleEndian(size)
    bytes += Array("TB".utf8) + [128, 0]
    bytes.appendLittleEndian(event + 50)
    bytes.appendLittleEndian(Int32(7))
    bytes.appendLittleEndian(UInt32(1))
  }

  /// A random but lawful sequence of order records with executions, snapshots and clears among them.
  static func random(count: Int, using generator: inout some RandomNumberGenerator) -> DBNSample {
    var sample = DBNSample()
    var live: [(id: UInt64, side: Character, price: Int64, size: UInt32)] = []
    var next: UInt64 = 1
    for step in 0..<count {
      let time = UInt64(1_700_000_000_000_000_000 + step * 1000)
      let choice = Int.random(in: 0..<100, using: &generator)
      let flags: UInt8 = Bool.random(using: &generator) ? 128 : 0
      if live.isEmpty || choice < 45 {
        let side: Character = Bool.random(using: &generator) ? "B" : "A"
        let price = 4_000_000_000_000 + Int64.random(in: -40...40, using: &generator) * 250_000_000
        let size = UInt32.random(in: 1...20, using: &generator)
        sample.order("A", side, id: next, price: price, size: size, flags: flags, event: time, sequence: UInt32(step))
        live.append((next, side, price, size))
        next += 1
        continue
      }
      let index = Int.random(in: 0..<live.count, using: &generator)
      let order = live[index]
      func emit(_ action: Character, size: UInt32, price: Int64? = nil) {
        sample.order(
          action, order.side, id: order.id, price: price ?? order.price, size: size, flags: flags, event: time,
          sequence: UInt32(step))
      }
      switch choice {
      case 45..<60:
        emit("C", size: order.size)
        live.remove(at: index)
      case 60..<68 where order.size > 1:
        let part = UInt32.random(in: 1..<order.size, using: &generator)
        emit("C", size: part)
        live[index].size -= part
      case 68..<80:
        let size = UInt32.random(in: 1...20, using: &generator)
        let price = Bool.random(using: &generator) ? order.price : order.price + 250_000_000
        emit("M", size: size, price: price)
        (live[index].size, live[index].price) = (size, price)
      case 80..<96:
        let part = UInt32.random(in: 1...order.size, using: &generator)
        let aggressor: Character = order.side == "B" ? "A" : "B"
        for (action, side, id) in [
          ("T", aggressor, UInt64(0)), ("F", order.side, order.id), ("C", order.side, order.id),
        ]
          as [(Character, Character, UInt64)]
        {
          sample.order(
            action, side, id: id, price: order.price, size: part, flags: action == "C" ? flags : 0, event: time,
            sequence: UInt32(step))
        }
        if part == order.size { live.remove(at: index) } else { live[index].size -= part }
      case 96: emit("F", size: 1)
      case 97: sample.order("T", "N", id: 0, size: 5, flags: flags, event: time)
      case 98: sample.order("C", "A", id: 999_999_999, size: 5, flags: flags, event: time)
      default:
        sample.order("R", "N", id: 0, price: .max, size: 0, flags: 8, event: time)
        live = []
      }
    }
    return sample
  }
}
