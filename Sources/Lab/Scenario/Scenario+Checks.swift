import Reporting
import Simulation

/// What a single key's type and range cannot say.
extension Scenario {
  /// More lanes than this are a mistake.
  static let laneLimit = 65_536

  func check(_ document: TomlDocument) throws(ScenarioError) {
    func refusal(_ key: String, _ problem: String, _ advice: String = "") -> ScenarioError {
      ScenarioError(file: document.file, line: document.line(of: key), key: key, problem: problem, advice: advice)
    }
    guard Self.isName(name) else {
      throw refusal("name", "'\(name.prefix(80))' is no name", "use up to 64 letters, digits, '-', '_' and '.'")
    }
    if let model = market {
      guard data.files.isEmpty else {
        throw refusal("data.files", "stand beside a simulated market", "keep one of the two")
      }
      try checkSelection(refusal)
      do throws(MarketModelError) { try model.validate() } catch {
        throw refusal(MarketScenario.key(ofField: error.field), error.reason)
      }
    } else if data.files.isEmpty {
      throw refusal("data.files", "is missing", "name tick files, or a market to simulate with data.market")
    }
    if let from = data.from, let until = data.until, until <= from {
      throw refusal("data.until", "does not lie after data.from")
    }
    guard !strategy.name.isEmpty else {
      throw refusal("strategy.name", "is missing", "write [strategy] and name = \"grid-maker\", for example")
    }
    if run.hasImpact, market == nil {
      throw refusal(
        "run.impact", "wants a simulated market; recorded events cannot react to orders",
        "name one with data.market, or describe it with [market] and [[instrument]]")
    }
    if run.hasImpact, lookAhead.cutoffs > 0 {
      throw refusal(
        "look_ahead.cutoffs", "wants replayed events; with run.impact the future does not exist before it is traded",
        "leave it at 0, or set run.impact = false")
    }
    try checkAccount(refusal)
    try checkSplits(refusal)
    try check(fills, "fills", refusal)
    try check(latency, "latency", refusal)
    try check(fees, "fees", refusal)
    try check(carry, "carry", refusal)
    for (index, lane) in lanes.enumerated() {
      guard Self.isName(lane.name) else {
        throw refusal(
          "lane[\(index)].name", lane.name.isEmpty ? "is missing" : "'\(lane.name.prefix(80))' is no name",
          "use up to 64 letters, digits, '-', '_' and '.'")
      }
      try check(lane.fills, "lane[\(index)].fills", refusal)
      try check(lane.latency, "lane[\(index)].latency", refusal)
      try check(lane.fees, "lane[\(index)].fees", refusal)
      try check(lane.carry, "lane[\(index)].carry", refusal)
    }
    try checkMetrics(document)
    try checkMonteCarlo(document)
    var seen: Set<String> = []
    for (index, lane) in lanes.enumerated() where !seen.insert(lane.name).inserted {
      throw refusal("lane[\(index)].name", "'\(lane.name)' is the name of an earlier lane")
    }
    guard lanes.count <= Self.laneLimit else { throw refusal("lane", "there are more than \(Self.laneLimit) lanes") }
    if !report.shownLane.isEmpty, !variants.contains(where: { $0.name == report.shownLane }) {
      throw refusal(
        "report.shown_lane", "there is no lane '\(report.shownLane)'",
        nearestKey(to: report.shownLane, among: variants.map(\.name)).map { "did you mean '\($0)'?" } ?? "")
    }
  }

  /// Symbols the run will have, where the scenario alone says so.
  private var knownSymbols: [String]? {
    if let market { return market.instruments.map(\.symbol) }
    return data.instruments.isEmpty ? nil : data.instruments
  }

