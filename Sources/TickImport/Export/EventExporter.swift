public import MarketTypes

/// Turns events back into a foreign format, one at a time, in file order.
public protocol EventExporter {
  /// What comes before the first event.
  func header() throws(ImportError) -> [UInt8]
  /// Appends what an event becomes, nothing if the format leaves it out. `replacement` is the identifier that the
  /// event's order has from here on, where the source renamed it.
  mutating func append(_ event: MarketEvent, replacement: UInt64?, to bytes: inout [UInt8]) throws(ImportError)
  /// Appends what waits for events that will not come.
  mutating func finish(to bytes: inout [UInt8]) throws(ImportError)
  /// Events that the format has no place for, by kind.
  var leftOut: [EventKind: Int] { get }
  /// Events that an importer adds and that other records imply, such as the marks of a snapshot: nothing is written for them.
  var implied: Int { get }
  /// The header says all there is to say: what the instruments are, and nothing of the events.
  var writesInstruments: Bool { get }
}

extension EventExporter {
  public mutating func finish(to bytes: inout [UInt8]) throws(ImportError) {}
  public var implied: Int { 0 }
  public var writesInstruments: Bool { false }
}

/// Events as comma-separated values or JSON lines.
public struct TextExporter: EventExporter {
  private let text: EventText
  public var leftOut: [EventKind: Int] { [:] }

  public init(style: EventText.Style, instruments: [Instrument]) {
    text = EventText(style: style, instruments: instruments)
  }

  public func header() throws(ImportError) -> [UInt8] { Array(text.header.utf8) }

  public mutating func append(
    _ event: MarketEvent, replacement: UInt64?, to bytes: inout [UInt8]
  ) throws(ImportError) {
    text.append(event, replacement: replacement, to: &bytes)
  }
}
