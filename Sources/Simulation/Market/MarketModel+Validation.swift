import MarketTypes

extension MarketModel {
  /// Checks every number, so that the simulation itself needs no checks.
  public func validate() throws(MarketModelError) {
    try Self.require(!instruments.isEmpty && instruments.count <= 1_000, "instruments", "must be 1 to 1,000")
    try Self.require(!venues.isEmpty && venues.count <= 16, "venues", "must be 1 to 16")
    try Self.require(instruments.count * venues.count <= 60_000, "instruments", "times venues must be below 60,000")
    try Self.require((0...1).contains(fundamentalCorrelation), "fundamentalCorrelation", "must lie between 0 and 1")
    for (name, seconds) in [
      ("preOpenSeconds", preOpenSeconds), ("continuousSeconds", continuousSeconds),
      ("closingAuctionSeconds", closingAuctionSeconds),
    ] {
      try Self.require(seconds >= 0 && seconds <= 864_000, name, "must lie between 0 and 864,000")
    }
    try Self.require(
      startNanoseconds > 0 && startNanoseconds < 4_000_000_000_000_000_000, "startNanoseconds", "is out of range")
    for (index, venue) in venues.enumerated() {
      try Self.require(venue.share >= 0 && venue.share.isFinite, "venues[\(index)].share", "must be 0 or more")
      try Self.require(
        (0...3_600_000_000_000).contains(venue.latencyNanoseconds), "venues[\(index)].latencyNanoseconds",
        "must lie between 0 and one hour")
    }
    try Self.require(venues.contains { $0.share > 0 }, "venues", "need a positive share somewhere")
    for (index, instrument) in instruments.enumerated() { try instrument.validate("instruments[\(index)]") }
  }

  static func require(_ holds: Bool, _ field: String, _ reason: String) throws(MarketModelError) {
    if !holds { throw MarketModelError(field: field, reason: reason) }
  }
}

extension InstrumentModel {
  func validate(_ path: String) throws(MarketModelError) {
    try MarketModel.require(DecimalUnit(tick) != nil, "\(path).tick", "must be a positive decimal")
    try MarketModel.require(DecimalUnit(lot) != nil, "\(path).lot", "must be a positive decimal")
    try MarketModel.require(
      (2...1_000_000_000).contains(openingPriceTicks), "\(path).openingPriceTicks", "must lie between 2 and 10^9")
    try MarketModel.require(
      (0...1_000_000).contains(fundamentalVolatility), "\(path).fundamentalVolatility", "must lie between 0 and 10^6")
    try MarketModel.require(
      (0...5).contains(volatilitySpread) && volatilityMemorySeconds >= 0.1 && volatilityMemorySeconds <= 1e6,
      "\(path).volatilitySpread", "must lie between 0 and 5, its memory between 0.1 and 10^6 seconds")
    let rates = [
      ("limitRate", flow.limitRate), ("marketRate", flow.marketRate), ("cancelRate", flow.cancelRate),
    ]
    for (name, rate) in rates {
      try MarketModel.require(rate >= 0 && rate <= 1e7, "\(path).flow.\(name)", "must lie between 0 and 10^7")
    }
    try MarketModel.require(
      (0...0.99).contains(flow.branching), "\(path).flow.branching", "must lie between 0 and 0.99")
    try MarketModel.require(flow.decay > 0 && flow.decay <= 1e6, "\(path).flow.decay", "must lie between 0 and 10^6")
    try MarketModel.require(
      (0...1).contains(flow.sidePersistence), "\(path).flow.sidePersistence", "must lie between 0 and 1")
    try MarketModel.require(
      (1...1_000_000).contains(flow.sizeUnit), "\(path).flow.sizeUnit", "must lie between 1 and 10^6")
    for (name, weights) in [("distanceWeights", flow.distanceWeights), ("sizeWeights", flow.sizeWeights)] {
      try MarketModel.require(
        !weights.isEmpty && weights.count <= 100_000 && weights.allSatisfy { $0 >= 0 && $0 <= 1e15 }
          && weights.contains { $0 > 0 }, "\(path).flow.\(name)", "must be non-negative with a positive sum")
    }
    let takers = [agents.momentum, agents.meanReversion, agents.fundamental]
    for taker in takers {
      try MarketModel.require((0...100_000).contains(taker.count), "\(path).agents", "counts must be 0 to 100,000")
      try MarketModel.require(
        taker.wakeRate >= 0 && taker.wakeRate <= 1e6 && (1...1_000_000_000).contains(taker.quantity)
          && (0...1e9).contains(taker.threshold) && (0...1e6).contains(taker.lookbackSeconds)
          && (0...3_600_000_000_000).contains(taker.latencyNanoseconds), "\(path).agents", "a taker is out of range")
    }
    let makers = agents.makers
    try MarketModel.require(
      (0...100_000).contains(makers.count) && makers.wakeRate >= 0 && makers.wakeRate <= 1e6
        && (1...1_000_000_000).contains(makers.quantity) && (1...1_000_000).contains(makers.halfSpreadTicks)
        && (1...1_000_000_000_000).contains(makers.inventoryLimit) && (0...1e6).contains(makers.leanTicks)
        && (0...3_600_000_000_000).contains(makers.latencyNanoseconds), "\(path).agents.makers", "are out of range")
    if let institution = agents.institution {
      try MarketModel.require(
        (1...1_000_000_000_000).contains(institution.quantity) && institution.startSecond >= 0
          && institution.endSecond > institution.startSecond && institution.endSecond <= 864_000
          && institution.sliceSeconds >= 0.001 && institution.sliceSeconds <= 86_400
          && (0...3_600_000_000_000).contains(institution.latencyNanoseconds), "\(path).agents.institution",
        "is out of range")
    }
  }
}
