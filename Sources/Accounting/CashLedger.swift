/// Cash of one currency: settled, and on its way by the day it settles.
public struct CashLedger: Hashable, Sendable {
  /// An amount and the day, counted from 1970-01-01, on which it settles.
  public struct Pending: Hashable, Sendable {
    public var day: Int
    public var amount: Money
  }

  public let currency: String
  public private(set) var settled = Money.zero
  /// By rising day, at most one a day and sign.
  public private(set) var pending: [Pending] = []
  /// The sum of all absolute amounts ever posted, which bounds every other figure.
  private(set) var posted = Money.zero

  public init(currency: String) { self.currency = currency }

  /// All cash, settled or not.
  public var total: Money { pending.reduce(settled) { $0 + $1.amount } }

  public var unsettled: Money { pending.reduce(.zero) { $0 + $1.amount } }

  /// Settled cash less what is still to be paid: what can be spent without relying on proceeds under way.
  public var available: Money { pending.reduce(settled) { $1.amount < .zero ? $0 + $1.amount : $0 } }

  /// Makes sure that amounts of this size can be posted; nothing overflows afterwards.
  mutating func reserve(_ amount: Money) throws(AccountingError) {
    let magnitude = amount.magnitude
    guard magnitude <= .limit, posted <= .limit, posted + magnitude <= .limit else {
      throw AccountingError(currency, "amounts beyond \(Money.limit) units in all cannot be booked")
    }
    posted += magnitude
  }

  /// Posts an amount that settles on a day, at once when that is not after `today`.
  mutating func post(_ amount: Money, settlesOn day: Int, today: Int) {
    guard amount != .zero else { return }
    guard day > today else { return settled += amount }
    let place = pending.firstIndex { $0.day > day } ?? pending.count
    if let same = pending[..<place].lastIndex(where: { $0.day == day && ($0.amount < .zero) == (amount < .zero) }) {
      pending[same].amount += amount
    } else {
      pending.insert(Pending(day: day, amount: amount), at: place)
    }
  }

  /// Settles what is due by a day.
  mutating func settle(through day: Int) {
    guard let first = pending.first, first.day <= day else { return }
    for entry in pending where entry.day <= day { settled += entry.amount }
    pending.removeAll { $0.day <= day }
  }
}

/// What one unit of a currency is worth in another, as a fraction.
public struct ConversionRate: Hashable, Sendable {
  public let numerator: Int64
  public let denominator: Int64

  public static let one = ConversionRate(numerator: 1, denominator: 1)

  /// Nil when either is not positive.
  public init?(_ numerator: Int64, over denominator: Int64) {
    guard numerator > 0, denominator > 0 else { return nil }
    self.init(numerator: numerator, denominator: denominator)
  }

  private init(numerator: Int64, denominator: Int64) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The rate of the opposite direction: a quote of USDJPY as JPY in USD.
  public var inverted: ConversionRate { ConversionRate(numerator: denominator, denominator: numerator) }

  /// The amount in the other currency, rounded half away from zero; nil beyond `Money.limit`.
  public func convert(_ money: Money) -> Money? {
    ExactArithmetic.scaled(money.atoms, by: Int128(numerator), over: Int128(denominator))
      .map(Money.init(atoms:)).flatMap { $0.magnitude > .limit ? nil : $0 }
  }
}

/// The worth of one currency in the account's base currency over time.
struct RateHistory: Hashable, Sendable {
  private var times: [Int64] = []
  private var rates: [ConversionRate] = []

  /// A rate holds from its time until the next; a later word for the same time replaces the former.
  mutating func set(_ rate: ConversionRate, at time: Int64) {
    let place = firstPlace(after: time)
    if place > 0, times[place - 1] == time {
      rates[place - 1] = rate
    } else {
      times.insert(time, at: place)
      rates.insert(rate, at: place)
    }
  }

  func rate(at time: Int64) -> ConversionRate? {
    let place = firstPlace(after: time)
    return place > 0 ? rates[place - 1] : nil
  }

  private func firstPlace(after time: Int64) -> Int {
    var (low, high) = (0, times.count)
    // Rates arrive in order and are asked for at their end.
    if let last = times.last, last <= time { return high }
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
