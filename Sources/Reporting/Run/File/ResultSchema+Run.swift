import Analytics
import MarketTypes

extension ResultSchema {
  /// The groups that hold a `RunResult`.
  static let runGroups: [ResultGroup] = [
    meta, sources, assumptions, scenario, instruments, lanes, settings, laneInstruments,
    equity, positions, gains, orders, fills, missedFills,
    orderSteps, closedLots, splits,
    riskEvents,
    executionDraws, pessimistic, pessimisticSettings, pessimisticEquity, lookAhead, lookAheadLanes,
    lookAheadDifferences, windows, windowSteps, windowDepth, market, marketHours, marketRests,
  ]

  // It follows from the data alone, whose hashes are part of the result.
  private static let market = ResultGroup(
    "/market", "what the market traded while the run went on", condition: "it was counted",
    columns: [
      ResultColumn("instrument", .int32, axes: ["instrument"], "row of /instruments", isHashed: false) {
        .int32($0.run.marketLots.indices.map { Int32(clamping: $0) })
      },
      ResultColumn(
        "traded_lots", .int64, axes: ["instrument"], "lots that changed hands", unit: "lots", isHashed: false
      ) { .int64($0.run.marketLots) },
    ], isPresent: { !$0.run.marketLots.isEmpty })

  private static let marketHours = ResultGroup(
    "/market_hours", "in which hours of the week the market traded", condition: "somebody looked",
    columns: [
      ResultColumn(
        "hour", .int32, axes: ["hour"], "of the week, from Monday 00:00 UTC", isHashed: false
      ) { .int32(($0.run.marketHours?.isActive ?? []).indices.map { Int32(clamping: $0) }) },
      ResultColumn(
        "is_active", .int32, axes: ["hour"], "1 where something traded, in any week", isHashed: false
      ) { .int32(($0.run.marketHours?.isActive ?? []).map { $0 ? 1 : 0 }) },
    ], isPresent: { $0.run.marketHours != nil })

  private static let marketRests = ResultGroup(
    "/market_rests",
    "when nothing moved in any market for more than a day; days of the week within one are no sessions, unless the market "
      + "trades every day", condition: "it rested",
    columns: [rest("from", "what moved last before it", \.from), rest("until", "what moved first after it", \.until)],
    isPresent: { !$0.run.marketRests.isEmpty })

  private static func rest(
    _ name: String, _ meaning: String, _ path: @escaping @Sendable (MarketRest) -> Int64
  ) -> ResultColumn {
    ResultColumn(
      name, .int64, axes: ["from"], meaning, unit: "nanoseconds since 1970-01-01",
      attributes: [("calendar", "proleptic_gregorian")], isHashed: false
    ) { .int64($0.run.marketRests.map(path)) }
  }

  private static let meta = ResultGroup(
    "/meta", "which run this is and what it was made from",
    attributes: [
      ResultAttribute("name", "name of the scenario") { .text($0.run.identity.name) },
      ResultAttribute(
        "result_hash", "SHA-256 of all content below except what SCHEMA.md marks with †, hexadecimal", isHashed: false
      ) { .text($0.run.identity.resultHash) },
      ResultAttribute("scenario_hash", "SHA-256 of the resolved scenario, hexadecimal") {
        .text($0.run.identity.scenarioHash)
      },
      ResultAttribute("engine_version", "version that ran it") { .text($0.run.identity.engineVersion) },
      ResultAttribute("seed", "of all random numbers") { .unsigned($0.run.identity.seed) },
      ResultAttribute("currency", "of all money") { .text($0.run.identity.currency) },
      ResultAttribute("starting_capital", "money") { .real($0.run.identity.startingCapital) },
      ResultAttribute("start", "first market time, nanoseconds since 1970-01-01") { .integer($0.run.identity.start) },
      ResultAttribute("end", "last market time, nanoseconds since 1970-01-01") { .integer($0.run.identity.end) },
      ResultAttribute("event_count", "market events replayed") { .integer(Int64($0.run.identity.eventCount)) },
      ResultAttribute("strategy", "name of the strategy") { .text($0.run.identity.strategy) },
      ResultAttribute("shown_lane", "lane whose orders, fills and account are kept in full") {
        .integer(Int64($0.run.shownLane))
      },
      ResultAttribute("is_stopped_by_risk", "1 when a risk control ended the run or the shown lane") {
        .integer($0.run.identity.isStoppedByRisk ? 1 : 0)
      },
      ResultAttribute(
        "prior_trials",
        "variants that the ledger counts for this family before this run; 0 also where no ledger was asked (`ledger_head` "
          + "is empty), which says nothing", isHashed: false
      ) { .integer(Int64($0.run.identity.priorTrials)) },
      ResultAttribute(
        "ledger_head", "head of the ledger after this run was entered; empty without a ledger", isHashed: false
      ) { .text($0.run.identity.ledgerHead) },
    ], columns: [])

