import Analytics

/// One sentence with its numbers marked, so that each can be checked against the figure it came from.
struct Sentence: Sendable {
  enum Piece: Sendable {
    case text(String)
    /// A number: the id of its figure, the value, and how it is written.
    case figure(id: String, value: Double, style: NumberStyle, isSigned: Bool)
    case moment(Int64, String)
    /// A name that a user gave.
    case name(String)
  }

  var pieces: [Piece] = []

  init(_ pieces: [Piece]) { self.pieces = pieces }

  var html: String {
    pieces.map { piece in
      switch piece {
      case .text(let text): HTML.escape(text)
      case .figure(let id, let value, let style, let isSigned):
        "<b data-metric=\"\(HTML.escape(id))\">"
          + HTML.escape(isSigned ? style.signedText(value) : style.text(value)) + "</b>"
      case .moment(_, let text): "<time>\(HTML.escape(text))</time>"
      case .name(let name): "<cite>\(HTML.escape(name))</cite>"
      }
    }.joined()
  }

  var plain: String {
    pieces.map { piece in
      switch piece {
      case .text(let text), .moment(_, let text), .name(let text): text
      case .figure(_, let value, let style, let isSigned): isSigned ? style.signedText(value) : style.text(value)
      }
    }.joined()
  }
}

/// What the report says in plain words: facts ranked by weight, and warnings that rules raise. Nothing here computes; every
/// number is a figure of the run.
struct Summary: Sendable {
  struct Fact: Sendable {
    var weight: Int
    var sentence: Sentence
  }

  /// Facts from the weightiest on.
  private(set) var facts: [Fact] = []
  private(set) var warnings: [Fact] = []
  /// Every value a sentence uses, by id.
  private(set) var values: [String: Double] = [:]

  private let context: ReportContext

  init(_ context: ReportContext) {
    self.context = context
    outcome()
    risk()
    trading()
    certainty()
    facts.sort { $0.weight > $1.weight }
    warnings.sort { $0.weight > $1.weight }
  }

  /// One sentence, and the weightiest warning with it.
  var tweet: [Sentence] { facts.prefix(1).map(\.sentence) + warnings.prefix(1).map(\.sentence) }
  /// The weightiest facts.
  var paragraph: [Sentence] { facts.prefix(5).map(\.sentence) }
  /// Everything.
  var page: [Sentence] { facts.map(\.sentence) }

  private mutating func say(_ weight: Int, _ pieces: Sentence.Piece...) {
    remember(pieces)
    facts.append(Fact(weight: weight, sentence: Sentence(pieces)))
  }

  private mutating func warn(_ weight: Int, _ pieces: Sentence.Piece...) {
    remember(pieces)
    warnings.append(Fact(weight: weight, sentence: Sentence(pieces)))
  }

  private mutating func remember(_ pieces: [Sentence.Piece]) {
    for case .figure(let id, let value, _, _) in pieces { values[id] = value }
  }

  // MARK: What happened

  private mutating func outcome() {
    let identity = context.result.identity
    let figures = context.figures
    let name = Sentence.Piece.name(identity.strategy.isEmpty ? identity.name : identity.strategy)
    let profit = figures.profit
    let isDay = Format.date(identity.start) == Format.date(identity.end)
    let from = Sentence.Piece.moment(
      identity.start, isDay ? Format.moment(identity.start) : Format.date(identity.start))
    let to = Sentence.Piece.moment(identity.end, isDay ? Format.time(identity.end) : Format.date(identity.end))
    if let total = figures.span["total_return"] {
      say(
        100, name, .text(profit > 0 ? " made " : profit < 0 ? " lost " : " ended where it began: "),
        .figure(id: "profit_size", value: profit.magnitude, style: context.money, isSigned: false),
        .text(" \(context.currency) ("),
        .figure(id: "total_return", value: total, style: .percent(2), isSigned: true),
        .text(") on "),
        .figure(id: "starting_capital", value: context.capital, style: context.money, isSigned: false),
        .text(" \(context.currency) from "), from, .text(" to "), to, .text("."))
    } else {
      say(100, name, .text(" ran from "), from, .text(" to "), to, .text(", but its equity was never sampled."))
    }
    stop()
    if figures.basis.equity.contains(where: { $0 <= 0 }) {
      warn(120, .text("The account was ruined: its equity fell to zero or below."))
    }
    if let benchmark = figures.benchmark.value, let last = benchmark.returns.last, last.isFinite {
      let held = benchmark.returns.reduce(1) { $0 * (1 + $1) } - 1
      say(
        70, .name(benchmark.name), .text(" over the same time would have returned "),
        .figure(id: "benchmark_return", value: held, style: .percent(2), isSigned: true), .text("."))
    }
    if let check = context.result.lookAhead, !check.passes {
      warn(
        130, .text("The look-ahead check failed: decisions of "),
        .name(check.failingLanes.prefix(3).map { context.result.lanes[$0].name }.joined(separator: ", ")),
        .text(" change when data ends early, so they knew the future."))
    }
    if PessimisticReach(context.result) == .nothing {
      // Without fills there is nothing to reach, which another warning says.
      if !context.result.fills.isEmpty {
        warn(
          66,
          .text("The pessimistic re-run reaches nothing in this run, so the result is untested against its changes."))
      }
    } else if let worse = context.result.pessimistic {
      say(
        75, .text("Under the worse assumptions listed below, the result would have been "),
        .figure(id: "pessimistic_profit", value: worse.outcome.profit, style: context.money, isSigned: true),
        .text(" \(context.currency)."))
      if profit > 0, worse.outcome.profit <= 0 {
        warn(95, .text("The profit does not survive the pessimistic re-run: it hangs on the assumptions."))
      }
      if worse.outcome.profit > profit {
        warn(
          66,
          .text(
            "The pessimistic re-run came to more than the base case: its changes are not worse for this strategy, so it is no "
              + "lower bound of what reality may bring."))
      }
    }
    if context.result.lanes.count > 1 {
      let ranking = figures.ranking
      say(
        72, .text("By profit it ranks "),
        .figure(id: "rank", value: Double(ranking.rank), style: .number(0), isSigned: false),
        .text(" of "),
        .figure(id: "lanes", value: Double(context.result.lanes.count), style: .number(0), isSigned: false),
        .text(" lanes; the median lane came to "),
        .figure(id: "median_lane", value: ranking.medianProfit, style: context.money, isSigned: true),
        .text(" \(context.currency)."))
    }
  }

