import MarketTypes

/// A day of two stocks whose traders have no intelligence: orders arrive, leave and trade at random around a value
/// that wanders (the order flow of Farmer, Patelli and Zovko, PNAS 102 (2005) 2254, with a value that both share).
///
/// Everything is integer arithmetic on one random source, so that a seed gives the same events everywhere.
struct SampleMarket {
  /// What distinguishes the instruments.
  struct Character {
    var symbol: String
    var startPrice: Int
    /// Resting orders the book tends to.
    var restingOrders: Int
    /// Mean nanoseconds between decisions at noon.
    var meanGap: Int
    /// How much of the common value's movement this one follows, in 1/16.
    var loading: Int
  }

  static let characters = [
    Character(symbol: "ALFA", startPrice: 10_000, restingOrders: 260, meanGap: 96_000_000, loading: 16),
    Character(symbol: "BETA", startPrice: 6_200, restingOrders: 200, meanGap: 108_000_000, loading: 10),
  ]

  static let instruments = characters.map { character in
    Instrument(
      symbol: character.symbol, venue: "SIMX", tick: DecimalUnit(mantissa: 1, exponent: 2)!, lot: .one, currency: "USD")
  }

  /// 2024-03-01, 14:30 to 21:00 UTC; orders gather in the five minutes before.
  static let midnight: Int64 = 1_709_251_200_000_000_000
  static let opening = midnight + 52_200_000_000_000
  static let closing = midnight + 75_600_000_000_000
  static let preOpening = opening - 300_000_000_000

  /// Values are in 1/4096 tick.
  private static let valueUnit = 4096

  private var random: RandomSource
  private var books = characters.map { _ in SampleBook() }
  private var common = 0
  private var own = characters.map { _ in 0 }
  private var values = characters.map { $0.startPrice * valueUnit }
  private var nextIdentifier: UInt64 = 1
  private var sequence: UInt64 = 0
  private var now = preOpening
  private let emit: (MarketEvent) throws -> Void

  init(seed: UInt64, emit: @escaping (MarketEvent) throws -> Void) {
    random = RandomSource(seed: seed)
    self.emit = emit
  }

  /// Plays the whole day.
  mutating func play() throws {
    for instrument in books.indices { try status(.preOpen, instrument) }
    try gather()
    now = Self.opening
    for instrument in books.indices { try status(.open, instrument) }
    try trade()
    now = Self.closing
    for instrument in books.indices {
      try status(.closed, instrument)
      // Day orders end with the day, oldest first.
      for identifier in books[instrument].live.sorted() { try cancel(identifier, instrument) }
    }
  }

  private mutating func gather() throws {
    let count = 400
    for index in 0..<count {
      now = Self.preOpening + 1_000_000_000 + Int64(index) * 700_000_000 + Int64(random.below(600_000_000))
      let instrument = index % 2
      let isBuy = (index / 2) % 2 == 0
      let distance = 1 + random.geometric(9, in: 10, atMost: 40)
      try add(instrument, isBuy: isBuy, price: fairPrice(instrument) + (isBuy ? -distance : distance))
    }
  }

  private mutating func trade() throws {
    var due = Self.characters.map { Self.opening + Int64(random.exponential(mean: $0.meanGap)) }
    while true {
      let instrument = due[0] <= due[1] ? 0 : 1
      guard due[instrument] < Self.closing else { return }
      now = due[instrument]
      moveValues()
      try decide(instrument)
      due[instrument] = now + gap(instrument)
    }
  }

  /// Busy at the open and the close, quiet at noon; a third of decisions answer the one before within microseconds.
  private mutating func gap(_ instrument: Int) -> Int64 {
    if random.chance(1, in: 3) { return 2_000 + Int64(random.exponential(mean: 40_000)) }
    let elapsed = Int(now - Self.opening) / 1_000_000_000
    let fromEdge = min(elapsed, 23_400 - elapsed)
    let mean = Self.characters[instrument].meanGap
    return 1_000 + Int64(random.exponential(mean: mean * (60 + min(fromEdge, 7_200) / 60) / 180))
  }

  /// The common value walks at random; each instrument's own part returns to zero within about a quarter of an hour.
  private mutating func moveValues() {
    common += random.below(2 * 500 + 1) - 500
    for instrument in books.indices {
      own[instrument] += random.below(2 * 320 + 1) - 320
      // Rounds towards zero, so that nothing pulls a value already within 2^15 units (8 ticks); random steps do the rest.
      own[instrument] -= own[instrument] / 32_768
      let character = Self.characters[instrument]
      values[instrument] = character.startPrice * Self.valueUnit + common * character.loading / 16 + own[instrument]
    }
  }

  private func fairPrice(_ instrument: Int) -> Int { values[instrument] / Self.valueUnit }

  private mutating func decide(_ instrument: Int) throws {
    let book = books[instrument]
    let resting = book.live.count
    let target = Self.characters[instrument].restingOrders
    guard book.isTwoSided else {
      return try add(instrument, isBuy: book.bestBid == Int.min, price: sidePrice(instrument))
    }
    let weights = (add: 470, cancel: 400 * resting / target, reduce: 25, modify: 35, take: 50)
    var choice = random.below(weights.add + weights.cancel + weights.reduce + weights.modify + weights.take)
    if choice < weights.add { return try quote(instrument) }
    choice -= weights.add
    if choice < weights.take { return try take(instrument) }
    choice -= weights.take
    let order = chooseOrder(instrument)
    if choice < weights.reduce, order.quantity > 1 {
      let removed = 1 + random.below(order.quantity - 1)
      try send(.reduce, order, instrument, quantity: removed)
      return books[instrument].take(removed, from: order.identifier)
    }
    choice -= weights.reduce
    if choice < weights.modify { return try modify(order, instrument) }
    try cancel(order.identifier, instrument)
  }

