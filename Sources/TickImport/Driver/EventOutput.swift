public import MarketTypes

/// Where an import writes: a tick file, or an array in a test.
///
/// Events come in batches, so that the call through an existential costs nothing per event.
public protocol EventOutput: AnyObject {
  /// Adds an instrument and returns the number that its events carry.
  func addInstrument(_ instrument: Instrument) throws(ImportError) -> UInt16
  func append(_ events: UnsafeBufferPointer<MarketEvent>) throws(ImportError)
  /// Appends a modification after which its order has another identifier.
  func append(_ event: MarketEvent, replacingIdentifierWith identifier: UInt64) throws(ImportError)
  /// Makes the result visible; nothing is before.
  func finish() throws(ImportError)
  /// Leaves nothing behind.
  func discard()
}

/// Keeps events in memory, for tests and small tools.
public final class ArrayOutput: EventOutput {
  public private(set) var instruments: [Instrument] = []
  public private(set) var events: [MarketEvent] = []
  /// The new identifiers of orders that a modification renamed, by the event's place.
  public private(set) var replacements: [Int: UInt64] = [:]
  public private(set) var isFinished = false

  public init() {}

  public func addInstrument(_ instrument: Instrument) throws(ImportError) -> UInt16 {
    instruments.append(instrument)
    return UInt16(instruments.count - 1)
  }

  public func append(_ events: UnsafeBufferPointer<MarketEvent>) throws(ImportError) {
    self.events.append(contentsOf: events)
  }

  public func append(_ event: MarketEvent, replacingIdentifierWith identifier: UInt64) throws(ImportError) {
    replacements[events.count] = identifier
    events.append(event)
  }

  public func finish() throws(ImportError) { isFinished = true }

  public func discard() {
    instruments = []
    events = []
    replacements = [:]
  }
}
