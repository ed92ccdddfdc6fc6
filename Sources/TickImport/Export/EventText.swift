public import MarketTypes
import TickStore

/// Writes events as text: comma-separated values or JSON lines, prices and quantities in plain decimals.
///
/// The table of comma-separated values holds every field of every event and, in rows of their own before the first
/// event, what the instruments are; `CSVDecoder` reads it back into the same tick file (`EventTable`).
public struct EventText: Sendable {
  /// The forms in which events are printed.
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
    "intended_kind",
    "instrument", "venue", "currency", "multiplier", "settlement", "source_number",
  ]

  /// The kind of a row that says what an instrument is; its tick stands for the price, its lot for the quantity.
  static let definition = "instrument"

  /// What comes before the first event, its line end included; empty for JSON.
  public var header: String {
    guard style == .csv else { return "" }
    var text = Self.columns.joined(separator: ",") + "\n"
    for (number, instrument) in instruments.enumerated() {
      var values = [String?](repeating: nil, count: Self.columns.count)
      values[2] = instrument.symbol
      values[3] = Self.definition
      values[5] = instrument.tick.description
      values[6] = instrument.lot.description
      values[20] = String(number)
      values[21] = instrument.venue
      values[22] = instrument.currency
      values[23] = instrument.multiplier.description
      values[24] = String(describing: instrument.settlement)
      values[25] = String(instrument.sourceIdentifier)
      text += String(decoding: Self.csv(values), as: UTF8.self) + "\n"
    }
    return text
  }

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
    case .status, .clear, .snapshotBegin, .snapshotEnd:
      // No feed gives these a price, a quantity or a number, but what an event holds is said.
      values[5] = price(event.price)
      if event.kind == .status {
        let known = UInt8(exactly: event.quantity.lots).flatMap { MarketStatus(rawValue: $0) }
        values[6] = known.map { String(describing: $0) } ?? String(event.quantity.lots)
      } else if event.quantity != .zero {
        values[6] = quantity(event.quantity)
      }
      if event.identifier != 0 { values[12] = String(event.identifier) }
    default:
      values[5] = price(event.price)
      values[6] = quantity(event.quantity)
      values[12] = String(event.identifier)
    }
    values[13] = replacement.map { String($0) }
    values[14] = event.sequence == 0 ? nil : String(event.sequence)
    values[15] = event.flags.isEmpty ? nil : event.flags.names.joined(separator: "|")
    values[19] = event.orphanedKind.map { String(describing: $0) }
    if style == .csv { values[20] = String(event.instrument) }
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
  private static let textColumns: Set<Int> = [2, 3, 4, 15, 19]

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

  /// The words for the marks that are set; those without a word as one number.
  public var names: [String] {
    let unnamed = rawValue & ~Self.named.reduce(0) { $0 | $1.0.rawValue }
    return Self.named.filter { contains($0.0) }.map(\.1) + (unnamed == 0 ? [] : [String(unnamed)])
  }

  /// The marks that a word or number of `names` stands for.
  static func named(_ name: String) -> EventFlags? {
    Self.named.first { $0.1 == name }?.0 ?? UInt16(name).map { EventFlags(rawValue: $0) }
  }
}
