import Glibc

/// One setting from a command line or the environment: a key, a value as TOML writes it, and where it came from.
public struct ScenarioOverride: Hashable, Sendable {
  public var key: String
  public var value: String
  /// For messages, such as `--set run.seed=7`.
  public var origin: String

  public init(key: String, value: String, origin: String) {
    self.key = key
    self.value = value
    self.origin = origin
  }

  /// Variables such as `LOCKSTEP_SET_RUN__SEED=7`: letters become small, and two underscores stand for a dot.
  public static func fromEnvironment(_ variables: [(name: String, value: String)]) -> [ScenarioOverride] {
    let prefix = "LOCKSTEP_SET_"
    return variables.filter { $0.name.hasPrefix(prefix) && $0.name.utf8.count > prefix.utf8.count }
      .sorted { $0.name < $1.name }
      .map { variable in
        let name = variable.name.dropFirst(prefix.count).lowercased()
        return ScenarioOverride(
          key: splitTwice(name).joined(separator: "."), value: variable.value, origin: "\(variable.name)")
      }
  }

  private static func splitTwice(_ name: String) -> [String] {
    var parts: [String] = [""]
    var bytes = Array(name.utf8)[...]
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: "_"), bytes.first == UInt8(ascii: "_") {
        bytes.removeFirst()
        parts.append("")
      } else {
        parts[parts.count - 1].unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return parts
  }
}

/// Scenario files, what they include, and overrides, merged into one tree: later layers win, tables merge key by key,
/// everything else is replaced whole.
///
/// Every node's line carries its layer in the upper half, so that messages still name the file and line a key came from.
struct ScenarioLayers {
  private struct Layer {
    var name: String
    /// Where relative paths of the layer start; empty for the working folder.
    var folder: String
  }

  private var layers: [Layer] = []
  private var root = TomlNode(value: .table([]), line: 0)
  private static let shift = 32
  static let includeLimit = 16

  /// Reads files in order, then applies overrides in order.
  init(paths: [String], overrides: [ScenarioOverride]) throws(ScenarioError) {
    for path in paths { try add(path: path, includedFrom: []) }
    for override in overrides { try add(override) }
  }

  init(text: String, file: String, overrides: [ScenarioOverride] = []) throws(ScenarioError) {
    try add(TomlDocument(text: text, file: file), folder: Self.folder(of: file), includedFrom: [file])
    for override in overrides { try add(override) }
  }

  /// The last file named, which the scenario is known by.
  private var main = (name: "scenario", folder: "")

  /// The folder of the last file named.
  var folder: String { main.folder }

  /// The merged tree.
  var document: TomlDocument { TomlDocument(root: root, file: main.name) }

  /// The error with the file and line that its merged line stands for.
  func located(_ error: ScenarioError) -> ScenarioError {
    let index = error.line >> Self.shift
    guard layers.indices.contains(index - 1) else { return error }
    var located = error
    located.file = layers[index - 1].name
    located.line = error.line & (1 << Self.shift - 1)
    return located
  }

  /// A path as the layer of `line` means it: beside its file, or else in the working folder.
  func resolve(_ path: String, line: Int) -> String {
    let index = line >> Self.shift
    guard !path.hasPrefix("/"), layers.indices.contains(index - 1) else { return path }
    let folder = layers[index - 1].folder
    guard !folder.isEmpty else { return path }
    let beside = Self.tidied("\(folder)/\(path)")
    return access(beside, F_OK) == 0 || access(path, F_OK) != 0 ? beside : Self.tidied(path)
  }

  func isSameLayer(_ line: Int, _ other: Int) -> Bool { line >> Self.shift == other >> Self.shift }

  /// The path as seen from `base`; absolute paths stay what they are.
  func relative(_ path: String, line: Int, to base: String) -> String {
    guard !path.hasPrefix("/"), !path.isEmpty else { return path }
    return Self.path(to: resolve(path, line: line), from: base)
  }

  /// Whether a relative path lies in the working folder, and not beside the file that names it.
  func isInWorkingFolder(_ path: String, line: Int) -> Bool {
    Self.tidied(resolve(path, line: line)) == Self.tidied(path)
  }

  // MARK: - Layers

  private mutating func add(path: String, includedFrom chain: [String]) throws(ScenarioError) {
    let document = try TomlDocument(try ScenarioText.bytes(of: path), file: path)
    let stored = DataLocation.folder(ofScenario: path, files: document.texts(at: "data", "files"))
    try add(document, folder: stored ?? Self.folder(of: path), includedFrom: chain + [path])
  }

  private mutating func add(
    _ document: TomlDocument, folder: String, includedFrom chain: [String]
  ) throws(ScenarioError) {
    guard case .table(var entries) = document.root.value else { return }
    if let place = entries.firstIndex(where: { $0.key == "include" }) {
      let entry = entries.remove(at: place)
      for path in try includes(entry, of: document.file) {
        let resolved = path.hasPrefix("/") || folder.isEmpty ? path : Self.tidied("\(folder)/\(path)")
        guard !chain.contains(resolved), chain.count < Self.includeLimit else {
          throw ScenarioError(
            file: document.file, line: entry.line, key: "include",
            problem: chain.contains(resolved) ? "\(path) includes itself" : "files include each other too deeply",
            advice: "remove the circle")
        }
        do throws(ScenarioError) {
          try add(path: resolved, includedFrom: chain)
        } catch  where error.isUnreadable && error.line == 0 && error.file == resolved {
          throw ScenarioError(
            file: document.file, line: entry.line, key: "include", problem: "\(resolved) \(error.problem)",
            isUnreadable: true)
        }
      }
    }
    layers.append(Layer(name: document.file, folder: folder))
    main = (document.file, folder)
    root = Self.merged(root, marked(TomlNode(value: .table(entries), line: document.root.line), layers.count))
  }