  private static let sources = ResultGroup(
    "/meta/sources", "the data that the run replayed",
    columns: [
      .index("source", "number of the source") { $0.run.identity.sources.count },
      // Where a file lies on a machine is no part of the result.
      ResultColumn("path", .text, axes: ["source"], "file as named in the scenario", isHashed: false) {
        .text($0.run.identity.sources.map(\.path))
      },
      ResultColumn("sha256", .text, axes: ["source"], "hexadecimal") {
        .text($0.run.identity.sources.map(\.sha256))
      },
      ResultColumn("event_count", .int64, axes: ["source"], "market events in it") {
        .int64($0.run.identity.sources.map { Int64($0.eventCount) })
      },
    ])

  private static let assumptions = ResultGroup(
    "/meta/assumptions", "what the run takes for granted",
    columns: [
      .index("assumption", "number of the assumption") { $0.run.assumptions.count },
      ResultColumn("topic", .text, axes: ["assumption"], "data, fills, fees, latency, queue, impact, …") {
        .text($0.run.assumptions.map(\.topic))
      },
      ResultColumn("text", .text, axes: ["assumption"], "in words") { .text($0.run.assumptions.map(\.text)) },
      .flags(
        "direction", axes: ["assumption"], "what it does to results", names: ["neutral", "optimistic", "pessimistic"]
      ) { $0.run.assumptions.map(\.direction.rawValue) },
    ])

  private static let scenario = ResultGroup(
    "/scenario", "the fully resolved scenario",
    columns: [ResultColumn("toml", .text, axes: ["toml"], "one text") { .text([$0.run.scenario]) }])

  private static let instruments = ResultGroup(
    "/instruments", "what was traded: how ticks and lots turn into prices, sizes and money",
    columns: [
      .index("instrument", "number of the instrument") { $0.run.instruments.count },
      ResultColumn("symbol", .text, axes: ["instrument"], "name") { .text($0.run.instruments.map(\.symbol)) },
      ResultColumn("venue", .text, axes: ["instrument"], "where it trades") { .text($0.run.instruments.map(\.venue)) },
      ResultColumn("currency", .text, axes: ["instrument"], "of profit and loss") {
        .text($0.run.instruments.map(\.currency))
      },
      .flags(
        "settlement", axes: ["instrument"], "how value depends on price", names: ["linear", "inverse", "quanto"]
      ) { $0.run.instruments.map(\.settlement.rawValue) },
    ] + decimal("tick", "price of one tick", \.tick) + decimal("lot", "quantity of one lot", \.lot)
      + decimal("multiplier", "units of the underlying per unit of quantity", \.multiplier) + [
        ResultColumn("source_identifier", .int64, axes: ["instrument"], "number in the source, 0 without one") {
          .int64($0.run.instruments.map { Int64($0.sourceIdentifier) })
        }
      ])

  /// A decimal as a number to compute with and as the exact mantissa × 10^-exponent.
  private static func decimal(
    _ name: String, _ meaning: String, _ path: @escaping @Sendable (Instrument) -> DecimalUnit
  ) -> [ResultColumn] {
    [
      ResultColumn(name, .double, axes: ["instrument"], meaning) {
        .double($0.run.instruments.map { path($0).doubleValue })
      },
      ResultColumn(name + "_mantissa", .int64, axes: ["instrument"], "\(meaning), exactly mantissa × 10^-exponent") {
        .int64($0.run.instruments.map { path($0).mantissa })
      },
      ResultColumn(name + "_exponent", .uint8, axes: ["instrument"], "see `\(name)_mantissa`") {
        .uint8($0.run.instruments.map { UInt8(clamping: path($0).exponent) })
      },
    ]
  }

