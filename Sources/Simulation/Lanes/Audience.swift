import Strategies

/// Who wants to hear of the market, by what: lanes that read the venue's book, and lanes that read a delayed one.
struct Audience {
  struct Lists {
    var touch: [Int32] = []
    var trades: [Int32] = []
    var bars: [Int32] = []
    /// Of those that want bars, the ones that need not hear of each; of lanes that read the venue's book only.
    var crosses: [CrossBoard] = []
    var events: [Int32] = []

    mutating func remove(_ lane: Int32) {
      touch.removeAll { $0 == lane }
      trades.removeAll { $0 == lane }
      bars.removeAll { $0 == lane }
      for index in crosses.indices { crosses[index].remove(lane) }
      events.removeAll { $0 == lane }
    }

    var wantsBars: Bool { !bars.isEmpty || !crosses.isEmpty }
    var isEmpty: Bool { touch.isEmpty && trades.isEmpty && !wantsBars && events.isEmpty }
  }

  /// Lanes that are called together with the event.
  var direct = Lists()
  /// Lanes of each delayed book.
  var delayed: [Lists] = []
  /// Lanes that want bars made here, by interval.
  var builtBars: [Int64: [Int32]] = [:]
  let hearsDirectly: Bool
  /// The first so many delayed books have listeners.
  let hearingViewCount: Int
  /// Some lane acts on what it hears, so events must wait for its messages.
  let isBusy: Bool

  /// Takes a lane out of all lists; what only spares work stays as it was.
  mutating func remove(_ lane: Int32) {
    direct.remove(lane)
    for view in delayed.indices { delayed[view].remove(lane) }
    for interval in builtBars.keys { builtBars[interval]?.removeAll { $0 == lane } }
  }

  /// Whether a strategy is to be called for what its book shows.
  static func listens(_ wanted: Subscriptions) -> Bool {
    wanted.touch || wanted.trades || wanted.bars || wanted.events
  }

  init<LaneStrategy: Strategy>(
    subscriptions: [Subscriptions], places: LanePlaces<LaneStrategy>, viewCount: Int
  ) {
    delayed = Array(repeating: Lists(), count: viewCount)
    var crosses: [Int: [(lane: Int32, cross: AverageCross)]] = [:]
    for (lane, wanted) in subscriptions.enumerated() {
      let view = Int(places.viewOfLane[lane])
      var lists = view < 0 ? direct : delayed[view]
      if wanted.touch { lists.touch.append(Int32(lane)) }
      if wanted.trades { lists.trades.append(Int32(lane)) }
      if wanted.bars {
        if view < 0, let cross = wanted.barCross, wanted.barIntervalNanoseconds == 0, !wanted.events {
          crosses[cross.instrument, default: []].append((Int32(lane), cross))
        } else {
          lists.bars.append(Int32(lane))
        }
      }
      if wanted.events { lists.events.append(Int32(lane)) }
      if view < 0 { direct = lists } else { delayed[view] = lists }
      if wanted.barIntervalNanoseconds > 0 { builtBars[wanted.barIntervalNanoseconds, default: []].append(Int32(lane)) }
    }
    direct.crosses = crosses.keys.sorted().map { CrossBoard(instrument: $0, lanes: crosses[$0] ?? []) }
    hearsDirectly = !direct.isEmpty
    hearingViewCount = delayed.prefix { !$0.isEmpty }.count
    isBusy = hearsDirectly || hearingViewCount > 0 || subscriptions.contains { $0.fills || $0.orderChanges }
  }
}
