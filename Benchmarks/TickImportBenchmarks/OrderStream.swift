import TickImport

/// A made-up day of order records, in DBN bytes: about as many adds as cancels, some changes and executions.
enum OrderStream {
  static func bytes(records: Int) -> [UInt8] {
    var metadata = DBNMetadata(version: 3, dataset: "GLBX.MDP3", schema: .mbo, start: 1)
    metadata.symbols = ["MADE"]
    metadata.mappings = [.init(symbol: "MADE", intervals: [.init(startDate: 1, endDate: 2, symbol: "1")])]
    var bytes = metadata.encoded()
    bytes.reserveCapacity(bytes.count + records * 56)
    var live: [(id: UInt64, price: Int64, size: UInt32, side: UInt8)] = []
    var random: UInt64 = 88_172_645_463_325_252
    func next(_ bound: Int) -> Int {
      random ^= random << 13
      random ^= random >> 7
      random ^= random << 17
      return Int(random >> 33) % bound
    }
    var time: UInt64 = 1_700_000_000_000_000_000
    var written = 0
    var identifier: UInt64 = 6_412_777_000_000
    func write(_ action: Character, _ order: (id: UInt64, price: Int64, size: UInt32, side: UInt8), _ flags: UInt8) {
      append(UInt8(14), UInt8(0xA0), UInt16(1), UInt32(1), time)
      append(order.id, order.price, order.size, flags, UInt8(0), action.asciiValue ?? 0, order.side)
      append(time + 60_000, Int32(5_000), UInt32(truncatingIfNeeded: identifier))
      written += 1
    }
    func append(_ values: any FixedWidthInteger...) {
      for value in values { appendOne(value) }
    }
    func appendOne(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    while written < records {
      time += UInt64(next(200_000))
      let choice = next(100)
      if choice < 45 || live.count < 100 || live.count < 4_000 && choice < 55 {
        identifier += UInt64(1 + next(3))
        let side = UInt8(ascii: next(2) == 0 ? "B" : "A")
        let distance = Int64(next(40)) * 250_000_000
        let order = (
          identifier, 4_750_000_000_000 + (side == UInt8(ascii: "B") ? -distance : distance), UInt32(1 + next(30)), side
        )
        live.append(order)
        write("A", order, 128)
        continue
      }
      let place = next(live.count)
      var order = live[place]
      if choice < 88 || written + 3 > records {
        write("C", order, 128)
        live.swapAt(place, live.count - 1)
        live.removeLast()
      } else if choice < 94 {
        order.size += 1
        live[place] = order
        write("M", order, 128)
      } else {
        write(
          "T", (0, order.price, order.size, order.side == UInt8(ascii: "B") ? UInt8(ascii: "A") : UInt8(ascii: "B")), 0)
        write("F", order, 0)
        write("C", order, 128)
        live.swapAt(place, live.count - 1)
        live.removeLast()
      }
    }
    return bytes
  }
}