  private static let lanes = ResultGroup(
    "/lanes", "one row for each lane: a strategy with its own parameters", columns: laneColumns { $0.run.lanes })

  private static let settings = settingsGroup(
    "/lanes/settings",
    "parameters of each lane, and every key in which any two lanes differ; a lane without a row has the key absent"
  ) { $0.run.lanes }

  private static func laneColumns(
    _ lanes: @escaping @Sendable (ResultContents) -> [LaneResult]
  ) -> [ResultColumn] {
    func count(_ name: String, _ meaning: String, _ path: @escaping @Sendable (LaneResult) -> Int) -> ResultColumn {
      ResultColumn(name, .int64, axes: ["lane"], meaning) { .int64(lanes($0).map { Int64(path($0)) }) }
    }
    func real(
      _ name: String, _ meaning: String, unit: String? = "money", _ path: @escaping @Sendable (LaneResult) -> Double
    ) -> ResultColumn {
      ResultColumn(name, .double, axes: ["lane"], meaning, unit: unit) { .double(lanes($0).map { path($0) }) }
    }
    return [
      .index("lane", "number of the lane") { lanes($0).count },
      ResultColumn("name", .text, axes: ["lane"], "name of the lane") { .text(lanes($0).map(\.name)) },
      real("final_equity", "equity at the end", \.finalEquity),
      real("profit", "after fees and carry", \.profit),
      real("fees", "of fills, negative when rebates were higher", \.fees),
      real("funding", "paid on positions, negative when more was received", \.carry.funding),
      real("borrow", "paid for shorts", \.carry.borrow),
      real("dividends", "paid on shorts, negative when more was received on longs", \.carry.dividends),
      count("orders_sent", "orders that passed the risk controls", \.ordersSent),
      count("risk_rejects", "orders that risk controls refused", \.riskRejects),
      count("venue_rejects", "orders that the venue refused", \.venueRejects),
      count("cancels", "orders cancelled", \.cancels),
      count("fills", "fills", \.fills),
      ResultColumn("traded_lots", .int64, axes: ["lane"], "lots bought and sold") {
        .int64(lanes($0).map(\.tradedLots))
      },
      real(
        "deepest_drawdown", "by all samples, also those that /equity leaves out, zero or negative", unit: "1",
        \.deepestDrawdown),
      ResultColumn("is_stopped_by_risk", .uint8, axes: ["lane"], "1 when a risk control ended the lane") {
        .uint8(lanes($0).map { $0.isStoppedByRisk ? 1 : 0 })
      },
    ]
  }

  private static func settingsGroup(
    _ path: String, _ meaning: String, condition: String? = nil,
    isPresent: @escaping @Sendable (ResultContents) -> Bool = { _ in true },
    _ lanes: @escaping @Sendable (ResultContents) -> [LaneResult]
  ) -> ResultGroup {
    ResultGroup(
      path, meaning, condition: condition,
      columns: [
        .index("setting", "number of the row") { lanes($0).reduce(0) { $0 + $1.settings.count } },
        ResultColumn("lane", .int32, axes: ["setting"], "lane that has it") {
          .int32(lanes($0).enumerated().flatMap { lane, result in result.settings.map { _ in Int32(clamping: lane) } })
        },
      ]
        + ResultColumn.words("name", axes: ["setting"], "name of the parameter") { contents in
          lanes(contents).flatMap { $0.settings.map(\.name) }
        } + [
          ResultColumn(
            "value", .double, axes: ["setting"], "its value; of a word, its number among the words that lanes have"
          ) { contents in .double(lanes(contents).flatMap { $0.settings.map(\.value) }) }
        ]
        + ResultColumn.words("word", axes: ["setting"], "what a setting that is no number says, else empty") {
          contents in lanes(contents).flatMap { $0.settings.map(\.word) }
        }, isPresent: isPresent)
  }

