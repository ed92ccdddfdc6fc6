public import MarketTypes

/// Charges the fills of all lanes: their schedules in the units of each instrument, and the volume each lane has traded.
///
/// Allocates at set-up only. Lanes with equal schedules share their terms. Where every schedule is plain and every
/// contract linear, `isPlain` holds, and `plainRate` and `PositionLedger.book(sign:price:quantity:feeRate:)` do all of it
/// in two multiplications.
public struct FeeMeter: ~Copyable, Sendable {
  struct LaneRates: BitwiseCopyable {
    var maker: Int64
    var taker: Int64
  }

  struct LaneState: BitwiseCopyable {
    /// Traded so far, in units of 10^-`volumeDecimals` of currency or quantity.
    var volume: Int128
    /// Which schedule; its terms stand at `scheme * instrumentCount + instrument`.
    var scheme: Int32
    var tier: Int32
  }

  /// Whether maker and taker rates of the lanes say everything.
  public let isPlain: Bool
  let instrumentCount: Int
  var plainRates: Column<LaneRates>
  var lanes: Column<LaneState>
  var terms = Column<FeeTerms>()
  /// The rows of one scheme and instrument stand together; a last row that no volume reaches ends them.
  var tiers = Column<FeeTierTerms>()
  private var volumeDecimals: [Int] = []
  private var startingVolumes: [Int128] = []
  private var schemesByMonth: [Bool] = []

  /// One schedule per lane; throws where a rate or amount cannot be kept, or tiers by value mix currencies.
  public init(schedules: [FeeSchedule], instruments: [Instrument]) throws(AccountingError) {
    instrumentCount = instruments.count
    isPlain = schedules.allSatisfy(\.isPlain) && !instruments.contains { $0.settlement == .inverse }
    plainRates = Column(capacity: schedules.count)
    lanes = Column(capacity: schedules.count)
    let units = try instruments.map { (instrument) throws(AccountingError) in try FeeUnits(instrument) }
    var schemes: [FeeSchedule: Int] = [:]
    for (lane, schedule) in schedules.enumerated() {
      let scheme: Int
      if let known = schemes[schedule] {
        scheme = known
      } else {
        scheme = schemes.count
        schemes[schedule] = scheme
        try addScheme(schedule, units)
      }
      plainRates.append(LaneRates(maker: schedule.makerRate, taker: schedule.takerRate))
      lanes.append(LaneState(volume: startingVolumes[scheme], scheme: Int32(scheme), tier: 0))
      raiseTier(lane)
    }
  }

  private mutating func addScheme(_ schedule: FeeSchedule, _ units: [FeeUnits]) throws(AccountingError) {
    let volume = try FeeSchemeBuilder.volumeUnit(of: schedule, units)
    for unit in units {
      terms.append(try FeeSchemeBuilder.terms(of: schedule, unit, volume: volume, tiers: &tiers))
    }
    volumeDecimals.append(volume.decimals)
    schemesByMonth.append(schedule.resetsMonthly && !schedule.tiers.isEmpty)
    startingVolumes.append(Int128(schedule.startingVolume) * volume.perUnit)
  }

  /// The rate of a fill in billionths of its notional; only where `isPlain`.
  @inline(__always)
  public func plainRate(lane: Int, isMaker: Bool) -> Int64 {
    let rates = plainRates[lane]
    return isMaker ? rates.maker : rates.taker
  }