  /// A resting order; those far from the fair price are given up more readily.
  private mutating func chooseOrder(_ instrument: Int) -> SampleBook.Order {
    let book = books[instrument]
    func candidate(_ random: inout RandomSource) -> SampleBook.Order {
      guard let order = book.orders[book.live[random.below(book.live.count)]] else {
        preconditionFailure("a live order is in the book")
      }
      return order
    }
    let fair = fairPrice(instrument)
    let one = candidate(&random)
    guard random.chance(1, in: 2) else { return one }
    let other = candidate(&random)
    return abs(one.price - fair) >= abs(other.price - fair) ? one : other
  }

  private func sidePrice(_ instrument: Int) -> Int {
    let book = books[instrument]
    let fair = fairPrice(instrument)
    return book.bestBid == Int.min ? min(fair, book.bestAsk) - 1 : max(fair, book.bestBid) + 1
  }

  /// A limit order: near the fair price, never through the other side.
  private mutating func quote(_ instrument: Int) throws {
    let book = books[instrument]
    let fair = fairPrice(instrument)
    let isBuy = random.chance(1, in: 2)
    let depth = random.geometric(4, in: 5, atMost: 60)
    let price = isBuy ? min(book.bestAsk - 1, fair) - depth : max(book.bestBid + 1, fair + 1) + depth
    try add(instrument, isBuy: isBuy, price: price)
  }

  /// A marketable order; more likely towards the fair price, and limited to a few ticks.
  private mutating func take(_ instrument: Int) throws {
    let middle = (books[instrument].bestBid + books[instrument].bestAsk) * Self.valueUnit / 2
    let lean = max(-45, min(45, (values[instrument] - middle) * 30 / Self.valueUnit))
    let isBuy = random.chance(50 + lean, in: 100)
    var rest = randomQuantity() * (random.chance(1, in: 6) ? 4 : 1)
    let limit = isBuy ? books[instrument].bestAsk + 2 : books[instrument].bestBid - 2
    var fills: [(order: SampleBook.Order, quantity: Int)] = []
    while rest > 0 {
      let price = isBuy ? books[instrument].bestAsk : books[instrument].bestBid
      guard isBuy ? price <= limit : price >= limit, let order = books[instrument].first(at: price) else { break }
      let quantity = min(rest, order.quantity)
      books[instrument].take(quantity, from: order.identifier)
      fills.append((order, quantity))
      rest -= quantity
    }
    for (index, fill) in fills.enumerated() {
      try send(.execute, fill.order, instrument, quantity: fill.quantity, isLast: index == fills.count - 1)
    }
  }

  private mutating func modify(_ order: SampleBook.Order, _ instrument: Int) throws {
    let step = 1 + random.below(3)
    let toward = random.chance(1, in: 2) ? step : -step
    let book = books[instrument]
    let price =
      order.isBuy ? min(order.price + toward, book.bestAsk - 1) : max(order.price + toward, book.bestBid + 1)
    let quantity = price == order.price ? order.quantity + 100 : order.quantity
    books[instrument].remove(order)
    books[instrument].add(order.identifier, price: price, quantity: quantity, isBuy: order.isBuy)
    var changed = order
    changed.price = price
    try send(.modify, changed, instrument, quantity: quantity)
  }

  private mutating func cancel(_ identifier: UInt64, _ instrument: Int) throws {
    guard let order = books[instrument].orders[identifier] else { return }
    try send(.cancel, order, instrument, quantity: order.quantity)
    books[instrument].remove(order)
  }

  private mutating func randomQuantity() -> Int {
    let kind = random.below(10)
    if kind < 6 { return 100 }
    if kind < 9 { return 100 * (2 + random.below(4)) }
    return 1 + random.below(99)
  }

  private mutating func add(_ instrument: Int, isBuy: Bool, price: Int) throws {
    let order = SampleBook.Order(
      identifier: nextIdentifier, price: price, quantity: randomQuantity(), isBuy: isBuy, place: 0)
    nextIdentifier += 1
    books[instrument].add(order.identifier, price: price, quantity: order.quantity, isBuy: isBuy)
    try send(.add, order, instrument, quantity: order.quantity)
  }

  private mutating func send(
    _ kind: EventKind, _ order: SampleBook.Order, _ instrument: Int, quantity: Int, isLast: Bool = true
  ) throws {
    sequence += 1
    try emit(
      MarketEvent(
        kind: kind, exchangeTime: Timestamp(nanoseconds: now), localTime: localTime(),
        instrument: UInt16(instrument), side: order.isBuy ? .buy : .sell, price: Price(ticks: Int32(order.price)),
        quantity: Quantity(lots: Int64(quantity)), identifier: order.identifier, sequence: sequence,
        flags: isLast ? [.endOfEvent] : []))
  }

  private mutating func status(_ status: MarketStatus, _ instrument: Int) throws {
    sequence += 1
    var event = MarketEvent(
      kind: .status, exchangeTime: Timestamp(nanoseconds: now), localTime: localTime(),
      instrument: UInt16(instrument), sequence: sequence)
    event.status = status
    try emit(event)
  }

  /// A capture 18 microseconds away, with a jitter of up to 4.
  private mutating func localTime() -> Timestamp {
    Timestamp(nanoseconds: now + 18_000 + Int64(random.below(64)) * 64)
  }
}
