public import MarketTypes

/// Reads full events, cold columns included: for export, inspection and audit.
///
/// Reading gives back what was appended, with slots assigned and with side, price and quantity of an order event filled
/// in where the source left them unset.
public final class TickEventReader {
  public let file: TickFile
  private let until: Int64?
  private var rebuilder: EventRebuilder
  private var isAtEnd = false
  /// The first event that reaches the start, found while looking for it.
  private var pending: MarketEvent?

  /// A reader of the events that reach `from` and do not reach `until` (see `TickReader.Options`).
  public convenience init(_ file: TickFile, from: Timestamp? = nil, until: Timestamp? = nil) throws(TickStoreError) {
    let start = from.map { file.index.block(reaching: $0.nanoseconds) } ?? 0
    try self.init(file, startBlock: start, until: until?.nanoseconds)
    guard let from, start < file.index.blocks.count else { return }
    while let event = try next() {
      guard event.exchangeTime < from else {
        pending = event
        return
      }
    }
  }

  /// A reader that starts with the first event of a block.
  init(_ file: TickFile, startBlock: Int, until: Int64? = nil) throws(TickStoreError) {
    self.file = file
    self.until = until
    rebuilder = EventRebuilder(file)
    try rebuilder.position(atBlock: startBlock)
  }

  /// The identifier that the order of the last event is known by after it, where the source replaced it.
  public var replacement: UInt64? { rebuilder.replacement }

  /// How many events of the file lie before the next one.
  public var ordinal: UInt64 { rebuilder.ordinal - (pending == nil ? 0 : 1) }

  /// The books after the last event.
  var state: MarketState { rebuilder.state }

  /// The next event, or nil at the end.
  public func next() throws(TickStoreError) -> MarketEvent? {
    if let event = pending {
      pending = nil
      return event
    }
    guard !isAtEnd, let event = try rebuilder.advance() else { return nil }
    if let until, event.exchangeTime.nanoseconds >= until {
      isAtEnd = true
      return nil
    }
    return event
  }

  /// Reads to the end and returns the books' state there.
  func finalState() throws(TickStoreError) -> MarketState {
    while try rebuilder.advance() != nil {}
    return rebuilder.state
  }
}
