public import Execution
public import MarketTypes

/// What a strategy wants to be woken for.
public struct Subscriptions: Hashable, Sendable {
  /// Call `timer` every so many nanoseconds of the lane's clock, from the first event on; 0 never.
  public var intervalNanoseconds: Int64
  /// Call `filled` for own fills, and `orderChanged` for other news of own orders.
  public var fills: Bool
  public var orderChanges: Bool
  /// Keep the account that `Desk.account` reads; nothing is kept, and nothing costs, without it.
  public var account: Bool
  /// Call `touchChanged` whenever the price or quantity of a best bid or offer changes.
  public var touch: Bool
  /// Call `traded` for every trade of the market.
  public var trades: Bool
  /// Call `barClosed` for every bar of the data.
  public var bars: Bool
  /// Also call `barClosed` for bars made here from trades, each of this many nanoseconds, aligned to the epoch; 0 none.
  /// A bar covers (start, end]: the trades after a multiple of this, up to and with those at the next one.
  public var barIntervalNanoseconds: Int64
  /// How many of the last closes `Desk.closes(of:)` must reach back.
  public var barHistory: Int
  /// Call `marketChanged` after every event.
  public var events: Bool
  /// A promise that a bar means nothing to the strategy unless two averages have crossed since its last call.
  public var barCross: AverageCross?

  public init(
    intervalNanoseconds: Int64 = 0, fills: Bool = false, orderChanges: Bool = false, account: Bool = false,
    touch: Bool = false, trades: Bool = false, bars: Bool = false, barIntervalNanoseconds: Int64 = 0,
    barHistory: Int = 0, events: Bool = false, barCross: AverageCross? = nil
  ) {
    self.intervalNanoseconds = intervalNanoseconds
    self.fills = fills
    self.orderChanges = orderChanges
    self.account = account
    self.touch = touch
    self.trades = trades
    self.bars = bars
    self.barIntervalNanoseconds = barIntervalNanoseconds
    self.barHistory = barHistory
    self.events = events
    self.barCross = barCross
  }
}

/// Two averages of the last closes of one instrument, and whether the faster lies above the slower.
///
/// With it the engine may leave out calls of `barClosed` between two crossings, which is most of them; it need not. A
/// strategy that promises it must ask for as long a `barHistory`.
public struct AverageCross: Hashable, Sendable {
  public var instrument: Int
  /// Bars of either average.
  public var fast: Int
  public var slow: Int

  public init(instrument: Int = 0, fast: Int, slow: Int) {
    self.instrument = instrument
    self.fast = fast
    self.slow = slow
  }

  /// Positive while the faster average lies above: their difference times both lengths, which rounds nothing and stays below
  /// 2⁶² for 30,000 bars.
  @inlinable @inline(__always)
  public func difference(_ closes: CloseHistory) -> Int64 {
    closes.sum(last: fast) &* Int64(slow) &- closes.sum(last: slow) &* Int64(fast)
  }
}

/// A trade of the market, as a strategy hears of it.
public struct MarketTrade: Hashable, Sendable, BitwiseCopyable {
  /// Exchange time, nanoseconds since the epoch.
  public var time: Int64
  public var quantity: Int64
  public var price: Price
  public var instrument: Int
  /// Who came to whom; `none` when the source does not say.
  public var aggressor: Side

  @inlinable
  public init(time: Int64, instrument: Int, price: Price, quantity: Int64, aggressor: Side) {
    self.time = time
    self.quantity = quantity
    self.price = price
    self.instrument = instrument
    self.aggressor = aggressor
  }
}

/// A finished bar of one instrument: what traded after its start, up to and with its end.
public struct MarketBar: Hashable, Sendable, BitwiseCopyable {
  /// When it ended, exchange time, nanoseconds since the epoch.
  public var time: Int64
  public var volume: Int64
  public var open: Price
  public var high: Price
  public var low: Price
  public var close: Price
  public var instrument: Int
  /// Names the bars that its closes are kept with.
  @usableFromInline package var series: Int32 = 0

  @inlinable
  public init(time: Int64, instrument: Int, open: Price, high: Price, low: Price, close: Price, volume: Int64) {
    self.time = time
    self.volume = volume
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.instrument = instrument
  }
}

/// A trading strategy: plain state, parameters as data, and a callback for each thing it asked to hear of.
///
/// The engine keeps thousands of them side by side and calls each as if it were alone. A strategy sees the market through
/// its desk only, as late as its latency says.
public protocol Strategy: Sendable {
  static var name: String { get }
  /// What it does, in one sentence.
  static var summary: String { get }
  static var parameters: [Parameter] { get }

  init(_ parameters: ParameterValues)

  var subscriptions: Subscriptions { get }

  /// Once, when the lane hears of the first event.
  mutating func started(_ desk: inout Desk)
  mutating func timer(_ desk: inout Desk)
  /// The moment set with `Desk.wake(at:)` has come.
  mutating func woken(_ desk: inout Desk)
  mutating func filled(_ notice: Notice, _ desk: inout Desk)
  mutating func orderChanged(_ notice: Notice, _ desk: inout Desk)
  mutating func touchChanged(_ instrument: Int, _ desk: inout Desk)
  mutating func traded(_ trade: MarketTrade, _ desk: inout Desk)
  mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk)
  mutating func marketChanged(_ instrument: Int, _ desk: inout Desk)
  /// An instrument was split. Its position is in new lots from now on and its orders are cancelled; the closes that the desk
  /// keeps are in new prices, and what a strategy remembers of prices and lots by itself it brings along here. Every lane is
  /// called at the moment itself, whatever its feed's delay: splits are announced long before.
  mutating func split(_ split: MarketSplit, _ desk: inout Desk)
  /// Once, when the lane's drawdown stop falls. Its orders are cancelled right after; unless it was set to go on, this is
  /// the last call.
  mutating func stopped(_ desk: inout Desk)
}

extension Strategy {
  public static var summary: String { "" }
  public static var parameters: [Parameter] { [] }
  @inlinable public mutating func started(_ desk: inout Desk) {}
  @inlinable public mutating func timer(_ desk: inout Desk) {}
  @inlinable public mutating func woken(_ desk: inout Desk) {}
  @inlinable public mutating func filled(_ notice: Notice, _ desk: inout Desk) {}
  @inlinable public mutating func orderChanged(_ notice: Notice, _ desk: inout Desk) {}
  @inlinable public mutating func touchChanged(_ instrument: Int, _ desk: inout Desk) {}
  @inlinable public mutating func traded(_ trade: MarketTrade, _ desk: inout Desk) {}
  @inlinable public mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {}
  @inlinable public mutating func marketChanged(_ instrument: Int, _ desk: inout Desk) {}
  @inlinable public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {}
  @inlinable public mutating func stopped(_ desk: inout Desk) {}
}
