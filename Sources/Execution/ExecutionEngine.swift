public import Accounting
public import MarketTypes
import OrderBooks
public import RiskControls

/// What one lane brings: its latencies, fees, limits and models.
public struct LaneTerms: Hashable, Sendable {
  public var latency: LatencyModel
  public var fees: FeeSchedule
  public var limits: RiskLimits
  public var queueModel: QueueModel
  /// On data without a book (bars, trade prints) orders fill at the last price at once, as simple backtests assume;
  /// otherwise at the next bar's open or the next trade.
  public var tradesAtLastPrice: Bool
  public var carry: CarryTerms?
  /// Business days after which a fill has changed hands. Lots and gains count at once; a lane without credit cannot spend
  /// what it sold for before.
  public var settlementDays: Int
  /// Nil: the lane may buy and sell what it wants.
  public var credit: CreditTerms?
  /// Nil: every fill at an order's price happens.
  public var fillChance: FillChance?
  /// Of the account that a strategy reads, where it asks for one.
  public var account: AccountBasis
  /// Keep a record of each step of each order and of each fill.
  public var isRecorded: Bool

  public init(
    latency: LatencyModel = LatencyModel(), fees: FeeSchedule = FeeSchedule(), limits: RiskLimits = .none,
    queueModel: QueueModel = .riskAverse, tradesAtLastPrice: Bool = false, carry: CarryTerms? = nil,
    settlementDays: Int = 0, credit: CreditTerms? = nil, fillChance: FillChance? = nil,
    account: AccountBasis = AccountBasis(), isRecorded: Bool = true
  ) {
    self.latency = latency
    self.fees = fees
    self.limits = limits
    self.queueModel = queueModel
    self.tradesAtLastPrice = tradesAtLastPrice
    self.carry = carry
    self.settlementDays = settlementDays
    self.credit = credit
    self.fillChance = fillChance
    self.account = account
    self.isRecorded = isRecorded
  }
}

/// The orders of all lanes of one thread against the shared books: queue places, fills, messages, positions.
///
/// Lanes never see each other: nothing here depends on how many there are or in which order they stand, except where
/// their state is stored. Every rule is therefore stated for one lane.
public struct ExecutionEngine: ~Copyable {
  public let laneCount: Int
  public let instrumentCount: Int
  /// Orders a lane may have alive or under way at once: a power of two times 64.
  public let ordersPerLane: Int
  let wordsPerLane: Int
  /// An order's index shifted right by this is its lane.
  let laneShift: Int

  var orders: Column<LaneOrder>
  /// A bit for each place in use, and for each order the lane believes alive; `wordsPerLane` words a lane.
  var usedPlaces: Column<UInt64>
  var alivePlaces: Column<UInt64>
  var knownPrices: Column<KnownPrice>
  /// When each place's order last filled, where some lane is recorded; Int64.min before.
  var lastFillTimes: Column<Int64>
  /// Empty until the first order that is more than a plain limit order.
  var extras = Column<OrderExtras>(capacity: 0)
  var cohorts: Column<Cohort>
  var freeCohorts: Column<Int32>
  /// Where lane orders rest: buys at 2 i, sells at 2 i + 1. `orderCount` counts their cohorts; the quantity's
  /// halves are the first and last cohort of the level.
  let occupied: UnsafeMutablePointer<LadderSide>

