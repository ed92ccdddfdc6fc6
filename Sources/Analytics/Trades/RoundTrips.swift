import MarketTypes

/// The round trips of a lane: fills matched first in, first out, for each strategy and instrument.
public struct RoundTrips: Sendable, Hashable {
  public let grouping: RoundTripGrouping
  /// In order of exit, then of entry.
  public let trips: [RoundTrip]
  public let open: [OpenLots]

  private struct Key: Hashable {
    let strategy: Int
    let instrument: Int
  }

  private struct Lot {
    let fill: Int
    var lots: Int64
  }

  /// Lots waiting to be closed; a cursor instead of removal keeps a million fills linear.
  private struct Position {
    var queue: [Lot] = []
    var head = 0
    var episode = 0
    var isEmpty: Bool { head == queue.count }
  }

  private struct Slice {
    let entry: Int
    let exit: Int
    let lots: Int64
    let episode: Int
  }

  /// Marks, when given (one series for each instrument), add the excursions.
  public init(
    _ log: TradeLog, grouping: RoundTripGrouping = .fillToFill, marks: [MarkSeries]? = nil
  ) throws(AnalyticsError) {
    if let marks, marks.count != log.instruments.count {
      throw AnalyticsError(
        series: "mark series", reason: .lengthMismatch(found: marks.count, expected: log.instruments.count))
    }
    var positions: [Key: Position] = [:]
    var slices: [Slice] = []
    var episodes = 0
    for (row, fill) in log.fills.enumerated() {
      let key = Key(strategy: fill.strategy, instrument: fill.instrument)
      var position = positions.removeValue(forKey: key) ?? Position()
      var remaining = fill.lots
      while remaining > 0, !position.isEmpty, log.fills[position.queue[position.head].fill].side != fill.side {
        let matched = min(remaining, position.queue[position.head].lots)
        slices.append(
          Slice(entry: position.queue[position.head].fill, exit: row, lots: matched, episode: position.episode))
        remaining -= matched
        position.queue[position.head].lots -= matched
        if position.queue[position.head].lots == 0 { position.head += 1 }
      }
      if position.isEmpty, position.head > 0 {
        position.queue.removeAll(keepingCapacity: true)
        position.head = 0
      }
      if remaining > 0 {
        if position.isEmpty {
          position.episode = episodes
          episodes += 1
        }
        position.queue.append(Lot(fill: row, lots: remaining))
      }
      positions[key] = position
    }
    self.grouping = grouping
    let groups: [[Slice]]
    switch grouping {
    case .fillToFill: groups = slices.map { [$0] }
    case .flatToFlat:
      var members: [Int: [Slice]] = [:]
      for slice in slices { members[slice.episode, default: []].append(slice) }
      groups = members.values.sorted { ($0[$0.count - 1].exit, $0[0].entry) < ($1[$1.count - 1].exit, $1[0].entry) }
    }
    trips = groups.map { Self.trip($0, log, marks) }
    open = Self.openLots(positions.values.flatMap { $0.queue[$0.head...] }, log)
  }

  private static func openLots(_ lots: [Lot], _ log: TradeLog) -> [OpenLots] {
    lots.sorted { $0.fill < $1.fill }.map { lot in
      let fill = log.fills[lot.fill]
      return OpenLots(
        instrument: fill.instrument, strategy: fill.strategy, predictor: fill.predictor, direction: fill.side,
        lots: lot.lots,
        entryTime: fill.time, entryHalfTicks: fill.priceHalfTicks,
        fees: fill.fee * (Double(lot.lots) / Double(fill.lots)))
    }
  }

  private static func trip(_ slices: [Slice], _ log: TradeLog, _ marks: [MarkSeries]?) -> RoundTrip {
    let first = log.fills[slices[0].entry]
    let last = log.fills[slices[slices.count - 1].exit]
    let instrument = log.instruments[first.instrument]
    var lots: Int64 = 0
    var sums = [CompensatedSum](repeating: CompensatedSum(), count: 7)
    var hasExcursions = true
    for slice in slices {
      let (entry, exit) = (log.fills[slice.entry], log.fills[slice.exit])
      let signed = entry.side == .sell ? -slice.lots : slice.lots
      func profit(at halfTicks: Int64) -> Double {
        instrument.profit(fromHalfTicks: entry.priceHalfTicks, toHalfTicks: halfTicks, lots: signed)
      }
      let share = Double(slice.lots)
      lots += slice.lots
      sums[0].add(Double(entry.priceHalfTicks) * share)
      sums[1].add(Double(exit.priceHalfTicks) * share)
      sums[2].add(abs(instrument.value(halfTicks: entry.priceHalfTicks, lots: slice.lots)))
      sums[3].add(profit(at: exit.priceHalfTicks))
      sums[4].add(entry.fee * (share / Double(entry.lots)) + exit.fee * (share / Double(exit.lots)))
      if let span = marks?[first.instrument].extremes(from: entry.time, through: exit.time),
        instrument.settlement != .inverse || span.lowest > 0
      {
        // The exit itself is seen too: a fill beyond every mark is the best or the worst that there was.
        let seen = [profit(at: span.lowest), profit(at: span.highest), profit(at: exit.priceHalfTicks)]
        sums[5].add(min(0, seen.min() ?? 0))
        sums[6].add(max(0, seen.max() ?? 0))
      } else {
        hasExcursions = false
      }
    }
    return RoundTrip(
      instrument: first.instrument, strategy: first.strategy, predictor: first.predictor, direction: first.side,
      lots: lots, entryTime: first.time, exitTime: last.time, entryHalfTicks: sums[0].value / Double(lots),
      exitHalfTicks: sums[1].value / Double(lots), entryRole: first.role, exitRole: last.role,
      entryValue: sums[2].value, grossProfit: sums[3].value, fees: sums[4].value,
      adverseExcursion: hasExcursions ? sums[5].value : nil,
      favourableExcursion: hasExcursions ? sums[6].value : nil)
  }
}
