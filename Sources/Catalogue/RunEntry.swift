import Ledger
import Reporting

/// What the catalogue keeps of one run folder, read from its summary and its result.
struct RunEntry {
  struct Lane {
    var isShown: Bool
    var name: String
    var numbers: [(column: String, value: CatalogueValue)]
    var settings: [(name: String, value: Double)]
  }

  var columns: [(name: String, value: CatalogueValue)] = []
  var lanes: [Lane] = []
  var metrics: [RunResultFile.StoredMetric] = []
  /// What is wrong with the folder; nil when all of it could be read.
  var fault: String?

  /// The largest summary that is read: far above that of a sweep of ten thousand lanes.
  private static let summaryLimit = 64 << 20

  /// Reads a folder. Whatever stands in it, this returns; faults are noted.
  init(folder: String) {
    do throws(RegularFile.Fault) {
      enter(summary: try RegularFile.contents(of: "\(folder)/summary.json", limit: Self.summaryLimit))
    } catch {
      fault = "summary.json \(error.reason)"
    }
    guard fault == nil else { return }
    do throws(HDF5Error) {
      metrics = try RunResultFile.readMetrics("\(folder)/result.h5")
    } catch {
      fault = "result.h5: \(error.reason)"
    }
  }

  /// Reads the bytes of a summary; any give an entry, and faults are noted.
  init(summary bytes: [UInt8]) { enter(summary: bytes) }

  private mutating func enter(summary bytes: [UInt8]) {
    do throws(JSONFault) {
      let summary = try CanonicalJSON(parsing: bytes)
      guard summary["result_hash"]?.text != nil, summary["name"]?.text != nil else {
        fault = "summary.json is no summary of a run"
        return
      }
      read(summary)
    } catch {
      fault = "summary.json: \(error.description)"
    }
  }

  private mutating func read(_ summary: CanonicalJSON) {
    func text(_ key: String) -> CatalogueValue { summary[key]?.text.map { .text($0) } ?? .null }
    columns = [
      ("name", text("name")), ("strategy", text("strategy")), ("engine_version", text("engine_version")),
      ("scenario_hash", text("scenario_hash")), ("result_hash", text("result_hash")),
      ("seed", Self.scalar(summary["seed"])), ("currency", text("currency")),
      ("starting_capital", Self.scalar(summary["starting_capital"])), ("start_time", Self.scalar(summary["start"])),
      ("end_time", Self.scalar(summary["end"])), ("events", Self.scalar(summary["events"])),
      ("stopped_by_risk", Self.scalar(summary["stopped_by_risk"])),
    ]
    guard case .array(let lanes)? = summary["lanes"] else { return }
    let shown = summary["shown_lane"]?.exactInteger ?? 0
    self.lanes = lanes.enumerated().map { place, lane in
      var settings: [(String, Double)] = []
      if case .object(let members)? = lane["settings"] {
        settings = members.compactMap { member in
          if case .number(let value) = member.value { (member.key, value) } else { nil }
        }
      }
      return Lane(
        isShown: place == shown, name: lane["name"]?.text ?? "",
        numbers: CatalogueColumns.lane.map { ($0, Self.scalar(lane[$0])) }, settings: settings)
    }
    columns.append(("lanes", .integer(Int64(self.lanes.count))))
    guard self.lanes.indices.contains(shown) else { return }
    columns += self.lanes[shown].numbers.filter { $0.column != "stopped_by_risk" }.map { ($0.column, $0.value) }
  }

  /// Integers beyond a double are stored as text, which SQLite compares as such.
  private static func scalar(_ value: CanonicalJSON?) -> CatalogueValue {
    switch value {
    case .number(let number)?:
      if let whole = value?.exactInteger { .integer(Int64(whole)) } else { .real(number) }
    case .string(let text)?: Int64(text).map { .integer($0) } ?? .text(text)
    case .bool(let flag)?: .integer(flag ? 1 : 0)
    default: .null
    }
  }
}

/// The columns of the table of runs.
enum CatalogueColumns {
  /// Of a lane, as summary.json names them.
  static let lane = [
    "final_equity", "profit", "fees", "orders", "fills", "cancels", "risk_rejects", "venue_rejects", "traded_lots",
    "deepest_drawdown", "stopped_by_risk",
  ]

  static let run =
    [
      "name", "strategy", "engine_version", "scenario_hash", "result_hash", "seed", "currency", "starting_capital",
      "start_time",
      "end_time", "events", "stopped_by_risk", "lanes",
    ] + lane.filter { $0 != "stopped_by_risk" }

  /// All that conditions may name, the folder first.
  static let all = ["folder"] + run + ["fault"]
}
