extension MetricCatalogue {
  static let trades: [MetricDefinition] = [
    trade("trades", "Round trips", .count, .neutral, formula: "entries matched with exits, first in first out") {
      Double($0.count)
    },
    MetricDefinition(
      "win_rate", "Win rate", .trades, .fraction, formula: "share of round trips with a profit after fees"
    ) { context throws(AnalyticsError) in
      let trades = try context.trades()
      _ = try trades.winRate.orUndefined("there was no round trip")
      return MetricEstimate(happened: trades.wins, of: trades.count, method: "binomial, independent trades")
    },
    trade("net_profit", "Net profit of round trips", .money, formula: "sum of profits after fees") { $0.netProfit },
    trade("gross_profit", "Gross profit of round trips", .money, formula: "sum of profits before fees") {
      $0.grossProfit
    },
    trade("trade_fees", "Fees of round trips", .money, .lowerIsBetter, formula: "sum of the fees of both sides") {
      $0.fees
    },
    trade("profit_factor", "Profit factor", .ratio, formula: "sum of gains / sum of losses, after fees") {
      $0.profitFactor
    },
    trade("payoff_ratio", "Payoff ratio", .ratio, formula: "mean gain / mean loss") { $0.payoffRatio },
    MetricDefinition(
      "expectancy", "Expectancy", .trades, .money, formula: "mean profit of a round trip after fees"
    ) { context throws(AnalyticsError) in
      let trades = try context.trades()
      let error = trades.deviation.map { $0 / Double(trades.count).squareRoot() }
      return MetricEstimate(
        try trades.expectancy.orUndefined("there was no round trip"),
        error: error.map { MetricError($0, method: "central limit theorem, independent trades") })
    },
    trade("expectancy_r", "Expectancy in R", .ratio, formula: "mean profit / mean loss") { $0.expectancyInRisk },
    trade("sqn", "System quality number", .ratio, formula: "sqrt(n) * mean profit / sd of profit, divisor n - 1") {
      $0.systemQuality
    },
    trade("kelly", "Kelly fraction", .fraction, .neutral, formula: "win rate - (1 - win rate) / payoff ratio") {
      $0.kellyFraction
    },
    trade("best_trade", "Best round trip", .money, formula: "highest profit after fees") { $0.best },
    trade("worst_trade", "Worst round trip", .money, formula: "lowest profit after fees") { $0.worst },
    trade("longest_win_streak", "Longest run of wins", .count, formula: "consecutive round trips with a profit") {
      Double($0.longestWinStreak)
    },
    trade(
      "longest_loss_streak", "Longest run of losses", .count, .lowerIsBetter,
      formula: "consecutive round trips with a loss"
    ) {
      Double($0.longestLossStreak)
    },
    trade("mean_holding", "Mean holding time", .nanoseconds, .neutral, formula: "mean of exit - entry") {
      $0.meanHoldingNanoseconds
    },
    trade("median_holding", "Median holding time", .nanoseconds, .neutral, formula: "median of exit - entry") {
      $0.medianHoldingNanoseconds
    },
    trade("longest_holding", "Longest holding time", .nanoseconds, .neutral, formula: "max of exit - entry") {
      $0.longestHoldingNanoseconds.map(Double.init)
    },
    trade(
      "mean_mae", "Mean adverse excursion", .money,
      formula:
        "mean of the worst open profit while held, at recorded marks (run.equity_interval_seconds) and at the exit"
    ) {
      $0.meanAdverseExcursion
    },
    trade(
      "mean_mfe", "Mean favourable excursion", .money,
      formula:
        "mean of the best open profit while held, at recorded marks (run.equity_interval_seconds) and at the exit"
    ) {
      $0.meanFavourableExcursion
    },
    trade(
      "best_five_trades", "Profit from the five best round trips", .fraction, .lowerIsBetter,
      formula: "their sum / net profit, of more than five"
    ) {
      $0.count > 5 ? $0.bestFiveShare : nil
    },
    MetricDefinition(
      "best_five_days", "Growth from the five best {days}", .trades, .fraction, .lowerIsBetter,
      formula: "sum of log(1 + r) of the five best {days} / log(1 + total return), of more than five"
    ) { context throws(AnalyticsError) in
      guard context.returns.count > 5 else {
        throw AnalyticsError(series: context.returns.name, reason: .tooShort(found: context.returns.count, needed: 6))
      }
      let share = ProfitConcentration(checked: context.returns.logReturns, best: 5).share
      return MetricEstimate(try share.orUndefined("the total return is not positive", in: context.returns.name))
    },
  ]

  private static func trade(
    _ id: String, _ name: String, _ unit: MetricUnit, _ orientation: MetricOrientation = .higherIsBetter,
    formula: String, _ value: @escaping @Sendable (TradeStatistics) -> Double?
  ) -> MetricDefinition {
    MetricDefinition(id, name, .trades, unit, orientation, formula: formula) { context throws(AnalyticsError) in
      let trades = try context.trades()
      return MetricEstimate(
        try value(trades).orUndefined(
          "\(trades.count) round trips, \(trades.wins) with a profit and \(trades.losses) with a loss, do not define it"
        ))
    }
  }

