public import MarketTypes
public import OrderBooks

/// Reads any bytes as a configuration and requests: 12 bytes a request, with a taste for extremes.
public struct MatchingRequestDecoder {
  let bytes: [UInt8]
  var position = 0
  var time: Int64 = 0

  public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  mutating func byte() -> UInt8 {
    guard position < bytes.count else { return 0 }
    defer { position += 1 }
    return bytes[position]
  }

  /// Small rooms and windows, so that limits are met early.
  public mutating func configuration() -> MatchingConfiguration {
    var configuration = MatchingConfiguration()
    let rules = byte()
    configuration.capacity = 1 + Int(byte())
    configuration.windowLevels = 64
    configuration.directIdentifiers = rules & 1 == 0 ? 0 : 64
    configuration.allocation =
      switch (rules >> 1) & 3 {
      case 0: .proRata
      case 1: .mixed(firstPercent: Int(rules))
      default: .priceTime
      }
    if rules & 8 != 0 {
      configuration.priceIncrement = 3
      configuration.quantityIncrement = 2
    }
    if rules & 16 != 0 { configuration.largestQuantity = .max }
    configuration.initialPhase = rules & 32 != 0 ? .preOpen : .open
    return configuration
  }

  /// The next request, or nil at the end.
  public mutating func next() -> (MatchingRequest, Timestamp)? {
    guard position < bytes.count else { return nil }
    let kind = byte()
    let step = byte()
    time &+= step == 255 ? Int64.min : Int64(step & 15)
    let now = Timestamp(nanoseconds: time)
    switch kind & 31 {
    case 0...3: return (.cancel(identifier()), now)
    case 4...7:
      return (.amend(OrderAmendment(identifier: identifier(), price: price(), quantity: quantity())), now)
    case 8: return (.setPhase(MarketStatus(rawValue: byte() % 9) ?? .open), now)
    case 9: return (.setPhase(.open), now)
    case 10:
      let limits = PriceLimits(bandLow: price(), bandHigh: price(), limitDown: price(), limitUp: price())
      return (.setLimits(byte() & 3 == 0 ? limits : .none), now)
    case 11: return (.endSession, now)
    case 12: return (.advance, now)
    case 13: return (.setReference(price()), now)
    default: return (.submit(terms(kind)), now)
    }
  }

  mutating func identifier() -> OrderIdentifier {
    let value = byte()
    return OrderIdentifier(value < 200 ? UInt64(value) : UInt64(value) << 56)
  }

  mutating func price() -> Price {
    let value = Int8(bitPattern: byte())
    switch value {
    case -128: return .none
    case 127: return Price(ticks: .max)
    case 120...126: return Price(ticks: (1 << 30) - Int32(value - 120))
    case -127 ... -121: return Price(ticks: -(1 << 30) + Int32(value + 121))
    case 100...119: return Price(ticks: Int32(value) * 1000)
    default: return Price(ticks: Int32(value / 4))
    }
  }

  mutating func quantity() -> Quantity {
    let value = byte()
    switch value {
    case 255: return Quantity(lots: .max)
    case 254: return Quantity(lots: .min)
    case 253: return Quantity(lots: (1 << 38) - 1)
    case 252: return Quantity(lots: -1)
    default: return Quantity(lots: Int64(value))
    }
  }

  mutating func terms(_ kind: UInt8) -> OrderTerms {
    let shape = byte()
    var terms = OrderTerms(
      identifier: identifier(), side: Side(rawValue: (shape & 3) % 3) ?? .buy, price: price(), quantity: quantity())
    if shape & 4 != 0 { terms.side = .sell }
    guard kind & 32 != 0 else { return terms }
    let special = byte()
    terms.type = OrderType(rawValue: special % 8) ?? .limit
    terms.timeInForce = TimeInForce(rawValue: (special >> 3) & 7) ?? .day
    terms.flags = OrderFlags(rawValue: special >> 6)
    let prevention = byte()
    terms.selfTradePrevention = SelfTradePrevention(rawValue: prevention & 7) ?? .decrement
    terms.participant = ParticipantIdentifier(UInt32((prevention >> 3) & 3))
    if prevention & 32 != 0 { terms.displayQuantity = quantity() }
    if prevention & 64 != 0 { terms.minimumQuantity = quantity() }
    terms.stopPrice = price()
    terms.offset = Int32(Int8(bitPattern: byte())) &* (prevention & 128 != 0 ? 1 << 24 : 1)
    terms.expiry = Timestamp(nanoseconds: time &+ Int64(byte()))
    return terms
  }
}
