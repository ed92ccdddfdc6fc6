import Simulation

extension Scenario {
  /// Reads files in order, later ones winning, then overrides.
  public init(
    paths: [String], overrides: [ScenarioOverride] = [], strategies: StrategyRegistry
  ) throws(ScenarioError) {
    try self.init(try ScenarioLayers(paths: paths, overrides: overrides), strategies)
  }

  /// Reads a text; `file` names it in messages and tells where relative paths start.
  public init(
    text: String, file: String, overrides: [ScenarioOverride] = [], strategies: StrategyRegistry
  ) throws(ScenarioError) {
    try self.init(try ScenarioLayers(text: text, file: file, overrides: overrides), strategies)
  }

  /// Reads the resolved scenario of a finished run, whose strategy and data this machine need not have. It opens no file,
  /// whatever the text says.
  init(stored text: String, file: String) throws(ScenarioError) {
    self.init()
    let document = try TomlDocument(text: text, file: file)
    if document.holds("market") || document.holds("instrument") || document.holds("venue") { market = MarketModel() }
    try TomlTableReader.read(document, into: &self)
    try checkMetrics(document)
  }

  private init(_ layers: ScenarioLayers, _ strategies: StrategyRegistry) throws(ScenarioError) {
    self.init()
    do throws(ScenarioError) {
      try read(layers, strategies)
    } catch {
      throw layers.located(error)
    }
  }

  private mutating func read(_ layers: ScenarioLayers, _ strategies: StrategyRegistry) throws(ScenarioError) {
    let document = layers.document
    try ScenarioText.requireSchema(document, Self.schema)
    if document.holds("market") || document.holds("instrument") || document.holds("venue") { market = MarketModel() }
    let isInline = market != nil
    try TomlTableReader.read(document, into: &self)
    let folderLine = data.folder.isEmpty ? nil : document.line(of: "data.folder")
    data.folder = folderLine.map { layers.resolve(data.folder, line: $0) } ?? layers.folder
    // Data of the working folder is named as it is from there, so that nothing depends on where the two folders lie.
    let isAllHere = data.files.indices.allSatisfy {
      data.files[$0].hasPrefix("/")
        || layers.isInWorkingFolder(data.files[$0], line: document.line(of: "data.files[\($0)]"))
    }
    if folderLine == nil, isAllHere, !data.files.isEmpty { data.folder = "" }
    for index in data.files.indices {
      let line = document.line(of: "data.files[\(index)]")
      // A file that states the folder means its own paths to start there.
      if let folderLine, layers.isSameLayer(folderLine, line) { continue }
      data.files[index] = layers.relative(data.files[index], line: line, to: data.folder)
    }
    if !data.market.isEmpty {
      let line = document.line(of: "data.market")
      guard !isInline else {
        throw ScenarioError(
          file: document.file, line: line, key: "data.market",
          problem: "names a market while this scenario describes one itself", advice: "keep one of the two")
      }
      market = try MarketScenario(path: layers.resolve(data.market, line: line)).model
      data.market = ""
    }
    for index in account.rates.indices where !account.rates[index].file.isEmpty {
      let key = "account.rate[\(index)].file"
      try CurrencyRateFile.resolve(
        &account.rates[index], base: account.currency,
        path: layers.resolve(account.rates[index].file, line: document.line(of: key)), key: key, document)
    }
    try check(document)
    try strategies.resolve(&self, document)
  }

  /// The scenario as a text with the meaning of every key, which reads back as the same scenario.
  ///
  /// Without its folder it says the same wherever its data lies; with it, it can be run from this working folder.
  public func text(withFolder: Bool = false) throws(ScenarioError) -> String {
    var copy = self
    if !withFolder { copy.data.folder = "" }
    return try TomlTableWriter.text(copy)
  }

  /// Every key a scenario file can hold, in the order of the text.
  public static func keys() throws(ScenarioError) -> [ScenarioKey] {
    var scenario = Scenario()
    scenario.market = MarketModel()
    let include = ScenarioKey(
      path: "include", type: "texts", defaultText: "[]",
      meaning: "scenario files that come before this one; paths are relative to this file")
    return [include] + (try TomlKeyList.keys(of: scenario))
  }
}

extension TomlDocument {
  /// The texts of an array in a table; none where there is no such array.
  func texts(at table: String, _ key: String) -> [String] {
    guard case .table(let entries) = root.value, let entry = entries.first(where: { $0.key == table }),
      case .table(let inner) = entry.node.value, let array = inner.first(where: { $0.key == key }),
      case .array(let elements) = array.node.value
    else { return [] }
    return elements.compactMap { if case .text(let text) = $0.value { text } else { nil } }
  }

  /// Whether the root has a key.
  func holds(_ key: String) -> Bool {
    guard case .table(let entries) = root.value else { return false }
    return entries.contains { $0.key == key }
  }
}
