import CommandLineInterface
import MarketTypes

/// Market events as lines for people and as JSON for machines.
struct EventText {
  let instruments: [Instrument]

  private static let kindNames = EventKind.allCases.map { "\($0)" }
  private static let sideNames = Side.allCases.map { "\($0)" }
  private static let statusNames = MarketStatus.allCases.map { "\($0)" }
  private static let flagNames: [(EventFlags, String)] = [
    (.endOfEvent, "endOfEvent"), (.snapshot, "snapshot"), (.hidden, "hidden"), (.pricedExecution, "pricedExecution"),
    (.nonPrintable, "nonPrintable"), (.auction, "auction"), (.synthetic, "synthetic"),
    (.mergedExecution, "mergedExecution"), (.contradictsBook, "contradictsBook"),
  ]

  static func name(of kind: EventKind) -> String { kindNames[Int(kind.rawValue)] }

  /// `2024-03-01T14:30:00.000000000Z ALFA add buy 99.98 x 100 #1042`.
  func line(_ event: MarketEvent) -> String {
    let instrument = instrument(of: event)
    var text = TimeText.iso8601(event.exchangeTime.nanoseconds)
    text += " \(instrument?.symbol ?? String(event.instrument)) \(Self.name(of: event.kind))"
    switch event.kind {
    case .quote:
      let quote = event.quote
      text += " \(price(quote.bidPrice, instrument) ?? "-") x \(quantity(quote.bidQuantity, instrument))"
      text += " / \(price(quote.askPrice, instrument) ?? "-") x \(quantity(quote.askQuantity, instrument))"
    case .bar:
      let bar = event.bar
      for (name, value) in [("open", bar.open), ("high", bar.high), ("low", bar.low), ("close", bar.close)] {
        text += " \(name) \(price(value, instrument) ?? "-")"
      }
      text += " volume \(quantity(bar.volume, instrument))"
    case .status: text += " \(Self.statusNames[Int(event.status.rawValue)])"
    case .clear, .snapshotBegin, .snapshotEnd: break
    default:
      if event.side != .none { text += " \(Self.sideNames[Int(event.side.rawValue)])" }
      if let price = price(event.price, instrument) { text += " \(price)" }
      text += " x \(quantity(event.quantity, instrument))"
      if event.identifier != 0 { text += " #\(event.identifier)" }
    }
    for (flag, name) in Self.flagNames.dropFirst() where event.flags.contains(flag) { text += " \(name)" }
    if !event.flags.contains(.endOfEvent) { text += " ..." }
    return text
  }

  /// One event as a JSON object; prices and quantities are exact decimals, times nanoseconds since 1970.
  func json(_ event: MarketEvent) -> JSONValue {
    let instrument = instrument(of: event)
    var members: [JSONValue.Member] = []
    func add(_ key: String, _ value: JSONValue) { members.append(.init(key: key, value: value)) }
    func decimal(_ text: String?) -> JSONValue { text.map { .decimal($0) } ?? .null }
    add("exchangeTime", .integer(event.exchangeTime.nanoseconds))
    add("localTime", event.localTime == .unknown ? .null : .integer(event.localTime.nanoseconds))
    add("instrument", .string(instrument?.symbol ?? String(event.instrument)))
    add("kind", .string(Self.name(of: event.kind)))
    switch event.kind {
    case .quote:
      let quote = event.quote
      add("bidPrice", decimal(price(quote.bidPrice, instrument)))
      add("bidQuantity", decimal(quantity(quote.bidQuantity, instrument)))
      add("askPrice", decimal(price(quote.askPrice, instrument)))
      add("askQuantity", decimal(quantity(quote.askQuantity, instrument)))
    case .bar:
      let bar = event.bar
      add("open", decimal(price(bar.open, instrument)))
      add("high", decimal(price(bar.high, instrument)))
      add("low", decimal(price(bar.low, instrument)))
      add("close", decimal(price(bar.close, instrument)))
      add("volume", decimal(quantity(bar.volume, instrument)))
    case .status: add("status", .string(Self.statusNames[Int(event.status.rawValue)]))
    default:
      add("side", event.side == .none ? .null : .string(Self.sideNames[Int(event.side.rawValue)]))
      add("price", decimal(price(event.price, instrument)))
      add("quantity", decimal(quantity(event.quantity, instrument)))
      add("identifier", .integer(event.identifier))
      if event.slot != MarketEvent.noSlot { add("slot", .integer(event.slot)) }
    }
    add("sequence", .integer(event.sequence))
    add("flags", .array(Self.flagNames.filter { event.flags.contains($0.0) }.map { .string($0.1) }))
    return .object(members)
  }

  private func instrument(of event: MarketEvent) -> Instrument? {
    Int(event.instrument) < instruments.count ? instruments[Int(event.instrument)] : nil
  }

  private func price(_ price: Price, _ instrument: Instrument?) -> String? {
    price.isNone ? nil : (instrument?.tick ?? .one).text(count: Int64(price.ticks))
  }

  private func quantity(_ quantity: Quantity, _ instrument: Instrument?) -> String {
    (instrument?.lot ?? .one).text(count: quantity.lots)
  }
}