  /// What a risk control's stop left out of the figures.
  private mutating func stop() {
    let result = context.result
    guard result.identity.isStoppedByRisk || result.lanes[safe: result.shownLane]?.isStoppedByRisk ?? false else {
      return
    }
    var pieces = [Sentence.Piece.text("A risk control stopped the lane")]
    if let time = RunAnalysis.stopTime(of: result, lane: result.shownLane) {
      pieces += [.text(" at "), .moment(time, Format.moment(time))]
    }
    if let settled = context.figures.analysis.settled {
      pieces += [
        .text("; its figures end at "), .moment(settled, Format.moment(settled)),
        .text(", as soon as it held nothing any more, and say nothing of the time after."),
      ]
    } else {
      pieces.append(.text("; what would have come after is not known."))
    }
    remember(pieces)
    warnings.append(Fact(weight: 105, sentence: Sentence(pieces)))
  }

  // MARK: What it risked

  private mutating func risk() {
    let figures = context.figures
    if let deepest = figures.underwater.min() ?? figures.span["max_drawdown"] {
      if deepest < 0 {
        say(
          90, .text("At its worst the account stood "),
          .figure(id: "deepest_recorded", value: -deepest, style: .percent(2), isSigned: false),
          .text(" below its highest value so far, by every record of it."))
      } else {
        say(40, .text("The account never fell below an earlier high."))
      }
    }
    if let volatility = figures.span["volatility"], figures.basis.isDaily {
      say(
        48, .text("Its volatility was "),
        .figure(id: "volatility", value: volatility, style: .percent(1), isSigned: false), .text(" a year."))
    }
    if let simulation = figures.simulation.value {
      // So many histories without a loss do not prove that there is none.
      let share = CountedShare(simulation.probabilityOfLoss.value, of: simulation.paths)
      say(
        50, .text("Reshuffling its own returns, "),
        .figure(
          id: "mc_probability_of_loss", value: simulation.probabilityOfLoss.value, style: .percent(1), isSigned: false),
        .text(" of "), .figure(id: "mc_paths", value: Double(simulation.paths), style: .number(0), isSigned: false),
        .text(" alternative histories end with a loss (between "),
        .figure(id: "mc_loss_lower", value: share.lower, style: .percent(2), isSigned: false), .text(" and "),
        .figure(id: "mc_loss_upper", value: share.upper, style: .percent(2), isSigned: false),
        .text(", as far as that number of histories can tell)."))
    }
    if let exposure = figures.exposure.value, exposure.timeInMarket > 0 {
      say(
        42, .text("It held a position "),
        .figure(id: "time_in_market", value: exposure.timeInMarket, style: .percent(1), isSigned: false),
        .text(" of the time, at most "),
        .figure(id: "highest_gross_leverage", value: exposure.highestGrossLeverage, style: .number(2), isSigned: false),
        .text(" times its equity."))
    }
    if let backtest = figures.backtests.value?.first?.result, backtest.trafficLight.zone != .green {
      warn(
        60, .text("Losses beyond the forecast value at risk came more often than they should ("),
        .text(backtest.trafficLight.zone.rawValue), .text(" zone)."))
    }
  }