  private static let equity = ResultGroup(
    "/equity",
    "equity of every lane at regular moments; the first is the start. Where lanes have more than 2^25 of them together, or one "
      + "more than 2^21, those at every second multiple of the interval are kept, or fourth, or eighth, as many as fit but at "
      + "least 2^12 of a lane, and always the start, the end and the moments of a day at which sessions may close",
    condition: "there are samples",
    columns: [
      .time(axes: ["time"], "moment of the sample") { $0.run.sampleTimes },
      .index("lane", "number of the lane") { $0.run.lanes.count },
      ResultColumn("value", .double, axes: ["lane", "time"], "cash and positions at the mark", unit: "money") {
        .double($0.run.laneEquity)
      },
    ], isPresent: { !$0.run.sampleTimes.isEmpty && !$0.run.lanes.isEmpty })

  private static let positions = ResultGroup(
    "/positions",
    "the shown lane's account at every sample and after the fills of every moment, one row for each; of more than 2^21 "
      + "samples as in /equity, of more than a million moments with fills every second, or fourth, or eighth",
    condition: "it was recorded",
    columns: [
      .time(axes: ["time"], "moment") { $0.run.account.times },
      .index("instrument", "number of the instrument") { $0.run.instruments.count },
      money("equity", "cash and positions at the mark", \.equity), money("cash", "cash", \.cash),
      money("fees", "of fills so far, negative when rebates were higher", \.fees),
      money("carry", "funding, borrow and dividends so far, negative when more was received; no part of fees", \.carry),
      money("gross_exposure", "sum of the absolute values of all positions", \.grossExposure),
      money("net_exposure", "signed sum of the values of all positions", \.netExposure),
      ResultColumn("lots", .int64, axes: ["time", "instrument"], "position, below zero when short", unit: "lots") {
        .int64($0.run.account.lots)
      },
      ResultColumn(
        "mark_half_ticks", .int64, axes: ["time", "instrument"], "price of the valuation in half ticks",
        unit: "half ticks", attributes: missing
      ) { .int64($0.run.account.markHalfTicks) },
    ], isPresent: { !$0.run.account.times.isEmpty })

  static let missing: [(key: String, value: HDF5Attribute)] = [("_FillValue", .integer(.min))]

  private static func money(
    _ name: String, _ meaning: String, _ path: @escaping @Sendable (AccountColumns) -> [Double]
  ) -> ResultColumn {
    ResultColumn(name, .double, axes: ["time"], meaning, unit: "money") { .double(path($0.run.account)) }
  }

  private static let riskEvents = ResultGroup(
    "/risk_events", "what risk controls did",
    columns: [
      .index("event", "number of the event") { $0.run.riskEvents.count },
      .time(axes: ["event"], "when it happened") { $0.run.riskEvents.map(\.time) },
      ResultColumn("lane", .int32, axes: ["event"], "lane concerned") {
        .int32($0.run.riskEvents.map { Int32(clamping: $0.lane) })
      },
    ] + ResultColumn.words("kind", axes: ["event"], "what happened") { $0.run.riskEvents.map(\.kind) } + [
      ResultColumn("detail", .text, axes: ["event"], "in words") { .text($0.run.riskEvents.map(\.detail)) },
      ResultColumn(
        "count", .int64, axes: ["event"],
        "how often: repeats in a row are one row, and from the 1,000th row of a lane and kind on the last one counts all"
      ) {
        .int64($0.run.riskEvents.map { Int64($0.count) })
      },
    ])

