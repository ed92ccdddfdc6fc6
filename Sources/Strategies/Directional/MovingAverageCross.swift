public import Execution
import MarketTypes

/// Long while the fast average of closes lies above the slow one.
///
/// It acts on a cross only: buys when the fast average rises above the slow one while it holds nothing, and sells
/// everything when the fast average falls below it. The first bar with a full window only sets the state.
public struct MovingAverageCross: Strategy {
  public static let name = "moving-average-cross"
  public static let summary = "Long while a fast average of closing prices lies above a slow one."
  public static let parameters = [
    Parameter.instrument,
    Parameter("fast", "bars of the fast average", default: 10, in: 1...30_000, isWhole: true),
    Parameter("slow", "bars of the slow average", default: 50, in: 1...30_000, isWhole: true),
    .quantity("lots to buy"), Affordable.notional, Affordable.feeRate, .barMilliseconds,
  ]

  let instrument: Int
  let quantity: Int64
  let feeRate: Int64
  let usesMoney: Bool
  public let subscriptions: Subscriptions
  var averages: Averages
  /// Money of the lane when all of it is traded, in billionths of ticks × lots.
  var money: Int128

  public init(_ parameters: ParameterValues) {
    instrument = parameters.place()
    quantity = parameters.whole("quantity")
    feeRate = parameters.whole("fee_billionths")
    money = Int128(parameters.whole("notional")) * Affordable.unit
    usesMoney = money > 0
    subscriptions = parameters.barSubscription(fills: usesMoney)
    averages = Averages(fast: Int(parameters.whole("fast")), slow: Int(parameters.whole("slow")))
  }

  @inline(__always)
  public mutating func barClosed(_ bar: MarketBar, _ desk: inout Desk) {
    guard bar.instrument == instrument else { return }
    let wasAbove = averages.difference > 0
    averages.add(bar.close.ticks)
    let isAbove = averages.difference > 0
    if isAbove != wasAbove, averages.hasTwo { crossed(isAbove: isAbove, close: bar.close, desk) }
  }

  private func crossed(isAbove: Bool, close: Price, _ desk: borrowing Desk) {
    let holding = desk.expectedPosition(instrument)
    if isAbove {
      guard holding == 0 else { return }
      let lots = usesMoney ? Affordable.lots(money: money, price: close.ticks, feeRate: feeRate) : quantity
      if lots > 0 { desk.trade(.buy, lots, instrument: instrument) }
    } else if averages.difference < 0, holding > 0 {
      desk.trade(.sell, holding, instrument: instrument)
    }
  }

  /// Keeps count of the money, when all of it is traded.
  public mutating func filled(_ notice: Notice, _ desk: inout Desk) {
    money +=
      notice.side == .buy
      ? -Affordable.money(lots: notice.quantity, price: notice.price, feeRate: feeRate)
      : Affordable.money(lots: notice.quantity, price: notice.price, feeRate: -feeRate)
  }

  /// Two moving averages of one series and which is higher, in exact integers and constant time a close.
  ///
  /// Comparing sum × other length is exact where comparing rounded averages is not; products stay below 2⁶². The last
  /// closes, up to 16, wait beside the sums: writing a ring in an array costs a check that nobody else holds it, which
  /// was half of the time of a bar when paid for each.
  struct Averages: Sendable {
    /// The fast average minus the slow one, times both lengths.
    private(set) var difference: Int64 = 0
    /// How many closes there were, up to where it no longer matters modulo the ring.
    private var count: UInt32 = 0
    let fast: UInt32
    let slow: UInt32
    private let mask: UInt32
    /// Its length is a power of two, at least 16 more than the longer window.
    private var ring: [Int32]
    private var waiting = InlineArray<16, Int32>(repeating: 0)

    init(fast: Int, slow: Int) {
      precondition((1...30_000).contains(fast) && (1...30_000).contains(slow))
      self.fast = UInt32(fast)
      self.slow = UInt32(slow)
      var length = 16
      while length < max(fast, slow) + 16 { length *= 2 }
      mask = UInt32(length - 1)
      ring = Array(repeating: 0, count: length)
    }

    /// Both windows are full; from then on the difference is what it says.
    @inline(__always)
    var isFull: Bool { count >= max(fast, slow) }

    /// Both windows were full one close ago as well.
    @inline(__always)
    var hasTwo: Bool { count > max(fast, slow) }

    @inline(__always)
    mutating func add(_ close: Int32) {
      let place = count & 15
      let (leavesFast, leavesSlow) = (leaving(fast, place), leaving(slow, place))
      difference &+=
        (Int64(close) &- leavesFast) &* Int64(slow) &- (Int64(close) &- leavesSlow) &* Int64(fast)
      waiting[Int(place)] = close
      count &+= 1
      if place == 15 { store() }
    }

    /// The close that a window drops; zero while it is filling.
    @inline(__always)
    private func leaving(_ window: UInt32, _ place: UInt32) -> Int64 {
      guard window > place else { return Int64(waiting[Int(place &- window)]) }
      let place = Int((count &- window) & mask)
      // The mask keeps it inside.
      return ring.withUnsafeBufferPointer { Int64($0[place]) }
    }

    @inline(never)
    private mutating func store() {
      let first = Int((count &- 16) & mask)
      ring.withUnsafeMutableBufferPointer { ring in
        for place in 0..<16 { ring[first &+ place] = waiting[place] }
      }
      // Far beyond every window, and the same place in the ring.
      if count >= 1 << 31 { count &-= 1 << 30 }
    }
  }
}
