import MarketTypes

/// What a fill does to the lots of a position: the part that closes lots of the other side comes first, the rest opens.
struct LotTrade: Hashable, Sendable {
  var closing: Int64
  /// What the closed part is worth at the fill's price.
  var closed: Money
  /// Signed lots that are opened, and what they cost.
  var opening: Int64
  var opened: Money
}

extension LotBook {
  /// What a fill of signed lots would do; nil where the position or a value is too large to be kept.
  func trade(lots signed: Int64, price: Price, contract: ContractValue) -> LotTrade? {
    let (after, overflows) = lots.addingReportingOverflow(signed)
    guard !overflows, after > .min, signed > .min else { return nil }
    let isClosing = lots != 0 && (lots < 0) != (signed < 0)
    let closing = isClosing ? min(abs(signed), abs(lots)) : 0
    let sign = signed.signum()
    let opening = signed - sign * closing
    guard let closed = contract.money(lots: -sign * closing, price: price),
      let opened = contract.money(lots: opening, price: price)
    else { return nil }
    return LotTrade(closing: closing, closed: closed, opening: opening, opened: opened)
  }

  /// Books what `trade` planned, and hands over each part that it closes.
  mutating func book(_ trade: LotTrade, time: Int64, _ body: (Closure) -> Void = { _ in }) {
    if trade.closing > 0 { close(count: trade.closing, proceeds: trade.closed, body) }
    if trade.opening != 0 { open(lots: trade.opening, cost: trade.opened, time: time) }
  }
}

/// What an open position has cost, by lots: follows fills and splits, and says nothing more once an amount was too large.
///
/// Gains need no store of their own: whatever fills and splits brought in cash, plus the cost of what is open, was realised.
public struct CostBasis: Hashable, Sendable {
  private var book: LotBook
  /// Costs are in its worth, whatever a count is worth later.
  private let contract: ContractValue
  public private(set) var isLost = false

  public init(method: LotMethod, contract: ContractValue) {
    book = LotBook(method: method)
    self.contract = contract
  }

  public var lots: Int64 { book.lots }

  /// Books a fill of signed lots.
  public mutating func fill(lots signed: Int64, price: Int32, time: Int64) {
    guard !isLost, signed != 0 else { return }
    guard let trade = book.trade(lots: signed, price: Price(ticks: price), contract: contract),
      (book.cost + trade.opened).magnitude <= .limit
    else { return isLost = true }
    book.book(trade, time: time)
  }

  /// Follows a split that left `lotsAfter`; what is below a whole lot goes at the mark before it, in half ticks, or at cost
  /// where that is `Int64.min`.
  public mutating func split(_ split: ShareSplit, lotsAfter: Int64, halfTicksBefore: Int64, time: Int64) {
    guard !isLost, book.lots != 0 || lotsAfter != 0 else { return }
    var lotValue: Money?
    if halfTicksBefore != .min {
      let doubled = contract.doubledValue(
        lots: book.lots < 0 ? -1 : 1, mark: MarkPrice(halfTicks: halfTicksBefore))
      lotValue = ExactArithmetic.scaled(
        doubled * contract.moneyPerCount, by: Int128(split.denominator), over: 2 * Int128(split.numerator)
      ).map(Money.init(atoms:))
    }
    guard book.split(numerator: split.numerator, denominator: split.denominator, lotValue: lotValue, { _ in }) else {
      return isLost = true
    }
    guard book.lots != lotsAfter else { return }
    // Something was under way over the split: what it cost stays, as one lot.
    let cost = book.cost
    book = LotBook(method: book.method)
    if lotsAfter != 0 { book.open(lots: lotsAfter, cost: cost, time: time) }
  }

  /// What the open lots cost, in the present worth of the contract's counts; below zero for a short, which received it.
  public func cost(in present: ContractValue) -> Money? {
    guard !isLost else { return nil }
    if present.moneyPerCount == contract.moneyPerCount { return book.cost }
    return ExactArithmetic.scaled(book.cost.atoms, by: present.moneyPerCount, over: contract.moneyPerCount)
      .map(Money.init(atoms:)).flatMap { $0.magnitude <= .limit ? $0 : nil }
  }

  /// For reports: the average price of the open lots in ticks; nil when flat or lost.
  public var averageTicks: Double? {
    guard !isLost, book.lots != 0 else { return nil }
    return contract.ticks(lots: book.lots, worth: book.cost)
  }
}

extension Money {
  /// What one of signed lots cost, rounded half away from zero; nil without lots.
  public func perLot(_ lots: Int64) -> Money? {
    guard lots != 0, lots > .min else { return nil }
    return Money(atoms: ExactArithmetic.quotient(lots < 0 ? -atoms : atoms, Int128(abs(lots))))
  }
}

extension ContractValue {
  /// For reports: the price in ticks at which signed lots are worth so much.
  func ticks(lots: Int64, worth money: Money) -> Double {
    let counts = Double(money.atoms) / Double(moneyPerCount)
    return isInverse
      ? -Double(numerator) * Double(lots) / (Double(denominator) * counts) : counts / Double(lots)
  }
}