  var requests: MessageQueue
  var notices: MessageQueue
  var amendments = Slab<Amendment>()
  var details = Slab<NoticeDetail>()
  var lanes: Column<LaneRoutes>
  var meter: FeeMeter
  /// What each order has paid so far; empty where maker and taker rates say everything.
  var orderFees: Column<OrderFees>
  /// Some lane misses fills; its lanes' chances and every order's draws, empty otherwise.
  let drawsFills: Bool
  let fillDraws: [FillDraw]
  var orderDraws: Column<OrderDraws>
  /// An order begins with more than its own record.
  let keepsRecords: Bool
  /// What counts are worth, which rates change.
  var contracts: [ContractValue]
  var changes: ChangeSchedule
  var carry: CarrySchedule
  /// Empty where no lane has carrying costs.
  var carryLedgers: Column<CarryLedger>
  let borrowTerms: [BorrowTerms?]
  let settlementDays: [Int]
  let credits: [CreditTerms?]
  /// What accounts that strategies read begin with.
  let capitals: [Money]
  /// Lanes whose positions are being closed on a margin call: nothing else passes.
  var isBeingClosed: [Bool]
  /// What lanes without credit have sold and not been paid for, by rising day.
  var unsettled: [[UnsettledProceeds]]
  let keepsUnsettled: Bool
  /// Accounts of lanes whose strategies read theirs, and the place of each lane's; -1 for all others.
  var knownAccounts: [KnownAccount]
  let accountPlaces: [Int32]
  let keepsAccounts: Bool
  /// A fill has more to do than to be booked.
  let keepsBookings: Bool
  let gates: Column<RiskGate>
  let queueModels: [QueueModel]
  /// Of lanes whose messages vary; four a lane: new, cancel, amend, acknowledgement.
  let samplers: [LatencySampler]
  var riskStates: Column<RiskState>
  /// Position and cash as of the venue, and the position the lane knows of: lane × instruments + instrument.
  var ledgers: Column<PositionLedger>
  var knownLots: Column<Int64>
  var knownCash: Column<Int128>
  /// Filled of each place's orders at the venue, and the part that the lane has not heard of: running sums, of which only
  /// differences are read.
  var filledQuantities: Column<Int64>
  var unheardQuantities: Column<Int64>
  /// Open quantity of a lane's orders as sent and not known to be done, buys then sells.
  var openQuantities: Column<Int64>
  /// Changes when the lane's orders or position, as it knows them, change by news.
  var newsCounts: Column<UInt32>
  /// How often each lane that can stand still has asked for something at its latest moment.
  var moments: Column<RequestMoment>
  /// How much each lane already took of the event being handled, valid while the stamp equals `stamp`.
  var takenNow: Column<Int64>
  var takenStamp: Column<Int64>
  var stamp: Int64 = 0
  /// When the bar being handled began.
  var barStart = Int64.min
  /// Numbers below zero for joins that share their moment with nobody.
  var unsharedJoins: Int64 = -1
  /// What each lane took and still stands; short lists, searched from the front.
  var takenLiquidity: [[TakenLiquidity]]
  /// A bit for each slot whose order some lane may have taken from.
  var takenSlots = Column<UInt64>(capacity: 0)
  /// The levels of feeds without orders that some lane took from, as sides of a book as `occupied`: the quantity is the most
  /// that any lane remembers.
  let takenLevels: UnsafeMutablePointer<LadderSide>
  /// What feeds an instrument gives, learned from its events.
  var feedKinds: Column<FeedKind>
  /// Orders that wait outside the queues: stops, pegs, orders for an auction, orders with an expiry.
  var special = SpecialOrders()
  /// Room for the prices that one event goes through.
  var scratchPrices = Column<Int32>(capacity: 64)
  var scratchQuantities = Column<Int64>(capacity: 64)
  /// The feed's latency at the moment, for laws that follow it.
  public var feedNanoseconds: Int64 = 0
  var statistics: Column<LaneStatistics>
  var fills: [LaneFill] = []
  var transitions: [OrderTransition] = []
  var middles: [MiddleChange] = []
  /// Orders trade in a market of their own: requests are handed out, and what the venue reports is handed in.
  public var tradesAtVenue = false
  /// Some lane is recorded, and its figures need the middle at other times.
  let keepsMiddles: Bool

