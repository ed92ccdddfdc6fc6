import Execution
import MarketTypes
import OrderBooks
import Reporting

/// Keeps the book around selected fills while the market is replayed for marks: depth near the price, and what lay ahead
/// of the own order.
struct WindowCapture {
  /// Ticks shown on either side of the fill's price.
  static let reach: Int32 = 10
  static let columnCount = 61

  private struct Target {
    var fill: LaneFill
    var window: BookWindow
    /// Time priority that an order joining with the own one would have got; nil before it joined.
    var arrival: Int64?
  }

  private var targets: [Target] = []
  /// What to do at a moment: join a queue, or fill a column.
  private var plan: [Int64: [(target: Int, column: Int?)]] = [:]

  /// Plans windows around some fills; `index` gives a chosen fill's number among all.
  init<Fills: RandomAccessCollection>(
    fills: Fills, count: Int, windowSeconds: Double, start: Int64, end: Int64, followsQueues: Bool = true
  ) where Fills.Element == LaneFill, Fills.Index == Int {
    let step = max(1, Int64(windowSeconds * 1e9) / Int64(Self.columnCount - 1))
    for index in Self.choose(fills, count: count) {
      let fill = fills[index]
      let first = fill.time - step * Int64(Self.columnCount * 2 / 3)
      var window = BookWindow(
        fill: index, times: [], lowestTicks: fill.price &- Self.reach, rowCount: Int(2 * Self.reach + 1), depth: [],
        ahead: [])
      for column in 0..<Self.columnCount {
        let time = first + Int64(column) * step
        guard time >= start, time <= end else { continue }
        plan[time, default: []].append((targets.count, window.times.count))
        window.times.append(time)
      }
      window.depth = Array(repeating: 0, count: window.times.count * window.rowCount)
      window.ahead = Array(repeating: .min, count: window.times.count)
      if followsQueues, fill.isMaker, fill.joinedTime != .min {
        plan[fill.joinedTime, default: []].append((targets.count, nil))
      }
      targets.append(Target(fill: fill, window: window))
    }
  }

  /// The first fill of every cause, then fills at equal distances, in order.
  private static func choose(_ fills: some RandomAccessCollection<LaneFill>, count: Int) -> [Int] {
    guard count > 0, !fills.isEmpty else { return [] }
    var chosen: Set<Int> = []
    var causes: Set<FillCause> = []
    for (index, fill) in fills.enumerated() where chosen.count < count && causes.insert(fill.cause).inserted {
      chosen.insert(index)
    }
    let wanted = min(count, fills.count)
    for step in 0..<wanted where chosen.count < wanted { chosen.insert(step * fills.count / wanted) }
    return chosen.sorted()
  }

  /// Every moment that `note` wants to see.
  var times: some Sequence<Int64> { plan.keys }

  /// Sees the books after every event up to and including a time.
  mutating func note(_ time: Int64, _ books: borrowing BookSet) {
    guard let steps = plan[time] else { return }
    // Joining first: a column at the very moment shows the order in its queue.
    for step in steps where step.column == nil { targets[step.target].arrival = books.nextArrival }
    for step in steps { if let column = step.column { fill(column, of: step.target, books) } }
  }

  private mutating func fill(_ column: Int, of target: Int, _ books: borrowing BookSet) {
    let fill = targets[target].fill
    let rowCount = targets[target].window.rowCount
    let lowest = targets[target].window.lowestTicks
    for row in 0..<rowCount {
      let price = Price(ticks: lowest &+ Int32(row))
      let bid = books.level(.buy, at: price, instrument: Int(fill.instrument)).quantity
      let ask = books.level(.sell, at: price, instrument: Int(fill.instrument)).quantity
      targets[target].window.depth[column * rowCount + row] = bid > 0 ? bid : -ask
    }
    let time = targets[target].window.times[column]
    guard let arrival = targets[target].arrival, time <= fill.time else { return }
    let queue = books.queue(fill.side, at: Price(ticks: fill.price), instrument: Int(fill.instrument))
    let level = books.level(fill.side, at: Price(ticks: fill.price), instrument: Int(fill.instrument))
    if !queue.isEmpty || level.quantity == 0 {
      targets[target].window.ahead[column] = queue.reduce(0) { $1.arrival < arrival ? $0 + $1.quantity : $0 }
    } else if fill.frontTime != .min, time >= fill.frontTime {
      // Level feeds know the ends of the wait only.
      targets[target].window.ahead[column] = 0
    }
  }

  /// The finished windows, in the order of their fills.
  var windows: [BookWindow] { targets.map(\.window) }
}
