extension ResultSchema {
  static let lookAhead = ResultGroup(
    "/look_ahead", "replays that ended early, whose decisions must be those of the whole run",
    condition: "they were made",
    columns: [
      .index("replay", "number of the replay") { $0.run.lookAhead?.cutoffs.count ?? 0 },
      .time("cutoff", axes: ["replay"], "where data ended, by the venue's clock") { $0.run.lookAhead?.cutoffs ?? [] },
    ], isPresent: { $0.run.lookAhead != nil })

  static let lookAheadLanes = ResultGroup(
    "/look_ahead/lanes", "what was compared of each lane", condition: "they were made",
    columns: [
      .index("lane", "row of /lanes") { $0.run.lookAhead?.lanes.count ?? 0 },
      ResultColumn(
        "compared_decisions", .int64, axes: ["lane"],
        "decisions that some shorter replay could repeat, among the first 2^22 of all lanes together, but at least the first "
          + "2^10 of each"
      ) {
        .int64(($0.run.lookAhead?.lanes ?? []).map { Int64($0.comparedDecisions) })
      },
      ResultColumn(
        "undetected_share", .double, axes: ["lane"],
        "with 95 % confidence at most this share of decisions looks ahead; 1 when some did or none was compared",
        unit: "1"
      ) { .double(($0.run.lookAhead?.lanes ?? []).map(\.undetectedShare)) },
    ], isPresent: { $0.run.lookAhead != nil })

  static let lookAheadDifferences = ResultGroup(
    "/look_ahead/differences", "the first decision of a lane that changed when data ended early",
    condition: "they were made",
    columns: [
      .index("difference", "number of the row") { $0.run.lookAhead?.differences.count ?? 0 },
      ResultColumn("lane", .int32, axes: ["difference"], "row of /lanes") {
        .int32(($0.run.lookAhead?.differences ?? []).map { Int32(clamping: $0.lane) })
      },
      .time("cutoff", axes: ["difference"], "where data ended") {
        ($0.run.lookAhead?.differences ?? []).map(\.cutoff)
      },
      ResultColumn("decision", .int64, axes: ["difference"], "its number among the lane's decisions") {
        .int64(($0.run.lookAhead?.differences ?? []).map { Int64($0.decision) })
      },
      ResultColumn("whole", .text, axes: ["difference"], "what the whole run decided, in words") {
        .text(($0.run.lookAhead?.differences ?? []).map(\.whole))
      },
      ResultColumn("truncated", .text, axes: ["difference"], "what the replay that ended early decided, in words") {
        .text(($0.run.lookAhead?.differences ?? []).map(\.truncated))
      },
    ], isPresent: { $0.run.lookAhead != nil })
}

extension ResultReader {
  func lookAhead() throws(HDF5Error) -> LookAheadResult? {
    guard file.has("/look_ahead") else { return nil }
    let cutoffs = try ResultTable("/look_ahead", index: "replay", file).int64s("cutoff")
    let lanes = try ResultTable("/look_ahead/lanes", index: "lane", file)
    let compared = try lanes.counts("compared_decisions")
    let shares = try lanes.doubles("undetected_share")
    let table = try ResultTable("/look_ahead/differences", index: "difference", file)
    let owners = try table.int32s("lane")
    let moments = try table.int64s("cutoff")
    let decisions = try table.counts("decision")
    let whole = try table.texts("whole")
    let truncated = try table.texts("truncated")
    return LookAheadResult(
      cutoffs: cutoffs,
      lanes: compared.indices.map { .init(comparedDecisions: compared[$0], undetectedShare: shares[$0]) },
      differences: owners.indices.map { row in
        .init(
          lane: Int(owners[row]), cutoff: moments[row], decision: decisions[row], whole: whole[row],
          truncated: truncated[row])
      })
  }
}
