public import Accounting
import MarketTypes
import OrderBooks
public import RiskControls

/// What one lane brings: its latencies, fees and limits.
public struct LaneTerms: Hashable, Sendable {
  public var latency: LatencyModel
  public var fees: FeeSchedule
  public var limits: RiskLimits

  public init(latency: LatencyModel = LatencyModel(), fees: FeeSchedule = FeeSchedule(), limits: RiskLimits = .none) {
    self.latency = latency
    self.fees = fees
    self.limits = limits
  }
}

/// The orders of all lanes of one thread against the shared books: queue places, fills, messages, positions.
///
/// Lanes never see each other: nothing here depends on how many there are or in which order they stand, except where
/// their state is stored. Every rule is therefore stated for one lane.
public struct ExecutionEngine: ~Copyable {
  public let laneCount: Int
  public let instrumentCount: Int
  /// Orders a lane may have alive or under way at once.
  public let ordersPerLane: Int
  let wordsPerLane: Int

  var orders: Column<LaneOrder>
  /// A bit for each place in use, `wordsPerLane` words a lane.
  var usedPlaces: Column<UInt64>
  var cohorts: Column<Cohort>
  var freeCohorts: Column<Int32>
  var levels: Column<LaneLevel>
  var levelTable = PriceTable()
  /// Which prices hold lane orders: buys at 2 i, sells at 2 i + 1; `orderCount` counts them, quantities are unused.
  let occupied: UnsafeMutablePointer<LadderSide>

  var requests: MessageQueue<Request>
  var notices: MessageQueue<Notice>
  var routes: Column<LaneRoutes>
  var feeSchedules: Column<FeeRates>
  let gates: [RiskGate]
  var riskStates: Column<RiskState>
  /// Position and cash as of the venue, and the position the lane knows of: lane × instruments + instrument.
  var ledgers: Column<PositionLedger>
  var knownLots: Column<Int64>
  /// Open quantity of a lane's orders as sent and not known to be done, buys then sells.
  var openQuantities: Column<Int64>
  /// How much each lane already took of the event being handled, valid while the stamp equals `stamp`.
  var takenNow: Column<Int64>
  var takenStamp: Column<Int64>
  var stamp: Int64 = 0
  /// What a lane took from levels that still stand; short lists, searched from the front.
  var takenLiquidity: [[TakenLiquidity]]
  /// What feeds an instrument gives, learned from its events.
  var feedKinds: Column<FeedKind>
  public internal(set) var statistics = ExecutionStatistics()
  var fills: [LaneFill] = []
  let keepsFills: Bool

  struct LaneRoutes: BitwiseCopyable {
    var newOrder: Int32
    var cancel: Int32
    var amend: Int32
    var notice: Int32
    var newOrderNanoseconds: Int64
    var cancelNanoseconds: Int64
    var amendNanoseconds: Int64
    var noticeNanoseconds: Int64
    var gate: Int32
  }

  struct FeeRates: BitwiseCopyable {
    var maker: Int64
    var taker: Int64
  }

  struct TakenLiquidity: BitwiseCopyable {
    var instrument: UInt16
    var sideIndex: UInt8
    var price: Int32
    var quantity: Int64
  }

  /// What an instrument's fills are derived from.
  struct FeedKind: BitwiseCopyable {
    /// Executions name resting orders, so trade prints repeat them.
    var namesOrders = false
  }

