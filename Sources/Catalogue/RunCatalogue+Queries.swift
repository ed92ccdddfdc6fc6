/// One run as a list shows it.
public struct CatalogueRun: Hashable, Sendable {
  /// Name of its folder.
  public var folder: String
  /// Values by column; columns without a value are absent.
  public var values: [String: CatalogueValue]
  public var tags: [String]
  /// What is wrong with the folder; nil when all of it could be read.
  public var fault: String?
  /// What the list was ordered by; nil without an order of its own, or without a value.
  public var orderValue: CatalogueValue?

  /// The number of a column, where it has one.
  public func number(_ column: String) -> Double? {
    switch values[column] {
    case .integer(let value)?: Double(value)
    case .real(let value)?: value
    default: nil
    }
  }

  public func text(_ column: String) -> String? {
    if case .text(let text)? = values[column] { text } else { nil }
  }
}

/// Everything the catalogue knows of one run.
public struct CatalogueRunDetails: Hashable, Sendable {
  public struct Metric: Hashable, Sendable {
    public var id: String
    public var basis: String
    public var unit: String
    public var value: Double?
    public var lower: Double?
    public var upper: Double?
  }

  public struct Setting: Hashable, Sendable {
    public var name: String
    public var value: Double
  }

  public struct Artefact: Hashable, Sendable {
    public var name: String
    public var bytes: Int
  }

  public var run: CatalogueRun
  /// Parameters of the shown lane.
  public var parameters: [Setting]
  public var metrics: [Metric]
  public var artefacts: [Artefact]
}

extension RunCatalogue {
  /// The runs for which a condition holds, in the order of an expression, which a leading "-" turns around.
  ///
  /// Both are SQL expressions over the columns of a run (`profit > 0 and name like 'maker%'`), over `metric.ID`,
  /// `param.NAME` (of the shown lane) and `tag.NAME`. They can only read.
  public func runs(where condition: String? = nil, sortedBy order: String? = nil, limit: Int? = nil)
    throws(CatalogueError) -> [CatalogueRun]
  {
    try requireKnownNames(in: condition)
    try requireKnownNames(in: order)
    let isDescending = order?.hasPrefix("-") == true
    let key = order.map { Self.expanded(isDescending ? String($0.dropFirst()) : $0) }
    // Columns before it are counted by their names, so whatever it gives stands last.
    var text = "SELECT id, folder, fault, \(CatalogueColumns.run.joined(separator: ", "))"
    text += "\(key.map { ", (\($0)\n)" } ?? "") FROM runs"
    // The new line ends a comment, so that none can swallow what follows.
    if let condition { text += " WHERE (\(Self.expanded(condition))\n)" }
    if let key {
      text += " ORDER BY (\(key)\n)"
      text += "\(isDescending ? " DESC" : "") NULLS LAST, folder"
    } else {
      text += " ORDER BY folder"
    }
    if let limit { text += " LIMIT \(max(0, limit))" }
    var rows: [(id: Int64, run: CatalogueRun)] = []
    database.restrictToReading()
    defer { database.restore() }
    do throws(CatalogueError) {
      try database.run(text) { row in
        guard case .integer(let id) = row[0], case .text(let folder) = row[1] else { return }
        var values: [String: CatalogueValue] = [:]
        for (column, value) in zip(CatalogueColumns.run, row[3...]) where value != .null { values[column] = value }
        var fault: String?
        if case .text(let text) = row[2] { fault = text }
        var run = CatalogueRun(folder: folder, values: values, tags: [], fault: fault)
        if key != nil, let value = row.last, value != .null { run.orderValue = value }
        rows.append((id, run))
      }
    } catch {
      guard condition != nil || order != nil else { throw error }
      throw CatalogueError(
        .misuse, [condition, order].compactMap { $0 }.joined(separator: " / "),
        "\(error.reason); columns are \(CatalogueColumns.all.joined(separator: ", ")), metric.ID, param.NAME "
          + "and tag.NAME")
    }
    database.restore()
    var runs: [CatalogueRun] = []
    for (id, run) in rows {
      var run = run
      try database.run("SELECT tag FROM tags WHERE run = ? ORDER BY tag", [.integer(id)]) { row in
        if case .text(let tag) = row[0] { run.tags.append(tag) }
      }
      runs.append(run)
    }
    return runs
  }

  /// Runs that a word may mean: the one whose folder has that name, or else all whose names begin with it, or whose results'
  /// hashes do (from four digits on).
  public func matches(_ word: String) throws(CatalogueError) -> [CatalogueRun] {
    guard !word.isEmpty else { throw CatalogueError(.misuse, "run", "no name was given") }
    let all = try runs()
    if let exact = all.first(where: { $0.folder == word }) { return [exact] }
    return all.filter { run in
      run.folder.hasPrefix(word) || (word.utf8.count >= 4 && run.text("result_hash")?.hasPrefix(word) == true)
    }
  }

  /// The one run that a word means: its folder's name, the beginning of it, or of its result's hash (from four digits on).
  public func find(_ word: String) throws(CatalogueError) -> CatalogueRun {
    let matches = try matches(word)
    guard let match = matches.first else {
      throw CatalogueError(.misuse, word, "there is no such run in \(folder); `lockstep runs` lists them")
    }
    guard matches.count == 1 else {
      throw CatalogueError(
        .misuse, word, "means \(matches.count) runs: \(matches.prefix(5).map(\.folder).joined(separator: ", "))")
    }
    return match
  }

