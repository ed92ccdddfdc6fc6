import Analytics
import MarketTypes

/// Turns the groups of a result file back into values.
struct ResultReader {
  let file: HDF5Reader

  func identity(_ meta: ResultMeta) throws(HDF5Error) -> RunIdentity {
    let table = try ResultTable("/meta/sources", index: "source", file)
    let paths = try table.texts("path")
    let hashes = try table.texts("sha256")
    let counts = try table.counts("event_count")
    return RunIdentity(
      name: try meta.text("name"), resultHash: try meta.text("result_hash"),
      scenarioHash: try meta.text("scenario_hash"), engineVersion: try meta.text("engine_version"),
      seed: try meta.unsigned("seed"),
      sources: paths.indices.map { .init(path: paths[$0], sha256: hashes[$0], eventCount: counts[$0]) },
      currency: try meta.text("currency"), startingCapital: try meta.real("starting_capital"),
      start: try meta.integer("start"), end: try meta.integer("end"), eventCount: try meta.count("event_count"),
      strategy: try meta.text("strategy"), priorTrials: try meta.count("prior_trials"),
      ledgerHead: try meta.text("ledger_head"), isStoppedByRisk: try meta.integer("is_stopped_by_risk") != 0)
  }

  func scenario() throws(HDF5Error) -> String {
    guard case .text(let texts) = try file.values("/scenario/toml", kind: .text).column, texts.count == 1 else {
      throw file.file.fault("is not one text", in: "/scenario/toml")
    }
    return texts[0]
  }

  func assumptions() throws(HDF5Error) -> [Assumption] {
    let table = try ResultTable("/meta/assumptions", index: "assumption", file)
    let topics = try table.texts("topic")
    let texts = try table.texts("text")
    let directions = try table.cases("direction", of: Assumption.Direction.self)
    return topics.indices.map { Assumption(topic: topics[$0], text: texts[$0], direction: directions[$0]) }
  }

  func instruments() throws(HDF5Error) -> [Instrument] {
    let table = try ResultTable("/instruments", index: "instrument", file)
    let symbols = try table.texts("symbol")
    let venues = try table.texts("venue")
    let currencies = try table.texts("currency")
    let settlements = try table.cases("settlement", of: Instrument.Settlement.self)
    let ticks = try decimals("tick", table)
    let lots = try decimals("lot", table)
    let multipliers = try decimals("multiplier", table)
    let sources = try table.map(try table.int64s("source_identifier"), "source_identifier") { UInt32(exactly: $0) }
    return symbols.indices.map { row in
      Instrument(
        symbol: symbols[row], venue: venues[row], tick: ticks[row], lot: lots[row], multiplier: multipliers[row],
        currency: currencies[row], settlement: settlements[row], sourceIdentifier: sources[row])
    }
  }

  private func decimals(_ name: String, _ table: ResultTable) throws(HDF5Error) -> [DecimalUnit] {
    let mantissas = try table.int64s(name + "_mantissa")
    let exponents = try table.bytes(name + "_exponent")
    return try table.map(Array(zip(mantissas, exponents)), name) {
      DecimalUnit(mantissa: $0, exponent: Int8(clamping: $1))
    }
  }

  func lanes(_ path: String) throws(HDF5Error) -> [LaneResult] {
    let table = try ResultTable(path, index: "lane", file)
    let names = try table.texts("name")
    let equity = try table.doubles("final_equity")
    let profits = try table.doubles("profit")
    let fees = try table.doubles("fees")
    let hasCarry = file.has(path + "/funding")
    let funding = hasCarry ? try table.doubles("funding") : names.map { _ in 0 }
    let borrow = hasCarry ? try table.doubles("borrow") : funding
    let dividends = hasCarry ? try table.doubles("dividends") : funding
    let sent = try table.counts("orders_sent")
    let riskRejects = try table.counts("risk_rejects")
    let venueRejects = try table.counts("venue_rejects")
    let cancels = try table.counts("cancels")
    let fills = try table.counts("fills")
    let lots = try table.int64s("traded_lots")
    let drawdowns = try table.doubles("deepest_drawdown")
    let stopped = try table.bytes("is_stopped_by_risk")
    let settings = try settings(path + "/settings", lanes: names.count)
    return names.indices.map { row in
      var lane = LaneResult(
        name: names[row], settings: settings[row], finalEquity: equity[row], profit: profits[row], fees: fees[row],
        ordersSent: sent[row], riskRejects: riskRejects[row], venueRejects: venueRejects[row], cancels: cancels[row],
        fills: fills[row], tradedLots: lots[row], deepestDrawdown: drawdowns[row], isStoppedByRisk: stopped[row] != 0)
      lane.carry.funding = funding[row]
      lane.carry.borrow = borrow[row]
      lane.carry.dividends = dividends[row]
      return lane
    }
  }

