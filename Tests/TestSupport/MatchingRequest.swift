public import MarketTypes
public import OrderBooks

/// One request to a matching engine, as a value, so that twins, fuzzers and random flows can share it.
public enum MatchingRequest: Sendable {
  case submit(OrderTerms)
  case cancel(OrderIdentifier)
  case amend(OrderAmendment)
  case setPhase(MarketStatus)
  case setLimits(PriceLimits)
  case setReference(Price)
  case advance
  case endSession
}

extension MatchingEngine {
  /// Carries out one request.
  public mutating func apply<Sink: MatchingSink & ~Copyable>(
    _ request: MatchingRequest, sequence: UInt64, time: Timestamp, into sink: inout Sink
  ) {
    switch request {
    case .submit(let terms): submit(terms, sequence: sequence, time: time, into: &sink)
    case .cancel(let identifier): cancel(identifier, sequence: sequence, time: time, into: &sink)
    case .amend(let amendment): amend(amendment, sequence: sequence, time: time, into: &sink)
    case .setPhase(let phase): setPhase(phase, sequence: sequence, time: time, into: &sink)
    case .setLimits(let limits): setLimits(limits, sequence: sequence, time: time, into: &sink)
    case .setReference(let price): setReferencePrice(price)
    case .advance: advance(to: time, sequence: sequence, into: &sink)
    case .endSession: endSession(sequence: sequence, time: time, into: &sink)
    }
  }
}

extension ReferenceMatchingEngine {
  /// Carries out one request.
  public mutating func apply(_ request: MatchingRequest, sequence: UInt64, time: Timestamp) {
    switch request {
    case .submit(let terms): submit(terms, sequence: sequence, time: time)
    case .cancel(let identifier): cancel(identifier, sequence: sequence, time: time)
    case .amend(let amendment): amend(amendment, sequence: sequence, time: time)
    case .setPhase(let phase): setPhase(phase, sequence: sequence, time: time)
    case .setLimits(let limits): setLimits(limits, sequence: sequence, time: time)
    case .setReference(let price): setReferencePrice(price)
    case .advance: advance(to: time, sequence: sequence)
    case .endSession: endSession(sequence: sequence, time: time)
    }
  }
}

/// A random flow of requests around a wandering price.
public struct RandomMatchingFlow {
  /// What the flow is made of.
  public struct Style: Sendable {
    /// Only plain limit orders, cancels and amendments.
    public var isPlain = false
    /// Ticks between the middle and the farthest ordinary limit.
    public var width: Int32 = 12
    /// The largest move of the middle per request, in parts per thousand of the price.
    public var swing = 0
    /// Out of 100 requests, how many cancel.
    public var cancelPercent = 25
    public var usesPhases = true
    /// Out of 100 orders, how many are badly formed.
    public var badPercent = 4

    public init() {}
  }

  var random: SeededGenerator
  let style: Style
  let configuration: MatchingConfiguration
  var middle: Double = 1000
  var issued: [UInt64] = []
  var next: UInt64 = 1
  var time: Int64 = 0

