public import MarketTypes

/// Random event sequences for round trips: mostly a plausible market, with every kind of nonsense mixed in.
public struct RandomEvents {
  /// One event as it is appended; `replacement` is the new identifier of a replaced order.
  public struct Step: Sendable {
    public var event: MarketEvent
    public var replacement: UInt64?
  }

  public var instrumentCount: UInt16
  /// One event in this many is nonsense; 0 for none.
  public var nonsenseEvery = 9
  private var generator: SeededGenerator
  private var live: [(identifier: UInt64, instrument: UInt16, quantity: Int64, price: Int32, side: Side)] = []
  private var time: Int64 = 1_700_000_000_000_000_000
  private var nextIdentifier: UInt64 = 1
  private var sequence: UInt64 = 0

  public init(seed: UInt64, instrumentCount: UInt16 = 1) {
    generator = SeededGenerator(seed: seed)
    self.instrumentCount = instrumentCount
  }

  private mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

  public mutating func steps(_ count: Int) -> [Step] { (0..<count).map { _ in step() } }

  private mutating func step() -> Step {
    switch below(20) {
    case 0: time += Int64(below(5_000_000_000_000))
    case 1: time -= Int64(below(2_000_000))
    case 2...6: break
    default: time += Int64(below(100_000))
    }
    sequence += UInt64(below(3))
    var step = nonsenseEvery > 0 && below(nonsenseEvery) == 0 ? nonsense() : plausible()
    step.event.sequence = below(50) == 0 ? generator.next() : sequence
    step.event.localTime =
      below(40) == 0
      ? .unknown : Timestamp(nanoseconds: step.event.exchangeTime.nanoseconds &+ Int64(below(90_000) - 500))
    step.event.channel = below(60) == 0 ? UInt16(below(65_536)) : 3
    step.event.origin = below(30) == 0 ? UInt32(truncatingIfNeeded: generator.next()) : UInt32(step.event.kind.rawValue)
    step.event.sendDelta = below(3) == 0 ? 0 : Int32(below(30_000)) - 100
    if below(8) == 0 { step.event.flags = EventFlags(rawValue: UInt16(below(512))).subtracting(.pricedExecution) }
    return step
  }

  private mutating func event(_ kind: EventKind, instrument: UInt16? = nil) -> MarketEvent {
    MarketEvent(
      kind: kind, exchangeTime: Timestamp(nanoseconds: time),
      instrument: instrument ?? UInt16(below(Int(instrumentCount))))
  }

  private mutating func plausible() -> Step {
    let roll = below(100)
    if roll < 40 || live.isEmpty { return add() }
    if roll < 85 { return orderEvent() }
    return other()
  }

  private mutating func add() -> Step {
    var event = event(.add)
    event.identifier = nextIdentifier
    nextIdentifier += UInt64(1 + below(3))
    event.side = below(2) == 0 ? .buy : .sell
    event.price = Price(ticks: 10_000 + Int32(below(60)) - 30)
    event.quantity = Quantity(lots: below(25) == 0 ? Int64(1) << Int64(below(60)) : Int64(1 + below(300)))
    live.append((event.identifier, event.instrument, event.quantity.lots, event.price.ticks, event.side))
    return Step(event: event)
  }

  private mutating func orderEvent() -> Step {
    let place = below(live.count)
    let order = live[place]
    var event = event(.cancel, instrument: order.instrument)
    event.identifier = order.identifier
    if below(2) == 0 {
      event.price = Price(ticks: order.price)
      event.side = order.side
    }
    var replacement: UInt64?
    let part = Int64(1 + below(Int(min(order.quantity, 1_000))))
    switch below(10) {
    case 0...3:
      event.quantity = Quantity(lots: below(2) == 0 ? 0 : order.quantity)
      live.remove(at: place)
    case 4:
      event.kind = .reduce
      event.quantity = Quantity(lots: part)
      take(part, place)
    case 5, 6:
      event.kind = .execute
      event.quantity = Quantity(lots: part)
      take(part, place)
    case 7:
      event.kind = .execute
      event.flags.insert(.pricedExecution)
      event.price = Price(ticks: order.price + Int32(below(5)))
      event.quantity = Quantity(lots: part)
      take(part, place)
    case 8:
      event.kind = .fill
      event.quantity = Quantity(lots: part)
    default:
      event.kind = .modify
      event.price = Price(ticks: order.price + Int32(below(3)) - 1)
      event.quantity = Quantity(lots: Int64(1 + below(400)))
      live[place].price = event.price.ticks
      live[place].quantity = event.quantity.lots
      if below(3) == 0 {
        replacement = nextIdentifier
        live[place].identifier = nextIdentifier
        nextIdentifier += 1
      }
    }
    return Step(event: event, replacement: replacement)
  }

  private mutating func take(_ quantity: Int64, _ place: Int) {
    live[place].quantity -= quantity
    if live[place].quantity == 0 { live.remove(at: place) }
  }

  private mutating func other() -> Step {
    let kinds: [EventKind] = [.trade, .setLevel, .quote, .bar, .status, .clear, .snapshotBegin, .snapshotEnd]
    var event = event(kinds[below(below(12) == 0 ? 8 : 5)])
    switch event.kind {
    case .trade:
      event.side = Side(rawValue: UInt8(below(3))) ?? .none
      event.price = Price(ticks: 10_000 + Int32(below(20)))
      event.quantity = Quantity(lots: Int64(below(500)))
      event.identifier = generator.next() >> 40
    case .setLevel:
      event.side = below(2) == 0 ? .buy : .sell
      event.price = Price(ticks: 10_000 + Int32(below(20)))
      event.quantity = Quantity(lots: Int64(below(5)))
    case .quote:
      event.quote = MarketEvent.Quote(
        bidPrice: below(9) == 0 ? .none : Price(ticks: 9_990), bidQuantity: Quantity(lots: Int64(below(90))),
        askPrice: Price(ticks: 10_010), askQuantity: Quantity(lots: Int64(below(90))))
    case .bar:
      event.bar = MarketEvent.Bar(
        open: Price(ticks: 10), high: Price(ticks: 12), low: Price(ticks: -3), close: Price(ticks: Int32(below(10))),
        volume: Quantity(lots: Int64(below(1_000_000))))
    case .status: event.status = MarketStatus(rawValue: UInt8(below(9))) ?? .unknown
    case .clear, .snapshotBegin: live.removeAll { $0.instrument == event.instrument }
    default: break
    }
    return Step(event: event)
  }

  /// Fields without sense, on orders that may or may not rest.
  private mutating func nonsense() -> Step {
    var event = event(EventKind(rawValue: UInt8(below(15))) ?? .trade)
    if event.kind == .clear || event.kind == .snapshotBegin { live.removeAll { $0.instrument == event.instrument } }
    event.exchangeTime = below(20) == 0 ? .unknown : event.exchangeTime
    event.identifier = below(3) == 0 ? generator.next() : UInt64(below(Int(nextIdentifier)))
    event.side = Side(rawValue: UInt8(below(3))) ?? .none
    event.price = below(3) == 0 ? .none : Price(ticks: Int32(truncatingIfNeeded: generator.next()))
    event.quantity = Quantity(lots: below(3) == 0 ? Int64(bitPattern: generator.next()) : Int64(below(5)) - 1)
    if below(3) == 0 { event.flags.insert(.pricedExecution) }
    return Step(event: event, replacement: event.kind == .modify && below(2) == 0 ? generator.next() : nil)
  }
}
