import MarketTypes

/// By what to split a result.
public enum AttributionKey: String, Sendable, Hashable, CaseIterable {
  case instrument = "instrument"
  case venue = "venue"
  case strategy = "strategy"
  case predictor = "predictor"
  /// Hour of the day of the entry, UTC.
  case hour = "hour"
  case side = "side"
}

/// The part of a result that belongs to one instrument, venue, strategy, predictor or hour.
public struct AttributionRow: Sendable, Hashable {
  public let label: String
  public let trades: Int
  public let lots: Int64
  public let grossProfit: Double
  public let fees: Double
  public let netProfit: Double
  /// Net profit over the sum of all rows; nil when that is not above zero.
  public let share: Double?
  public let winRate: Double
  /// Value at entry of all trades.
  public let entryValue: Double
}

/// Round trips split by one key. The rows add up to the whole: closed trades only, open lots belong to no row.
public struct Attribution: Sendable, Hashable {
  public let key: AttributionKey
  /// By net profit, best first; hours in order of the clock. Equal profits go by label.
  public let rows: [AttributionRow]

  public init(_ trips: [RoundTrip], by key: AttributionKey, of log: TradeLog) {
    self.key = key
    var members: [String: [RoundTrip]] = [:]
    for trip in trips { members[Self.label(trip, key, log), default: []].append(trip) }
    let total = trips.lazy.map(\.netProfit).compensatedSum
    let rows = members.map { label, trips in
      let statistics = TradeStatistics(trips)
      return AttributionRow(
        label: label, trades: trips.count, lots: trips.reduce(0) { $0 + $1.lots },
        grossProfit: statistics.grossProfit, fees: statistics.fees, netProfit: statistics.netProfit,
        share: total > 0 ? statistics.netProfit / total : nil, winRate: statistics.winRate ?? 0,
        entryValue: trips.lazy.map(\.entryValue).compensatedSum)
    }
    self.rows = rows.sorted { left, right in
      if key != .hour, left.netProfit != right.netProfit { return left.netProfit > right.netProfit }
      return left.label < right.label
    }
  }

  private static func label(_ trip: RoundTrip, _ key: AttributionKey, _ log: TradeLog) -> String {
    switch key {
    case .instrument: return log.instruments[trip.instrument].symbol
    case .venue:
      let venue = log.instruments[trip.instrument].venue
      return venue.isEmpty ? "(no venue)" : venue
    case .strategy: return log.strategies[trip.strategy]
    case .predictor: return trip.predictor.map { log.predictors[$0] } ?? "(none)"
    case .side: return trip.direction == .sell ? "short" : "long"
    case .hour:
      let day = CalendarDate.nanosecondsPerDay
      let hour = (trip.entryTime - trip.entryTime.flooredQuotient(by: day) * day) / 3_600_000_000_000
      return (hour < 10 ? "0" : "") + "\(hour):00"
    }
  }

  /// How concentrated the gains are: the sum of squared shares of the rows with a profit (Herfindahl), 1 when one row
  /// has all of it; nil when no row has any.
  public var concentration: Double? {
    let gains = rows.map(\.netProfit).filter { $0 > 0 }
    let total = gains.compensatedSum
    guard total > 0 else { return nil }
    return gains.lazy.map { ($0 / total) * ($0 / total) }.compensatedSum
  }
}