  func checkMetrics(_ document: TomlDocument) throws(ScenarioError) {
    func refusal(_ key: String, _ problem: String, _ advice: String) -> ScenarioError {
      ScenarioError(file: document.file, line: document.line(of: key), key: key, problem: problem, advice: advice)
    }
    let levels = metrics.confidenceLevels
    guard (1...4).contains(levels.count) else {
      throw refusal(
        "metrics.value_at_risk_levels", "holds \(levels.count) levels", "write value_at_risk_levels = [0.95, 0.99]")
    }
    for (index, level) in levels.enumerated() {
      guard (0.5...0.999).contains(level), index == 0 || level > levels[index - 1] else {
        throw refusal(
          "metrics.value_at_risk_levels[\(index)]",
          "\(TomlNumber.text(level)) is no level from 0.5 to 0.999 above the last",
          "write value_at_risk_levels = [0.95, 0.99]")
      }
    }
    func requireSymbol(_ symbol: String, _ key: String) throws(ScenarioError) {
      guard let symbols = knownSymbols, !symbols.contains(symbol) else { return }
      throw refusal(
        key, "'\(symbol.prefix(40))' is no instrument of this run",
        nearestKey(to: symbol, among: symbols).map { "did you mean '\($0)'?" }
          ?? "its instruments are \(symbols.prefix(20).joined(separator: ", "))")
    }
    if !metrics.benchmark.isEmpty, metrics.benchmark != RunAnalysis.noBenchmark {
      try requireSymbol(metrics.benchmark, "metrics.benchmark")
    }
    guard stress.count <= 200 else { throw refusal("stress", "holds more than 200 shocks", "keep those that matter") }
    for (index, shock) in stress.enumerated() {
      guard !shock.name.isEmpty, shock.name.count <= 80 else {
        throw refusal(
          "stress[\(index)].name", shock.name.isEmpty ? "is missing" : "is longer than 80 letters",
          "write name = \"flash crash\", for example")
      }
      guard shock != StressTerms(name: shock.name, instrument: shock.instrument) else {
        throw refusal("stress[\(index)]", "shocks nothing", "give price, spread, volatility or liquidity")
      }
      if shock.volatilitySensitivity != 0, !stress.contains(where: { $0.name == shock.name && $0.volatility != 1 }) {
        throw refusal(
          "stress[\(index)].volatility_sensitivity", "acts on nothing", "shock the volatility of '\(shock.name)' too")
      }
      if !shock.instrument.isEmpty { try requireSymbol(shock.instrument, "stress[\(index)].instrument") }
    }
  }

  func checkMonteCarlo(_ document: TomlDocument) throws(ScenarioError) {
    func refusal(_ key: String, _ problem: String, _ advice: String) -> ScenarioError {
      ScenarioError(file: document.file, line: document.line(of: key), key: key, problem: problem, advice: advice)
    }
    if let length = monteCarlo.blockLength {
      switch monteCarlo.method {
      case .stationary: break
      case .circular where length == length.rounded(): break
      case .circular:
        throw refusal(
          "monte_carlo.block_length", "\(TomlNumber.text(length)) is no whole number of periods",
          "circular blocks have one length; stationary ones take any mean")
      case .independent, .garch, .trades:
        throw refusal(
          "monte_carlo.block_length", "means nothing to method = \"\(monteCarlo.method.rawValue)\"",
          "leave it out, or choose stationary or circular")
      }
    }
    let levels = monteCarlo.ruinLevels
    guard (1...8).contains(levels.count) else {
      throw refusal(
        "monte_carlo.ruin_levels", "holds \(levels.count) levels", "write ruin_levels = [0.5, 0.7, 0.8, 0.9]")
    }
    for (index, level) in levels.enumerated() {
      guard level > 0, level < 1, index == 0 || level > levels[index - 1] else {
        throw refusal(
          "monte_carlo.ruin_levels[\(index)]",
          "\(TomlNumber.text(level)) is no fraction between 0 and 1 above the last",
          "write ruin_levels = [0.5, 0.7, 0.8, 0.9]")
      }
    }
  }

