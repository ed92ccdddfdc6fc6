import Simulation

/// The root of a market scenario.
struct MarketFile: TomlMapped {
  var model: MarketModel
  var schema: Int

  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer("schema", &schema, "version of the keys of this file")
    try mapMarket(&mapper)
  }

  /// The keys of the market alone, which stand in a run's scenario too.
  mutating func mapMarket<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    var day = MarketDay(model: model)
    try mapper.table("market", &day, "the trading day")
    model = day.model
    try mapper.tables("venue", &model.venues, blank: VenueModel(), "")
    try mapper.tables("instrument", &model.instruments, blank: InstrumentModel(), "")
  }
}

/// `[market]`: what all instruments share.
private struct MarketDay: TomlMapped {
  var model: MarketModel

  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer("seed", &model.seed, "of all random numbers")
    try mapper.moment("start", &model.startNanoseconds, "of the pre-open")
    try mapper.number("pre_open_seconds", &model.preOpenSeconds, "orders gather for the opening auction")
    try mapper.number("continuous_seconds", &model.continuousSeconds, "")
    try mapper.number("closing_auction_seconds", &model.closingAuctionSeconds, "")
    try mapper.number(
      "fundamental_correlation", &model.fundamentalCorrelation, "0 to 1, between any two instruments' values")
  }
}

extension VenueModel: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.text("name", &name, "")
    try mapper.number("share", &share, "of the background flow, relative to the other venues")
    try mapper.integer("latency_nanoseconds", &latencyNanoseconds, "added to every agent's message")
    try mapper.integer("maker_rate", &makerRate, "billionths of the notional, negative for a rebate")
    try mapper.integer("taker_rate", &takerRate, "billionths of the notional")
  }
}

extension InstrumentModel: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.text("symbol", &symbol, "")
    try mapper.text("tick", &tick, "price of one tick, an exact decimal")
    try mapper.text("lot", &lot, "quantity of one lot, an exact decimal")
    try mapper.integer("opening_price_ticks", &openingPriceTicks, "")
    try mapper.number(
      "fundamental_volatility", &fundamentalVolatility, "standard deviation of the value's change in a second, ticks")
    try mapper.number("volatility_spread", &volatilitySpread, "standard deviation of that volatility's logarithm")
    try mapper.number("volatility_memory_seconds", &volatilityMemorySeconds, "how long the volatility remembers")
    try mapper.table("flow", &flow, "background orders without intelligence")
    try mapper.table("agents", &agents, "")
  }
}

extension FlowModel: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.number("limit_rate", &limitRate, "limit orders a second, both sides, before excitation")
    try mapper.number("market_rate", &marketRate, "market orders a second, both sides, before excitation")
    try mapper.number("cancel_rate", &cancelRate, "cancels a second of each living order")
    try mapper.number("branching", &branching, "share of arrivals that other arrivals excited, below 1")
    try mapper.number("decay", &decay, "of the excitation, a second")
    try mapper.number("side_persistence", &sidePersistence, "chance that a market order repeats the last side")
    try mapper.integer("size_unit", &sizeUnit, "lots")
    try mapper.numbers("size_weights", &sizeWeights, "of 1, 2, 3 ... size units")
    try mapper.numbers("distance_weights", &distanceWeights, "of limit prices 1, 2, 3 ... ticks from the opposite best")
  }
}

extension AgentMix: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.table("makers", &makers, "market makers that lean against their inventory")
    try mapper.table("momentum", &momentum, "follow the middle's move over the look-back")
    try mapper.table("mean_reversion", &meanReversion, "trade against the middle's move over the look-back")
    try mapper.table("fundamental", &fundamental, "trade towards the fundamental value")
    try mapper.table("institution", &institution, blank: InstitutionModel(), "one large order worked in slices")
  }
}

extension MakerModel: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer("count", &count, "")
    try mapper.number("wake_rate", &wakeRate, "decisions a second of each")
    try mapper.integer("quantity", &quantity, "lots a quote")
    try mapper.integer("half_spread_ticks", &halfSpreadTicks, "")
    try mapper.integer("inventory_limit", &inventoryLimit, "lots")
    try mapper.number("lean_ticks", &leanTicks, "how far quotes lean at the inventory limit")
    try mapper.integer("latency_nanoseconds", &latencyNanoseconds, "")
  }
}

extension TakerModel: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer("count", &count, "")
    try mapper.number("wake_rate", &wakeRate, "decisions a second of each")
    try mapper.integer("quantity", &quantity, "lots an order")
    try mapper.number("threshold", &threshold, "ticks of signal needed to act")
    try mapper.number("lookback_seconds", &lookbackSeconds, "of the average that the signal compares with")
    try mapper.integer("latency_nanoseconds", &latencyNanoseconds, "")
    try mapper.integer("position_limit", &positionLimit, "net lots at which an agent stops adding")
  }
}

extension InstitutionModel: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.flag("buys", &buys, "false to sell")
    try mapper.integer("quantity", &quantity, "lots in all")
    try mapper.number("start_second", &startSecond, "after the start of the pre-open")
    try mapper.number("end_second", &endSecond, "")
    try mapper.number("slice_seconds", &sliceSeconds, "between two slices")
    try mapper.integer("latency_nanoseconds", &latencyNanoseconds, "")
  }
}