  /// The fee of a fill in billionths of a count, which counts towards the lane's volume and its order's bounds.
  ///
  /// `quantity` is positive, and a side that is not a sell is a buy. A fill of any quantity and price fits; the sums over
  /// an order and the volume of a lane are exact below 2^126, far beyond any market, and wrap instead of trapping there.
  public mutating func charge(
    lane: Int, instrument: Int, side: Side, isMaker: Bool, price: Int32, quantity: Int64, order: inout OrderFees
  ) -> Int128 {
    let state = lanes[lane]
    let place = Int(state.scheme) &* instrumentCount &+ instrument
    let terms = terms[place]
    let tier = tiers[terms.firstTier &+ Int(state.tier)]
    let value = terms.contract.notional(lots: quantity, price: price)
    var commission = value &* Int128(isMaker ? tier.makerRate : tier.takerRate)
    commission &+= Int128(quantity) &* (isMaker ? tier.makerPerLot : tier.takerPerLot)
    commission &+= terms.perFill
    if commission < terms.fillMinimum { commission = terms.fillMinimum }
    if commission > terms.fillMaximum { commission = terms.fillMaximum }

    let before = terms.commission(of: order)
    order.commissions &+= commission
    order.value &+= value
    order.hasFilled = true
    let isSell = side == .sell
    let duties =
      value &* Int128(isSell ? terms.sellDutyRate : terms.buyDutyRate)
      &+ Int128(quantity) &* (isSell ? terms.sellDutyPerLot : terms.buyDutyPerLot)

    lanes[lane].volume = state.volume &+ value &* terms.volumePerCount &+ Int128(quantity) &* terms.volumePerLot
    raiseTier(lane)
    return terms.commission(of: order) &- before &+ duties
  }

  /// The lane's tier: 0 below the first border.
  public func tier(lane: Int) -> Int { Int(lanes[lane].tier) }

  /// For reports: what the lane has traded, in currency or quantity by its schedule, with what it started with.
  public func volume(lane: Int) -> Double {
    let state = lanes[lane]
    return Double(state.volume) / Double(ExactArithmetic.powerOfTen(volumeDecimals[Int(state.scheme)]))
  }

  /// Some lane's volume starts again with each month.
  public var resetsMonthly: Bool { schemesByMonth.contains(true) }

  /// Starts the volume of lanes whose tiers go by the month again.
  public mutating func startMonth() {
    for lane in 0..<lanes.count where schemesByMonth[Int(lanes[lane].scheme)] {
      lanes[lane].volume = startingVolumes[Int(lanes[lane].scheme)]
      lanes[lane].tier = 0
      raiseTier(lane)
    }
  }

  /// The first moment, UTC, of the calendar month after the one that holds a time, nanoseconds since 1970; Int64.max where
  /// it does not fit.
  public static func nextMonth(after time: Int64) -> Int64 {
    let today = CivilDay(Timestamp(nanoseconds: time))
    let first = today.daysSinceEpoch - Int32(today.day) + 1
    let next = Int64(first) + Int64(CivilDay.days(inMonth: today.month, of: today.year))
    let (nanoseconds, overflows) = next.multipliedReportingOverflow(by: 86_400_000_000_000)
    return overflows ? .max : nanoseconds
  }

  @inline(__always)
  private func raiseTier(_ lane: Int) {
    guard instrumentCount > 0 else { return }
    let state = lanes[lane]
    let first = terms[Int(state.scheme) &* instrumentCount].firstTier
    while tiers[first &+ Int(lanes[lane].tier) &+ 1].threshold <= state.volume { lanes[lane].tier &+= 1 }
  }
}

/// Writes a schedule in the units of instruments.
enum FeeSchemeBuilder {
  /// The unit of a scheme's volume: fine enough that every instrument's count, or lot, is a whole number of it.
  struct VolumeUnit {
    var decimals: Int
    /// 10^`decimals`.
    var perUnit: Int128
  }

  static func volumeUnit(of schedule: FeeSchedule, _ units: [FeeUnits]) throws(AccountingError) -> VolumeUnit {
    guard !schedule.tiers.isEmpty else { return VolumeUnit(decimals: 0, perUnit: 1) }
    guard let first = units.first else { throw AccountingError("fee tiers", "there is no instrument") }
    var decimals = 0
    for unit in units {
      switch schedule.volumeMeasure {
      case .quantity: decimals = max(decimals, Int(unit.instrument.lot.exponent))
      case .value:
        guard unit.instrument.currency == first.instrument.currency else {
          throw AccountingError(
            "fee tiers",
            "volume by value mixes \(first.instrument.currency) and \(unit.instrument.currency); "
              + "count quantity, or give the instruments lanes of their own")
        }
        var money = unit.contract.moneyPerCount
        var places = 18
        while places > 0, money % 10 == 0 { (money, places) = (money / 10, places - 1) }
        decimals = max(decimals, places)
      }
    }
    return VolumeUnit(decimals: decimals, perUnit: ExactArithmetic.powerOfTen(decimals))
  }

