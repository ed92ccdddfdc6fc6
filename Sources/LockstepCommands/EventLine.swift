import CommandLineInterface
import MarketTypes
import TickImport

/// Market events as lines for people.
struct EventLine {
  let instruments: [Instrument]

  private static let kindNames = EventKind.allCases.map { "\($0)" }
  private static let sideNames = Side.allCases.map { "\($0)" }
  private static let statusNames = MarketStatus.allCases.map { "\($0)" }
  static func name(of kind: EventKind) -> String { kindNames[Int(kind.rawValue)] }

  /// `2024-03-01T14:30:00.000000000Z ALFA add buy 99.98 x 100 #1042`.
  func text(_ event: MarketEvent) -> String {
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
    for name in event.flags.subtracting(.endOfEvent).names { text += " \(name)" }
    if !event.flags.contains(.endOfEvent) { text += " ..." }
    return text
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
