/// What the page's script needs to tell of fills that have no place of their own among the explained ones: for each its
/// values, in the order in which phrases that are kept once name them.
struct FillRecords {
  /// Of one fill, generously, and how many the page holds beyond those that a chart shows.
  static let recordBytes = 160
  static let most = 600

  private var phrases: [[[String]]: Int] = [:]
  private var order: [[[String]]] = []
  private var rows: [String] = []

  mutating func add(_ row: Int, head: FillText, reason: FillText) {
    let key = [head.phrases, reason.phrases]
    let number: Int
    if let known = phrases[key] {
      number = known
    } else {
      number = order.count
      phrases[key] = number
      order.append(key)
    }
    rows.append("\(row)|\(number)|" + (head.values + reason.values).joined(separator: "|"))
  }

  /// A member of the page's data.
  func json(_ context: ReportContext, kept: [Int]) -> String {
    func list(_ texts: [String]) -> String { "[" + texts.map(HTML.json).joined(separator: ",") + "]" }
    let run = FillStories.run(context)
    return ",\"fills\":{\"count\":\(context.result.fills.count)"
      + ",\"kept\":[\(kept.map(String.init).joined(separator: ","))]"
      + ",\"explain\":\(HTML.json("lockstep explain \(run) ")),\"page\":\(HTML.json("lockstep report \(run) --fills "))"
      + ",\"missing\":\(list(FillStories.Missing.allCases.map { $0.words(context, kept: kept.count) }))"
      + ",\"words\":[" + order.map { "[" + $0.map(list).joined(separator: ",") + "]" }.joined(separator: ",")
      + "],\"rows\":\(list(rows))}"
  }
}