  struct LaneRoutes: BitwiseCopyable {
    var request: Int32
    var notice: Int32
    var requestNanoseconds: Int64
    /// From the venue to the moment the lane is called, which its clock shift has been taken off.
    var noticeNanoseconds: Int64
    /// What the lane's clock shows more than the venue's when it is called.
    var clockShift: Int64
    /// The longest its feed may take; Int64.max where only the data says.
    var feedNanoseconds: Int64
    /// Last arrivals on the lane's connection, for messages that vary.
    var lastRequest: Int64 = .min
    var lastNotice: Int64 = .min
    var messageCount: UInt64 = 0
    var gate: Int32
    /// Index of its first sampler; -1 when all its delays are constant.
    var sampler: Int32
    var queueModel: UInt16
    var tradesAtLastPrice: Bool
    var isRecorded: Bool
    var hearsFills: Bool
    /// Neither recorded nor called for news of its orders, and its notices take one constant delay.
    var isSilent: Bool
    /// The lane wants to hear of everything about its orders, so each step needs a message.
    var hearsAll: Bool
    /// A request may be answered at the moment it is made; see `mostRequestsAtOnce`.
    var mayStandStill: Bool
    /// Sending asks for more than the gate: that, or buying power.
    var isWatched: Bool
  }

  /// What an instrument's fills are derived from.
  struct FeedKind: BitwiseCopyable {
    /// Executions name resting orders, so trade prints repeat them.
    var namesOrders = false
    /// `lastBidPlusAsk` is the price of the last trade or bar twice: the instrument has no book. Beside the other flag, so that
    /// a kind stays one cache line.
    var lastStandsForBoth = false
    /// Bid plus ask in ticks when both sides last had a price.
    var lastBidPlusAsk = Int64.min
    /// When the last bar ended, which is when the next one began; Int64.min before the first.
    var lastBarTime = Int64.min
    /// Bid price and quantity, ask price and quantity of the last quote.
    var quote: (Int32, Int64, Int32, Int64) = (.min, 0, .min, 0)
    /// Changes of the trading phase.
    var status = MarketStatus.unknown

    /// The last price of an instrument without a book, which controls of value and price then go by; none where there is a
    /// book. Half ticks, which a split may leave, go up: the dear side of a buy. A property of this small value, because
    /// a method of the engine would be given a copy of the engine at every order.
    var priceWithoutBook: Price {
      lastStandsForBoth ? Price(ticks: Int32(clamping: (lastBidPlusAsk + 1) >> 1)) : .none
    }
  }

