import Reporting

/// In which terms of trade lanes differ, by the keys of the resolved scenario and with every lane's own value.
struct LaneDifferences {
  /// Of each lane, in the order of the scenario's keys. A lane has no row for a key that is absent in it, which is how a
  /// scenario switches a control off.
  let settings: [[LaneResult.Setting]]

  init(_ variants: [LaneVariant]) throws(ScenarioError) {
    var settings = [[LaneResult.Setting]](repeating: [], count: variants.count)
    try Self.add("latency", variants, \.latency, &settings)
    try Self.add("fees", variants, \.fees, &settings)
    try Self.add("carry", variants, \.carry, &settings)
    try Self.add("fills", variants, \.fills, &settings)
    try Self.add("risk", variants, \.risk, &settings)
    self.settings = settings
  }

  private enum Value: Hashable {
    case number(Double)
    case word(String)
  }

  /// Keys of one table with the values of all lanes, where any two differ.
  private static func add<Part: TomlMapped & Hashable>(
    _ name: String, _ variants: [LaneVariant], _ part: (LaneVariant) -> Part, _ settings: inout [[LaneResult.Setting]]
  ) throws(ScenarioError) {
    // Most sweeps change parameters alone, and many lanes share their terms.
    let parts = variants.map(part)
    guard let first = parts.first, parts.contains(where: { $0 != first }) else { return }
    var known: [Part: Int] = [:]
    var texts: [(keys: [String], values: [String: Value])] = []
    var owners: [Int] = []
    for part in parts {
      if known[part] == nil {
        known[part] = texts.count
        let leaves = try leaves(of: part, named: name)
        texts.append((leaves.map(\.key), Dictionary(leaves.map { ($0.key, $0.value) }) { $1 }))
      }
      owners.append(known[part] ?? 0)
    }
    var keys: [String] = []
    var seen: Set<String> = []
    for key in texts.flatMap(\.keys) where seen.insert(key).inserted { keys.append(key) }
    for key in keys {
      let values = texts.map { $0.values[key] }
      guard values.contains(where: { $0 != values[0] }) else { continue }
      let isWord = values.contains { if case .word = $0 { true } else { false } }
      var codes: [String: Int] = [:]
      for (lane, owner) in owners.enumerated() {
        switch values[owner] {
        case nil: continue
        case .number(let number) where !isWord: settings[lane].append(.init(name: key, value: number))
        case .number(let number): append(TomlNumber.text(number))
        case .word(let word): append(word)
        }
        func append(_ word: String) {
          let code = codes[word] ?? codes.count
          codes[word] = code
          settings[lane].append(.init(name: key, value: Double(code), word: word))
        }
      }
    }
  }

  /// What a table says, key by key.
  private static func leaves<Part: TomlMapped>(
    of part: Part, named name: String
  ) throws(ScenarioError) -> [(key: String, value: Value)] {
    let document = try TomlDocument(text: try TomlTableWriter.text(part), file: name)
    var leaves: [(key: String, line: Int, value: Value)] = []
    collect(document.root, name, &leaves)
    // The parser sorts keys; lines stand in the order of the scenario's own list of them.
    return leaves.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
      .map { ($0.element.key, $0.element.value) }
  }

  private static func collect(
    _ node: TomlNode, _ path: String, _ leaves: inout [(key: String, line: Int, value: Value)]
  ) {
    func add(_ value: Value) { leaves.append((path, node.line, value)) }
    switch node.value {
    case .table(let entries): for entry in entries { collect(entry.node, "\(path).\(entry.key)", &leaves) }
    case .array(let elements):
      for (index, element) in elements.enumerated() { collect(element, "\(path)[\(index)]", &leaves) }
    case .text(let text): add(.word(text))
    case .integer(let number): add(.number(Double(number)))
    case .number(let number): add(.number(number))
    case .flag(let flag): add(.word("\(flag)"))
    case .moment(let moment): add(.word(moment.map(UTCText.text) ?? ""))
    }
  }
}