  static let execution: [MetricDefinition] = [
    fill("fills", "Fills", .count, .neutral, formula: "executions") { Double($0.fillCount) },
    fill("orders", "Orders", .count, .neutral, formula: "orders, refused ones included") { Double($0.orderCount) },
    fill("value_traded", "Value traded", .money, .neutral, formula: "sum of |price * quantity| over fills") {
      $0.valueTraded
    },
    fill("fees", "Fees", .money, .lowerIsBetter, formula: "sum over fills, rebates negative") { $0.fees },
    MetricDefinition(
      "slippage_ticks", "Slippage against arrival", .execution, .ticks, .lowerIsBetter,
      formula: "side * (price - mid at decision), mean weighted by lots"
    ) { context throws(AnalyticsError) in
      let execution = try context.execution()
      return MetricEstimate(
        try execution.slippageTicks.orUndefined("no fill has a mid at decision"),
        error: execution.slippageStandardError.map { MetricError($0, method: "weighted by lots, independent fills") })
    },
    fill(
      "slippage_fraction", "Slippage of value traded", .fraction, .lowerIsBetter,
      formula: "slippage in money / value traded"
    ) {
      $0.slippageFraction
    },
    fill("maker_share", "Maker share", .fraction, .neutral, formula: "lots filled while resting / all lots") {
      $0.makerShare
    },
    fill(
      "fill_ratio", "Fill ratio", .fraction,
      formula: "lots filled / lots of orders that neither risk gate nor venue rejected"
    ) {
      $0.fillRatio
    },
    fill(
      "cancel_ratio", "Cancel ratio", .fraction, .neutral,
      formula: "cancelled orders / orders that neither risk gate nor venue rejected"
    ) {
      $0.cancelRatio
    },
    fill("rejected_orders", "Rejected orders", .count, .lowerIsBetter, formula: "orders refused by risk gate or venue")
    {
      Double($0.rejectedOrders)
    },
    fill("order_to_trade", "Orders for each fill", .ratio, .neutral, formula: "orders / fills") {
      $0.orderToTradeRatio
    },
    fill("mean_queue_time", "Mean time in the queue", .nanoseconds, .neutral, formula: "mean rest before maker fills") {
      $0.meanQueueNanoseconds
    },
    fill(
      "median_queue_time", "Median time in the queue", .nanoseconds, .neutral, formula: "median rest before maker fills"
    ) {
      $0.medianQueueNanoseconds
    },
    fill(
      "mean_queue_ahead", "Mean lots ahead in the queue", .count, .neutral,
      formula: "lots ahead when joining, maker fills"
    ) {
      $0.meanQueueAheadLots
    },
    markout("markout_1s", "Markout after 1 s", 1_000_000_000),
    markout("markout_10s", "Markout after 10 s", 10_000_000_000),
    markout("markout_60s", "Markout after 60 s", 60_000_000_000),
  ]

  private static func fill(
    _ id: String, _ name: String, _ unit: MetricUnit, _ orientation: MetricOrientation = .higherIsBetter,
    formula: String, _ value: @escaping @Sendable (ExecutionQuality) -> Double?
  ) -> MetricDefinition {
    MetricDefinition(id, name, .execution, unit, orientation, formula: formula) { context throws(AnalyticsError) in
      MetricEstimate(try value(try context.execution()).orUndefined("no fill or order defines it"))
    }
  }

  private static func markout(_ id: String, _ name: String, _ horizon: Int64) -> MetricDefinition {
    MetricDefinition(
      id, name, .execution, .ticks, formula: "side * (mid after the horizon - price), mean weighted by lots",
      parameters: { _ in [MetricParameter("horizon (ns)", Double(horizon))] }
    ) { context throws(AnalyticsError) in
      guard let markouts = context.inputs.markouts else { throw context.missing("record of mids") }
      let markout = try markouts.first { $0.horizonNanoseconds == horizon }.orUndefined("the horizon was not measured")
      return MetricEstimate(
        try markout.meanTicks.orUndefined("no fill has a mid at the horizon"),
        error: markout.standardErrorTicks.map { MetricError($0, method: "weighted by lots, independent fills") })
    }
  }

  static let exposure: [MetricDefinition] = [
    stake("time_in_market", "Time in the market", .fraction, "share of time with a position") { $0.timeInMarket },
    stake("mean_gross_leverage", "Mean gross leverage", .ratio, "time-weighted mean of gross exposure / equity") {
      $0.meanGrossLeverage
    },
    stake("highest_gross_leverage", "Highest gross leverage", .ratio, "max of gross exposure / equity") {
      $0.highestGrossLeverage
    },
    stake("mean_net_leverage", "Mean net leverage", .ratio, "time-weighted mean of net exposure / equity") {
      $0.meanNetLeverage
    },
    stake(
      "largest_position", "Largest position's share", .fraction,
      "mean share of the largest instrument in gross exposure"
    ) {
      $0.meanLargestShare
    },
    MetricDefinition(
      "turnover", "Annual turnover", .exposure, .ratio, .neutral,
      formula: "value of buys and sells / mean equity / years", parameters: periodsParameter
    ) { context throws(AnalyticsError) in
      MetricEstimate(
        try context.exposure().annualTurnover(
          valueTraded: try context.execution().valueTraded, years: context.returns.years))
    },
    MetricDefinition(
      "capacity", "Capacity estimate", .exposure, .money,
      formula: "capital * (2 profit / (3 impact))^2, impact by the square-root law Y sd sqrt(q/V)",
      parameters: { context in
        context.inputs.capacity.map { [MetricParameter("Y (impact coefficient)", $0.coefficient)] } ?? []
      }
    ) { context throws(AnalyticsError) in
      guard let capacity = context.inputs.capacity else { throw context.missing("record of market volume") }
      return MetricEstimate(try capacity.bestCapital.orUndefined("the run made no profit or no trade"))
    },
  ]

  private static func stake(
    _ id: String, _ name: String, _ unit: MetricUnit, _ formula: String,
    _ value: @escaping @Sendable (ExposureStatistics) -> Double?
  ) -> MetricDefinition {
    MetricDefinition(id, name, .exposure, unit, .neutral, formula: formula) { context throws(AnalyticsError) in
      MetricEstimate(try value(try context.exposure()).orUndefined("there was no position"))
    }
  }
}