  /// `hearing` says what each lane is called for; lanes learn without messages what needs none. Throws where fees or
  /// values of an instrument cannot be kept exactly, or a message would take longer than times can bear.
  public init(
    lanes terms: [LaneTerms], instruments: [Instrument], ordersPerLane: Int = 64, hearing: [LaneHearing]? = nil,
    changes: InstrumentChanges = .none
  ) throws(LaneTermsError) {
    for (lane, terms) in terms.enumerated() { try terms.latency.validate(lane: lane) }
    let meter = try Self.meter(terms, instruments)
    let (models, modelOf) = try Self.queueModels(terms)
    let contracts = try Self.contracts(instruments)
    self.contracts = contracts
    self.changes = ChangeSchedule(changes, contracts)
    let instrumentCount = instruments.count
    laneCount = terms.count
    self.instrumentCount = instrumentCount
    var places = 64
    while places < min(ordersPerLane, 1 << 16) { places *= 2 }
    self.ordersPerLane = places
    wordsPerLane = places / 64
    laneShift = places.trailingZeroBitCount
    orders = Column(repeating: LaneOrder(), count: laneCount * places)
    usedPlaces = Column(repeating: 0, count: laneCount * wordsPerLane)
    alivePlaces = Column(repeating: 0, count: laneCount * wordsPerLane)
    knownPrices = Column(repeating: KnownPrice(), count: laneCount * places)
    let keepsSteps = terms.contains(where: \.isRecorded)
    lastFillTimes = Column(repeating: .min, count: keepsSteps ? laneCount * places : 0)
    cohorts = Column(capacity: 1024)
    freeCohorts = Column(capacity: 1024)
    occupied = .allocate(capacity: max(1, instrumentCount * 2))
    takenLevels = .allocate(capacity: max(1, instrumentCount * 2))
    for index in 0..<(instrumentCount * 2) {
      (occupied + index).initialize(to: LadderSide(sideIndex: index & 1))
      (takenLevels + index).initialize(to: LadderSide(sideIndex: index & 1))
    }
    let requests = MessageQueue(delays: terms.compactMap { Self.requestRoute($0.latency) })
    let notices = MessageQueue(delays: terms.compactMap { Self.noticeDelay($0.latency) })
    lanes = Column(capacity: laneCount)
    var gateOf: [RiskLimits: Int32] = [:]
    var gates = Column<RiskGate>()
    var samplers: [LatencySampler] = []
    for (index, lane) in terms.enumerated() {
      if gateOf[lane.limits] == nil {
        gateOf[lane.limits] = Int32(gates.count)
        gates.append(RiskGate(limits: lane.limits, instrumentCount: instrumentCount))
      }
      let latency = lane.latency
      let request = latency.commonRequestNanoseconds
      let notice = Self.noticeDelay(latency)
      var sampler: Int32 = -1
      if request == nil || notice == nil {
        sampler = Int32(samplers.count)
        for (place, law) in [latency.newOrder, latency.cancel, latency.amend, latency.acknowledgement].enumerated() {
          samplers.append(
            LatencySampler(law, seed: latency.seed, stream: latency.stream &* 4 &+ UInt64(place)))
        }
      }
      lanes.append(
        LaneRoutes(
          request: requests.route(of: Self.requestRoute(latency)), notice: notices.route(of: notice),
          requestNanoseconds: request ?? 0, noticeNanoseconds: notice ?? 0,
          clockShift: latency.clockShift ?? 0, feedNanoseconds: latency.longestFeedNanoseconds,
          gate: gateOf[lane.limits] ?? 0, sampler: sampler,
          queueModel: modelOf[lane.queueModel] ?? 0, tradesAtLastPrice: lane.tradesAtLastPrice,
          isRecorded: lane.isRecorded,
          hearsFills: hearing?[index].fills ?? true,
          isSilent: !lane.isRecorded && notice != nil && !(hearing?[index].orderChanges ?? true),
          hearsAll: hearing?[index].orderChanges ?? true, mayStandStill: latency.mayTakeNoTime,
          isWatched: latency.mayTakeNoTime || lane.credit != nil))
    }
    orderFees = Column(repeating: OrderFees(), count: meter.isPlain ? 0 : laneCount * places)
    let isPlain = meter.isPlain
    self.meter = meter
    let chances = terms.map { $0.fillChance ?? FillChance(probability: 1) }
    let drawsFills = chances.contains { $0.threshold < 1 << 32 }
    self.drawsFills = drawsFills
    fillDraws = drawsFills ? chances.map { FillDraw(threshold: $0.threshold, random: $0.random) } : []
    orderDraws = Column(repeating: OrderDraws(), count: drawsFills ? laneCount * places : 0)
    keepsRecords = drawsFills || !isPlain
    carry = CarrySchedule(terms.map(\.carry))
    carryLedgers = Column(
      repeating: CarryLedger(), count: carry.groups.isEmpty ? 0 : laneCount * instrumentCount)
    borrowTerms = terms.map { $0.carry?.borrow }
    settlementDays = terms.map(\.settlementDays)
    credits = terms.map(\.credit)
    capitals = terms.map(\.account.capital)
    isBeingClosed = Array(repeating: false, count: terms.count)
    let keepsUnsettled = terms.contains { $0.credit?.credit == AccountTerms.Credit.none && $0.settlementDays > 0 }
    self.keepsUnsettled = keepsUnsettled
    unsettled = Array(repeating: [], count: terms.count)
    // Read apart: a closure must not capture what is not whole yet.
    let hasCarry = !carry.groups.isEmpty
    keepsBookings = keepsUnsettled || hasCarry
    self.requests = requests
    self.notices = notices
    self.gates = gates
    queueModels = models
    self.samplers = samplers
    keepsMiddles = keepsSteps
    let (accounts, accountPlaces) = KnownAccount.accounts(terms, hearing, contracts)
    keepsAccounts = !accounts.isEmpty
    knownAccounts = accounts
    self.accountPlaces = accountPlaces
    riskStates = Column(repeating: RiskState(), count: laneCount)
    ledgers = Column(repeating: PositionLedger(), count: laneCount * instrumentCount)
    knownLots = Column(repeating: 0, count: laneCount * instrumentCount)
    knownCash = Column(repeating: 0, count: laneCount * instrumentCount)
    filledQuantities = Column(repeating: 0, count: laneCount * places)
    unheardQuantities = Column(repeating: 0, count: laneCount * places)
    openQuantities = Column(repeating: 0, count: laneCount * instrumentCount * 2)
    newsCounts = Column(repeating: 0, count: laneCount)
    moments = Column(repeating: RequestMoment(), count: laneCount)
    takenNow = Column(repeating: 0, count: laneCount)
    takenStamp = Column(repeating: -1, count: laneCount)
    takenLiquidity = Array(repeating: [], count: laneCount)
    feedKinds = Column(repeating: FeedKind(), count: max(1, instrumentCount))
    statistics = Column(repeating: LaneStatistics(), count: laneCount)
  }