  private static let executionDraws = ResultGroup(
    "/execution_draws", "the shown strategy under drawn latency, queue and fill assumptions",
    condition: "they were drawn",
    columns: [
      .index("draw", "number of the draw") { $0.run.executionDraws?.profits.count ?? 0 },
      .index("uncertainty", "number of what was drawn") { $0.run.executionDraws?.drawn.count ?? 0 },
      ResultColumn("drawn", .text, axes: ["uncertainty"], "what was drawn, in words") {
        .text($0.run.executionDraws?.drawn ?? [])
      },
      ResultColumn("latency_factor", .double, axes: ["draw"], "on all latencies", unit: "1") {
        .double(($0.run.executionDraws?.settings ?? []).map(\.latencyFactor))
      },
      ResultColumn("fee_change", .int64, axes: ["draw"], "added to both fee rates, billionths of the notional") {
        .int64(($0.run.executionDraws?.settings ?? []).map(\.feeChange))
      },
      ResultColumn(
        "fill_probability", .double, axes: ["draw"], "of a fill when an order's turn comes at its price", unit: "1"
      ) { .double(($0.run.executionDraws?.settings ?? []).map(\.fillProbability)) },
    ]
      + ResultColumn.words("queue_model", axes: ["draw"], "of level feeds") {
        ($0.run.executionDraws?.settings ?? []).map(\.queueModel)
      } + [
        ResultColumn("profit", .double, axes: ["draw"], "after fees", unit: "money") {
          .double($0.run.executionDraws?.profits ?? [])
        },
        ResultColumn("fills", .int64, axes: ["draw"], "number of fills") {
          .int64(($0.run.executionDraws?.fills ?? []).map(Int64.init))
        },
        ResultColumn("deepest_drawdown", .double, axes: ["draw"], "zero or negative", unit: "1") {
          .double($0.run.executionDraws?.deepestDrawdowns ?? [])
        },
      ], isPresent: { $0.run.executionDraws != nil })

  private static let pessimistic = ResultGroup(
    "/pessimistic", "the shown lane again under worse assumptions", condition: "it was run",
    columns: [
      .index("change", "number of the change") { $0.run.pessimistic?.changes.count ?? 0 },
      ResultColumn("text", .text, axes: ["change"], "what was made worse, in words") {
        .text($0.run.pessimistic?.changes ?? [])
      },
    ] + laneColumns { $0.run.pessimistic.map { [$0.outcome] } ?? [] },
    isPresent: { $0.run.pessimistic != nil })

  private static let pessimisticSettings = settingsGroup(
    "/pessimistic/settings", "its parameters, and every key in which it differs from the shown lane",
    condition: "it was run",
    isPresent: { $0.run.pessimistic != nil }
  ) { $0.run.pessimistic.map { [$0.outcome] } ?? [] }

  private static let pessimisticEquity = ResultGroup(
    "/pessimistic/equity", "its equity at the moments of /equity", condition: "it was run and there are samples",
    columns: [
      .time(axes: ["time"], "moment of the sample") { $0.run.sampleTimes },
      ResultColumn("value", .double, axes: ["time"], "cash and positions at the mark", unit: "money") {
        .double($0.run.pessimistic?.equity ?? [])
      },
    ], isPresent: { $0.run.pessimistic != nil && !$0.run.sampleTimes.isEmpty })

  private static let windows = ResultGroup(
    "/windows", "the book around selected fills",
    columns: [
      .index("window", "number of the window") { $0.run.windows.count },
      ResultColumn("fill", .int64, axes: ["window"], "row of /fills") { .int64($0.run.windows.map { Int64($0.fill) }) },
      ResultColumn("lowest_ticks", .int32, axes: ["window"], "price of the first row", unit: "ticks") {
        .int32($0.run.windows.map(\.lowestTicks))
      },
      ResultColumn("row_count", .int64, axes: ["window"], "prices shown, one tick apart") {
        .int64($0.run.windows.map { Int64($0.rowCount) })
      },
      ResultColumn("time_count", .int64, axes: ["window"], "moments shown") {
        .int64($0.run.windows.map { Int64($0.times.count) })
      },
    ])

  private static let windowSteps = ResultGroup(
    "/windows/steps", "the moments of all windows, window after window",
    columns: [
      .index("step", "number of the row") { $0.run.windows.reduce(0) { $0 + $1.times.count } },
      .time(axes: ["step"], "moment") { $0.run.windows.flatMap(\.times) },
      ResultColumn(
        "ahead", .int64, axes: ["step"], "lots ahead of the own order; missing when it does not rest", unit: "lots",
        attributes: missing
      ) { .int64($0.run.windows.flatMap(\.ahead)) },
    ])

  private static let windowDepth = ResultGroup(
    "/windows/depth", "displayed lots of all windows: window after window, moment after moment, prices upwards",
    columns: [
      .index("cell", "number of the row") { $0.run.windows.reduce(0) { $0 + $1.depth.count } },
      ResultColumn("lots", .int64, axes: ["cell"], "bids above zero, offers below", unit: "lots") {
        .int64($0.run.windows.flatMap(\.depth))
      },
    ])
}
