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
  /// Closed round trips, their lots and what they made before fees.
  public let trades: Int
  public let lots: Int64
  public let grossProfit: Double
  /// Lots that were never closed, and what they made until the last mark.
  public let openLots: Int64
  public let openProfit: Double
  /// Of all fills, also of those whose lots are still held.
  public let fees: Double
  /// Funding, borrow and dividends, negative when more was received.
  public let carry: Double
  /// What belongs to no fill: conversion of currencies, lots without a mark.
  public let other: Double
  /// All of it.
  public let netProfit: Double
  /// Net profit over the sum of all rows; nil when that is not above zero.
  public internal(set) var share: Double?
  public let winRate: Double
  /// Value at entry of all trades.
  public let entryValue: Double
}

/// Lots that were never closed at the last mark of their instrument.
public struct MarkedLots: Sendable, Hashable {
  public let lots: OpenLots
  /// Before fees.
  public let profit: Double

  package init(_ lots: OpenLots, profit: Double) {
    self.lots = lots
    self.profit = profit
  }
}

/// A lane's profit split by one key. Closed trades count to the key of their entry, lots still held too. The rows add up to
/// the whole: what belongs to no fill is a row of its own, `Attribution.unsplit`, unless there is one row only.
public struct Attribution: Sendable, Hashable {
  public let key: AttributionKey
  /// By net profit, best first; hours in order of the clock. Equal profits go by label.
  public let rows: [AttributionRow]

  /// The label of what belongs to no fill.
  public static let unsplit = "(carry and other)"

  /// What one label has.
  private struct Members {
    var trips: [RoundTrip] = []
    var open: [MarkedLots] = []
    var carry = 0.0
    var other = 0.0

    func row(_ label: String) -> AttributionRow {
      let statistics = TradeStatistics(trips)
      let openProfit = open.lazy.map(\.profit).compensatedSum
      let fees = statistics.fees + open.lazy.map(\.lots.fees).compensatedSum
      return AttributionRow(
        label: label, trades: trips.count, lots: trips.reduce(0) { $0 + $1.lots },
        grossProfit: statistics.grossProfit, openLots: open.reduce(0) { $0 + $1.lots.lots }, openProfit: openProfit,
        fees: fees, carry: carry, other: other,
        netProfit: statistics.grossProfit + openProfit - fees - carry + other, share: nil,
        winRate: statistics.winRate ?? 0, entryValue: trips.lazy.map(\.entryValue).compensatedSum)
    }
  }

  /// What an instrument's carry and net profit are known to be.
  package struct InstrumentPart: Sendable, Hashable {
    let instrument: Int
    let carry: Double
    let netProfit: Double

    package init(instrument: Int, carry: Double, netProfit: Double) {
      self.instrument = instrument
      self.carry = carry
      self.netProfit = netProfit
    }
  }

  /// `carry` and `other` are those of the whole lane; splits by instrument and venue put what `parts` know of them into their
  /// rows, and only the rest belongs to no row.
  package init(
    _ trips: [RoundTrip], open: [MarkedLots], carry: Double, other: Double, parts: [InstrumentPart] = [],
    by key: AttributionKey, of log: TradeLog
  ) {
    self.key = key
    var members: [String: Members] = [:]
    for trip in trips {
      members[
        Self.label(key, log, trip.instrument, trip.strategy, trip.predictor, trip.direction, trip.entryTime),
        default: Members()
      ].trips.append(trip)
    }
    for marked in open {
      let lots = marked.lots
      members[
        Self.label(key, log, lots.instrument, lots.strategy, lots.predictor, lots.direction, lots.entryTime),
        default: Members()
      ].open.append(marked)
    }
    var (carry, other) = (carry, other)
    let scale = trips.lazy.map(\.entryValue).compensatedSum
    if key == .instrument || key == .venue {
      for part in parts where log.instruments.indices.contains(part.instrument) {
        let fills = Members(
          trips: trips.filter { $0.instrument == part.instrument },
          open: open.filter { $0.lots.instrument == part.instrument }, carry: part.carry
        ).row("").netProfit
        let rest = part.netProfit - fills
        // Rounding of sums is no part of a result.
        let own = rest.magnitude <= 1e-9 * max(part.netProfit.magnitude, scale) ? 0 : rest
        guard part.carry != 0 || own != 0 else { continue }
        let label = Self.label(key, log, part.instrument, 0, nil, .buy, 0)
        members[label, default: Members()].carry += part.carry
        members[label, default: Members()].other += own
        carry -= part.carry
        other -= own
      }
      if !parts.isEmpty {
        let money = max(scale, parts.reduce(0) { $0 + $1.carry.magnitude + $1.netProfit.magnitude })
        if carry.magnitude <= 1e-9 * money { carry = 0 }
        if other.magnitude <= 1e-9 * money { other = 0 }
      }
    }
    if carry != 0 || other != 0 {
      let label = members.count == 1 ? members.keys.first ?? Self.unsplit : Self.unsplit
      members[label, default: Members()].carry += carry
      members[label, default: Members()].other += other
    }
    let rows = members.map { $1.row($0) }
    let total = rows.map(\.netProfit).compensatedSum
    self.rows = rows.map { row in
      var row = row
      row.share = total > 0 ? row.netProfit / total : nil
      return row
    }.sorted { left, right in
      if key != .hour, left.netProfit != right.netProfit { return left.netProfit > right.netProfit }
      return left.label < right.label
    }
  }

  /// Closed trades alone.
  public init(_ trips: [RoundTrip], by key: AttributionKey, of log: TradeLog) {
    self.init(trips, open: [], carry: 0, other: 0, by: key, of: log)
  }

  private static func label(
    _ key: AttributionKey, _ log: TradeLog, _ instrument: Int, _ strategy: Int, _ predictor: Int?, _ direction: Side,
    _ entryTime: Int64
  ) -> String {
    switch key {
    case .instrument: return log.instruments[instrument].symbol
    case .venue:
      let venue = log.instruments[instrument].venue
      return venue.isEmpty ? "(no venue)" : venue
    case .strategy: return log.strategies[strategy]
    case .predictor: return predictor.map { log.predictors[$0] } ?? "(none)"
    case .side: return direction == .sell ? "short" : "long"
    case .hour:
      let day = CalendarDate.nanosecondsPerDay
      let hour = (entryTime - entryTime.flooredQuotient(by: day) * day) / 3_600_000_000_000
      return (hour < 10 ? "0" : "") + "\(hour):00"
    }
  }

  /// How concentrated the gains are: the sum of squared shares of the rows with a profit (Herfindahl), 1 when one row
  /// has all of it; nil when no row has any.
  public var concentration: Double? {
    let gains = rows.filter { $0.label != Self.unsplit }.map(\.netProfit).filter { $0 > 0 }
    let total = gains.compensatedSum
    guard total > 0 else { return nil }
    return gains.lazy.map { ($0 / total) * ($0 / total) }.compensatedSum
  }
}