  public init(seed: UInt64, style: Style, configuration: MatchingConfiguration) {
    random = SeededGenerator(seed: seed)
    self.style = style
    self.configuration = configuration
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  mutating func price() -> Price {
    let offset = Int32.random(in: -style.width...style.width, using: &random)
    let raw = Int32(middle) + offset
    return Price(ticks: raw - (chance(97) ? raw % configuration.priceIncrement : 0))
  }

  mutating func quantity(_ range: ClosedRange<Int64> = 1...40) -> Quantity {
    let raw = Int64.random(in: range, using: &random)
    return Quantity(
      lots: chance(97) ? max(1, raw / configuration.quantityIncrement) * configuration.quantityIncrement : raw)
  }

  mutating func knownIdentifier() -> OrderIdentifier {
    // Mostly recent orders, which are more likely to be alive.
    guard let last = issued.indices.last, !chance(2) else { return OrderIdentifier(next + 1_000_000) }
    let back = chance(70) ? Int.random(in: 0...min(last, 30), using: &random) : Int.random(in: 0...last, using: &random)
    return OrderIdentifier(issued[last - back])
  }

  /// The next request with its time.
  public mutating func request() -> (MatchingRequest, Timestamp) {
    time += chance(1) ? -3 : Int64.random(in: 0...5, using: &random)
    if style.swing > 0 {
      let step = Double(Int.random(in: -style.swing...style.swing, using: &random)) / 1000
      middle = min(max(middle * (1 + step), 200), 3_000_000)
    }
    let now = Timestamp(nanoseconds: time)
    if chance(style.cancelPercent) { return (.cancel(knownIdentifier()), now) }
    if chance(18) {
      return (.amend(OrderAmendment(identifier: knownIdentifier(), price: price(), quantity: quantity(1...50))), now)
    }
    if style.usesPhases, chance(3) { return (control(), now) }
    return (.submit(terms()), now)
  }

  private mutating func control() -> MatchingRequest {
    switch Int.random(in: 0..<13, using: &random) {
    case 0: return .setPhase(.halted)
    case 1: return .setPhase(.openingAuction)
    case 2: return .setPhase(.closingAuction)
    case 3...6: return .setPhase(.open)
    case 7: return .endSession
    case 8: return .advance
    case 9: return .setReference(chance(50) ? .none : price())
    case 10: return .setLimits(.none)
    case 11: return .setPhase(.closed)
    default:
      let centre = Int32(middle)
      func bound(_ distance: Int32) -> Price { Price(ticks: centre + distance) }
      return .setLimits(
        PriceLimits(
          bandLow: chance(50) ? .none : bound(-style.width * 3 / 4),
          bandHigh: chance(50) ? .none : bound(style.width * 3 / 4),
          limitDown: chance(50) ? .none : bound(-style.width / 2), limitUp: chance(50) ? .none : bound(style.width / 2))
      )
    }
  }

  private mutating func terms() -> OrderTerms {
    let identifier = chance(98) ? next : knownIdentifier().rawValue
    if identifier == next {
      next += chance(95) ? 1 : 1 << 20
      issued.append(identifier)
    }
    let side: Side = chance(50) ? .buy : .sell
    var terms = OrderTerms(
      identifier: OrderIdentifier(identifier), side: side, price: price(), quantity: quantity(),
      timeInForce: [.goodTillCancelled, .day, .immediateOrCancel][Int.random(in: 0..<3, using: &random)])
    if chance(style.badPercent) { spoil(&terms) }
    guard !style.isPlain, chance(55) else { return terms }
    terms.participant = ParticipantIdentifier(UInt32.random(in: 0...4, using: &random))
    terms.selfTradePrevention = SelfTradePrevention.allCases.randomElement(using: &random)!
    terms.timeInForce = TimeInForce.allCases.randomElement(using: &random)!
    terms.expiry = Timestamp(nanoseconds: time + Int64.random(in: 0...300, using: &random))
    terms.type = OrderType.allCases.randomElement(using: &random)!
    switch terms.type {
    case .limit:
      if chance(25) { terms.flags.insert(.postOnly) }
      if chance(25) { terms.flags.insert(.hidden) }
      if chance(30) { terms.displayQuantity = quantity(1...8) }
      if chance(15) { terms.minimumQuantity = quantity(1...20) }
    case .market: if chance(10) { terms.minimumQuantity = quantity(1...20) }
    case .stop, .stopLimit, .trailingStop:
      if terms.type != .trailingStop || chance(40) { terms.stopPrice = price() }
      terms.offset = Int32.random(in: 0...8, using: &random)
      if chance(80) { terms.timeInForce = .goodTillCancelled }
    case .peggedPrimary, .peggedMidpoint:
      terms.offset = Int32.random(in: 0...2, using: &random)
      if chance(60) { terms.price = .none }
      if chance(80) { terms.timeInForce = .day }
    }
    return terms
  }

  private mutating func spoil(_ terms: inout OrderTerms) {
    switch Int.random(in: 0..<9, using: &random) {
    case 0: terms.quantity.lots = 0
    case 1: terms.quantity.lots = .min
    case 2: terms.quantity.lots = .max
    case 3: terms.price = .none
    case 4: terms.price.ticks = .max
    case 5: terms.side = .none
    case 6: terms.displayQuantity.lots = -1
    case 7: terms.minimumQuantity.lots = .max
    default: terms.identifier = OrderIdentifier(.max)
    }
  }
}
