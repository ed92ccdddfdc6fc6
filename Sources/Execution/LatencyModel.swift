/// How long one kind of message takes.
public enum LatencyLaw: Hashable, Sendable {
  /// Always the same.
  case constant(nanoseconds: Int64)
  /// What the data's own feed took at that moment, times a factor in thousandths, plus a constant; never below zero.
  case recorded(thousandths: Int64 = 1_000, addedNanoseconds: Int64 = 0)
  /// Interpolated in time between measured points; constant before the first and after the last.
  case measured([LatencyPoint])
  /// Drawn for each message: linear between quantiles at equal steps of probability, from 0 to 1.
  case drawn(quantiles: [Int64])

  /// The constant, or nil when it varies.
  public var constantNanoseconds: Int64? {
    if case .constant(let nanoseconds) = self { return max(0, nanoseconds) }
    return nil
  }

  /// The shortest that it can give.
  var leastNanoseconds: Int64 {
    switch self {
    case .constant(let nanoseconds): max(0, nanoseconds)
    case .recorded: 0
    case .measured(let points): max(0, points.map(\.nanoseconds).min() ?? 0)
    case .drawn(let quantiles): max(0, quantiles.min() ?? 0)
    }
  }
}

/// A measured latency at a moment.
public struct LatencyPoint: Hashable, Sendable {
  /// Nanoseconds since the epoch.
  public var time: Int64
  public var nanoseconds: Int64

  public init(time: Int64, nanoseconds: Int64) {
    self.time = time
    self.nanoseconds = nanoseconds
  }
}

/// How long messages travel, per lane and per kind of message.
///
/// A lane speaks to its venue over one connection: a message never overtakes an earlier one of the same direction.
public struct LatencyModel: Hashable, Sendable {
  /// From the exchange's event to the lane's view of it.
  public enum Feed: Hashable, Sendable {
    /// Every event takes this long.
    case constant(nanoseconds: Int64)
    /// As recorded: the data's own local times.
    case recorded
    /// By a law, event by event; an event never overtakes an earlier one. Lanes of one law and seed hear the same feed.
    case varying(LatencyLaw)
  }

  /// What lanes must share to read one delayed book.
  package struct FeedSetting: Hashable, Sendable {
    /// Of a constant feed; 0 of others.
    package var nanoseconds: Int64 = 0
    package var isRecorded = false
    package var law: LatencyLaw?
    package var seed: UInt64 = 0

    /// What gives the delay of each event; nil where that is constant or recorded.
    package var sampler: LatencySampler? { law.map { LatencySampler($0, seed: seed, stream: 1 << 47) } }
  }

  public var feed: Feed
  public var newOrder: LatencyLaw
  public var cancel: LatencyLaw
  public var amend: LatencyLaw
  /// From the exchange's answer or fill to the lane.
  public var acknowledgement: LatencyLaw
  /// Seed and stream of the lane's draws. Lanes with the same stream draw the same numbers.
  public var seed: UInt64 = 0
  public var stream: UInt64 = 0

  public init(
    feed: Feed = .constant(nanoseconds: 0), newOrder: LatencyLaw, cancel: LatencyLaw? = nil, amend: LatencyLaw? = nil,
    acknowledgement: LatencyLaw, seed: UInt64 = 0, stream: UInt64 = 0
  ) {
    self.feed = feed
    self.newOrder = newOrder
    self.cancel = cancel ?? newOrder
    self.amend = amend ?? newOrder
    self.acknowledgement = acknowledgement
    self.seed = seed
    self.stream = stream
  }

  public init(
    feed: Feed = .constant(nanoseconds: 0), newOrderNanoseconds: Int64 = 0, cancelNanoseconds: Int64? = nil,
    amendNanoseconds: Int64? = nil, acknowledgementNanoseconds: Int64 = 0
  ) {
    self.init(
      feed: feed, newOrder: .constant(nanoseconds: newOrderNanoseconds),
      cancel: .constant(nanoseconds: cancelNanoseconds ?? newOrderNanoseconds),
      amend: .constant(nanoseconds: amendNanoseconds ?? newOrderNanoseconds),
      acknowledgement: .constant(nanoseconds: acknowledgementNanoseconds))
  }

  /// The one delay of every request, when there is one: such requests need no heap.
  var commonRequestNanoseconds: Int64? {
    guard let nanoseconds = newOrder.constantNanoseconds, cancel.constantNanoseconds == nanoseconds,
      amend.constantNanoseconds == nanoseconds
    else { return nil }
    return nanoseconds
  }

  /// Whether a request may be answered at the very moment it is made.
  var mayTakeNoTime: Bool {
    acknowledgement.leastNanoseconds == 0 && [newOrder, cancel, amend].contains { $0.leastNanoseconds == 0 }
  }

  /// The delay of a constant feed; 0 of others.
  var feedNanoseconds: Int64 {
    if case .constant(let nanoseconds) = feed { return max(0, nanoseconds) }
    return 0
  }

  /// The longest the feed may take; Int64.max where only the data says.
  var longestFeedNanoseconds: Int64 {
    switch feed {
    case .constant: feedNanoseconds
    case .recorded, .varying(.recorded): .max
    case .varying(.constant(let nanoseconds)): max(0, nanoseconds)
    case .varying(.measured(let points)): max(0, points.map(\.nanoseconds).max() ?? 0)
    case .varying(.drawn(let quantiles)): max(0, quantiles.max() ?? 0)
    }
  }

  package var feedSetting: FeedSetting {
    switch feed {
    case .constant: FeedSetting(nanoseconds: feedNanoseconds)
    case .recorded: FeedSetting(isRecorded: true)
    case .varying(let law): FeedSetting(law: law, seed: seed)
    }
  }

  /// Whether it needs the local times of the data.
  public var usesFeedDelays: Bool {
    if feed == .recorded { return true }
    if case .varying(.recorded) = feed { return true }
    return [newOrder, cancel, amend, acknowledgement].contains {
      if case .recorded = $0 { return true }
      return false
    }
  }

  /// How far the lane's clock may run behind the venue's, so that it can read the venue's own book.
  ///
  /// At local time T a lane with feed delay d knows the book as of T − d, and every notice that left the venue by T minus
  /// the acknowledgement delay. When that delay is at least d, all those notices exist when the venue's clock shows T − d,
  /// so the lane can be called at that moment, and no second, delayed book is needed. Nil when that is not so.
  package var clockShift: Int64? {
    guard case .constant = feed else { return nil }
    guard let nanoseconds = acknowledgement.constantNanoseconds else { return feedNanoseconds == 0 ? 0 : nil }
    return nanoseconds >= feedNanoseconds ? feedNanoseconds : nil
  }
}
