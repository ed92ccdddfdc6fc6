import MarketTypes

/// Finds sources that tell of the same time of an instrument by the same kind of events: those would count twice.
///
/// Snapshots do not count, because their orders may be days old; neither do overlaps of less than a second, by which the
/// clocks of captures step back.
struct OverlapScan {
  /// Kinds of events that a second source of the same kind repeats.
  enum Content: Int, CaseIterable {
    case orders, levels, trades, quotes, bars

    init?(_ kind: EventKind) {
      switch kind {
      case .add, .cancel, .reduce, .modify, .execute, .fill: self = .orders
      case .setLevel: self = .levels
      case .trade: self = .trades
      case .quote: self = .quotes
      case .bar: self = .bars
      default: return nil
      }
    }
  }

  /// Two sources and the time that both tell of.
  struct Overlap: Hashable {
    var first: String
    var second: String
    var instrument: Int
    var content: Content
    var from: Int64
    var to: Int64

    /// `from 2024-03-01T14:30:00Z to 2024-03-01T21:00:00Z`.
    var span: String { "from \(Self.text(from)) to \(Self.text(to))" }

    private static func text(_ nanoseconds: Int64) -> String {
      let date = DBNExporter.date(Timestamp(nanoseconds: nanoseconds))
      let seconds = Int(max(0, nanoseconds) / 1_000_000_000 % 86_400)
      func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
      return "\(date / 10_000)-\(two(Int(date / 100 % 100)))-\(two(Int(date % 100)))"
        + "T\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))Z"
    }
  }

  private struct Span {
    var source: Int
    var place: Int
    var first: Int64
    var last: Int64
  }

  static let tolerance: Int64 = 1_000_000_000

  private var sources: [String] = []
  private var ended: [Span] = []
  /// Of the source at hand: first and last time by instrument and kind.
  private var current: [(first: Int64, last: Int64)] = []

  /// Ends the source at hand and begins the next.
  mutating func begin(_ source: String) {
    end()
    sources.append(source)
  }

  private mutating func end() {
    for (place, times) in current.enumerated() where times.first <= times.last {
      ended.append(Span(source: sources.count - 1, place: place, first: times.first, last: times.last))
    }
    current.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  mutating func note(_ event: MarketEvent) {
    let time = event.exchangeTime
    guard time != .unknown, !event.flags.contains(.snapshot), !event.flags.contains(.synthetic),
      let content = Content(event.kind)
    else { return }
    let place = Int(event.instrument) * Content.allCases.count + content.rawValue
    while place >= current.count { current.append((.max, .min)) }
    current[place].first = min(current[place].first, time.nanoseconds)
    current[place].last = max(current[place].last, time.nanoseconds)
  }

  /// The first overlap of two sources; `leader` gives the item that stands for an instrument over all sources.
  mutating func firstOverlap(leader: (Int) -> Int) -> Overlap? {
    end()
    let kinds = Content.allCases.count
    for index in ended.indices {
      ended[index].place = leader(ended[index].place / kinds) * kinds + ended[index].place % kinds
    }
    ended.sort { ($0.place, $0.first, $0.source) < ($1.place, $1.first, $1.source) }
    var furthest: Span?
    for span in ended {
      // Decimals of prices may make two items of one instrument in one source.
      if let before = furthest, before.place == span.place, before.source != span.source,
        span.first < max(min(before.last, span.last), .min + Self.tolerance) - Self.tolerance
      {
        let (a, b) = before.source < span.source ? (before.source, span.source) : (span.source, before.source)
        return Overlap(
          first: sources[a], second: sources[b], instrument: span.place / kinds,
          content: Content(rawValue: span.place % kinds) ?? .orders, from: span.first, to: min(before.last, span.last))
      }
      if furthest?.place != span.place || span.last > furthest?.last ?? .min { furthest = span }
    }
    return nil
  }
}
