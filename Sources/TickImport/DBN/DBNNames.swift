/// Which name an instrument number has when, as the metadata at hand says: numbers pass from one instrument to another
/// over night, so a name is looked up by the day of a record's receive time.
struct DBNNames {
  /// A stretch of time, both ends included, and the name that holds there; nil where none is known.
  struct Span: Hashable {
    var from: UInt64 = 0
    var through = UInt64.max
    var symbol: String?

    func holds(_ time: UInt64) -> Bool { from <= time && time <= through }
  }

  private struct Entry {
    /// By begin; of equal begins in the order of the metadata.
    var spans: [Span] = []
    /// Whether all spans say the same.
    var isUnique = true
  }

  /// More names than any dataset has; those beyond are not remembered, so that a hostile file cannot fill the memory.
  static let maximumCount = 1 << 21
  /// Spans that overlap are looked at this far back: files ask for two names of one number, never for dozens.
  private static let overlapLimit = 16

  private var entries: [UInt32: Entry] = [:]
  private var count = 0
  /// Names of several instruments at once, such as a root for all its contracts.
  private(set) var shared: Set<String> = []

  init() {}

  init(_ metadata: DBNMetadata) {
    var times: [String: [(from: UInt64, through: UInt64, identifier: UInt32)]] = [:]
    for mapping in metadata.mappings {
      for interval in mapping.intervals {
        let isNumbered = metadata.symbologyOut == DBNMetadata.instrumentIdentifierSymbology
        let (number, symbol) =
          isNumbered ? (interval.symbol, mapping.symbol) : (mapping.symbol, interval.symbol)
        guard let identifier = UInt32(number), !symbol.isEmpty, count < Self.maximumCount else { continue }
        let from = Self.midnight(interval.startDate) ?? 0
        // A day that ends where it begins is meant whole.
        let end = Self.midnight(interval.endDate).map { $0 > from ? $0 : from + Self.day }
        let span = Span(from: from, through: end.map { $0 - 1 } ?? .max, symbol: symbol)
        entries[identifier, default: Entry()].spans.append(span)
        times[symbol, default: []].append((span.from, span.through, identifier))
        count += 1
      }
    }
    for (identifier, entry) in entries where entry.spans.count > 1 {
      // Sorting by offsets too keeps the metadata's order.
      let sorted = entry.spans.enumerated().sorted { ($0.element.from, $0.offset) < ($1.element.from, $1.offset) }
      entries[identifier] = Entry(
        spans: sorted.map(\.element), isUnique: entry.spans.allSatisfy { $0.symbol == entry.spans[0].symbol })
    }
    for (symbol, stretches) in times where stretches.count > 1 {
      let sorted = stretches.sorted { ($0.from, $0.through, $0.identifier) < ($1.from, $1.through, $1.identifier) }
      for (one, next) in zip(sorted, sorted.dropFirst()) where one.identifier != next.identifier {
        if next.from <= one.through { shared.insert(symbol) }
      }
    }
  }

  /// A live stream names a number from here on.
  mutating func learn(_ identifier: UInt32, _ symbol: String) {
    guard !symbol.isEmpty, entries[identifier] != nil || count < Self.maximumCount else { return }
    if entries[identifier] == nil { count += 1 }
    entries[identifier] = Entry(spans: [Span(symbol: symbol)])
  }

  /// The name of a number at a time, and the stretch over which it is that.
  func span(of identifier: UInt32, at time: UInt64) -> Span {
    guard let entry = entries[identifier] else { return Span() }
    // One name on all days it is known is taken for the name on others too: times of tests and of cut files.
    if entry.isUnique { return Span(symbol: entry.spans[0].symbol) }
    let spans = entry.spans
    var (low, high) = (0, spans.count)
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].from <= time { low = middle + 1 } else { high = middle }
    }
    let near = max(0, low - Self.overlapLimit)..<low
    if let found = near.first(where: { spans[$0].holds(time) }) { return spans[found] }
    let from = near.last.map { spans[$0].through &+ 1 } ?? 0
    return Span(from: min(from, time), through: low < spans.count ? spans[low].from - 1 : .max)
  }

  private static let day: UInt64 = 86_400_000_000_000

  private static func midnight(_ date: UInt32) -> UInt64? {
    let date = CivilDate(year: Int(date / 10_000), month: Int(date / 100 % 100), day: Int(date % 100))
    guard let seconds = date?.secondsSinceEpoch, seconds >= 0 else { return nil }
    return UInt64(seconds) * 1_000_000_000
  }
}
