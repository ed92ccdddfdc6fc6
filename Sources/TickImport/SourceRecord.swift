public import MarketTypes

/// One event as its source states it: prices and quantities still in the source's own decimal places.
///
/// The tick and lot of an instrument are often not in the file, so decoders hand over integers of 10^-priceExponent and
/// 10^-quantityExponent (see `SourceInstrument`), and the import driver finds the largest units that divide them all.
public struct SourceRecord: Hashable, Sendable {
  /// No price: an empty side, a status.
  public static let noPrice = Int64.max

  /// Kind, clocks, side, identifier, sequence, flags and the source's private bits; price, quantity and slot are unset.
  public var event: MarketEvent
  /// The price; a quote's bid; a bar's open.
  public var price: Int64 = noPrice
  /// The quantity; a quote's bid quantity; a bar's volume; a status's `MarketStatus` (never scaled).
  public var quantity: Int64 = 0
  /// A quote's ask; a bar's high.
  public var price2: Int64 = noPrice
  /// A bar's low and close.
  public var price3: Int64 = noPrice
  public var price4: Int64 = noPrice
  /// A quote's ask quantity.
  public var quantity2: Int64 = 0
  /// A modification that also renames its order: the identifier from here on (`event.identifier` is the one until here).
  public var replacingIdentifier: UInt64?

  public init(event: MarketEvent) { self.event = event }
}

/// An instrument as a source declares it.
public struct SourceInstrument: Sendable, Hashable {
  public var symbol: String
  public var venue: String
  public var currency: String
  public var settlement: Instrument.Settlement
  public var multiplier: DecimalUnit
  public var sourceIdentifier: UInt32
  /// Prices of its records count units of 10^-priceExponent.
  public var priceExponent: Int8
  public var quantityExponent: Int8
  /// Tick and lot, where the source states them.
  public var tick: DecimalUnit?
  public var lot: DecimalUnit?
  /// Written in its turn even when no record names it: the source is a list of instruments and not of mentions.
  public var isKept: Bool
  /// Multiplier, currency and settlement are stated by the source and not assumed.
  public var isDefined = false
  /// Tells apart instruments of one symbol and venue that a source says are two.
  public var variant: UInt32 = 0

  public init(
    symbol: String, venue: String, priceExponent: Int8, quantityExponent: Int8 = 0, currency: String = "USD",
    settlement: Instrument.Settlement = .linear, multiplier: DecimalUnit = .one, sourceIdentifier: UInt32 = 0,
    tick: DecimalUnit? = nil, lot: DecimalUnit? = nil, isKept: Bool = false
  ) {
    self.symbol = symbol
    self.venue = venue
    self.priceExponent = priceExponent
    self.quantityExponent = quantityExponent
    self.currency = currency
    self.settlement = settlement
    self.multiplier = multiplier
    self.sourceIdentifier = sourceIdentifier
    self.tick = tick
    self.lot = lot
    self.isKept = isKept
  }
}

extension SourceInstrument {
  /// How quantities turn into money.
  struct Contract: Hashable, CustomStringConvertible {
    var multiplier: DecimalUnit
    var currency: String
    var settlement: Instrument.Settlement

    var description: String { "\(settlement) x \(multiplier) in \(currency)" }
  }

  var contract: Contract { Contract(multiplier: multiplier, currency: currency, settlement: settlement) }

  /// Makes the contract the stated one.
  mutating func take(_ contract: Contract) {
    (multiplier, currency, settlement) = (contract.multiplier, contract.currency, contract.settlement)
    isDefined = true
  }
}

/// Takes what a decoder reads: the tick file's writer, a scan for units, or a test's array.
public protocol RecordSink {
  /// Announces an instrument and returns the number its records carry.
  mutating func declare(_ instrument: SourceInstrument) throws(ImportError) -> UInt16
  mutating func append(_ record: SourceRecord) throws(ImportError)
  /// Counts a record that was understood and becomes no event, by what it is ("statistics").
  mutating func skip(_ what: String)
  /// Notes a symbol that the source holds and the user did not select.
  mutating func passOver(_ symbol: String)
  /// Says once what a user should know about the source and would not see from the events.
  mutating func remark(_ text: String)
}

extension RecordSink {
  public mutating func skip(_ what: String) {}
  public mutating func passOver(_ symbol: String) {}
  public mutating func remark(_ text: String) {}
}

/// What a decoder is told about the bytes it is given.
public struct SourceContext: Sendable {
  /// Path of the file, or file and entry of an archive, for error messages and for formats that keep the date there.
  public var name: String
  /// What the user stated on the command line (`--instrument`, `--tick`, column maps), by option name.
  public var options: [String: String]

  public init(name: String, options: [String: String] = [:]) {
    self.name = name
    self.options = options
  }
}

/// Decodes one foreign format from consecutive chunks of decompressed bytes.
///
/// A decoder is total: any bytes give records or an `ImportError`, never a trap, a hang or unbounded memory.
public protocol SourceDecoder: SendableMetatype {
  init(context: SourceContext) throws(ImportError)

  /// Reads as many whole records as `bytes` holds and returns how many bytes they took; the rest comes again in front
  /// of the next chunk. `offset` is the place of the first byte in the decompressed file, for errors. On the last
  /// chunk everything must be consumed or refused.
  mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int

  /// Goes on with the next source of one import (the second day of two), keeping the orders it knows; false when every
  /// source needs a decoder of its own.
  mutating func continues(with context: SourceContext) throws(ImportError) -> Bool
}

extension SourceDecoder {
  public mutating func continues(with context: SourceContext) throws(ImportError) -> Bool { false }
}
