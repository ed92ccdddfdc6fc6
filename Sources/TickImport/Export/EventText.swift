public import MarketTypes

/// Writes events as text: comma-separated values or JSON lines, prices and quantities in plain decimals.
public struct EventText: Sendable {
  public enum Style: String, Hashable, Sendable, CaseIterable {
    case csv, json
  }

  public let style: Style
  private let instruments: [Instrument]

  public init(style: Style, instruments: [Instrument]) {
    self.style = style
    self.instruments = instruments
  }

  private static let columns = [
    "exchange_time", "local_time", "symbol", "kind", "side", "price", "quantity", "ask_price", "ask_quantity", "high",
    "low", "close", "identifier", "replacement", "sequence", "flags", "channel", "send_delta", "origin",
  ]

  /// What comes before the first event, its line end included; empty for JSON.
  public var header: String { style == .csv ? Self.columns.joined(separator: ",") + "\n" : "" }

  /// Appends one event and a line end.
  public func append(_ event: MarketEvent, replacement: UInt64? = nil, to text: inout [UInt8]) {
    let instrument = Int(event.instrument) < instruments.count ? instruments[Int(event.instrument)] : nil
    var values = [String?](repeating: nil, count: Self.columns.count)
    func price(_ price: Price) -> String? {
      price.isNone ? nil : instrument?.tick.text(count: Int64(price.ticks)) ?? String(price.ticks)
    }
    func quantity(_ quantity: Quantity) -> String {
      instrument?.lot.text(count: quantity.lots) ?? String(quantity.lots)
    }
    values[0] = Self.time(event.exchangeTime)
    values[1] = Self.time(event.localTime)
    values[2] = instrument?.symbol
    values[3] = String(describing: event.kind)
    values[4] = event.side == .none ? nil : String(describing: event.side)
    switch event.kind {
    case .quote:
      let quote = event.quote
      values[5] = price(quote.bidPrice)
      values[6] = quantity(quote.bidQuantity)
      values[7] = price(quote.askPrice)
      values[8] = quantity(quote.askQuantity)
    case .bar:
      let bar = event.bar
      values[5] = price(bar.open)
      values[6] = quantity(bar.volume)
      values[9] = price(bar.high)
      values[10] = price(bar.low)
      values[11] = price(bar.close)
    case .status: values[6] = String(describing: event.status)
    case .clear, .snapshotBegin, .snapshotEnd: break
    default:
      values[5] = price(event.price)
      values[6] = quantity(event.quantity)
      values[12] = String(event.identifier)
    }
    values[13] = replacement.map { String($0) }
    values[14] = event.sequence == 0 ? nil : String(event.sequence)
    values[15] = event.flags.isEmpty ? nil : event.flags.names.joined(separator: "|")
    values[16] = event.channel == 0 ? nil : String(event.channel)
    values[17] = event.sendDelta == 0 ? nil : String(event.sendDelta)
    values[18] = event.origin == 0 ? nil : String(event.origin)
    switch style {
    case .csv: text += Self.csv(values)
    case .json: text += Self.json(values)
    }
    text.append(UInt8(ascii: "\n"))
  }

  private static func time(_ time: Timestamp) -> String? { time == .unknown ? nil : String(time.nanoseconds) }

  private static func csv(_ values: [String?]) -> [UInt8] {
    Array(
      values.map { value in
        guard let value else { return "" }
        guard value.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return value }
        return "\"" + value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
      }.joined(separator: ",").utf8)
  }

  /// Texts by their column; all other values are numbers. 64-bit integers are written in full.
  private static let textColumns: Set<Int> = [2, 3, 4, 15]

  private static func json(_ values: [String?]) -> [UInt8] {
    var parts: [String] = []
    for (index, value) in values.enumerated() {
      guard let value else { continue }
      let isText = textColumns.contains(index) || value.utf8.first.map { $0 >= UInt8(ascii: "a") } ?? true
      parts.append("\"\(columns[index])\":" + (isText ? quoted(value) : value))
    }
    return Array(("{" + parts.joined(separator: ",") + "}").utf8)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension EventFlags {
  private static let named: [(EventFlags, String)] = [
    (.endOfEvent, "endOfEvent"), (.snapshot, "snapshot"), (.hidden, "hidden"),
    (.pricedExecution, "pricedExecution"), (.nonPrintable, "nonPrintable"), (.auction, "auction"),
    (.synthetic, "synthetic"), (.mergedExecution, "mergedExecution"), (.contradictsBook, "contradictsBook"),
  ]

  /// The words for the marks that are set.
  public var names: [String] { Self.named.filter { contains($0.0) }.map(\.1) }
}