  public init(lanes: [LaneTerms], instrumentCount: Int, ordersPerLane: Int = 64, keepsFills: Bool = true) {
    laneCount = lanes.count
    self.instrumentCount = instrumentCount
    self.ordersPerLane = (max(1, ordersPerLane) + 63) / 64 * 64
    wordsPerLane = self.ordersPerLane / 64
    self.keepsFills = keepsFills
    orders = Column(repeating: LaneOrder(), count: laneCount * self.ordersPerLane)
    usedPlaces = Column(repeating: 0, count: laneCount * wordsPerLane)
    cohorts = Column(capacity: 1024)
    freeCohorts = Column(capacity: 1024)
    levels = Column(capacity: 1024)
    occupied = .allocate(capacity: max(1, instrumentCount * 2))
    for index in 0..<(instrumentCount * 2) {
      (occupied + index).initialize(to: LadderSide(sideIndex: index & 1))
    }
    requests = MessageQueue(
      delays: lanes.flatMap {
        [$0.latency.newOrderNanoseconds, $0.latency.cancelNanoseconds, $0.latency.amendNanoseconds]
      })
    notices = MessageQueue(delays: lanes.map(\.latency.acknowledgementNanoseconds))
    routes = Column(capacity: laneCount)
    feeSchedules = Column(capacity: laneCount)
    var gates: [RiskGate] = []
    var gateOf: [RiskLimits: Int32] = [:]
    for (index, lane) in lanes.enumerated() {
      if gateOf[lane.limits] == nil {
        gateOf[lane.limits] = Int32(gates.count)
        gates.append(RiskGate(limits: lane.limits, instrumentCount: instrumentCount))
      }
      let latency = lane.latency
      routes.append(
        LaneRoutes(
          newOrder: requests.route(of: latency.newOrderNanoseconds),
          cancel: requests.route(of: latency.cancelNanoseconds), amend: requests.route(of: latency.amendNanoseconds),
          notice: notices.route(of: latency.acknowledgementNanoseconds),
          newOrderNanoseconds: latency.newOrderNanoseconds, cancelNanoseconds: latency.cancelNanoseconds,
          amendNanoseconds: latency.amendNanoseconds, noticeNanoseconds: latency.acknowledgementNanoseconds,
          gate: gateOf[lane.limits] ?? 0))
      feeSchedules.append(FeeRates(maker: lane.fees.makerRate, taker: lane.fees.takerRate))
      for place in 0..<self.ordersPerLane { orders[index * self.ordersPerLane + place].lane = Int32(index) }
    }
    self.gates = gates
    riskStates = Column(repeating: RiskState(), count: laneCount)
    ledgers = Column(repeating: PositionLedger(), count: laneCount * instrumentCount)
    knownLots = Column(repeating: 0, count: laneCount * instrumentCount)
    openQuantities = Column(repeating: 0, count: laneCount * instrumentCount * 2)
    takenNow = Column(repeating: 0, count: laneCount)
    takenStamp = Column(repeating: -1, count: laneCount)
    takenLiquidity = Array(repeating: [], count: laneCount)
    feedKinds = Column(repeating: FeedKind(), count: max(1, instrumentCount))
  }

  deinit {
    occupied.deinitialize(count: instrumentCount * 2)
    occupied.deallocate()
  }

  // MARK: - Reading

  /// Position and cash of a lane at the venue.
  @inline(__always)
  public func ledger(lane: Int, instrument: Int = 0) -> PositionLedger { ledgers[lane * instrumentCount + instrument] }

  /// Position of a lane as far as its notices have told it.
  @inline(__always)
  public func knownPosition(lane: Int, instrument: Int = 0) -> Int64 { knownLots[lane * instrumentCount + instrument] }

  @inline(__always)
  public func order(_ index: Int32) -> LaneOrder { orders[Int(index)] }

  public func riskState(lane: Int) -> RiskState { riskStates[lane] }

  /// Indices of a lane's orders that it believes alive, in order of their places.
  @inline(__always)
  public func forEachOrder(lane: Int, _ body: (Int32) -> Void) {
    for word in 0..<wordsPerLane {
      var bits = usedPlaces[lane &* wordsPerLane &+ word]
      while bits != 0 {
        let place = word &* 64 &+ bits.trailingZeroBitCount
        bits &= bits &- 1
        let index = lane &* ordersPerLane &+ place
        if orders[index].knownQuantity > 0 { body(Int32(truncatingIfNeeded: index)) }
      }
    }
  }

  /// When the next message arrives, on either way; Int64.max when none is under way.
  @inline(__always)
  public var nextMessageTime: Int64 { min(requests.nextTime, notices.nextTime) }

  @inline(__always)
  public var nextRequestTime: Int64 { requests.nextTime }

  @inline(__always)
  public var nextNoticeTime: Int64 { notices.nextTime }

  /// The fills kept so far, oldest first; empties the store.
  public mutating func takeFills() -> [LaneFill] {
    defer { fills.removeAll(keepingCapacity: true) }
    return fills
  }

  /// The oldest notice, which has arrived.
  @inline(__always)
  public mutating func takeNotice() -> Notice {
    let notice = notices.removeFirst()
    learn(notice)
    return notice
  }
}

/// Counts over all lanes.
public struct ExecutionStatistics: Hashable, Sendable {
  public var sent = 0
  public var riskRejects = 0
  public var venueRejects = 0
  public var cancels = 0
  public var fills = 0

  public init() {}
}