  private static func isRising(_ points: [LatencyTerms.Rule.Point]) -> Bool {
    let times = points.compactMap(\.time)
    return !times.isEmpty && times.count == points.count && zip(times, times.dropFirst()).allSatisfy { $0 < $1 }
  }

  private static func isQuantiles(_ values: [Int64]) -> Bool {
    (2...10_001).contains(values.count) && values == values.sorted()
  }

  private func check(
    _ latency: LatencyTerms, _ key: String, _ refusal: (String, String, String) -> ScenarioError
  ) throws(ScenarioError) {
    let rules = [
      ("new_order", latency.newOrder), ("cancel", latency.cancel), ("amend", latency.amend),
      ("acknowledgement", latency.acknowledgement),
    ]
    if latency.feed == .measured, !Self.isRising(latency.feedPoints) {
      throw refusal(
        "\(key).feed_point", "a measured feed wants points with rising times",
        "write [[\(key).feed_point]] with time and nanoseconds")
    }
    if latency.feed == .drawn, !Self.isQuantiles(latency.feedQuantiles) {
      throw refusal(
        "\(key).feed_quantiles", "a drawn feed wants two or more quantiles that do not fall",
        "write feed_quantiles = [100_000, 250_000, 2_000_000]")
    }
    for (name, rule) in rules {
      if let rule, rule.law == .measured {
        guard Self.isRising(rule.points) else {
          throw refusal(
            "\(key).\(name).point", "a measured latency wants points with rising times",
            "write [[\(key).\(name).point]] with time and nanoseconds")
        }
      }
      guard let rule, rule.law == .drawn else { continue }
      guard Self.isQuantiles(rule.quantiles) else {
        throw refusal(
          "\(key).\(name).quantiles", "a drawn latency wants two or more quantiles that do not fall",
          "write quantiles = [100_000, 250_000, 2_000_000]")
      }
    }
  }

  private func check(
    _ fills: FillTerms, _ key: String, _ refusal: (String, String, String) -> ScenarioError
  ) throws(ScenarioError) {
    guard run.hasImpact, fills.probability < 1 else { return }
    throw refusal(
      "\(key).probability", "wants recorded or replayed events; with run.impact a matching engine decides every fill",
      "leave it at 1, or set run.impact = false")
  }

  private func checkAccount(_ refusal: (String, String, String) -> ScenarioError) throws(ScenarioError) {
    let margin = account.margin
    if margin.maintenanceRate > margin.initialRate {
      throw refusal("account.margin.maintenance_rate", "lies above initial_rate", "opening asks for at least as much")
    }
    if margin.maintenanceShortRate ?? margin.maintenanceRate > margin.initialShortRate ?? margin.initialRate {
      throw refusal(
        "account.margin.maintenance_short_rate", "lies above what opening a short asks for",
        "state initial_short_rate too")
    }
    var seen: Set<String> = [account.currency]
    for (index, rate) in account.rates.enumerated() {
      guard !rate.currency.isEmpty else {
        throw refusal("account.rate[\(index)].currency", "is missing", "write currency = \"EUR\", for example")
      }
      guard seen.insert(rate.currency).inserted else {
        throw refusal(
          "account.rate[\(index)].currency",
          rate.currency == account.currency ? "is the account's own" : "'\(rate.currency)' has a rate already",
          "state each other currency once")
      }
      try check(rate, "account.rate[\(index)]", refusal)
    }
    if run.hasImpact, !account.rates.isEmpty {
      throw refusal(
        "account.rate", "wants recorded or replayed events; a market that lanes trade in has one currency",
        "set account.currency to the market's")
    }
  }

