import MarketTypes
import Strategies

/// Makes bars of fixed length from the market's trades, aligned to the epoch.
///
/// A bar covers (start, end]: a trade at the very end belongs to the bar that ends there.
///
/// A bar is delivered when its interval ends; from an instrument's first trade on there is one for every interval, with
/// the last price and no volume when nothing traded. Lanes with a delayed book hear of it later by their delay.
struct BarBuilder {
  struct Building {
    var open = Int32.min
    var high = Int32.min
    var low = Int32.max
    var close = Int32.min
    var volume: Int64 = 0
    var hasTraded = false
  }

  /// A bar on its way to a lane with a delayed book.
  struct LateBar {
    var time: Int64
    var lane: Int32
    var interval: Int64
    var bar: MarketBar
  }

  let intervals: [Int64]
  /// Latest first; equal times in the order they were posted, from the end.
  private var late: [LateBar] = []
  private let instrumentCount: Int
  private var building: [Building]
  private var ends: [Int64]
  /// When the next interval ends; Int64.max without any.
  private(set) var nextClose = Int64.max
  /// When the next interval ends or the next postponed bar arrives.
  private(set) var next = Int64.max

  init(intervals: [Int64], instrumentCount: Int) {
    self.intervals = intervals
    self.instrumentCount = instrumentCount
    building = Array(repeating: Building(), count: intervals.count * instrumentCount)
    ends = Array(repeating: .max, count: intervals.count)
  }

  var isEmpty: Bool { intervals.isEmpty }

  mutating func start(at time: Int64) {
    for index in intervals.indices {
      let interval = intervals[index]
      let (end, overflow) = (time / interval - (time % interval < 0 ? 1 : 0) + 1)
        .multipliedReportingOverflow(by: interval)
      ends[index] = overflow ? .max : end
    }
    nextClose = ends.min() ?? .max
    findNext()
  }

  mutating func trade(instrument: Int, price: Int32, quantity: Int64) {
    for index in intervals.indices {
      let place = index * instrumentCount + instrument
      if !building[place].hasTraded || building[place].open == .min {
        building[place].open = price
        building[place].high = price
        building[place].low = price
        building[place].hasTraded = true
      }
      building[place].high = max(building[place].high, price)
      building[place].low = min(building[place].low, price)
      building[place].close = price
      building[place].volume &+= quantity
    }
  }

  /// Brings what is being built of an instrument through a split, which lies between two trades.
  mutating func carry(through split: MarketSplit) {
    for index in intervals.indices {
      let place = index * instrumentCount + split.instrument
      guard building[place].hasTraded else { continue }
      building[place].close = split.price(Price(ticks: building[place].close)).ticks
      building[place].volume = split.lots(building[place].volume)
      guard building[place].open != .min else { continue }
      building[place].open = split.price(Price(ticks: building[place].open)).ticks
      building[place].high = split.price(Price(ticks: building[place].high)).ticks
      building[place].low = split.price(Price(ticks: building[place].low)).ticks
    }
  }

  /// Takes the bars of the intervals that end at `nextClose`, by interval and instrument.
  mutating func close(_ body: (_ interval: Int64, _ bar: MarketBar) -> Void) {
    let time = nextClose
    for index in intervals.indices where ends[index] == time {
      for instrument in 0..<instrumentCount {
        let place = index * instrumentCount + instrument
        let bar = building[place]
        guard bar.hasTraded else { continue }
        let last = Price(ticks: bar.close)
        let isFlat = bar.open == .min
        body(
          intervals[index],
          MarketBar(
            time: time, instrument: instrument, open: isFlat ? last : Price(ticks: bar.open),
            high: isFlat ? last : Price(ticks: bar.high), low: isFlat ? last : Price(ticks: bar.low), close: last,
            volume: bar.volume))
        building[place].open = .min
        building[place].volume = 0
      }
      let (end, overflow) = ends[index].addingReportingOverflow(intervals[index])
      ends[index] = overflow ? .max : end
    }
    nextClose = ends.min() ?? .max
    findNext()
  }

  mutating func postpone(_ bar: LateBar) {
    late.insert(bar, at: late.firstIndex { $0.time <= bar.time } ?? late.count)
    findNext()
  }

  /// The postponed bar that arrives next, if no interval ends before it.
  mutating func takeLate() -> LateBar? {
    guard let last = late.last, last.time < nextClose else { return nil }
    late.removeLast()
    findNext()
    return last
  }

  private mutating func findNext() { next = min(nextClose, late.last?.time ?? .max) }
}