  private func settings(_ path: String, lanes: Int) throws(HDF5Error) -> [[LaneResult.Setting]] {
    let table = try ResultTable(path, index: "setting", file)
    let names = try table.words("name")
    let values = try table.doubles("value")
    // Files of versions before words have numbers alone.
    let words = file.has(path + "/word") ? try table.words("word") : names.map { _ in "" }
    let owners = try table.int32s("lane")
    var settings = [[LaneResult.Setting]](repeating: [], count: lanes)
    for row in names.indices {
      guard settings.indices.contains(Int(owners[row])) else {
        throw file.file.fault("row \(row) names lane \(owners[row]) of \(lanes)", in: path)
      }
      settings[Int(owners[row])].append(.init(name: names[row], value: values[row], word: words[row]))
    }
    return settings
  }

  func marketLots() throws(HDF5Error) -> [Int64] {
    guard file.has("/market") else { return [] }
    return try ResultTable("/market", index: "instrument", file).int64s("traded_lots")
  }

  func marketHours() throws(HDF5Error) -> TradingHours? {
    let path = "/market_hours"
    guard file.has(path) else { return nil }
    let flags = try ResultTable(path, index: "hour", file).int32s("is_active")
    guard let hours = TradingHours(isActive: flags.map { $0 != 0 }) else {
      throw file.file.fault("\(flags.count) hours of \(TradingHours.hoursPerWeek)", in: path)
    }
    return hours
  }

  func marketRests() throws(HDF5Error) -> [MarketRest] {
    guard file.has("/market_rests") else { return [] }
    let table = try ResultTable("/market_rests", index: "from", kind: .int64, file)
    let starts = try table.int64s("from")
    return zip(starts, try table.int64s("until")).map { MarketRest(from: $0, until: $1) }
  }

  func laneInstruments() throws(HDF5Error) -> [LaneInstrumentResult] {
    guard file.has("/lanes/instruments") else { return [] }
    let table = try ResultTable("/lanes/instruments", index: "row", file)
    let lanes = try table.int32s("lane")
    let instruments = try table.int32s("instrument")
    let fills = try table.counts("fills")
    let lots = try table.int64s("traded_lots")
    let gross = try table.doubles("gross_profit")
    let fees = try table.doubles("fees")
    let carry = try table.doubles("carry")
    return lanes.indices.map {
      LaneInstrumentResult(
        lane: Int(lanes[$0]), instrument: Int(instruments[$0]), fills: fills[$0], tradedLots: lots[$0],
        grossProfit: gross[$0], fees: fees[$0], carry: carry[$0])
    }
  }

  /// Samples and the account.
  func readColumns(into run: inout RunResult) throws(HDF5Error) {
    if file.has("/equity") {
      let samples = try ResultTable("/equity", index: "time", kind: .int64, file)
      run.sampleTimes = try samples.int64s("time")
      guard case .double(let values) = try file.values("/equity/value", kind: .double).column else { return }
      run.laneEquity = values
    }
    guard file.has("/positions") else { return }
    let table = try ResultTable("/positions", index: "time", kind: .int64, file)
    run.account.times = try table.int64s("time")
    run.account.equity = try table.doubles("equity")
    run.account.cash = try table.doubles("cash")
    run.account.fees = try table.doubles("fees")
    // Files before carry had a column of its own count it among the fees.
    run.account.carry = file.has("/positions/carry") ? try table.doubles("carry") : run.account.fees.map { _ in 0 }
    run.account.grossExposure = try table.doubles("gross_exposure")
    run.account.netExposure = try table.doubles("net_exposure")
    guard !run.instruments.isEmpty else { return }
    run.account.lots = try table.int64s("lots", width: run.instruments.count)
    run.account.markHalfTicks = try table.int64s("mark_half_ticks", width: run.instruments.count)
    try readGains(into: &run.account, instruments: run.instruments.count)
  }

