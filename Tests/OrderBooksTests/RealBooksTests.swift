import Foundation
import MarketTypes
import OrderBooks
import TestSupport
import TickImport
import TickStore
import Testing

/// Books rebuilt from public captures, against the answers that came with them.
@Suite(.enabled(if: RealData.isPresent)) struct RealBooksTests {
  static let lobster = "lobster/bigfatwhale/"

  /// Level 1 after every message: exact until the 54,607th row, where orders deeper than 50 levels first surface.
  @Test func lobsterTouchAfterEveryMessage() throws {
    let book = RealData.file(Self.lobster + "AAPL_2012-06-21_orderbook_50.head672.csv").path
    let expected = try RealFeeds.lines(Self.lobster + "AAPL_2012-06-21_34200_37800_orderbook_50_L1only.csv.gz")
    let message = Self.lobster + "AAPL_2012-06-21_34200_37800_message_50.csv.gz"
    let differing = try RealFeeds.withTicks([message], options: ["book": book]) { file in
      var recorder = TouchRecorder()
      let anomalies = try RealFeeds.replay(file, &recorder)
      #expect(anomalies.total == anomalies.orphans)
      // Rows are messages: the file's own, without the importer's snapshot.
      let rows = try messageTouches(recorder, file)
      #expect(rows.count == expected.count)
      let tick = file.instruments[0].tick
      return zip(rows, expected).enumerated().filter { Self.row($1.0, tick: tick) != $1.1 }.map(\.offset)
    }
    #expect(differing.first == 54_606)
    #expect(differing.count == 90)
  }

  /// The first ten seconds at all 50 levels. What happens deeper than 50 levels is never announced and slides into view
  /// later, so rows are compared as far down as every row before them reached.
  @Test func lobsterDepth() throws {
    let path = Self.lobster + "AAPL_2012-06-21_orderbook_50.head672.csv"
    let expected = try RealFeeds.lines(path).map { $0.split(separator: ",").compactMap { Int64($0) } }
    let first = try #require(expected.first)
    // Places without a level hold ±9999999999.
    func deepest(_ places: StrideTo<Int>) -> Int64? { places.map { first[$0] }.last { abs($0) < 9_999_999_999 } }
    var highestAsk = try #require(deepest(stride(from: 0, to: 200, by: 4)))
    var lowestBid = try #require(deepest(stride(from: 2, to: 200, by: 4)))
    let message = Self.lobster + "AAPL_2012-06-21_message_50.head672.csv"
    try RealFeeds.withTicks([message], options: ["book": RealData.file(path).path]) { file in
      var recorder = DepthRecorder(limit: 50)
      _ = try RealFeeds.replay(file, &recorder)
      let rows = try messages(recorder.depths, file)
      #expect(rows.count == 672)
      let unit = file.instruments[0].tick
      var compared = 0
      for (index, (depth, row)) in zip(rows, expected).enumerated() {
        var asks: [[Int64]] = []
        var bids: [[Int64]] = []
        for level in 0..<50 {
          if row[4 * level] <= highestAsk { asks.append([row[4 * level], row[4 * level + 1]]) }
          if row[4 * level + 2] >= lowestBid { bids.append([row[4 * level + 2], row[4 * level + 3]]) }
        }
        func known(_ levels: [BookLevel]) -> [[Int64]] {
          levels.map { [Int64(Self.price($0.price, tick: unit)) ?? 0, $0.quantity] }
        }
        #expect(known(depth.asks).filter { $0[0] <= highestAsk } == asks, "asks of row \(index)")
        #expect(known(depth.bids).filter { $0[0] >= lowestBid } == bids, "bids of row \(index)")
        compared += asks.count + bids.count
        if row[196] < 9_999_999_999 { highestAsk = min(highestAsk, row[196]) }
        if row[198] > -9_999_999_999 { lowestBid = max(lowestBid, row[198]) }
      }
      // Nearly all of 672 × 100 levels lie in that range.
      #expect(compared > 60_000)
    }
  }

  struct DepthRecorder: BookObserver {
    struct Depth {
      var bids: [BookLevel]
      var asks: [BookLevel]
    }

    let limit: Int
    var depths: [Depth] = []

    mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
      depths.append(Depth(bids: books.levels(.buy, limit: limit), asks: books.levels(.sell, limit: limit)))
    }
  }

  /// Keeps the states after events that the source itself contains.
  private func messages<State>(_ states: [State], _ file: TickFile) throws -> [State] {
    let reader = try TickEventReader(file)
    var result: [State] = []
    for state in states {
      guard let event = try reader.next() else { break }
      if !event.flags.contains(.synthetic) { result.append(state) }
    }
    return result
  }

  private func messageTouches(_ recorder: TouchRecorder, _ file: TickFile) throws -> [TouchRecorder.Touch] {
    try messages(recorder.touches, file)
  }

  /// LOBSTER prices are dollars times 10,000.
  private static func price(_ price: Price, tick: DecimalUnit) -> String {
    var scale: Int64 = 10_000
    for _ in 0..<tick.exponent { scale /= 10 }
    return "\(Int64(price.ticks) * tick.mantissa * scale)"
  }

  private static func row(_ touch: TouchRecorder.Touch, tick: DecimalUnit) -> String {
    let ask = touch.ask.map { "\(price($0.price, tick: tick)),\($0.quantity)" } ?? "9999999999,0"
    let bid = touch.bid.map { "\(price($0.price, tick: tick)),\($0.quantity)" } ?? "-9999999999,0"
    return "\(ask),\(bid)"
  }

  // MARK: - E-mini S&P 500, order by order

  struct Answer: Decodable {
    struct Queue: Decodable {
      var bidQueue: [[Entry]]
      var askQueue: [[Entry]]
    }

    /// An order id (text) or a size (number).
    enum Entry: Decodable, Hashable {
      case text(String)
      case number(Int64)

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = try (try? container.decode(Int64.self)).map { .number($0) } ?? .text(container.decode(String.self))
      }
    }

    var fLastEvents: Int
    var bboDigestSha256: String
    var queue: Queue
  }

  /// The digest over the best bid and offer at all 47,022 consistent states, crossed pre-open included, and the queues.
  @Test func futuresTouchDigestAndFinalQueue() throws {
    let folder = "dbn/nautilus/"
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let answer = try decoder.decode(
      Answer.self, from: Data(contentsOf: RealData.file(folder + "esh4-20231225.book.expected.json")))
    try RealFeeds.withTicks([folder + "esh4-glbx-mdp3-20231225.mbo.dbn.zst"]) { file in
      var recorder = TouchRecorder()
      let anomalies = try RealFeeds.replay(file, &recorder)
      #expect(anomalies.total == anomalies.orphans)
      let tick = file.instruments[0].tick
      let reader = try TickEventReader(file)
      var text = ""
      var states = 0
      var identifiers: [UInt32: UInt64] = [:]
      for touch in recorder.touches {
        let event = try #require(try reader.next())
        if event.kind == .add || event.kind == .modify { identifiers[event.slot] = event.identifier }
        guard touch.isEndOfEvent, !event.flags.contains(.synthetic) else { continue }
        states += 1
        let (bid, ask) = (Self.side(touch.bid, tick), Self.side(touch.ask, tick))
        text += "\(file.instruments[0].sourceIdentifier),\(event.sequence),\(bid),\(ask)\n"
      }
      #expect(states == answer.fLastEvents)
      #expect(try Self.sha256(text) == answer.bboDigestSha256)

      var books = BookSet(instrumentCount: 1)
      var batches = try TickReader(file)
      var batch = file.makeBatch()
      var observer = NullObserver()
      while try batches.nextBatch(into: &batch) { books.apply(batch, observer: &observer) }
      for (side, queue) in [(Side.buy, answer.queue.bidQueue), (.sell, answer.queue.askQueue)] {
        let orders = books.queue(side, at: books.bestPrice(side))
        #expect(orders.map { [.text("\(identifiers[$0.slot] ?? 0)"), .number($0.quantity)] } == queue)
      }
    }
  }

  /// The one pair of MBO and MBP-10 files of the same messages from the day's first order on: four orders of an
  /// equity's early morning.
  @Test func tenLevelsEqualTheDepthFeed() throws {
    let folder = "dbn/databento-python-tests/XNAS.ITCH/test_data."
    let orders = try Self.consistentStates(folder + "mbo.dbn.zst")
    let depth = try Self.consistentStates(folder + "mbp-10.dbn.zst")
    #expect(orders.count == 4)
    #expect(orders == depth)
  }

  /// The different ten-level states that follow each other, as text in the source's units. The first depth record comes
  /// as a snapshot of its own, so states are what counts, not events.
  private static func consistentStates(_ path: String) throws -> [String] {
    try RealFeeds.withTicks([path]) { file in
      var recorder = DepthRecorder(limit: 10)
      _ = try RealFeeds.replay(file, &recorder)
      let tick = file.instruments[0].tick
      let reader = try TickEventReader(file)
      var result: [String] = []
      for depth in recorder.depths {
        guard let event = try reader.next() else { break }
        guard event.flags.contains(.endOfEvent) else { continue }
        let sides = [depth.bids, depth.asks].map { levels in
          levels.map { "\(price($0.price, tick: tick)) \($0.quantity)" }.joined(separator: ", ")
        }
        let state = sides.joined(separator: " | ")
        if state != result.last, state != " | " { result.append(state) }
      }
      return result
    }
  }

  /// Ten levels derived from the order-level book's change summaries alone equal the book at every consistent state.
  ///
  /// No capture holds a depth feed of these hours, so the derived feed has the order book as its judge: both kinds of
  /// book must show the same ten levels throughout.
  @Test func tenLevelsDerivedFromOrders() throws {
    try RealFeeds.withTicks(["dbn/nautilus/esh4-glbx-mdp3-20231225.mbo.dbn.zst"]) { file in
      var follower = DepthFollower()
      var books = BookSet(instrumentCount: 1)
      var reader = try TickReader(file)
      var batch = file.makeBatch()
      while try reader.nextBatch(into: &batch) { books.apply(batch, observer: &follower) }
      #expect(follower.compared >= 47_022)
      #expect(follower.differing == 0)
      #expect(follower.derived.anomalies.total == 0)
    }
  }

  /// Writes a level feed from what each change says, and compares the book it makes.
  struct DepthFollower: BookObserver, ~Copyable {
    var derived = BookSet(instrumentCount: 1)
    var batch = EventBatch(capacity: 4)
    var totals: [[Int32: Int64]] = [[:], [:]]
    var compared = 0
    var differing = 0

    private mutating func set(_ price: Int32, by quantity: Int64, _ change: BookChange) {
      let side = change.sideIndex
      let total = totals[side][price, default: 0] + quantity
      totals[side][price] = total
      batch.append(EventCode(.setLevel, side: side == 0 ? .buy : .sell), time: change.time)
      batch.append(price: price, sideIndex: side)
      batch.append(quantity: total)
    }

    mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
      batch.removeAll()
      switch change.code.operation {
      case .add: set(change.price, by: change.quantity, change)
      case .cancel, .executeWhole, .reduce, .executePart, .executePriced:
        set(change.price, by: -change.quantity, change)
      case .modify:
        set(change.oldPrice, by: -change.oldQuantity, change)
        set(change.price, by: change.quantity, change)
      case .clear, .snapshotBegin:
        totals = [[:], [:]]
        batch.append(EventCode(.clear), time: change.time)
      default: break
      }
      var observer = NullObserver()
      derived.apply(batch, observer: &observer)
      guard change.code.isEndOfEvent else { return }
      compared += 1
      for side in [Side.buy, .sell] {
        let (ours, theirs) = (derived.levels(side, limit: 10), books.levels(side, limit: 10))
        if ours.map(\.price) != theirs.map(\.price) || ours.map(\.quantity) != theirs.map(\.quantity) {
          differing += 1
        }
      }
    }
  }

  private static func side(_ level: BookLevel?, _ tick: DecimalUnit) -> String {
    guard let level else { return "None,None" }
    var scale: Int64 = 1_000_000_000
    for _ in 0..<tick.exponent { scale /= 10 }
    return "\(Int64(level.price.ticks) * tick.mantissa * scale),\(level.quantity)"
  }

  private static func sha256(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    process.arguments = [path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let digest = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return String(digest.prefix(64))
  }

  // MARK: - Binance, levels against its own ticker

  /// Files, and how many depth groups end with a touch equal to the last ticker before them, out of how many.
  static let captures = [
    ("binance-raw/hftbacktest/usdm/btcusdt_20240808.gz", 6_509, 6_545),
    ("binance-raw/hftbacktest/spot/btcusdt_20240808.gz", 3_446, 3_448),
    ("binance-raw/hftbacktest/cm/btcusd_perp_20240808.gz", 26_822, 26_822),
  ]

  @Test(arguments: captures) func binanceLevelsAgainstTheTicker(path: String, equal: Int, compared: Int) throws {
    try RealFeeds.withTicks([path]) { file in
      var follower = TickerFollower()
      _ = try RealFeeds.replay(file, &follower)
      #expect(follower.compared > 0)
      // At least the ratio of the reference rebuild.
      #expect(
        Double(follower.equal) / Double(max(1, follower.compared)) >= Double(equal) / Double(compared) - 1e-12,
        "\(follower.equal) of \(follower.compared)")
    }
  }

  /// Compares the book, which quotes beside it do not touch, with the last ticker before each depth group's end.
  struct TickerFollower: BookObserver {
    var equal = 0
    var compared = 0

    mutating func bookChanged(_ change: BookChange, books: borrowing BookSet) {
      guard change.instrument == 0, change.code.operation == .setLevel, change.code.isEndOfEvent,
        let ticker = books.lastQuote()
      else { return }
      compared += 1
      if books.bestPrice(.buy) == ticker.bidPrice, books.bestPrice(.sell) == ticker.askPrice { equal += 1 }
    }
  }

  // MARK: - Two days in a row

  /// The second day begins with a snapshot of orders the first one left resting: it must replace them, not double them.
  @Test func aSnapshotReplacesTheDayBefore() throws {
    let days = ["24", "25"].map { "dbn/nautilus/esh4-glbx-mdp3-202312\($0).mbo.dbn.zst" }
    let alone = try Self.finalLevels([days[1]])
    let both = try Self.finalLevels(days)
    #expect(alone.count > 500)
    #expect(both == alone)
  }

  private static func finalLevels(_ paths: [String]) throws -> [BookLevel] {
    try RealFeeds.withTicks(paths) { file in
      var books = BookSet(instrumentCount: file.instruments.count)
      var reader = try TickReader(file)
      var batch = file.makeBatch()
      var observer = NullObserver()
      while try reader.nextBatch(into: &batch) { books.apply(batch, observer: &observer) }
      return books.levels(.buy) + books.levels(.sell)
    }
  }
}
