import Analytics

/// What replays that ended early say about whether decisions knew the future.
enum LookAhead {
  static let mostRows = 20

  static func add(_ context: ReportContext, _ content: inout SectionContent) {
    guard let check = context.result.lookAhead else {
      content.add(missing: "The look-ahead check", because: "the scenario asked for none (look_ahead.cutoffs)")
      return
    }
    guard check.passes else { return failed(check, context, &content) }
    let compared = check.lanes.reduce(0) { $0 + $1.comparedDecisions }
    if check.isVacuous {
      content.add(paragraph: "Look-ahead check: nothing was decided, so nothing could be compared.")
      return
    }
    let share = check.lanes.map(\.undetectedShare).min() ?? 1
    content.add(
      paragraph: "Look-ahead check: passed. The lanes were run again on data that ended at "
        + "\(Format.counted(check.cutoffs.count, "decision")) drawn at random, and all \(Format.count(compared)) decisions until "
        + "then were the same. With 95 % confidence fewer than \(Format.percent(share, 1)) of decisions look ahead; a strategy "
        + "that opens the data file itself would go unnoticed.")
  }

  private static func failed(_ check: LookAheadResult, _ context: ReportContext, _ content: inout SectionContent) {
    let lanes = context.result.lanes
    content.add(
      DataTable(
        columns: ["Lane", "Data until", "Decision", "Whole run", "Run that ended there"],
        rows: check.differences.prefix(mostRows).map {
          [
            .init(lanes[$0.lane].name), .init(Format.moment($0.cutoff, decimals: context.momentDecimals)),
            .init(Double($0.decision + 1), .number(0)), .init($0.whole), .init($0.truncated),
          ]
        },
        note: check.differences.count > mostRows
          ? "The first \(mostRows) of \(Format.count(check.differences.count)) differences." : nil),
      title: "Look-ahead check: failed", isWide: true,
      introduction:
        "Run again on data that ended early, \(Format.counted(check.failingLanes.count, "lane")) decided otherwise "
        + "before the end: what it decides depends on what comes later.")
  }
}
