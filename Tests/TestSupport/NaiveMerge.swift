public import MarketTypes

/// Merges whole sources in memory: the naive twin of the import's merge by time.
public enum NaiveMerge {
  /// Every event of every source, in order. A source's events keep their order: each counts at the largest time up to it.
  ///
  /// What comes before a source's first news (an event with a time that is no snapshot and no clear) counts at that news;
  /// a source without news counts at its first time, one without any time where the source before it ends.
  public static func merge<Element>(_ sources: [[Element]], _ event: (Element) -> MarketEvent) -> [Element] {
    var keyed: [(key: Int64, source: Int, place: Int, element: Element)] = []
    var end = Int64.min
    for (number, source) in sources.enumerated() where !source.isEmpty {
      let times = source.map { event($0).exchangeTime.nanoseconds }
      let news = source.map(event).filter { isNews($0) }.map(\.exchangeTime.nanoseconds)
      let start = news.first ?? times.first { $0 != Int64.min } ?? end
      var largest = start
      for (place, element) in source.enumerated() {
        largest = max(largest, times[place])
        keyed.append((largest, number, place, element))
      }
      if let last = times.max(), last != Int64.min { end = last }
    }
    return keyed.sorted { ($0.key, $0.source, $0.place) < ($1.key, $1.source, $1.place) }.map(\.element)
  }

  private static func isNews(_ event: MarketEvent) -> Bool {
    guard event.exchangeTime != .unknown, !event.flags.contains(.snapshot) else { return false }
    return event.kind != .clear && event.kind != .snapshotBegin && event.kind != .snapshotEnd
  }
}