  // MARK: How it traded

  private mutating func trading() {
    let figures = context.figures
    guard let trades = figures.trades.value else {
      if context.result.fills.isEmpty {
        warn(110, .text("The strategy never traded, so most figures do not exist."))
      } else {
        warn(110, .text("Its trades could not be analysed: "), .name(figures.trades.reason ?? "unknown"), .text("."))
      }
      return
    }
    let statistics = trades.statistics
    if let rate = statistics.winRate {
      say(
        60, .text("It closed "),
        .figure(id: "trades", value: Double(statistics.count), style: .number(0), isSigned: false),
        .text(statistics.count == 1 ? " round trip and won " : " round trips and won "),
        .figure(id: "win_rate", value: rate, style: .percent(1), isSigned: false), .text(" of them."))
    }
    let execution = trades.execution
    if let maker = execution.makerShare {
      say(
        46, .text("Of "), .figure(id: "fills", value: Double(execution.fillCount), style: .number(0), isSigned: false),
        .text(execution.fillCount == 1 ? " fill, " : " fills, "),
        .figure(id: "maker_share", value: maker, style: .percent(1), isSigned: false),
        .text(" of the lots rested in the book first."))
    }
    if let markout = trades.findings.markouts.first, let ticks = markout.meanTicks,
      let error = markout.standardErrorTicks, ticks < -2 * error
    {
      say(
        64, .text("One second after its fills the market stood "),
        .figure(id: "adverse_markout", value: -ticks, style: .number(2), isSigned: false),
        .text(" ticks against it on average: it is picked off."))
    }
    let profit = figures.profit
    let carry = context.result.lanes[safe: context.result.shownLane]?.carry.total ?? 0
    if carry != 0 {
      say(
        54, .text("Holding positions \(carry > 0 ? "cost" : "brought in") "),
        .figure(id: "carry_size", value: carry.magnitude, style: context.money, isSigned: false),
        .text(" \(context.currency) of funding, borrow and dividends, which are no part of the fees."))
    }
    if execution.fees > 0 {
      let gross = profit + execution.fees + carry
      say(
        55, .text("Fees took "), .figure(id: "fees", value: execution.fees, style: context.money, isSigned: false),
        .text(" \(context.currency)."))
      if gross > 0, execution.fees > gross / 2 {
        warn(
          62, .text("Fees eat "),
          .figure(id: "fee_share", value: execution.fees / gross, style: .percent(0), isSigned: false),
          .text(" of what trading earned before them."))
      }
    }
    if statistics.count == 0 {
      warn(80, .text("No round trip was closed, so that no figure of trades exists."))
    } else if statistics.count < 30 {
      warn(
        80, .text("Only "), .figure(id: "trades", value: Double(statistics.count), style: .number(0), isSigned: false),
        .text(statistics.count == 1 ? " round trip was" : " round trips were"),
        .text(" closed; figures of trades are anecdotes below thirty."))
    }
    if let share = statistics.bestFiveShare, share > 0.5, statistics.count > 5 {
      warn(
        76, .text("The five best round trips make "),
        .figure(id: "best_five_trades", value: share, style: .percent(0), isSigned: false),
        .text(" of the profit of all."))
    }
    if !trades.open.isEmpty, let net = context.result.account.grossExposure.last, net > 0 {
      warn(
        30, .text("Positions worth "),
        .figure(id: "open_exposure", value: net, style: context.money, isSigned: false),
        .text(
          " \(context.currency) were still open at the end and are valued at the mark, not at what selling would bring."
        ))
    }
  }

  // MARK: How sure it is

  /// What a Sharpe ratio is made by, where it is not the plain one.
  private var sharpeTerms: (text: String, rate: Sentence.Piece, end: String) {
    let basis = context.basis
    let isOther = MetricCatalogue.standard["sharpe"]?.differs(under: basis.convention) ?? false
    let convention = isOther ? " by the convention \(basis.convention.rawValue)" : ""
    guard basis.annualRates.riskFree != 0 else { return (convention, .text(""), "") }
    return (
      convention + " above a risk-free rate of ",
      .figure(id: "risk_free_rate", value: basis.annualRates.riskFree, style: .percent(2), isSigned: false), ""
    )
  }

