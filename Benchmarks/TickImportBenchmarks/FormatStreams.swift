/// Made-up files of the formats whose decoding is measured, from a fixed seed.
struct FormatStreams {
  private var random: UInt64 = 0x2545_F491_4F6C_DD1D
  private(set) var bytes: [UInt8] = []

  private mutating func next(_ bound: Int) -> Int {
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    return Int(random >> 33) % bound
  }

  private mutating func number(_ value: Int, _ width: Int) {
    for index in (0..<width).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> (index * 8))) }
  }

  /// NASDAQ ITCH 5.0: 45 % adds, 40 % deletions, 8 % executions, 2 % reductions, 4 % replacements, 1 % hidden trades of
  /// 100 stocks.
  static func itch(messages: Int) -> [UInt8] {
    var stream = FormatStreams()
    stream.bytes.reserveCapacity(messages * 34)
    var time = 34_200_000_000_000
    var reference = 0
    func symbol(_ locate: Int) -> [UInt8] { Array("S\(locate + 100)    ".utf8.prefix(8)) }
    for _ in 0..<messages {
      time += stream.next(20_000)
      let locate = 1 + stream.next(100)
      let choice = stream.next(100)
      let type: Character =
        choice < 45 ? "A" : choice < 85 ? "D" : choice < 93 ? "E" : choice < 95 ? "X" : choice < 99 ? "U" : "P"
      let size = ["A": 36, "D": 19, "E": 31, "X": 23, "U": 35, "P": 44][type] ?? 0
      stream.number(size, 2)
      stream.bytes.append(type.asciiValue ?? 0)
      stream.number(locate, 2)
      stream.number(0, 2)
      stream.number(time, 6)
      reference += 1
      stream.number(type == "A" ? reference : max(1, reference - stream.next(5_000)), 8)
      switch type {
      case "A", "P":
        stream.bytes.append(UInt8(ascii: stream.next(2) == 0 ? "B" : "S"))
        stream.number(100 * (1 + stream.next(9)), 4)
        stream.bytes += symbol(locate)
        stream.number(1_000_000 + 100 * stream.next(200), 4)
        if type == "P" { stream.number(reference, 8) }
      case "E":
        stream.number(100, 4)
        stream.number(reference, 8)
      case "X": stream.number(100, 4)
      case "U":
        stream.number(reference, 8)
        stream.number(100, 4)
        stream.number(1_000_000 + 100 * stream.next(200), 4)
      default: break
      }
    }
    return stream.bytes
  }

  /// LOBSTER messages with nanosecond times.
  static func lobster(rows: Int) -> [UInt8] {
    var stream = FormatStreams()
    var nanoseconds = 0
    for row in 0..<rows {
      nanoseconds += stream.next(200_000)
      let type = [1, 1, 1, 3, 3, 4][stream.next(6)]
      let fraction = String(1_000_000_000 + nanoseconds % 1_000_000_000).dropFirst()
      stream.bytes += Array(
        "\(34_200 + nanoseconds / 1_000_000_000).\(fraction),\(type),\(16_000_000 + row - stream.next(500)),\(1 + stream.next(300)),\(5_850_000 + 100 * stream.next(300)),\(stream.next(2) == 0 ? 1 : -1)\n"
          .utf8)
    }
    return stream.bytes
  }

  /// Binance futures: depth updates of ten levels, each with its book ticker and a trade.
  static func binance(lines: Int) -> [UInt8] {
    var stream = FormatStreams()
    var update = 1_000
    var local = 1_723_161_255_030_314_667
    for line in 0..<lines {
      local += stream.next(2_000_000)
      let milliseconds = local / 1_000_000 + 1_270
      let price = "618\(10 + stream.next(80)).\(stream.next(10))0"
      switch line % 3 {
      case 0:
        let levels = (0..<5).map { _ in
          "[\"618\(10 + stream.next(80)).\(stream.next(10))0\",\"\(stream.next(9)).\(100 + stream.next(900))\"]"
        }
        .joined(separator: ",")
        stream.bytes += Array(
          "\(local) {\"stream\":\"btcusdt@depth@0ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":\(milliseconds),\"T\":\(milliseconds),\"s\":\"BTCUSDT\",\"U\":\(update + 1),\"u\":\(update + 9),\"pu\":\(update),\"b\":[\(levels)],\"a\":[\(levels)]}}\n"
            .utf8)
        update += 9
      case 1:
        stream.bytes += Array(
          "\(local) {\"stream\":\"btcusdt@bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":\(update),\"s\":\"BTCUSDT\",\"b\":\"\(price)\",\"B\":\"2.507\",\"a\":\"61899.30\",\"A\":\"2.510\",\"T\":\(milliseconds),\"E\":\(milliseconds)}}\n"
            .utf8)
      default:
        stream.bytes += Array(
          "\(local) {\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":\(milliseconds),\"T\":\(milliseconds),\"s\":\"BTCUSDT\",\"t\":\(line),\"p\":\"\(price)\",\"q\":\"0.006\",\"X\":\"MARKET\",\"m\":false}}\n"
            .utf8)
      }
    }
    return stream.bytes
  }
}