  func riskEvents() throws(HDF5Error) -> [RiskEvent] {
    let table = try ResultTable("/risk_events", index: "event", file)
    let times = try table.int64s("time")
    let lanes = try table.int32s("lane")
    let kinds = try table.words("kind")
    let details = try table.texts("detail")
    let counts = try table.counts("count")
    return times.indices.map {
      RiskEvent(time: times[$0], lane: Int(lanes[$0]), kind: kinds[$0], detail: details[$0], count: counts[$0])
    }
  }

  func executionDraws() throws(HDF5Error) -> ExecutionDraws? {
    guard file.has("/execution_draws") else { return nil }
    let table = try ResultTable("/execution_draws", index: "draw", file)
    let drawn = try ResultTable("/execution_draws", index: "uncertainty", file).texts("drawn")
    let factors = try table.doubles("latency_factor")
    let changes = try table.int64s("fee_change")
    let models = try table.words("queue_model")
    let probabilities = try table.doubles("fill_probability")
    let settings = factors.indices.map {
      DrawnExecution(
        latencyFactor: factors[$0], feeChange: changes[$0], queueModel: models[$0], fillProbability: probabilities[$0])
    }
    return ExecutionDraws(
      drawn: drawn, settings: settings, profits: try table.doubles("profit"), fills: try table.counts("fills"),
      deepestDrawdowns: try table.doubles("deepest_drawdown"))
  }

  func pessimistic(samples: Int) throws(HDF5Error) -> PessimisticRun? {
    guard file.has("/pessimistic") else { return nil }
    let changes = try ResultTable("/pessimistic", index: "change", file).texts("text")
    let outcomes = try lanes("/pessimistic")
    guard outcomes.count == 1 else { throw file.file.fault("has \(outcomes.count) lanes", in: "/pessimistic") }
    var equity: [Double] = []
    if samples > 0 {
      equity = try ResultTable("/pessimistic/equity", index: "time", kind: .int64, file).doubles("value")
    }
    return PessimisticRun(changes: changes, outcome: outcomes[0], equity: equity)
  }

  func windows() throws(HDF5Error) -> [BookWindow] {
    let table = try ResultTable("/windows", index: "window", file)
    let fills = try table.counts("fill")
    let lowest = try table.int32s("lowest_ticks")
    let rows = try table.counts("row_count")
    let lengths = try table.counts("time_count")
    let steps = try ResultTable("/windows/steps", index: "step", file)
    let times = try steps.int64s("time")
    let ahead = try steps.int64s("ahead")
    guard case .int64(let depth) = try file.values("/windows/depth/lots", kind: .int64).column else { return [] }
    var windows: [BookWindow] = []
    var step = 0
    var cell = 0
    for row in fills.indices {
      let (cells, overflow) = lengths[row].multipliedReportingOverflow(by: rows[row])
      guard !overflow, lengths[row] >= 0, rows[row] >= 0, lengths[row] <= times.count - step,
        cells <= depth.count - cell
      else { throw file.file.fault("window \(row) is bigger than what is stored", in: "/windows") }
      windows.append(
        BookWindow(
          fill: fills[row], times: Array(times[step..<(step + lengths[row])]), lowestTicks: lowest[row],
          rowCount: rows[row], depth: Array(depth[cell..<(cell + cells)]),
          ahead: Array(ahead[step..<(step + lengths[row])])))
      step += lengths[row]
      cell += cells
    }
    return windows
  }
}