  private func includes(_ entry: TomlEntry, of file: String) throws(ScenarioError) -> [String] {
    let nodes: [TomlNode]
    if case .array(let elements) = entry.node.value { nodes = elements } else { nodes = [entry.node] }
    var paths: [String] = []
    for node in nodes {
      guard case .text(let path) = node.value, !path.isEmpty else {
        throw ScenarioError(
          file: file, line: node.line, key: "include", problem: "wants paths in quotes, not \(node.value.kind)",
          advice: "write include = [\"base.toml\"]")
      }
      paths.append(path)
    }
    return paths
  }

  private mutating func add(_ override: ScenarioOverride) throws(ScenarioError) {
    layers.append(Layer(name: override.origin, folder: ""))
    let mark = layers.count << Self.shift
    var node = TomlNode(value: .text(override.value), line: mark)
    // A value that is no TOML is a text without its quotes, which shells like to eat.
    if let parsed = try? TomlDocument(text: "value = \(override.value)\n", file: ""),
      case .table(let entries) = parsed.root.value, entries.count == 1
    {
      node = marked(entries[0].node, layers.count, line: 0)
    }
    let steps = override.key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard steps.count <= 32, !steps.contains("") else {
      throw ScenarioError(file: override.origin, line: 0, key: override.key, problem: "is no key such as run.seed")
    }
    guard let changed = Self.setting(node, at: steps[...], in: root, mark: mark) else {
      throw ScenarioError(
        file: override.origin, line: 0, key: override.key, problem: "there is no such element to change",
        advice: "count from 0, as in lane[0].name, and only elements that a file states")
    }
    root = changed
  }

  /// The tree with one key set; nil when an element of an array is named that does not exist.
  private static func setting(_ value: TomlNode, at steps: ArraySlice<String>, in node: TomlNode, mark: Int)
    -> TomlNode?
  {
    guard let step = steps.first else { return value }
    let name = String(step.prefix { $0 != "[" })
    var entries: [TomlEntry] = []
    if case .table(let present) = node.value { entries = present }
    let place = entries.firstIndex { $0.key == name }
    if name.utf8.count < step.utf8.count {
      guard step.hasSuffix("]"), let index = Int(step.dropFirst(name.count + 1).dropLast()), let place,
        case .array(var elements) = entries[place].node.value, elements.indices.contains(index),
        let element = setting(value, at: steps.dropFirst(), in: elements[index], mark: mark)
      else { return nil }
      elements[index] = element
      entries[place].node.value = .array(elements)
    } else {
      let blank = TomlNode(value: .table([]), line: mark)
      guard let child = setting(value, at: steps.dropFirst(), in: place.map { entries[$0].node } ?? blank, mark: mark)
      else { return nil }
      if let place {
        entries[place].node = child
        entries[place].line = mark
      } else {
        entries.append(TomlEntry(key: name, line: mark, node: child))
      }
    }
    return TomlNode(value: .table(entries), line: node.line)
  }

  // MARK: - Trees

  private func marked(_ node: TomlNode, _ layer: Int, line: Int? = nil) -> TomlNode {
    let mark = layer << Self.shift
    switch node.value {
    case .table(let entries):
      let entries = entries.map {
        TomlEntry(key: $0.key, line: mark | (line ?? $0.line), node: marked($0.node, layer, line: line))
      }
      return TomlNode(value: .table(entries), line: mark | (line ?? node.line))
    case .array(let elements):
      return TomlNode(
        value: .array(elements.map { marked($0, layer, line: line) }), line: mark | (line ?? node.line))
    default: return TomlNode(value: node.value, line: mark | (line ?? node.line))
    }
  }

  private static func merged(_ base: TomlNode, _ later: TomlNode) -> TomlNode {
    guard case .table(var entries) = base.value, case .table(let newer) = later.value else { return later }
    for entry in newer {
      if let place = entries.firstIndex(where: { $0.key == entry.key }) {
        entries[place] = TomlEntry(key: entry.key, line: entry.line, node: merged(entries[place].node, entry.node))
      } else {
        entries.append(entry)
      }
    }
    return TomlNode(value: .table(entries), line: later.line)
  }

  // MARK: - Paths

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path from the root, as the working folder has it.
  static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return tidied(path) }
    guard let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    return tidied("\(String(cString: current))/\(path)")
  }

  /// A path as seen from a folder; both as the working folder has them.
  static func path(to target: String, from folder: String) -> String {
    let target = absolute(target).split(separator: "/")
    let start = absolute(folder).split(separator: "/")
    let common = zip(target, start).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: start.count - common) + target.dropFirst(common).map(String.init))
      .joined(separator: "/")
  }

  /// The path without `.` and, where a folder precedes it, `..`.
  static func tidied(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}