  private static func meter(_ terms: [LaneTerms], _ instruments: [Instrument]) throws(LaneTermsError) -> FeeMeter {
    do throws(AccountingError) {
      return try FeeMeter(schedules: terms.map(\.fees), instruments: instruments)
    } catch { throw .accounting(error) }
  }

  /// The different queue models of the lanes, and their numbers.
  private static func queueModels(
    _ terms: [LaneTerms]
  ) throws(LaneTermsError) -> (models: [QueueModel], numbers: [QueueModel: UInt16]) {
    var models: [QueueModel] = []
    var numbers: [QueueModel: UInt16] = [:]
    for model in terms.map(\.queueModel) where numbers[model] == nil {
      guard let number = UInt16(exactly: models.count) else { throw .tooManyQueueModels }
      numbers[model] = number
      models.append(model)
    }
    return (models, numbers)
  }

  private static func contracts(_ instruments: [Instrument]) throws(LaneTermsError) -> [ContractValue] {
    do throws(AccountingError) {
      return try instruments.map { (instrument) throws(AccountingError) in try ContractValue(instrument) }
    } catch { throw .accounting(error) }
  }

  /// From the venue until the lane is called, when that is always the same.
  private static func noticeDelay(_ latency: LatencyModel) -> Int64? {
    guard let nanoseconds = latency.acknowledgement.constantNanoseconds else { return nil }
    return nanoseconds - (latency.clockShift ?? 0)
  }

  /// From the moment the lane is called until its request arrives, on the venue's clock, when that is always the same:
  /// lanes whose clocks differ send the same delay at different moments of the venue's time.
  private static func requestRoute(_ latency: LatencyModel) -> Int64? {
    latency.commonRequestNanoseconds.map { $0 &+ (latency.clockShift ?? 0) }
  }

  deinit {
    occupied.deinitialize(count: instrumentCount * 2)
    occupied.deallocate()
    takenLevels.deinitialize(count: instrumentCount * 2)
    takenLevels.deallocate()
  }

  @inline(__always)
  func lane(of index: Int) -> Int { index &>> laneShift }
}

/// What news of its own orders a lane is called for, and whether it reads its account.
public struct LaneHearing: Hashable, Sendable {
  public var fills: Bool
  public var orderChanges: Bool
  /// Its account is kept for it to read.
  public var account: Bool

  public init(fills: Bool, orderChanges: Bool, account: Bool = false) {
    self.fills = fills
    self.orderChanges = orderChanges
    self.account = account
  }
}

/// Counts of one lane.
public struct LaneStatistics: Hashable, Sendable, BitwiseCopyable {
  public var sent = 0
  public var riskRejects = 0
  public var venueRejects = 0
  public var cancels = 0
  public var fills = 0

  public init() {}
}