  static func terms(
    of schedule: FeeSchedule, _ unit: FeeUnits, volume: VolumeUnit, tiers: inout Column<FeeTierTerms>
  ) throws(AccountingError) -> FeeTerms {
    let firstTier = tiers.count
    let base = FeeSchedule.Tier(volume: .min, rates: schedule.rates)
    for (row, next) in zip([base] + schedule.tiers, schedule.tiers) where row.volume >= next.volume {
      throw AccountingError("fee tiers", "the volume \(next.volume) follows \(row.volume); list tiers by rising volume")
    }
    for row in [base] + schedule.tiers {
      tiers.append(
        FeeTierTerms(
          threshold: Int128(row.volume) * volume.perUnit,
          makerRate: try unit.rate("maker rate", row.rates.makerRate),
          takerRate: try unit.rate("taker rate", row.rates.takerRate),
          makerPerLot: try unit.amountPerLot("maker amount per unit", row.rates.makerPerUnit),
          takerPerLot: try unit.amountPerLot("taker amount per unit", row.rates.takerPerUnit)))
    }
    tiers.append(
      FeeTierTerms(threshold: .max, makerRate: 0, takerRate: 0, makerPerLot: 0, takerPerLot: 0))
    if let maximum = schedule.maximumOrderRate, maximum < 0 {
      throw AccountingError("maximum order rate", "\(maximum) is negative")
    }
    guard schedule.increment >= 0 else { throw AccountingError("fee increment", "\(schedule.increment) is negative") }
    guard schedule.startingVolume >= 0 else {
      throw AccountingError("starting volume", "\(schedule.startingVolume) is negative")
    }
    let (volumePerCount, volumePerLot) = try volumes(of: schedule, unit, volume: volume)
    return FeeTerms(
      contract: unit.contract, firstTier: firstTier,
      perFill: try unit.amount("amount per fill", schedule.perFill),
      fillMinimum: try unit.bound("minimum of a fill", schedule.fillBounds.minimum, otherwise: .min),
      fillMaximum: try unit.bound("maximum of a fill", schedule.fillBounds.maximum, otherwise: .max),
      perOrder: try unit.amount("amount per order", schedule.perOrder),
      orderMinimum: try unit.bound("minimum of an order", schedule.orderBounds.minimum, otherwise: .min),
      orderMaximum: try unit.bound("maximum of an order", schedule.orderBounds.maximum, otherwise: .max),
      maximumOrderRate: try schedule.maximumOrderRate.map { (rate) throws(AccountingError) in
        try unit.rate("maximum order rate", rate)
      } ?? .max,
      increment: try unit.amount("fee increment", schedule.increment),
      buyDutyRate: try unit.rate("buy duty", schedule.buyDuty.rate),
      sellDutyRate: try unit.rate("sell duty", schedule.sellDuty.rate),
      buyDutyPerLot: try unit.amountPerLot("buy duty per unit", schedule.buyDuty.perUnit),
      sellDutyPerLot: try unit.amountPerLot("sell duty per unit", schedule.sellDuty.perUnit),
      volumePerCount: volumePerCount, volumePerLot: volumePerLot)
  }

  private static func volumes(
    of schedule: FeeSchedule, _ unit: FeeUnits, volume: VolumeUnit
  ) throws(AccountingError) -> (perCount: Int128, perLot: Int128) {
    guard !schedule.tiers.isEmpty else { return (0, 0) }
    switch schedule.volumeMeasure {
    case .value:
      // The unit is at least as fine as the count, so the division leaves nothing.
      let perCount = ExactArithmetic.scaled(
        unit.contract.moneyPerCount, by: volume.perUnit, over: ExactArithmetic.powerOfTen(18))
      guard let perCount, perCount < 1 << 62 else {
        throw AccountingError("fee tiers", "the instruments' ticks and lots are too different for one volume")
      }
      return (perCount, 0)
    case .quantity:
      let lot = unit.instrument.lot
      let perLot = Int128(lot.mantissa) * ExactArithmetic.powerOfTen(volume.decimals - Int(lot.exponent))
      guard perLot < 1 << 62 else {
        throw AccountingError("fee tiers", "the instruments' lots are too different for one volume")
      }
      return (0, perLot)
    }
  }
}