  private func check(
    _ rate: CurrencyRate, _ key: String, _ refusal: (String, String, String) -> ScenarioError
  ) throws(ScenarioError) {
    guard rate.rate != nil || !rate.points.isEmpty else {
      throw refusal("\(key).rate", "is missing", "write rate = 1.08, or rates over time with file or point")
    }
    guard rate.points.count <= CurrencyRateFile.mostPoints else {
      throw refusal(
        "\(key).point", "has \(rate.points.count) rates, and a currency has at most \(CurrencyRateFile.mostPoints)",
        "keep one an hour, for example")
    }
    for (index, point) in rate.points.enumerated() {
      guard let time = point.time else {
        throw refusal("\(key).point[\(index)].time", "is missing", "write time = 2024-03-01T00:00:00Z, for example")
      }
      if index > 0, let before = rate.points[index - 1].time, time <= before {
        throw refusal(
          "\(key).point[\(index)].time", "does not lie after the point before it", "list points by rising time")
      }
    }
  }

  func checkSplits(_ refusal: (String, String, String) -> ScenarioError) throws(ScenarioError) {
    for (index, split) in data.splits.enumerated() {
      let key = "data.split[\(index)]"
      guard split.time != nil else {
        throw refusal("\(key).time", "is missing", "write time = 2024-06-10T07:00:00Z, for example")
      }
      guard !split.instrument.isEmpty else {
        throw refusal("\(key).instrument", "is missing", "name the share that is split")
      }
      guard split.newShares != split.oldShares else {
        throw refusal(key, "changes nothing", "write new_shares = 2 for a split of 2 for 1")
      }
    }
  }

  private func checkSelection(_ refusal: (String, String, String) -> ScenarioError) throws(ScenarioError) {
    if data.from != nil { throw refusal("data.from", "selects from recorded data", "a market begins at market.start") }
    if data.until != nil {
      throw refusal("data.until", "selects from recorded data", "a market's day ends with its phases")
    }
    if !data.contracts.isEmpty {
      throw refusal(
        "data.contract", "restates recorded data", "a simulated market has the instruments it describes")
    }
    if !data.splits.isEmpty {
      throw refusal("data.split", "changes recorded data", "nothing happens to the shares of a simulated market")
    }
    if !data.instruments.isEmpty {
      throw refusal(
        "data.instruments", "selects from recorded data", "a simulated market has the instruments it describes")
    }
  }

  private func check(
    _ fees: FeeSettings, _ key: String, _ refusal: (String, String, String) -> ScenarioError
  ) throws(ScenarioError) {
    for (bound, least, most) in [
      ("fill", fees.fillMinimum, fees.fillMaximum), ("order", fees.orderMinimum, fees.orderMaximum),
    ] {
      if let least, let most, least > most {
        throw refusal("\(key).\(bound)_maximum", "lies below \(bound)_minimum", "maximums are applied last")
      }
    }
    var volume: Int64 = -1
    for (index, tier) in fees.tiers.enumerated() {
      guard tier.volume > volume else {
        throw refusal(
          "\(key).tier[\(index)].volume", "\(tier.volume) follows \(volume)", "list tiers by rising volume")
      }
      volume = tier.volume
    }
  }

  private func check(
    _ carry: HoldingTerms, _ key: String, _ refusal: (String, String, String) -> ScenarioError
  ) throws(ScenarioError) {
    for (index, dividend) in carry.dividends.enumerated() {
      guard dividend.time != nil else {
        throw refusal("\(key).dividend[\(index)].time", "is missing", "write time = 2024-03-01T00:00:00Z, for example")
      }
      guard !dividend.instrument.isEmpty else {
        throw refusal("\(key).dividend[\(index)].instrument", "is missing", "name the share that pays it")
      }
    }
    for (index, payment) in carry.funding.enumerated() where payment.time == nil {
      throw refusal(
        "\(key).funding[\(index)].time", "is missing", "write time = 2024-03-01T16:00:00Z, for example")
    }
  }

  /// Whether a text can stand in the name of a folder anywhere.
  static func isName(_ text: String) -> Bool {
    let letters = text.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || [45, 46, 95].contains(byte)
    }
    return letters && !text.isEmpty && text.utf8.count <= 64 && !text.hasPrefix(".")
  }
}
