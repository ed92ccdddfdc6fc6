import MarketTypes

extension MatchingEngine {
  /// The farthest a pegged order may stand from its reference, and a trailing stop from the market.
  static var offsetCeiling: Int32 { 1 << 20 }

  /// Why a new order cannot be taken: the first failing check in the order of the reasons' numbers.
  func rejectReason(_ terms: OrderTerms) -> RejectReason {
    let phaseReason = phaseRejectReason(terms)
    if phaseReason != .none { return phaseReason }
    guard terms.side != .none else { return .invalidSide }
    guard isSupported(terms) else { return .unsupportedCombination }
    let quantityReason = quantityRejectReason(terms.quantity.lots)
    if quantityReason != .none { return quantityReason }
    let shown = terms.displayQuantity.lots
    guard shown >= 0, shown <= terms.quantity.lots, shown % configuration.quantityIncrement == 0 else {
      return .invalidDisplayQuantity
    }
    guard terms.minimumQuantity.lots >= 0, terms.minimumQuantity <= terms.quantity else {
      return .invalidMinimumQuantity
    }
    if hasLimit(terms) {
      let priceReason = priceRejectReason(terms.price, side: terms.side)
      if priceReason != .none { return priceReason }
    }
    let triggerReason = triggerRejectReason(terms)
    if triggerReason != .none { return triggerReason }
    if terms.timeInForce == .goodTillDate, terms.expiry.nanoseconds <= now { return .expiryInPast }
    guard identifiers.slot(of: terms.identifier.rawValue) == noSlot else { return .duplicateIdentifier }
    if terms.flags.contains(.postOnly), wouldTrade(side: terms.side, price: terms.price) { return .postOnlyWouldTrade }
    guard !arena.isFull, identifiers.hasRoom(for: terms.identifier.rawValue) else { return .bookFull }
    return .none
  }

  private func phaseRejectReason(_ terms: OrderTerms) -> RejectReason {
    switch phase {
    case .halted, .paused: return .halted
    case .closed, .postClose, .unknown: return .closed
    case .open: return terms.timeInForce == .atOpen ? .wrongPhase : .none
    case .preOpen, .openingAuction, .closingAuction:
      let isTaken =
        !terms.timeInForce.isImmediate && !terms.type.isPegged && !terms.flags.contains(.postOnly)
        && terms.minimumQuantity.lots == 0 && !(phase == .closingAuction && terms.timeInForce == .atOpen)
      return isTaken ? .none : .wrongPhase
    }
  }

  private func isSupported(_ terms: OrderTerms) -> Bool {
    let isPlainSize = terms.displayQuantity.lots == 0 && terms.minimumQuantity.lots == 0
    switch terms.type {
    case .limit:
      if terms.flags.contains(.postOnly), terms.timeInForce.isImmediate || terms.minimumQuantity.lots != 0 {
        return false
      }
      if terms.flags.contains(.hidden), terms.displayQuantity.lots != 0 { return false }
      return !terms.timeInForce.isAuctionOnly || (terms.flags.isEmpty && isPlainSize)
    case .market:
      return terms.flags.isEmpty && terms.displayQuantity.lots == 0 && terms.timeInForce != .goodTillDate
        && (!terms.timeInForce.isAuctionOnly || isPlainSize)
    case .stop, .stopLimit, .trailingStop, .peggedPrimary, .peggedMidpoint:
      return terms.flags.isEmpty && isPlainSize && !terms.timeInForce.isImmediate && !terms.timeInForce.isAuctionOnly
    }
  }

  private func hasLimit(_ terms: OrderTerms) -> Bool {
    switch terms.type {
    case .limit, .stopLimit: true
    case .peggedPrimary, .peggedMidpoint: !terms.price.isNone
    case .market, .stop, .trailingStop: false
    }
  }

  func quantityRejectReason(_ lots: Int64) -> RejectReason {
    if lots <= 0 { return .quantityNotPositive }
    if lots < configuration.smallestQuantity { return .quantityTooSmall }
    if lots > configuration.largestQuantity { return .quantityTooLarge }
    return lots % configuration.quantityIncrement == 0 ? .none : .lotSize
  }

  func priceRejectReason(_ price: Price, side: Side) -> RejectReason {
    let ticks = price.ticks
    if ticks < configuration.lowestPrice || ticks > configuration.highestPrice { return .invalidPrice }
    if ticks % configuration.priceIncrement != 0 { return .tickSize }
    if !limits.bandLow.isNone, price < limits.bandLow { return .outsidePriceBand }
    if !limits.bandHigh.isNone, price > limits.bandHigh { return .outsidePriceBand }
    return isBeyondLimit(price, side: side) ? (side == .buy ? .aboveLimitUp : .belowLimitDown) : .none
  }

  /// Buying above the limit up, or selling below the limit down.
  func isBeyondLimit(_ price: Price, side: Side) -> Bool {
    side == .buy
      ? !limits.limitUp.isNone && price > limits.limitUp : !limits.limitDown.isNone && price < limits.limitDown
  }

  private func triggerRejectReason(_ terms: OrderTerms) -> RejectReason {
    if terms.type.isStop, terms.type != .trailingStop || !terms.stopPrice.isNone {
      let ticks = terms.stopPrice.ticks
      guard
        ticks >= configuration.lowestPrice, ticks <= configuration.highestPrice,
        ticks % configuration.priceIncrement == 0
      else { return .invalidStopPrice }
    }
    if terms.type == .trailingStop, terms.offset < 1 || terms.offset > Self.offsetCeiling { return .invalidOffset }
    if terms.type.isPegged, terms.offset < 0 || terms.offset > Self.offsetCeiling { return .invalidOffset }
    if terms.type == .trailingStop, terms.stopPrice.isNone, lastTradePrice.isNone { return .noReferencePrice }
    return .none
  }

  /// Whether an order of this price would find something to trade with at once.
  func wouldTrade(side: Side, price: Price) -> Bool {
    guard phase == .open else { return false }
    let maker = Int(side.opposite.rawValue)
    return bestMaker(maker).key <= PriceLadder.key(price.ticks, sideIndex: maker)
  }
}
