import MarketTypes

/// The cold columns of one block, read in step with its events.
struct ColdColumns {
  private var decoder = ColumnDecoder()
  private var localTimes: [Int64] = []
  private var marks: [Int64] = []
  private var sequences: [Int64] = []
  private var sendDeltas: [Int64] = []
  private var hasLocalTimes = false
  private var orderIdentifiers = Cursor()
  private var otherIdentifiers = Cursor()
  private var channels = Cursor()
  private var origins = Cursor()
  private var statedPrices = Cursor()
  private var statedQuantities = Cursor()
  private var expectedOrigins = [UInt32](repeating: 0, count: 256)
  private var expectedChannels = [UInt16](repeating: 0, count: 256)
  private var origin = 0

  /// A column whose values belong to some events only.
  private struct Cursor {
    var values: [Int64] = []
    var next = 0

    mutating func take(_ offset: Int) throws(FormatFault) -> Int64 {
      guard next < values.count else { throw FormatFault("a cold column has too few values", at: offset) }
      next += 1
      return values[next - 1]
    }
  }

  init() {}

  /// Decodes the cold section of a block; `otherCount` events have an identifier that no order implies.
  mutating func decode(_ cold: ByteView, count: Int, otherCount: Int) throws(FormatFault) {
    let section = try SectionView(cold)
    origin = cold.origin
    hasLocalTimes = try section.column(.localTimes) != nil
    try section.values(.localTimes, count: count, decoder: &decoder, into: &localTimes)
    try section.values(.marks, count: count, decoder: &decoder, into: &marks)
    try section.values(.sequences, count: count, decoder: &decoder, into: &sequences)
    try section.values(.sendDeltas, count: count, decoder: &decoder, into: &sendDeltas)
    try section.values(.otherIdentifiers, count: otherCount, decoder: &decoder, into: &otherIdentifiers.values)
    otherIdentifiers.next = 0
    orderIdentifiers = Cursor(values: try sparse(section, .orderIdentifiers, count))
    channels = Cursor(values: try sparse(section, .channels, count))
    origins = Cursor(values: try sparse(section, .origins, count))
    statedPrices = Cursor(values: try sparse(section, .statedPrices, count))
    statedQuantities = Cursor(values: try sparse(section, .statedQuantities, count))
    for place in 0..<256 {
      expectedOrigins[place] = 0
      expectedChannels[place] = 0
    }
  }

  private mutating func sparse(
    _ section: SectionView, _ number: ColumnNumber, _ limit: Int
  ) throws(FormatFault) -> [Int64] {
    let count = try section.column(number)?.entry.count ?? 0
    guard count <= limit else { throw FormatFault("a cold column has too many values", at: origin) }
    var values: [Int64] = []
    try section.values(number, count: count, decoder: &decoder, into: &values)
    return values
  }

  func marks(_ index: Int) throws(FormatFault) -> EventMarks {
    guard marks[index] & ~Int64(EventMarks.all.rawValue) == 0 else {
      throw FormatFault("an event has unknown marks", at: origin)
    }
    let value = EventMarks(rawValue: UInt32(truncatingIfNeeded: marks[index]))
    return hasLocalTimes ? value : value.union(.lacksLocalTime)
  }

  /// Fills in the fields that no order implies.
  mutating func fill(_ event: inout MarketEvent, _ index: Int, _ code: EventCode, _ marks: EventMarks)
    throws(FormatFault)
  {
    let place = Int(code.rawValue)
    if marks.contains(.statesOrigin) {
      expectedOrigins[place] = UInt32(truncatingIfNeeded: try origins.take(origin))
    }
    if marks.contains(.statesChannel) {
      expectedChannels[place] = UInt16(truncatingIfNeeded: try channels.take(origin))
    }
    event.origin = expectedOrigins[place]
    event.channel = expectedChannels[place]
    event.sequence = UInt64(bitPattern: sequences[index])
    event.sendDelta = Int32(truncatingIfNeeded: sendDeltas[index])
    event.localTime =
      marks.contains(.lacksLocalTime)
      ? .unknown : Timestamp(nanoseconds: event.exchangeTime.nanoseconds &+ localTimes[index])
  }

  mutating func orderIdentifier() throws(FormatFault) -> UInt64 {
    UInt64(bitPattern: try orderIdentifiers.take(origin))
  }
  mutating func otherIdentifier() throws(FormatFault) -> UInt64 {
    UInt64(bitPattern: try otherIdentifiers.take(origin))
  }
  mutating func statedPrice() throws(FormatFault) -> Int32 { Int32(truncatingIfNeeded: try statedPrices.take(origin)) }
  mutating func statedQuantity() throws(FormatFault) -> Int64 { try statedQuantities.take(origin) }

  /// Every value has been used: otherwise the columns do not belong to these events.
  func requireEnd() throws(FormatFault) {
    for cursor in [orderIdentifiers, otherIdentifiers, channels, origins, statedPrices, statedQuantities] {
      guard cursor.next == cursor.values.count else {
        throw FormatFault("a cold column has too many values", at: origin)
      }
    }
  }
}