  /// All that is known of the run that a word means.
  public func details(_ word: String) throws(CatalogueError) -> CatalogueRunDetails {
    let run = try find(word)
    var details = CatalogueRunDetails(run: run, parameters: [], metrics: [], artefacts: [])
    let key: [CatalogueValue] = [.text(run.folder)]
    let own = "run = (SELECT id FROM runs WHERE folder = ?)"
    func number(_ value: CatalogueValue) -> Double? {
      switch value {
      case .integer(let number): Double(number)
      case .real(let number): number
      default: nil
      }
    }
    try database.run("SELECT name, value FROM parameters WHERE is_shown = 1 AND \(own) ORDER BY rowid", key) { row in
      if case .text(let name) = row[0] { details.parameters.append(.init(name: name, value: number(row[1]) ?? .nan)) }
    }
    try database.run(
      "SELECT id, basis, unit, value, lower, upper FROM metrics WHERE \(own) ORDER BY rowid", key
    ) { row in
      guard case .text(let id) = row[0], case .text(let basis) = row[1], case .text(let unit) = row[2] else { return }
      details.metrics.append(
        .init(
          id: id, basis: basis, unit: unit, value: number(row[3]), lower: number(row[4]), upper: number(row[5])))
    }
    try database.run("SELECT name, bytes FROM artefacts WHERE \(own) ORDER BY name", key) { row in
      if case .text(let name) = row[0], case .integer(let bytes) = row[1] {
        details.artefacts.append(.init(name: name, bytes: Int(bytes)))
      }
    }
    return details
  }

  /// Adds and removes words on a run, beside it and in the index.
  public func tag(_ word: String, add: [String], remove: [String] = []) throws(CatalogueError) -> CatalogueRun {
    let run = try find(word)
    for tag in add + remove where !Self.isTag(tag) {
      throw CatalogueError(.misuse, tag, "a tag has at most 64 letters, digits, dashes and underscores")
    }
    let path = "\(folder)/\(run.folder)"
    let tags = Set(Self.tags(of: path)).union(add).subtracting(remove).sorted()
    try RunListing.write(tags.map { $0 + "\n" }.joined(), to: "\(path)/\(Self.tagsName)")
    try update()
    return try find(run.folder)
  }

  /// Removes a run's folder for good. What the ledger says of it stays: a trial that was made was made.
  public func remove(_ word: String) throws(CatalogueError) -> String {
    let run = try find(word)
    guard RunListing.isPlain(run.folder), let entry = RunListing.entry(run.folder, in: folder), entry.isFolder else {
      throw CatalogueError(.misuse, run.folder, "is no folder of a run")
    }
    try RunListing.remove("\(folder)/\(run.folder)")
    try update()
    return run.folder
  }

  /// Replaces `metric.ID`, `param.NAME` and `tag.NAME` outside quotes by what looks them up.
  static func expanded(_ expression: String, word note: (String) -> Void = { _ in }) -> String {
    var result = ""
    var word = ""
    var quote: Character?
    func isWord(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber) || character == "_" || character == "."
    }
    func flush() {
      if let replacement = lookUp(word) {
        note(word)
        result += replacement
      } else {
        result += word
      }
      word = ""
    }
    for character in expression {
      if let open = quote {
        result.append(character)
        if character == open { quote = nil }
      } else if isWord(character) {
        word.append(character)
      } else {
        flush()
        if character == "'" || character == "\"" { quote = character }
        result.append(character)
      }
    }
    flush()
    return result
  }

  /// Refuses a metric or a parameter that no run has: it would be absent everywhere, and nothing would say so.
  private func requireKnownNames(in expression: String?) throws(CatalogueError) {
    guard let expression else { return }
    var words: [String] = []
    _ = Self.expanded(expression) { words.append($0) }
    for (prefix, column, table) in [("metric.", "id", "metrics"), ("param.", "name", "parameters")] {
      let wanted = words.filter { $0.hasPrefix(prefix) && $0.utf8.count > prefix.utf8.count }
      guard !wanted.isEmpty else { continue }
      var known: Set<String> = []
      try database.run("SELECT DISTINCT \(column) FROM \(table)") { row in
        if case .text(let name) = row[0] { known.insert(name) }
      }
      // Without any run nothing is known.
      for word in wanted where !known.isEmpty && !known.contains(String(word.dropFirst(prefix.utf8.count))) {
        let name = word.dropFirst(prefix.utf8.count)
        let near = known.filter { $0.hasPrefix(name.prefix(3)) || $0.hasSuffix(name.suffix(4)) }.sorted().prefix(8)
        throw CatalogueError(
          .misuse, word,
          near.isEmpty
            ? "no run has it; there are \(known.sorted().prefix(12).joined(separator: ", ")), ..."
            : "no run has it; did you mean \(near.joined(separator: ", "))?")
      }
    }
  }

  private static func lookUp(_ word: String) -> String? {
    let parts = word.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    // A word has no quotes, so it can stand between them.
    guard parts.count == 2, !parts[1].isEmpty else { return nil }
    switch parts[0] {
    case "metric":
      // Daily figures come first; sampled ones stand in where there are none.
      return "(SELECT m.value FROM metrics m WHERE m.run = runs.id AND m.id = '\(parts[1])' AND m.value IS NOT NULL "
        + "ORDER BY m.rowid LIMIT 1)"
    case "param":
      return "(SELECT p.value FROM parameters p WHERE p.run = runs.id AND p.name = '\(parts[1])' AND p.is_shown = 1 "
        + "LIMIT 1)"
    case "tag": return "EXISTS (SELECT 1 FROM tags t WHERE t.run = runs.id AND t.tag = '\(parts[1])')"
    default: return nil
    }
  }
}