  private mutating func certainty() {
    let figures = context.figures
    let count = figures.basis.returns.count
    if !figures.basis.isDaily {
      warn(
        85, .text("The run has fewer than "),
        .figure(
          id: "fewest_sessions", value: Double(figures.analysis.settings.minimumSessions), style: .number(0),
          isSigned: false),
        .text(
          " sessions: its returns are \(figures.basis.absence == nil ? "of equal \(figures.basis.period.shortPlural) within them" : "too few"), "
            + "what is annualised is an extrapolation, and its figures say little about other days."))
    } else if count < 60 {
      warn(
        85, .text("Only "), .figure(id: "periods", value: Double(count), style: .number(0), isSigned: false),
        .text(" days of returns: every ratio is a guess."))
    }
    if figures.basis.isDaily, let sharpe = figures.metric("sharpe"), let value = sharpe.number {
      let terms = sharpeTerms
      if let interval = sharpe.interval {
        say(
          82, .text("Its Sharpe ratio was "), .figure(id: "sharpe", value: value, style: .number(2), isSigned: false),
          .text(" a year"), .text(terms.text), terms.rate, .text(terms.end + ", with a "),
          .figure(id: "sharpe_level", value: interval.level, style: .percent(0), isSigned: false),
          .text(" interval from "),
          .figure(id: "sharpe_lower", value: interval.lower, style: .number(2), isSigned: false), .text(" to "),
          .figure(id: "sharpe_upper", value: interval.upper, style: .number(2), isSigned: false), .text("."))
        if interval.lower <= 0, interval.upper >= 0 {
          warn(88, .text("The interval of the Sharpe ratio holds zero: luck alone could explain the result."))
        }
      } else {
        say(
          82, .text("Its Sharpe ratio was "), .figure(id: "sharpe", value: value, style: .number(2), isSigned: false),
          .text(" a year"), .text(terms.text), terms.rate, .text(terms.end + "."))
      }
    }
    if let beta = figures.metric("beta")?.number, let correlation = figures.metric("correlation")?.number,
      let benchmark = figures.benchmark.value
    {
      say(
        44, .text("Against "), .name(benchmark.name.lowercasedFirst), .text(" its beta was "),
        .figure(id: "beta", value: beta, style: .number(2), isSigned: false), .text(" and its correlation "),
        .figure(id: "correlation", value: correlation, style: .number(2), isSigned: false), .text("."))
    }
    if let search = figures.search.value, search.trials > 1 {
      say(
        58, .text("It is one of "),
        .figure(id: "search_trials", value: Double(search.trials), style: .number(0), isSigned: false),
        .text(" variants tried so far."))
      if let deflated = figures.metric("dsr")?.number, deflated < 0.95 {
        warn(
          86,
          .text("After allowing for the search it came from, the probability that its Sharpe ratio is above zero is "),
          .figure(id: "dsr", value: deflated, style: .percent(0), isSigned: false),
          .text(", short of the usual "), .figure(id: "dsr_bar", value: 0.95, style: .percent(0), isSigned: false),
          .text("."))
      }
    }
    if figures.idleShare > Assumptions.idleBar, !context.result.fills.isEmpty {
      warn(
        57, .text("In "), .figure(id: "idle_share", value: figures.idleShare, style: .percent(0), isSigned: false),
        .text(
          " of its \(figures.basis.period.shortPlural) the account did not move: idle time counts as calm and as a longer record, "
            + "which flatters figures of risk and luck."))
    }
    if figures.search.value != nil, !Luck.knowsTrials(context) {
      warn(
        56,
        .text(
          "The run was entered in no ledger, so that trials before it are not counted: figures of luck allow for its own lanes "
            + "only."))
    }
    let optimistic = context.result.assumptions.count { $0.direction == .optimistic }
    if optimistic > 0 {
      warn(
        68, .figure(id: "optimistic", value: Double(optimistic), style: .number(0), isSigned: false),
        .text(optimistic == 1 ? " assumption makes" : " assumptions make"),
        .text(" the result look better than reality would; see the list."))
    }
    if figures.basis.isDaily, let share = figures.metric("best_five_days")?.number, share > 0.5 {
      warn(
        74, .text("The five best days make "),
        .figure(id: "best_five_days", value: share, style: .percent(0), isSigned: false), .text(" of the growth."))
    }
  }
}

extension Summary {
  /// The section: three lengths and the warnings.
  func content() -> SectionContent {
    var content = SectionContent()
    func joined(_ sentences: [Sentence]) -> String { sentences.map(\.html).joined(separator: " ") }
    var html = "<div class=\"wide summary\"><p class=\"lead\" id=\"summary-tweet\">\(joined(tweet))</p>"
    html += "<p id=\"summary-paragraph\">\(joined(paragraph))</p>"
    if !warnings.isEmpty {
      html += "<h3>Read with care</h3><ul class=\"warnings\">"
      for warning in warnings { html += "<li>\(warning.sentence.html)</li>" }
      html += "</ul>"
    }
    html += "<details><summary>All findings, from the weightiest on</summary><ol id=\"summary-page\">"
    for sentence in page { html += "<li>\(sentence.html)</li>" }
    html += "</ol></details></div>"
    content.add(html: html)
    return content
  }
}
